//! Tokens for the management API: of a client, or of an account.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Value, json};

use super::change::{Change, Notice, Permit};
use super::entitlement::Rules;
use super::notice::named;
use super::permit::{ApiToken as Limits, Caller};
use super::runner::{self, Ask, Done};
use crate::clock::Timestamp;
use crate::contract::token::{NewToken, TokenView};
use crate::contract::{Input, Patch};
use crate::crypto::credential::{Credential, Kind, StoredDigest};
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, TokenId, UserId};
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::permission_set::PermissionSet;
use crate::model::permissions::Permissions;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::api_tokens::{self, ApiToken};
use crate::store::tables::{clients, members, profiles};
use crate::text;

/// Whose token an operator makes.
#[derive(Clone, Debug)]
pub struct Whose {
    /// The address of the account that it acts for.
    pub email: String,
    /// The only client it is good for; without one it is a token of the account.
    pub client: Option<ClientId>,
}

/// Who calls with this token; `None` when it is unknown, has ended or is suspended, or when its maker's account is
/// suspended. Its use is noted.
///
/// # Errors
/// The database's.
pub async fn authenticate(core: &Core, text: &str, address: IpAddr) -> Result<Option<Caller>, Error> {
    let Some(digest) = StoredDigest::parse(Kind::ApiToken, text) else { return Ok(None) };
    let now = core.clock.now();
    let found = api_tokens::find_live(&mut core.db.read().await?, digest, now).await?;
    Ok(found.map(|(token, place)| {
        core.token_uses.note(token.id, now);
        let permissions = token.permissions.permissions();
        let (client, expires_at) = (token.client_id, token.expires_at);
        let limits = Limits { id: token.id, client, permissions, expires_at, place };
        Caller { user: token.user_id, address, token: Some(Arc::new(limits)), once: None }
    }))
}

/// The permissions of a client's token that rest: its maker does not hold them now, so the token may not use them.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`](super::permit) for `tokens:read`; the database's.
pub async fn resting(core: &Core, caller: &Caller, client: ClientId, id: TokenId) -> Result<Vec<Permission>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::TokensRead)).await?;
    let conn = &mut reading.conn;
    let found = api_tokens::find(conn, id).await?.filter(|token| token.client_id == Some(client));
    let token = found.ok_or(Error::NotFound("token"))?;
    let now = core.clock.now();
    let place = members::membership(conn, client, token.user_id).await?.filter(|place| place.grants_at(now));
    let held = place.map_or(Permissions::NONE, |place| place.permissions);
    Ok(token.permissions.permissions().iter().filter(|permission| !held.contains(*permission)).collect())
}

/// Makes a token of the client, or with `None` of the caller's account; its text is told here and never again. One that a
/// token makes ends with that token at the latest.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::Refused`] `permission_not_held` for a permission that the caller does
/// not hold themselves; those of [`permit`](super::permit); the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: Option<ClientId>,
    new: Input<NewToken>,
) -> Result<Done<TokenView>, Error> {
    let (maker, by) = (caller.user, caller.token.clone());
    let ask = ask(client, Permission::TokensCreate);
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let held = match client {
            Some(_) => Some(change.access()?.membership.permissions),
            // A person's own account holds everything: what a token of it may do is decided where it is used.
            None => by.as_ref().map(|token| token.permissions),
        };
        let limits = Ceiling { held, until: by.as_ref().and_then(|token| token.expires_at) };
        let new = change.take(new)?;
        insert(change, maker, client, new, limits).await
    })
    .await
}

/// Makes a token for an account, as the operator asks. What it permits is still no more than what its maker may at the
/// moment of use; without permissions it is given all of them.
///
/// # Errors
/// [`Error::NotFound`] for the account or the client; as [`create`]; the database's.
pub async fn create_for(
    db: &Db,
    rules: &Rules,
    now: Timestamp,
    whose: &Whose,
    new: Patch<NewToken>,
) -> Result<Secret<String>, Error> {
    let key = EmailAddress::parse(&whose.email).map_err(|issue| Error::Invalid(vec![issue.at("user")]))?;
    let (key, client, rules) = (key.key().to_owned(), whose.client, rules.clone());
    let all = Permission::ALL.iter().filter(|permission| client.is_none() || permission.is_for_roles());
    let new = new.or("permissions", json!(all.collect::<Vec<_>>())).whole();
    let changed = db.change(async move |conn: &mut Conn| {
        let account = profiles::find_by_email(conn, &key).await?.ok_or(Error::NotFound("account"))?;
        if let Some(client) = client {
            let place = members::membership(conn, client, account.id).await?;
            place.ok_or(Error::NotFound("client of this account"))?;
        }
        let mut change = Change::begin(conn, Permit::of_operator(), rules, now);
        let new = change.take(new)?;
        let made = insert(&mut change, account.id, client, new, Ceiling::default()).await?;
        change.end(made.value.ok_or(Error::Internal("a new token has no text"))?).await
    });
    Ok(changed.await?.into_parts().0)
}

/// The tokens of the client, or with `None` of the caller's account, oldest first.
///
/// # Errors
/// Those of [`permit`](super::permit); the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: Option<ClientId>,
    after: Option<TokenId>,
    limit: i64,
) -> Result<Vec<TokenView>, Error> {
    let mut reading = runner::read(core, caller, ask(client, Permission::TokensRead)).await?;
    let found = match client {
        Some(client) => api_tokens::of_client(&mut reading.conn, client, after, limit).await?,
        None => api_tokens::of_account(&mut reading.conn, caller.user, after, limit).await?,
    };
    Ok(found.into_iter().map(|token| view(token, None)).collect())
}

/// One token.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`](super::permit); the database's.
pub async fn get(core: &Core, caller: &Caller, client: Option<ClientId>, id: TokenId) -> Result<TokenView, Error> {
    let mut reading = runner::read(core, caller, ask(client, Permission::TokensRead)).await?;
    Ok(view(find(&mut reading.conn, caller.user, client, id).await?, None))
}

/// Deletes a token: it opens nothing from then on.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`](super::permit); the database's.
pub async fn delete(core: &Core, caller: Caller, client: Option<ClientId>, id: TokenId) -> Result<Done<()>, Error> {
    let user = caller.user;
    let ask = ask(client, Permission::TokensDelete);
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let token = find(change.conn, user, client, id).await?;
        api_tokens::delete(change.conn, id).await?;
        change.deleted(client, "token.deleted", (id, &token.label), facts(&token));
        Ok(())
    })
    .await
}

/// What a new password or another second factor of this person means for API tokens (SPEC §3): those of the account end; those
/// of a client that the person made go on, for they are the client's, and its owners are told.
///
/// # Errors
/// The database's.
pub(crate) async fn sign_in_changed(change: &mut Change<'_>, user: UserId) -> Result<(), Error> {
    for token in api_tokens::of_account(change.conn, user, None, i64::MAX).await? {
        change.deleted(None, "token.deleted", (token.id, &token.label), facts(&token));
    }
    api_tokens::delete_all_of_account(change.conn, user).await?;
    let mut made: BTreeMap<ClientId, Vec<String>> = BTreeMap::new();
    for token in api_tokens::made_for_clients(change.conn, user, change.now).await? {
        let told = format!("\"{}\" (…{})", token.label, token.hint);
        made.entry(token.client_id.ok_or(Error::Internal("a client's token has a client"))?).or_default().push(told);
    }
    for (client, tokens) in made {
        let Some(client) = clients::find(change.conn, client).await? else { continue };
        let tokens = tokens.join(", ");
        let name = named(change.conn, &client).await?;
        let text = text!("notice_token_maker", client = name, tokens = tokens);
        for owner in members::owners_at(change.conn, client.id, change.now).await? {
            change.notify(Notice {
                user: owner,
                kind: "token.maker_password".into(),
                object: Some(client.id.to_string()),
                subject: text!("notice_token_maker-subject"),
                text: text.clone(),
            });
        }
    }
    Ok(())
}

/// What limits a token that is made.
#[derive(Clone, Copy, Debug, Default)]
struct Ceiling {
    /// What its maker may, when that limits what it permits.
    held: Option<Permissions>,
    /// When what makes it ends.
    until: Option<Timestamp>,
}

async fn insert(
    change: &mut Change<'_>,
    maker: UserId,
    client: Option<ClientId>,
    new: NewToken,
    ceiling: Ceiling,
) -> Result<TokenView, Error> {
    let foreign = |permission: &Permission| client.is_some() && !permission.is_for_roles();
    for (index, _) in new.permissions.iter().enumerate().filter(|(_, permission)| foreign(permission)) {
        change.findings.add(&format!("permissions[{index}]"), text!("unknown_permission-token"));
    }
    let expires_at = change.expiry(None, new.expires_at);
    change.sound()?;
    let wanted: Permissions = new.permissions.into_iter().collect();
    if let Some(lacking) = ceiling.held.and_then(|held| wanted.difference(held).iter().next()) {
        return Err(Error::Refused(text!("permission_not_held-token", permission = lacking.text())));
    }
    let fresh = Credential::generate(Kind::ApiToken, change.now);
    let token = ApiToken {
        id: TokenId::generate(change.now),
        digest: fresh.digest(),
        user_id: maker,
        client_id: client,
        label: new.label.into_string(),
        hint: fresh.hint(),
        permissions: PermissionSet::of(wanted),
        expires_at: [expires_at, ceiling.until].into_iter().flatten().min(),
        suspended_at: None,
        last_used_at: None,
        created_at: change.now,
    };
    api_tokens::insert(change.conn, &token).await?;
    change.created(client, "token.created", (token.id, &token.label), facts(&token));
    Ok(view(token, Some(fresh.into_text())))
}

/// What is asked of a caller: the client's tokens, or with `None` those of their account.
fn ask(client: Option<ClientId>, permission: Permission) -> Ask {
    client.map_or(Ask::Account(permission), |client| Ask::Client(client, permission))
}

async fn find(conn: &mut Conn, user: UserId, client: Option<ClientId>, id: TokenId) -> Result<ApiToken, Error> {
    let found = api_tokens::find(conn, id).await?.filter(|token| match client {
        Some(_) => token.client_id == client,
        None => token.client_id.is_none() && token.user_id == user,
    });
    found.ok_or(Error::NotFound("token"))
}

fn view(token: ApiToken, value: Option<Secret<String>>) -> TokenView {
    TokenView { id: token.id, made: made(&token), hint: token.hint, last_used_at: token.last_used_at, value }
}

fn made(token: &ApiToken) -> NewToken {
    NewToken {
        label: Label::stored(token.label.clone()),
        permissions: token.permissions.texts().filter_map(Permission::parse).collect(),
        expires_at: token.expires_at,
    }
}

/// What is audited of a token.
pub(super) fn facts(token: &ApiToken) -> Value {
    let mut facts = json!(made(token));
    facts["hint"] = json!(token.hint);
    facts
}

//! Tokens for the management API: of a client, or of an account.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Value, json};

use super::change::{Change, Notice, Permit};
use super::entitlement::Rules;
use super::fields::Findings;
use super::notice::named;
use super::permit::{self, ApiToken as Limits, Caller};
use crate::clock::Timestamp;
use crate::crypto::credential::{Credential, Kind, StoredDigest};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::gate::permissions::Permissions;
use crate::id::{ClientId, TokenId, UserId};
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::permission_set::PermissionSet;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::engine::db::{Conn, Db};
use crate::store::tables::api_tokens::{self, ApiToken};
use crate::store::tables::{clients, members, profiles};
use crate::text;

/// What a token is to be.
#[derive(Clone, Debug, Default)]
pub struct TokenFields {
    /// What people call it.
    pub label: Option<String>,
    /// What it permits, as `resource:action`.
    pub permissions: Option<Vec<String>>,
    /// RFC 3339; without one it does not end by itself.
    pub expires_at: Option<String>,
}

/// Who calls with this token; `None` for one that is none of ours, that has ended or was suspended, and when its maker's
/// account is suspended. Its use is noted.
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

/// Makes a token of the client, or with `None` of the caller's account; gives its text: the only moment at which it is
/// known. One that a token makes ends with that token at the latest.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::Refused`] `permission_not_held` for a permission that the caller does
/// not hold themselves; those of [`permit`]; the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: Option<ClientId>,
    fields: TokenFields,
) -> Result<(ApiToken, Secret<String>), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, held) = begin(conn, &caller, client, Permission::TokensCreate, &rules, now).await?;
            let until = caller.token.as_ref().and_then(|token| token.expires_at);
            let (token, text) = insert(&mut change, caller.user, client, &fields, (held, until)).await?;
            change.end((token, text)).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Makes a token for the account of this address, as the operator asks. What it permits is still no more than what its maker
/// may at the moment of use; without a word about permissions that is all of it.
///
/// # Errors
/// [`Error::NotFound`] for the account or the client; as [`create`]; the database's.
pub async fn create_for(
    db: &Db,
    rules: &Rules,
    now: Timestamp,
    email: &str,
    client: Option<ClientId>,
    fields: TokenFields,
) -> Result<Secret<String>, Error> {
    let key = EmailAddress::parse(email).map_err(|issue| Error::Invalid(vec![issue.at("user")]))?.key().to_owned();
    let every = || {
        let all = Permission::ALL.iter().filter(|permission| client.is_none() || permission.is_for_roles());
        all.map(|permission| permission.text().to_owned()).collect()
    };
    let fields = TokenFields { permissions: fields.permissions.or_else(|| Some(every())), ..fields };
    let rules = rules.clone();
    let changed = db
        .change(async move |conn: &mut Conn| {
            let account = profiles::find_by_email(conn, &key).await?.ok_or(Error::NotFound("account"))?;
            if let Some(client) = client {
                members::membership(conn, client, account.id)
                    .await?
                    .ok_or(Error::NotFound("client of this account"))?;
            }
            let mut change = Change::begin(conn, Permit::of_operator(), rules, now);
            let (_, text) = insert(&mut change, account.id, client, &fields, (None, None)).await?;
            change.end(text).await
        })
        .await?;
    Ok(changed.into_parts().0)
}

/// The tokens of the client, or with `None` of the caller's account, oldest first.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: Option<ClientId>,
    after: Option<TokenId>,
    limit: i64,
) -> Result<Vec<ApiToken>, Error> {
    let mut conn = core.db.read().await?;
    may_read(&mut conn, caller, client, core.clock.now()).await?;
    Ok(match client {
        Some(client) => api_tokens::of_client(&mut conn, client, after, limit).await?,
        None => api_tokens::of_account(&mut conn, caller.user, after, limit).await?,
    })
}

/// One token.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: Option<ClientId>, id: TokenId) -> Result<ApiToken, Error> {
    let mut conn = core.db.read().await?;
    may_read(&mut conn, caller, client, core.clock.now()).await?;
    find(&mut conn, caller, client, id).await
}

/// Deletes a token: it is good for nothing from then on.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn delete(core: &Core, caller: Caller, client: Option<ClientId>, id: TokenId) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) = begin(conn, &caller, client, Permission::TokensDelete, &rules, now).await?;
            let token = find(change.conn, &caller, client, id).await?;
            api_tokens::delete(change.conn, id).await?;
            change.deleted(client, "token.deleted", id, &token.label, facts(&token));
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// What a new password of this person means for API tokens (SPEC §3): those of the account end; those of a client that the
/// person made go on, for they are the client's, and its owners are told.
///
/// # Errors
/// The database's.
pub(crate) async fn password_changed(change: &mut Change<'_>, user: UserId) -> Result<(), Error> {
    for token in api_tokens::of_account(change.conn, user, None, i64::MAX).await? {
        change.deleted(None, "token.deleted", token.id, &token.label, facts(&token));
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

/// Makes a token. `held`: what its maker may, when that limits it; `until`: when what makes it ends.
async fn insert(
    change: &mut Change<'_>,
    maker: UserId,
    client: Option<ClientId>,
    fields: &TokenFields,
    (held, until): (Option<Permissions>, Option<Timestamp>),
) -> Result<(ApiToken, Secret<String>), Error> {
    let fresh = Credential::generate(Kind::ApiToken, change.now);
    let mut findings = Findings::default();
    let mut token = ApiToken {
        id: TokenId::generate(change.now),
        digest: fresh.digest(),
        user_id: maker,
        client_id: client,
        label: "API token".to_owned(),
        hint: fresh.hint(),
        permissions: PermissionSet::default(),
        expires_at: None,
        suspended_at: None,
        last_used_at: None,
        created_at: change.now,
    };
    findings
        .required(&mut token.label, "label", fields.label.as_ref(), |text| Label::parse(text).map(Label::into_string));
    findings.expiry(&mut token.expires_at, fields.expires_at.as_ref(), change.now);
    let wanted = read_permissions(&mut findings, fields.permissions.as_deref(), client.is_some());
    findings.none()?;
    if let Some(lacking) = held.and_then(|held| wanted.difference(held).iter().next()) {
        let message = format!("you do not hold {} yourself", lacking.text());
        return Err(Error::refused("permission_not_held", message));
    }
    token.permissions = PermissionSet::of(wanted);
    token.expires_at = [token.expires_at, until].into_iter().flatten().min();
    api_tokens::insert(change.conn, &token).await?;
    change.created(client, "token.created", token.id, &token.label, facts(&token));
    Ok((token, fresh.into_text()))
}

/// Begins a change of tokens; gives what the caller holds, where that limits what a token may permit. A person's own
/// account holds everything: what a token of it may do is decided where it is used.
async fn begin<'c>(
    conn: &'c mut Conn,
    caller: &Caller,
    client: Option<ClientId>,
    permission: Permission,
    rules: &Rules,
    now: Timestamp,
) -> Result<(Change<'c>, Option<Permissions>), Error> {
    match client {
        Some(client) => {
            let (change, access) = permit::to_change(conn, caller, client, permission, rules, now).await?;
            Ok((change, Some(access.membership.permissions)))
        }
        None => {
            let change = permit::on_own_account(conn, caller, permission, rules, now)?;
            Ok((change, caller.token.as_ref().map(|token| token.permissions)))
        }
    }
}

async fn may_read(conn: &mut Conn, caller: &Caller, client: Option<ClientId>, now: Timestamp) -> Result<(), Error> {
    match client {
        Some(client) => permit::to_read(conn, caller, client, Permission::TokensRead, now).await.map(drop),
        None => permit::to_read_own_account(caller, Permission::TokensRead),
    }
}

async fn find(conn: &mut Conn, caller: &Caller, client: Option<ClientId>, id: TokenId) -> Result<ApiToken, Error> {
    let found = api_tokens::find(conn, id).await?.filter(|token| match client {
        Some(_) => token.client_id == client,
        None => token.client_id.is_none() && token.user_id == caller.user,
    });
    found.ok_or(Error::NotFound("token"))
}

fn read_permissions(findings: &mut Findings, given: Option<&[String]>, of_client: bool) -> Permissions {
    let mut permissions = Permissions::NONE;
    let given = given.unwrap_or_default();
    if given.is_empty() {
        findings.add("permissions", "required", "say what the token may do, such as domains:read");
    }
    for (index, text) in given.iter().enumerate() {
        match Permission::parse(text).filter(|permission| !of_client || permission.is_for_roles()) {
            Some(permission) => permissions.insert(permission),
            None => findings.add(
                &format!("permissions[{index}]"),
                "unknown_permission",
                "give a permission such as domains:read",
            ),
        }
    }
    permissions
}

pub(super) fn facts(token: &ApiToken) -> Value {
    json!({
        "label": token.label,
        "hint": token.hint,
        "permissions": token.permissions.texts().collect::<Vec<_>>(),
        "expires_at": token.expires_at,
    })
}

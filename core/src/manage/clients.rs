//! Clients: make, list, read, change.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::change::Change;
use super::client_context::{self, Plans};
use super::fields::{Expected, same_version, suspension};
use super::permit::{self, Caller};
use super::runner::{self, Ask, Done};
use super::verifications::{self as applications, What};
use super::{members, notice, roles, scopes};
use crate::clock::Timestamp;
use crate::contract::client::{ClientAccess, ClientSettings, ClientView};
use crate::contract::client_scope::ScopeUse;
use crate::contract::{Findings, Input, Patch};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::{Membership, Permission};
use crate::id::{ClientId, RoleId, UserId};
use crate::model::client::{ClientType, Pkce};
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::permissions::Permissions;
use crate::model::scope::ScopeSet;
use crate::model::url::Link;
use crate::state::Core;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::{
    callback_origins, client_end, client_scopes, client_users, consents, domains, members as memberships, secrets,
    verifications,
};
use crate::text;

/// A person belongs to a few clients; so many are looked through by name.
const MOST_SEARCHED: i64 = 500;

/// Makes a client of the caller's own, with its preset roles and the caller as its owner.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::PlanRequired`] when the caller's plan entitles to no (further) client;
/// the database's.
pub async fn create(core: &Core, caller: Caller, new: Input<ClientSettings>) -> Result<Done<ClientView>, Error> {
    let (user, viewer) = (caller.user, Viewer::of(core, &caller));
    runner::change(core, caller, Ask::Account(Permission::ClientCreate), async move |change: &mut Change<'_>| {
        profiles::hold(change.conn, user).await?;
        let owner = profiles::find(change.conn, user).await?.ok_or(Error::NotFound("account"))?;
        let settings = change.take(new)?;
        let client = insert(change, ClientId::generate(change.now), &owner, &settings, false).await?;
        view(change.conn, &viewer, client).await
    })
    .await
}

/// The clients that the caller is a member of, oldest first: at most `limit` of those after `after`.
///
/// # Errors
/// [`Error::Forbidden`] for a token without `client:read`; the database's.
pub async fn list(core: &Core, caller: &Caller, after: Option<ClientId>, limit: i64) -> Result<Vec<ClientView>, Error> {
    let now = core.clock.now();
    let mut conn = core.db.read().await?;
    let found = match permit::to_list_clients(caller)? {
        // A client's token shows that client.
        Some(only) if after.is_some_and(|after| after >= only) => Vec::new(),
        Some(only) => vec![permit::to_read(&mut conn, caller, only, Permission::ClientRead, now).await?.client],
        None => clients::of_member(&mut conn, caller.user, now, after, limit).await?,
    };
    views(&mut conn, &Viewer::of(core, caller), found).await
}

/// The clients that the caller is a member of whose names hold this text, in whatever case; the first five hundred are
/// looked through.
///
/// # Errors
/// As [`list`].
pub async fn search(core: &Core, caller: &Caller, text: &str) -> Result<Vec<ClientView>, Error> {
    let mut found = list(core, caller, None, MOST_SEARCHED).await?;
    let text = text.to_lowercase();
    found.retain(|client| client.settings.name.as_str().to_lowercase().contains(&text));
    Ok(found)
}

/// One client.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the caller is no member of it, [`Error::Forbidden`]; the database's.
pub async fn get(core: &Core, caller: &Caller, id: ClientId) -> Result<ClientView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(id, Permission::ClientRead)).await?;
    let client = reading.access()?.client.clone();
    view(&mut reading.conn, &Viewer::of(core, caller), client).await
}

/// Changes a client. `expected`: the version it must still have, `updated_at` of when it was read.
///
/// # Errors
/// As [`get`]; [`Error::Invalid`] with all bad fields; [`Error::StalePrecondition`]; [`Error::Conflict`]
/// `subject_type_fixed`, `type_fixed`, `secrets_present`; [`Error::PlanRequired`] when the billing owner's plan has lapsed; the database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    id: ClientId,
    patch: Patch<ClientSettings>,
    expected: Expected,
) -> Result<Done<ClientView>, Error> {
    let viewer = Viewer::of(core, &caller);
    runner::change(core, caller, Ask::Client(id, Permission::ClientUpdate), async move |change: &mut Change<'_>| {
        let access = change.access()?.clone();
        same_version(expected, access.client.updated_at)?;
        if patch.names("scopes") {
            // Scopes have permissions of their own.
            access.require(Permission::ScopesCreate, change.now)?;
            access.require(Permission::ScopesDelete, change.now)?;
        }
        let client = apply(change, access.client, patch).await?;
        view(change.conn, &viewer, client).await
    })
    .await
}

/// What ends with a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// People whose login it serves.
    pub people: i64,
    /// Its domains.
    pub domains: usize,
    /// Its secrets.
    pub secrets: usize,
    /// Its memberships, invitations included.
    pub members: usize,
}

/// What would end with this client.
///
/// # Errors
/// Those of [`permit`] for `client:delete`; the database's.
pub async fn weigh(core: &Core, caller: &Caller, id: ClientId) -> Result<Weight, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(id, Permission::ClientDelete)).await?;
    let conn = &mut reading.conn;
    Ok(Weight {
        people: consents::count_live(conn, id).await?,
        domains: domains::of_client(conn, id).await?.len(),
        secrets: secrets::of_client(conn, id).await?.len(),
        members: memberships::of_client(conn, id).await?.len(),
    })
}

/// Deletes a client for good: its domains, secrets, scopes, roles, members, requests, applications and API tokens go, all
/// logins that came through it end, and nothing stays but that its id was given.
///
/// # Errors
/// As [`get`]; [`Error::PlanRequired`]; [`Error::StalePrecondition`]; the database's.
pub async fn delete(core: &Core, caller: Caller, id: ClientId, expected: Expected) -> Result<Done<()>, Error> {
    runner::change(core, caller, Ask::Client(id, Permission::ClientDelete), async move |change: &mut Change<'_>| {
        let client = change.access()?.client.clone();
        same_version(expected, client.updated_at)?;
        notice::client_is_deleted(change, &client).await?;
        let had = settings(change.conn, &client).await?;
        client_end::bury(change.conn, id, change.now).await?;
        change.deleted(Some(id), "client.deleted", (id, &client.name), facts(&had));
        Ok(())
    })
    .await
}

/// Makes a client of this id for this owner, held by the caller. `restored`: it was the owner's before, so a plan that has
/// lapsed since is enough.
///
/// # Errors
/// As [`create`].
pub(crate) async fn insert(
    change: &mut Change<'_>,
    id: ClientId,
    owner: &Profile,
    settings: &ClientSettings,
    restored: bool,
) -> Result<Client, Error> {
    check(&mut change.findings, settings);
    change.sound()?;
    let client = Client { billing_owner: Some(owner.id), ..row(id, settings, change.now) };
    let lapsed = change.rules.has_lapsed(owner, change.now);
    let entitled = if restored && lapsed { change.rules.paid } else { change.rules.entitlements(owner, change.now) };
    let owned = clients::count_owned(change.conn, owner.id).await?;
    if !entitled.has_room(owned) {
        return Err(Error::PlanRequired);
    }
    clients::insert(change.conn, &client).await?;
    change.created(Some(id), "client.created", (id, &client.name), facts(settings));
    let role = roles::create_presets(change, id).await?;
    members::create_owner(change, id, role, owner.id, &owner.email_key).await?;
    scopes::set(change, id, &settings.scopes).await?;
    Ok(client)
}

/// Changes a client.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Conflict`] `subject_type_fixed`, `type_fixed`, `secrets_present`; the database's.
pub(crate) async fn apply(change: &mut Change<'_>, old: Client, patch: Patch<ClientSettings>) -> Result<Client, Error> {
    let had = settings(change.conn, &old).await?;
    let wanted = change.take(patch.apply(&had))?;
    let mut client = Client {
        reviewed_name: old.reviewed_name.clone(),
        billing_owner: old.billing_owner,
        suspended_at: old.suspended_at,
        suspended_reason: old.suspended_reason.clone(),
        updated_at: old.updated_at,
        ..row(old.id, &wanted, old.created_at)
    };
    check(&mut change.findings, &wanted);
    change.sound()?;
    if client.subject_type != old.subject_type && client_users::exist(change.conn, client.id).await? {
        return Err(Error::Conflict(text!("subject_type_fixed")));
    }
    if client.client_type != old.client_type {
        retype(change, &client).await?;
    }
    if client.name != old.name {
        // People agreed to share with a partner that staff have looked at: its new name waits for the same.
        let reviewed = !change.is_operators() && is_verified(change, client.id).await?;
        let shown = old.reviewed_name.clone().unwrap_or_else(|| old.name.clone());
        client.reviewed_name = Some(shown).filter(|shown| reviewed && *shown != client.name);
    }
    let told = (facts(&had), facts(&wanted));
    let rewritten = change.updated(Some(client.id), "client.updated", (client.id, &client.name), told);
    let rescoped = wanted.scopes != had.scopes && scopes::set(change, client.id, &wanted.scopes).await?;
    if rewritten || rescoped {
        client.updated_at = change.version_after(old.updated_at);
        clients::update(change.conn, &client).await?;
    }
    if client.name != old.name {
        applications::settle(change, client.id, What::NameOrLogo).await?;
    } else if links(&client) != links(&old) {
        applications::settle(change, client.id, What::Links).await?;
    }
    Ok(client)
}

/// Notes what of a client's settings does not go together.
fn check(findings: &mut Findings, settings: &ClientSettings) {
    let by_nonce = settings.pkce == Pkce::OrNonce;
    if by_nonce && settings.client_type == ClientType::Public {
        // The nonce stands in for PKCE together with the client's authentication, which there is none of.
        findings.value("pkce", Err::<(), _>(text!("confidential_only")));
    }
}

/// What a client is fixed by its first code: software that kept a secret would be taken at its word from then on.
async fn retype(change: &mut Change<'_>, client: &Client) -> Result<(), Error> {
    if client_users::exist(change.conn, client.id).await? {
        return Err(Error::Conflict(text!("type_fixed")));
    }
    if client.client_type == ClientType::Public && !secrets::labels(change.conn, client.id).await?.is_empty() {
        return Err(Error::Conflict(text!("secrets_present")));
    }
    match client.client_type {
        ClientType::Public => Ok(callback_origins::set_all(change.conn, client.id).await?),
        ClientType::Confidential => Ok(callback_origins::delete_all(change.conn, client.id).await?),
    }
}

/// Suspends a client as the operator, or lets it be used again.
pub(crate) async fn suspend(change: &mut Change<'_>, id: ClientId, suspended: bool) -> Result<(), Error> {
    let old = clients::find(change.conn, id).await?.ok_or(Error::NotFound("client"))?;
    let mut new = old.clone();
    new.suspended_at = suspension(old.suspended_at, suspended, change.now);
    new.suspended_reason = old.suspended_reason.clone().filter(|_| suspended);
    let facts = |client: &Client| json!({ "suspended": client.suspended_at.is_some() });
    if change.updated(Some(id), "client.updated", (id, &new.name), (facts(&old), facts(&new))) {
        new.updated_at = change.version_after(old.updated_at);
        clients::update(change.conn, &new).await?;
    }
    Ok(())
}

/// Who looks at clients, when, and what decides how these stand.
pub(super) struct Viewer {
    user: UserId,
    /// What their token leaves of their permissions.
    token: Option<Permissions>,
    plans: Plans,
    now: Timestamp,
}

impl Viewer {
    /// This caller, now.
    pub(super) fn of(core: &Core, caller: &Caller) -> Self {
        let token = caller.token.as_ref().map(|token| token.permissions);
        Self { user: caller.user, token, plans: Plans::of(core), now: core.clock.now() }
    }

    fn access(&self, place: Option<(RoleId, Membership)>) -> ClientAccess {
        let Some((role, membership)) = place else { return ClientAccess::default() };
        let membership = match self.token {
            Some(permissions) => membership.narrowed_to(permissions),
            None => membership,
        };
        let permissions = membership.permissions.iter().collect();
        ClientAccess { role: Some(role), level: membership.level, permissions }
    }
}

pub(super) async fn view(conn: &mut Conn, viewer: &Viewer, client: Client) -> Result<ClientView, Error> {
    views(conn, viewer, vec![client]).await?.pop().ok_or(Error::Internal("one client has one view"))
}

/// As many queries for many clients as for one.
async fn views(conn: &mut Conn, viewer: &Viewer, found: Vec<Client>) -> Result<Vec<ClientView>, Error> {
    let ids: Vec<ClientId> = found.iter().map(|client| client.id).collect();
    let owners: Vec<UserId> = found.iter().filter_map(|client| client.billing_owner).collect();
    let mut scopes = client_scopes::of_clients(conn, &ids).await?;
    let owners = profiles::several(conn, &owners).await?;
    let owners: HashMap<UserId, Profile> = owners.into_iter().map(|owner| (owner.id, owner)).collect();
    let mut places = memberships::places(conn, viewer.user, &ids).await?;
    let modes = domains::modes(conn, &ids).await?;
    let view = |client: Client| {
        let scopes = scopes.remove(&client.id).unwrap_or_default();
        let owner = client.billing_owner.and_then(|owner| owners.get(&owner));
        let active = modes.iter().filter(|mode| mode.client == client.id && mode.active);
        let mut active = active.peekable();
        let all_in_test_mode = active.peek().is_some() && active.all(|mode| mode.test_mode);
        ClientView {
            id: client.id,
            owner: owner.map(|owner| owner.email.clone()).unwrap_or_default(),
            standing: client_context::standing_of(&viewer.plans, &client, owner, viewer.now).told(all_in_test_mode),
            access: viewer.access(places.remove(&client.id)),
            updated_at: client.updated_at,
            settings: settings_of(client, &scopes),
        }
    };
    Ok(found.into_iter().map(view).collect())
}

/// Whether staff have approved something of a client that stands now.
pub(super) async fn is_verified(change: &mut Change<'_>, client: ClientId) -> Result<bool, Error> {
    let covered = verifications::coverage(change.conn, client).await?;
    Ok(covered.iter().any(|coverage| coverage.holds(change.now)))
}

/// A client with these settings, without an owner yet.
fn row(id: ClientId, settings: &ClientSettings, now: Timestamp) -> Client {
    let text = |link: &Option<Link>| link.as_ref().map(|link| link.as_str().to_owned());
    Client {
        id,
        name: settings.name.as_str().to_owned(),
        reviewed_name: None,
        contact_email: settings.contact_email.as_ref().map(|email| email.address().to_owned()),
        homepage_url: text(&settings.homepage_url),
        privacy_url: text(&settings.privacy_url),
        terms_url: text(&settings.terms_url),
        subject_type: settings.subject_type,
        id_token_alg: settings.id_token_alg,
        billing_owner: None,
        suspended_at: None,
        suspended_reason: None,
        created_at: now,
        updated_at: now,
        description: settings.description.clone(),
        pkce: settings.pkce,
        id_token_claims: settings.id_token_claims,
        client_type: settings.client_type,
    }
}

/// What is set of a client that has these scopes.
pub(crate) fn settings_of(client: Client, scopes: &ScopeSet) -> ClientSettings {
    ClientSettings {
        name: Label::stored(client.name),
        description: client.description,
        contact_email: client.contact_email.map(EmailAddress::stored),
        homepage_url: client.homepage_url.map(Link::stored),
        privacy_url: client.privacy_url.map(Link::stored),
        terms_url: client.terms_url.map(Link::stored),
        subject_type: client.subject_type,
        id_token_alg: client.id_token_alg,
        id_token_claims: client.id_token_claims,
        pkce: client.pkce,
        client_type: client.client_type,
        scopes: scopes.iter().map(ScopeUse::named).collect(),
    }
}

async fn settings(conn: &mut Conn, client: &Client) -> Result<ClientSettings, Error> {
    let scopes = client_scopes::of_client(conn, client.id).await?;
    Ok(settings_of(client.clone(), &scopes))
}

/// What staff look at beside name and logo.
fn links(client: &Client) -> [Option<&String>; 4] {
    [&client.contact_email, &client.homepage_url, &client.privacy_url, &client.terms_url].map(Option::as_ref)
}

/// What is audited of a client. Its scopes have entries of their own.
fn facts(settings: &ClientSettings) -> Value {
    let mut facts = json!(settings);
    if let Value::Object(members) = &mut facts {
        members.remove("scopes");
    }
    facts
}

//! Clients: make, list, read, change.

use serde_json::{Value, json};

use super::change::Change;
use super::entitlement::Rules;
use super::fields::{Findings, same_version, suspension};
use super::permit::{self, Caller};
use super::verifications::{self as applications, What};
use super::{members, notice, roles, scopes};
use crate::clock::Timestamp;
use crate::error::{Error, FieldError};
use crate::gate::permission::Permission;
use crate::id::{ClientId, UserId};
use crate::model::client::{SigningAlg, SubjectType};
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::scope::ScopeSet;
use crate::model::url::validate_link;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::{client_end, client_scopes, client_users, verifications};

/// What a client is to be; what is `None` stays (a new one gets the default), an empty text clears.
#[derive(Clone, Debug, Default)]
pub struct ClientFields {
    /// Its name; a new client has one.
    pub name: Option<String>,
    /// Where people reach the partner.
    pub contact_email: Option<String>,
    /// Its homepage.
    pub homepage_url: Option<String>,
    /// Its privacy page.
    pub privacy_url: Option<String>,
    /// Its terms.
    pub terms_url: Option<String>,
    /// Which `sub` it sees; fixed once somebody has logged in.
    pub subject_type: Option<SubjectType>,
    /// What its ID tokens are signed with.
    pub id_token_alg: Option<SigningAlg>,
    /// The activated scopes.
    pub scopes: Option<Vec<String>>,
}

/// A client as its members see it.
#[derive(Clone, Debug)]
pub struct ClientView {
    /// The client.
    pub client: Client,
    /// The address of the person whose plan entitles it.
    pub owner: String,
    /// The activated scopes.
    pub scopes: ScopeSet,
}

/// Makes a client of the caller's own, with its preset roles and the caller as its owner.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::PlanRequired`] when the caller's plan entitles to no (further) client;
/// the database's.
pub async fn create(core: &Core, caller: Caller, fields: ClientFields) -> Result<ClientView, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::on_own_account(conn, &caller, Permission::ClientCreate, &rules, now)?;
            profiles::hold(change.conn, caller.user).await?;
            let owner = profiles::find(change.conn, caller.user).await?.ok_or(Error::NotFound("account"))?;
            let client = insert(&mut change, ClientId::generate(now), &owner, &fields, false).await?;
            let made = view(change.conn, client).await?;
            change.end(made).await
        })
        .await?;
    Ok(changed.committed(core))
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
    views(&mut conn, found).await
}

/// One client.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the caller is no member of it, [`Error::Forbidden`]; the database's.
pub async fn get(core: &Core, caller: &Caller, id: ClientId) -> Result<ClientView, Error> {
    let mut conn = core.db.read().await?;
    let access = permit::to_read(&mut conn, caller, id, Permission::ClientRead, core.clock.now()).await?;
    view(&mut conn, access.client).await
}

/// Changes a client. `expected`: the version it must still have, `ClientView::client.updated_at` of when it was read.
///
/// # Errors
/// As [`get`]; [`Error::Invalid`] with all bad fields; [`Error::StalePrecondition`]; [`Error::Conflict`]
/// `subject_type_fixed`; [`Error::PlanRequired`] when the billing owner's plan has lapsed; the database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    id: ClientId,
    fields: ClientFields,
    expected: Option<Timestamp>,
) -> Result<ClientView, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, id, Permission::ClientUpdate, &rules, now).await?;
            same_version(expected, access.client.updated_at)?;
            if fields.scopes.is_some() {
                // Scopes have permissions of their own.
                access.require(Permission::ScopesCreate, now)?;
                access.require(Permission::ScopesDelete, now)?;
            }
            let client = apply(&mut change, access.client, &fields).await?;
            let made = view(change.conn, client).await?;
            change.end(made).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Deletes a client for good: its domains, secrets, scopes, roles, members, requests, applications and API tokens go, all
/// logins that came through it end, and nothing stays but that its id was given.
///
/// # Errors
/// As [`get`]; [`Error::PlanRequired`]; [`Error::StalePrecondition`]; the database's.
pub async fn delete(core: &Core, caller: Caller, id: ClientId, expected: Option<Timestamp>) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, id, Permission::ClientDelete, &rules, now).await?;
            let client = access.client;
            same_version(expected, client.updated_at)?;
            notice::client_is_deleted(&mut change, &client).await?;
            client_end::bury(change.conn, id, now).await?;
            change.deleted(Some(id), "client.deleted", id, &client.name, facts(&client));
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// What is wrong with these fields by themselves.
pub(crate) fn check(fields: &ClientFields, now: Timestamp) -> Vec<FieldError> {
    let mut findings = Findings::default();
    fill(&mut findings, &mut blank(ClientId::from_bytes([0; 16]), now), fields);
    findings.into_errors()
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
    fields: &ClientFields,
    restored: bool,
) -> Result<Client, Error> {
    let mut client = Client { billing_owner: Some(owner.id), ..blank(id, change.now) };
    let mut findings = Findings::default();
    if fields.name.is_none() {
        findings.add("name", "required", "give the client a name");
    }
    fill(&mut findings, &mut client, fields);
    findings.none()?;
    let lapsed = change.rules.has_lapsed(owner, change.now);
    let entitled = if restored && lapsed { change.rules.paid } else { change.rules.entitlements(owner, change.now) };
    let owned = clients::count_owned(change.conn, owner.id).await?;
    if !entitled.clients || owned >= i64::from(entitled.max_clients) {
        return Err(Error::PlanRequired);
    }
    clients::insert(change.conn, &client).await?;
    change.created(Some(id), "client.created", id, &client.name, facts(&client));
    let role = roles::create_presets(change, id).await?;
    members::create_owner(change, id, role, owner.id, &owner.email_key).await?;
    scopes::set(change, id, fields.scopes.as_deref().unwrap_or_default()).await?;
    Ok(client)
}

/// Changes a client.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Conflict`] `subject_type_fixed`; the database's.
pub(crate) async fn apply(change: &mut Change<'_>, old: Client, fields: &ClientFields) -> Result<Client, Error> {
    let mut client = old.clone();
    let mut findings = Findings::default();
    fill(&mut findings, &mut client, fields);
    findings.none()?;
    if client.subject_type != old.subject_type && client_users::exist(change.conn, client.id).await? {
        let message = "people have logged in already: they would be strangers to the client".to_owned();
        return Err(Error::Conflict { code: "subject_type_fixed", message });
    }
    if client.name != old.name {
        // People agreed to share with a partner that staff have looked at: its new name waits for the same.
        let reviewed = !change.is_operators() && is_verified(change, client.id).await?;
        let shown = old.reviewed_name.clone().unwrap_or_else(|| old.name.clone());
        client.reviewed_name = Some(shown).filter(|shown| reviewed && *shown != client.name);
    }
    let told = (facts(&old), facts(&client));
    let rewritten = change.updated(Some(client.id), "client.updated", client.id, &client.name, told);
    let mut rescoped = false;
    if let Some(wanted) = &fields.scopes {
        let active = client_scopes::of_client(change.conn, client.id).await?;
        scopes::set(change, client.id, wanted).await?;
        rescoped = active != wanted.iter().map(String::as_str).collect();
    }
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

/// Suspends a client as the operator, or lets it be used again.
pub(crate) async fn suspend(change: &mut Change<'_>, id: ClientId, suspended: bool) -> Result<(), Error> {
    let old = clients::find(change.conn, id).await?.ok_or(Error::NotFound("client"))?;
    let mut new = old.clone();
    new.suspended_at = suspension(old.suspended_at, Some(suspended), change.now);
    let facts = |client: &Client| json!({ "suspended": client.suspended_at.is_some() });
    if change.updated(Some(id), "client.updated", id, &new.name, (facts(&old), facts(&new))) {
        new.updated_at = change.version_after(old.updated_at);
        clients::update(change.conn, &new).await?;
    }
    Ok(())
}

async fn view(conn: &mut Conn, client: Client) -> Result<ClientView, Error> {
    views(conn, vec![client]).await?.pop().ok_or(Error::Internal("one client has one view"))
}

/// As many queries for many clients as for one.
async fn views(conn: &mut Conn, found: Vec<Client>) -> Result<Vec<ClientView>, Error> {
    let ids: Vec<ClientId> = found.iter().map(|client| client.id).collect();
    let owners: Vec<UserId> = found.iter().filter_map(|client| client.billing_owner).collect();
    let mut scopes = client_scopes::of_clients(conn, &ids).await?;
    let addresses = profiles::addresses(conn, &owners).await?;
    let owner = |client: &Client| client.billing_owner.and_then(|owner| addresses.get(&owner).cloned());
    let view = |client: Client| ClientView {
        scopes: scopes.remove(&client.id).unwrap_or_default(),
        owner: owner(&client).unwrap_or_default(),
        client,
    };
    Ok(found.into_iter().map(view).collect())
}

/// Whether staff have approved something of a client that stands now.
pub(super) async fn is_verified(change: &mut Change<'_>, client: ClientId) -> Result<bool, Error> {
    let covered = verifications::coverage(change.conn, client).await?;
    Ok(covered.iter().any(|(.., until)| until.is_none_or(|end| change.now < end)))
}

fn blank(id: ClientId, now: Timestamp) -> Client {
    Client {
        id,
        name: String::new(),
        reviewed_name: None,
        contact_email: None,
        homepage_url: None,
        privacy_url: None,
        terms_url: None,
        subject_type: SubjectType::Public,
        id_token_alg: SigningAlg::Rs256,
        billing_owner: None,
        suspended_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn fill(findings: &mut Findings, client: &mut Client, fields: &ClientFields) {
    let link = |text: &str| validate_link(text).map(|()| text.to_owned());
    findings
        .required(&mut client.name, "name", fields.name.as_ref(), |text| Label::parse(text).map(Label::into_string));
    findings.optional(&mut client.contact_email, "contact_email", fields.contact_email.as_ref(), |text| {
        EmailAddress::parse(text).map(|email| email.address().to_owned())
    });
    findings.optional(&mut client.homepage_url, "homepage_url", fields.homepage_url.as_ref(), link);
    findings.optional(&mut client.privacy_url, "privacy_url", fields.privacy_url.as_ref(), link);
    findings.optional(&mut client.terms_url, "terms_url", fields.terms_url.as_ref(), link);
    client.subject_type = fields.subject_type.unwrap_or(client.subject_type);
    client.id_token_alg = fields.id_token_alg.unwrap_or(client.id_token_alg);
}

/// What staff look at beside name and logo.
fn links(client: &Client) -> [Option<&String>; 4] {
    [&client.contact_email, &client.homepage_url, &client.privacy_url, &client.terms_url].map(Option::as_ref)
}

fn facts(client: &Client) -> Value {
    json!({
        "name": client.name,
        "contact_email": client.contact_email,
        "homepage_url": client.homepage_url,
        "privacy_url": client.privacy_url,
        "terms_url": client.terms_url,
        "subject_type": client.subject_type,
        "id_token_alg": client.id_token_alg,
    })
}

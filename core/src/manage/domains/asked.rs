//! What members of an organisation ask of its domains, each with its permission.

use super::{DomainFields, apply, check, insert, read_root, remove, settle_primary};
use crate::clock::Timestamp;
use crate::error::{Error, FieldIssue};
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId};
use crate::manage::change::Change;
use crate::manage::entitlement::Rules;
use crate::manage::fields::same_version;
use crate::manage::permit::{self, Access, Caller};
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::domain_urls;
use crate::store::tables::domains::{self, Domain};

/// A domain as the members of its client see it.
#[derive(Clone, Debug)]
pub struct DomainView {
    /// The domain.
    pub domain: Domain,
    /// From where its servers call.
    pub server_ips: Vec<String>,
}

/// The domains of the client by id: at most `limit` of those after `after`.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<DomainId>,
    limit: i64,
) -> Result<Vec<DomainView>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::DomainsRead, core.clock.now()).await?;
    let found = domains::page(&mut conn, client, after, limit).await?;
    views(&mut conn, found).await
}

/// One domain.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: DomainId) -> Result<DomainView, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::DomainsRead, core.clock.now()).await?;
    view(&mut conn, client, id).await
}

/// Makes a domain. The first one of a client is its primary one; a later one is when `primary` says so.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `root_domain_taken`; [`Error::Forbidden`] for test mode
/// without `domains:test`; those of [`permit`]; the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: ClientId,
    root: Option<String>,
    primary: Option<bool>,
    fields: DomainFields,
) -> Result<DomainView, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::DomainsCreate, &rules, now).await?;
            let test_mode = fields.test_mode.unwrap_or(false);
            may_test(&access, test_mode, now)?;
            let fields = DomainFields { test_mode: Some(test_mode), ..fields };
            let domain = make(&mut change, client, &root.unwrap_or_default(), primary, &fields).await?;
            let made = view(change.conn, client, domain.id).await?;
            change.end(made).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Changes a domain. `root` is the root domain that it has, if any: it never changes. `expected`: the version that it must
/// still have, `updated_at` of when it was read.
///
/// # Errors
/// As [`get`]; [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `primary_needed` when the primary domain shall be
/// primary no more, `verified_domain`, `test_urls_present`; [`Error::Forbidden`] for switching test mode on without
/// `domains:test`; [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, DomainId),
    root: Option<String>,
    primary: Option<bool>,
    fields: DomainFields,
    expected: Option<Timestamp>,
) -> Result<DomainView, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::DomainsUpdate, &rules, now).await?;
            let old = find(change.conn, client, id).await?;
            may_test(&access, fields.test_mode == Some(true) && !old.test_mode, now)?;
            same_version(expected, old.updated_at)?;
            refuse_another_root(&old, root.as_deref())?;
            if primary == Some(false) && old.is_primary {
                let message = "one domain is always primary: make another one primary instead";
                return Err(Error::conflict("primary_needed", message));
            }
            let urls = domain_urls::of_domain(change.conn, id).await?;
            apply(&mut change, old, &urls, &fields).await?;
            if primary == Some(true) {
                settle_primary(&mut change, client, Some(id)).await?;
            }
            let made = view(change.conn, client, id).await?;
            change.end(made).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Deletes a domain for good, with its URLs, links and coverage, and ends all logins that came through it. When it was the
/// primary one, the oldest active one becomes that, else the oldest.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, DomainId),
    expected: Option<Timestamp>,
) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) =
                permit::to_change(conn, &caller, client, Permission::DomainsDelete, &rules, now).await?;
            let domain = find(change.conn, client, id).await?;
            same_version(expected, domain.updated_at)?;
            remove(&mut change, domain).await?;
            settle_primary(&mut change, client, None).await?;
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// The domain of this id.
///
/// # Errors
/// [`Error::NotFound`] also when it is another client's.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, id: DomainId) -> Result<Domain, Error> {
    domains::find(conn, client, id).await?.ok_or(Error::NotFound("domain"))
}

async fn make(
    change: &mut Change<'_>,
    client: ClientId,
    root: &str,
    primary: Option<bool>,
    fields: &DomainFields,
) -> Result<Domain, Error> {
    let errors = check(root, fields, &change.rules.issuer, change.now);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let read = read_root(root, fields.test_mode.unwrap_or(false));
    let root = read.map_err(|issue| Error::Invalid(vec![issue.at("root_domain")]))?;
    let others = domains::of_client(change.conn, client).await?;
    if others.iter().any(|other| other.root_domain == root) {
        return Err(Error::conflict("root_domain_taken", format!("this client has the domain {root} already")));
    }
    let domain = insert(change, client, root, others.is_empty(), fields).await?;
    if primary == Some(true) {
        settle_primary(change, client, Some(domain.id)).await?;
    }
    Ok(domain)
}

fn may_test(access: &Access, switches_on: bool, now: Timestamp) -> Result<(), Error> {
    if switches_on { access.require(Permission::DomainsTest, now) } else { Ok(()) }
}

fn refuse_another_root(domain: &Domain, root: Option<&str>) -> Result<(), Error> {
    let Some(root) = root else { return Ok(()) };
    if read_root(root, true).is_ok_and(|root| root == domain.root_domain) {
        return Ok(());
    }
    let message = format!("it stays {}: make another domain for another site", domain.root_domain);
    Err(Error::Invalid(vec![FieldIssue::english("immutable", message).at("root_domain")]))
}

async fn view(conn: &mut Conn, client: ClientId, id: DomainId) -> Result<DomainView, Error> {
    let domain = find(conn, client, id).await?;
    views(conn, vec![domain]).await?.pop().ok_or(Error::Internal("one domain has one view"))
}

/// As many queries for many domains of a client as for one; they come in the order of their ids.
async fn views(conn: &mut Conn, found: Vec<Domain>) -> Result<Vec<DomainView>, Error> {
    let (Some(first), Some(last)) = (found.first(), found.last()) else { return Ok(Vec::new()) };
    let mut networks = domains::server_ips_between(conn, first.client_id, (first.id, last.id)).await?;
    let view = |domain: Domain| DomainView { server_ips: networks.remove(&domain.id).unwrap_or_default(), domain };
    Ok(found.into_iter().map(view).collect())
}

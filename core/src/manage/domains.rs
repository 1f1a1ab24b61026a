//! The domains of a client (SPEC §2.5). The rules that files share with the API are in `rules`.

mod rules;

pub(crate) use rules::{apply, check, insert, remove, settings_of, settle_primary, updated};

use super::change::Change;
use super::fields::{Expected, same_version};
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use crate::contract::domain::{DomainSettings, DomainView};
use crate::contract::{Input, Patch};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId};
use crate::model::domain::Ownership;
use crate::state::Core;
use crate::store::tables::domain_urls;
use crate::store::tables::domains::{self, Domain};
use crate::text;

/// The domains of the client by id: at most `limit` of those after `after`.
///
/// # Errors
/// Those of [`super::permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<DomainId>,
    limit: i64,
) -> Result<Vec<DomainView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::DomainsRead)).await?;
    let found = domains::page(&mut reading.conn, client, after, limit).await?;
    views(&mut reading.conn, found).await
}

/// One domain.
///
/// # Errors
/// [`Error::NotFound`]; those of [`super::permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: DomainId) -> Result<DomainView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::DomainsRead)).await?;
    view(&mut reading.conn, client, id).await
}

/// Makes a domain. The first one of a client is its primary one.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `root_domain_taken`; [`Error::Forbidden`] for test mode
/// without `domains:test`; those of [`super::permit`]; the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: Input<DomainSettings>,
) -> Result<Done<DomainView>, Error> {
    runner::change(
        core,
        caller,
        Ask::Client(client, Permission::DomainsCreate),
        async move |change: &mut Change<'_>| {
            let settings = change.take(new)?;
            may_test(change, settings.test_mode)?;
            let others = domains::of_client(change.conn, client).await?;
            let root = &settings.root_domain;
            if others.iter().any(|other| other.root_domain == *root) {
                return Err(Error::Conflict(text!("root_domain_taken", root = root.as_str())));
            }
            let wanted = settings.primary;
            let settings = DomainSettings { primary: others.is_empty(), ..settings };
            let domain = insert(change, client, &settings, Ownership::Unproven).await?;
            if wanted {
                settle_primary(change, client, Some(domain.id)).await?;
            }
            view(change.conn, client, domain.id).await
        },
    )
    .await
}

/// Changes a domain. `expected`: the version that it must still have, `updated_at` of when it was read.
///
/// # Errors
/// As [`get`]; [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `primary_needed` when the primary domain shall be
/// primary no more, `verified_domain`, `test_urls_present`; [`Error::Forbidden`] for switching test mode on without
/// `domains:test`; [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, DomainId),
    patch: Patch<DomainSettings>,
    expected: Expected,
) -> Result<Done<DomainView>, Error> {
    runner::change(
        core,
        caller,
        Ask::LapsedClient(client, Permission::DomainsUpdate),
        async move |change: &mut Change<'_>| {
            let old = find(change.conn, client, id).await?;
            let had = rules::settings_now(change, &old).await?;
            change.entitled_unless(patch.only_switches_off(&had, &["allow_login", "allow_api", "active"]))?;
            may_test(change, patch.flag("test_mode") == Some(true) && !old.test_mode)?;
            same_version(expected, old.updated_at)?;
            let (was_primary, primary) = (old.is_primary, patch.flag("primary"));
            let urls = domain_urls::of_domain(change.conn, id).await?;
            apply(change, old, &urls, patch, None).await?;
            match primary {
                Some(false) if was_primary => return Err(Error::Conflict(text!("primary_needed"))),
                Some(true) => settle_primary(change, client, Some(id)).await?,
                Some(false) | None => {}
            }
            view(change.conn, client, id).await
        },
    )
    .await
}

/// Deletes a domain for good, with its URLs, links and coverage, and ends all logins that came through it. When it was the
/// primary one, the oldest active one becomes that, else the oldest.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StalePrecondition`]; those of [`super::permit`]; the database's.
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, DomainId),
    expected: Expected,
) -> Result<Done<()>, Error> {
    runner::change(
        core,
        caller,
        Ask::Client(client, Permission::DomainsDelete),
        async move |change: &mut Change<'_>| {
            let domain = find(change.conn, client, id).await?;
            same_version(expected, domain.updated_at)?;
            remove(change, domain).await?;
            settle_primary(change, client, None).await
        },
    )
    .await
}

/// The domain of this id.
///
/// # Errors
/// [`Error::NotFound`] also when it is another client's.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, id: DomainId) -> Result<Domain, Error> {
    domains::find(conn, client, id).await?.ok_or(Error::NotFound("domain"))
}

fn may_test(change: &Change<'_>, switches_on: bool) -> Result<(), Error> {
    if switches_on { change.access()?.require(Permission::DomainsTest, change.now) } else { Ok(()) }
}

async fn view(conn: &mut Conn, client: ClientId, id: DomainId) -> Result<DomainView, Error> {
    let domain = find(conn, client, id).await?;
    views(conn, vec![domain]).await?.pop().ok_or(Error::Internal("one domain has one view"))
}

/// As many queries for many domains of a client as for one; they come in the order of their ids.
async fn views(conn: &mut Conn, found: Vec<Domain>) -> Result<Vec<DomainView>, Error> {
    let (Some(first), Some(last)) = (found.first(), found.last()) else { return Ok(Vec::new()) };
    let mut networks = domains::server_ips_between(conn, first.client_id, (first.id, last.id)).await?;
    let view = |domain: Domain| DomainView {
        id: domain.id,
        ownership: domain.ownership,
        updated_at: domain.updated_at,
        settings: settings_of(&domain, &networks.remove(&domain.id).unwrap_or_default()),
    };
    Ok(found.into_iter().map(view).collect())
}

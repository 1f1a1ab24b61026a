//! Clients: looked for, suspended.

use serde_json::{Value, json};

use super::{because, reason};
use crate::contract::Patch;
use crate::contract::staff::{ClientDecision, StaffClientView};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::ClientId;
use crate::manage::change::{Change, Notice};
use crate::manage::fields::{Expected, same_version, suspension};
use crate::manage::notice::named;
use crate::manage::permit::{self, Caller};
use crate::manage::runner::{self, Ask, Done};
use crate::model::account::Staff;
use crate::model::email::EmailAddress;
use crate::state::Core;
use crate::store::tables::clients::{self, Client, Wanted};
use crate::store::tables::{members, profiles};
use crate::text;
use crate::text::Arg;

const READ: Ask = Ask::Staff(Staff::Admin, Permission::StaffRead);

/// Clients, oldest first: at most `limit` of those after `after`. `wanted`: an id, the address of a billing owner, or a
/// part of a name.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    wanted: Option<&str>,
    after: Option<ClientId>,
    limit: i64,
) -> Result<Vec<StaffClientView>, Error> {
    let mut conn = runner::read(core, caller, READ).await?.conn;
    let Some(wanted) = meant(&mut conn, wanted).await? else { return Ok(Vec::new()) };
    let found = clients::search(&mut conn, &wanted, after, limit).await?;
    views(&mut conn, found).await
}

/// Which clients a text means: those of an id, of the address of a billing owner, or of a part of a name; all of them
/// without one. `None` for an address that nobody has.
pub(super) async fn meant(conn: &mut Conn, text: Option<&str>) -> Result<Option<Wanted>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(Some(Wanted::All)) };
    Ok(match (text.parse(), EmailAddress::parse(text)) {
        (Ok(id), _) => Some(Wanted::Id(id)),
        (Err(_), Ok(address)) => {
            profiles::find_by_email(conn, address.key()).await?.map(|owner| Wanted::OwnedBy(owner.id))
        }
        (Err(_), Err(_)) => Some(Wanted::Named(text.to_owned())),
    })
}

/// One client.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, id: ClientId) -> Result<StaffClientView, Error> {
    let mut conn = runner::read(core, caller, READ).await?.conn;
    let found = clients::find(&mut conn, id).await?.ok_or(Error::NotFound("client"))?;
    view(&mut conn, found).await
}

/// Suspends a client, or lets it be used again. Nothing that was given ends by it, and nothing that was revoked comes back.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::StalePrecondition`], [`Error::Refused`] `conflict_of_interest`; those
/// of [`permit`]; the database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    id: ClientId,
    patch: Patch<ClientDecision>,
    expected: Expected,
) -> Result<Done<StaffClientView>, Error> {
    let (by, ask) = (caller.clone(), Ask::Staff(Staff::Admin, Permission::StaffUpdate));
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        clients::hold(change.conn, id).await?;
        let old = clients::find(change.conn, id).await?.ok_or(Error::NotFound("client"))?;
        permit::refuse_own_interest(change.conn, &by, id).await?;
        same_version(expected, old.updated_at)?;
        let wanted = change.take(patch.apply(&decision(&old)))?;
        let reason = reason(change, wanted.reason);
        change.sound()?;
        let mut new = old.clone();
        new.suspended_at = suspension(old.suspended_at, wanted.suspended, change.now);
        new.suspended_reason = new.suspended_at.map(|_| reason.to_string());
        if new.suspended_at != old.suspended_at {
            new.updated_at = change.version_after(old.updated_at);
            clients::update(change.conn, &new).await?;
            change.updated(Some(id), "client.decided", (id, &new.name), (facts(&old), because(facts(&new), &reason)));
            let name = named(change.conn, &new).await?;
            for user in members::owners_at(change.conn, id, change.now).await? {
                change.notify(notice(user, &new, name.clone(), &reason));
            }
        }
        view(change.conn, new).await
    })
    .await
}

fn notice(user: crate::id::UserId, client: &Client, name: Arg, reason: &str) -> Notice {
    let (subject, text) = match client.suspended_at {
        Some(_) => {
            (text!("notice_client_suspended-subject"), text!("notice_client_suspended", client = name, reason = reason))
        }
        None => {
            (text!("notice_client_resumed-subject"), text!("notice_client_resumed", client = name, reason = reason))
        }
    };
    Notice { user, kind: "client.suspension".into(), object: Some(client.id.to_string()), subject, text }
}

async fn view(conn: &mut Conn, client: Client) -> Result<StaffClientView, Error> {
    views(conn, vec![client]).await?.pop().ok_or(Error::Internal("one client has one view"))
}

async fn views(conn: &mut Conn, found: Vec<Client>) -> Result<Vec<StaffClientView>, Error> {
    let owners: Vec<_> = found.iter().filter_map(|client| client.billing_owner).collect();
    let addresses = profiles::addresses(conn, &owners).await?;
    let owner = |client: &Client| client.billing_owner.and_then(|owner| addresses.get(&owner).cloned());
    let view = |client: Client| StaffClientView {
        id: client.id,
        owner: owner(&client).unwrap_or_default(),
        decision: decision(&client),
        name: client.name,
        reviewed_name: client.reviewed_name,
        description: client.description,
        contact_email: client.contact_email,
        homepage_url: client.homepage_url,
        updated_at: client.updated_at,
    };
    Ok(found.into_iter().map(view).collect())
}

const fn decision(client: &Client) -> ClientDecision {
    ClientDecision { suspended: client.suspended_at.is_some(), reason: None }
}

fn facts(client: &Client) -> Value {
    json!(decision(client))
}

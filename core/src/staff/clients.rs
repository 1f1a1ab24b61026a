//! Clients: looked for, suspended.

use serde_json::{Value, json};

use super::{because, reason};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::id::ClientId;
use crate::manage::change::Notice;
use crate::manage::entitlement::Rules;
use crate::manage::fields::{Findings, same_version, suspension};
use crate::manage::notice::named;
use crate::manage::permit::{self, Caller};
use crate::model::account::Staff;
use crate::model::email::EmailAddress;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::clients::{self, Client, Wanted};
use crate::store::tables::{members, profiles};
use crate::text;
use crate::text::Arg;

/// A client as the staff see it.
#[derive(Clone, Debug)]
pub struct ClientView {
    /// The client.
    pub client: Client,
    /// The address of its billing owner.
    pub owner: String,
}

/// What of a client changes; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ClientFields {
    /// Whether it is suspended.
    pub suspended: Option<bool>,
    /// Why.
    pub reason: Option<String>,
}

/// Clients, oldest first: at most `limit` of those after `after`. `wanted`: an id, the address of a billing owner, or a
/// part of a name.
///
/// # Errors
/// Those of [`permit::to_read_as_staff`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    wanted: Option<&str>,
    after: Option<ClientId>,
    limit: i64,
) -> Result<Vec<ClientView>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Admin).await?;
    let wanted = match wanted.map(str::trim).filter(|wanted| !wanted.is_empty()) {
        None => Wanted::All,
        Some(text) => match (text.parse(), EmailAddress::parse(text)) {
            (Ok(id), _) => Wanted::Id(id),
            (Err(_), Ok(address)) => match profiles::find_by_email(&mut conn, address.key()).await? {
                Some(owner) => Wanted::OwnedBy(owner.id),
                None => return Ok(Vec::new()),
            },
            (Err(_), Err(_)) => Wanted::Named(text.to_owned()),
        },
    };
    let found = clients::search(&mut conn, &wanted, after, limit).await?;
    views(&mut conn, found).await
}

/// One client.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit::to_read_as_staff`]; the database's.
pub async fn get(core: &Core, caller: &Caller, id: ClientId) -> Result<ClientView, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Admin).await?;
    let found = clients::find(&mut conn, id).await?.ok_or(Error::NotFound("client"))?;
    view(&mut conn, found).await
}

/// Suspends a client, or lets it be used again. Nothing that was given ends by it, and nothing that was revoked comes back.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::StalePrecondition`], [`Error::Refused`] `conflict_of_interest`; those
/// of [`permit::to_change_as_staff`]; the database's.
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
            let mut change = permit::to_change_as_staff(conn, &caller, Staff::Admin, &rules, now).await?;
            clients::hold(change.conn, id).await?;
            let old = clients::find(change.conn, id).await?.ok_or(Error::NotFound("client"))?;
            permit::refuse_own_interest(change.conn, &caller, id).await?;
            same_version(expected, old.updated_at)?;
            let mut findings = Findings::default();
            let reason = reason(&mut findings, fields.reason.as_ref());
            findings.none()?;
            let mut new = old.clone();
            new.suspended_at = suspension(old.suspended_at, fields.suspended, now);
            if new.suspended_at != old.suspended_at {
                new.updated_at = change.version_after(old.updated_at);
                clients::update(change.conn, &new).await?;
                change.updated(Some(id), "client.decided", id, &new.name, (facts(&old), because(facts(&new), &reason)));
                let name = named(change.conn, &new).await?;
                for user in members::owners_at(change.conn, id, now).await? {
                    change.notify(notice(user, &new, name.clone(), &reason));
                }
            }
            let made = view(change.conn, new).await?;
            change.end(made).await
        })
        .await?;
    Ok(changed.committed(core))
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

async fn view(conn: &mut Conn, client: Client) -> Result<ClientView, Error> {
    views(conn, vec![client]).await?.pop().ok_or(Error::Internal("one client has one view"))
}

async fn views(conn: &mut Conn, found: Vec<Client>) -> Result<Vec<ClientView>, Error> {
    let owners: Vec<_> = found.iter().filter_map(|client| client.billing_owner).collect();
    let addresses = profiles::addresses(conn, &owners).await?;
    let owner = |client: &Client| client.billing_owner.and_then(|owner| addresses.get(&owner).cloned());
    Ok(found.into_iter().map(|client| ClientView { owner: owner(&client).unwrap_or_default(), client }).collect())
}

fn facts(client: &Client) -> Value {
    json!({ "suspended": client.suspended_at.is_some() })
}

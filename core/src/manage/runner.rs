//! The one way to read and the one way to change what partners and the staff configure.
//!
//! A use case says who asks, what for, and what is its own. Here the permission is asked, in the transaction of a change;
//! audit entries, notices and the outbox are written, the answer is kept for a repeat of the same request, all of it is
//! committed together, and then the snapshots that it touched are dropped.

use super::change::{Actor, Change, Permit};
use super::entitlement::Rules;
use super::permit::{self, Access, Caller};
use crate::contract::View;
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, MemberId};
use crate::manage::idempotency::{self, Kept};
use crate::model::account::Staff;
use crate::state::Core;
use crate::store::engine::writer;

/// What somebody needs for what they ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// This permission in the organisation of a client. A change also needs a plan that entitles the client.
    Client(ClientId, Permission),
    /// The same, also while the plan has lapsed: for what brings a client to a plan again, and for what may only switch
    /// something off then, which the change looks at by itself.
    LapsedClient(ClientId, Permission),
    /// For a change: to end a membership of a client. Whoever is signed in may end their own, on any plan; others need the
    /// permission for it, as in [`Ask::Client`].
    Membership(ClientId, MemberId),
    /// To be signed in: what a person answers for themselves, no API token does.
    Person,
    /// To be the account itself; an API token of it needs this permission.
    Account(Permission),
    /// To be of the staff, this at least; an API token needs this permission.
    Staff(Staff, Permission),
}

/// What a change gave: what it did just now, or what the same request was answered before.
#[derive(Debug)]
pub enum Done<T> {
    /// It was done.
    Now(T),
    /// It was done by an earlier request with the same idempotency key, which was answered so.
    Before(Kept),
}

/// Makes a change as somebody who may: all of it, or nothing.
///
/// # Errors
/// Those of [`permit`] before anything else; [`Error::Invalid`] with all that is wrong with what was sent; those of `work`;
/// the database's.
pub(crate) async fn change<T, F>(core: &Core, caller: Caller, ask: Ask, work: F) -> Result<Done<T>, Error>
where
    T: View + Send + 'static,
    for<'a, 'c> F: AsyncFnOnce(&'a mut Change<'c>) -> Result<T, Error>
        + writer::Change<&'a mut Change<'c>, Result<T, Error>, Running: Send>
        + Send
        + 'static,
{
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core.db.change(async move |conn: &mut Conn| {
        let mut change = permit::begin(conn, &caller, ask, rules, now).await?;
        if let Some(once) = &caller.once
            && let Some(before) = idempotency::take(change.conn, once, now).await?
        {
            return change.end(Done::Before(before)).await;
        }
        let outcome = work(&mut change).await;
        let value = change.settle(outcome)?;
        if let Some(once) = &caller.once {
            let kept = Kept::of(&value)?;
            idempotency::keep(change.conn, once, &kept, now).await?;
        }
        change.end(Done::Now(value)).await
    });
    Ok(changed.await?.committed(core))
}

/// Makes a change as an actor who asks nobody for leave: the program on its own time, a service whose signature was checked,
/// a person who proved on the way here who they are.
///
/// # Errors
/// Those of `work`; the database's.
pub(crate) async fn change_as<T, F>(core: &Core, actor: Actor, work: F) -> Result<T, Error>
where
    T: Send + 'static,
    for<'a, 'c> F: AsyncFnOnce(&'a mut Change<'c>) -> Result<T, Error>
        + writer::Change<&'a mut Change<'c>, Result<T, Error>, Running: Send>
        + Send
        + 'static,
{
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core.db.change(async move |conn: &mut Conn| {
        let mut change = Change::begin(conn, Permit::of(actor), rules, now);
        let value = work(&mut change).await?;
        change.end(value).await
    });
    Ok(changed.await?.committed(core))
}

/// A connection to read with, for somebody who may, and their place where they read.
pub(crate) struct Reading {
    /// The connection.
    pub(crate) conn: Conn,
    access: Option<Access>,
}

impl Reading {
    /// The client that is read, and the caller's place in its organisation.
    ///
    /// # Errors
    /// [`Error::Internal`] when something else was asked for than a client.
    pub(crate) fn access(&self) -> Result<&Access, Error> {
        self.access.as_ref().ok_or(Error::Internal("what is read belongs to no client"))
    }
}

/// Opens what a caller asks to read, when they may.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub(crate) async fn read(core: &Core, caller: &Caller, ask: Ask) -> Result<Reading, Error> {
    let mut conn = core.db.read().await?;
    let access = permit::read(&mut conn, caller, ask, core.clock.now()).await?;
    Ok(Reading { conn, access })
}

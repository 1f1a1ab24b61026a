//! What was done to a client, for those of its organisation who may read it.

use super::permit::Caller;
use super::runner::{self, Ask};
use crate::audit::STAFF;
use crate::contract::audit::EntryView;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{AuditId, ClientId};
use crate::state::Core;
use crate::store::tables::audit::{self, Entry};

pub use crate::store::tables::audit::{By, Filter};

/// Entries about the client that `filter` names, newest first: at most `limit` of those before `before`. Who of the staff
/// did something, and from where, is the staff's own matter: a partner reads that they did.
///
/// # Errors
/// [`Error::NotFound`] when `filter` names no client; those of [`permit`](super::permit); the database's.
pub async fn page(
    core: &Core,
    caller: &Caller,
    filter: &Filter,
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<EntryView>, Error> {
    let client: ClientId = filter.client.ok_or(Error::NotFound("client"))?;
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::AuditRead)).await?;
    if matches!(&filter.actor, Some(By::Exactly(actor)) if is_staff(actor)) {
        return Ok(Vec::new());
    }
    let found = audit::page(&mut reading.conn, filter, before, limit).await?;
    Ok(found.into_iter().map(|entry| EntryView::from(shown(entry))).collect())
}

fn shown(entry: Entry) -> Entry {
    if !is_staff(&entry.actor) {
        return entry;
    }
    Entry { actor: STAFF.to_owned(), address: String::new(), ..entry }
}

fn is_staff(actor: &str) -> bool {
    actor.strip_prefix(STAFF).is_some_and(|rest| rest.starts_with(' '))
}

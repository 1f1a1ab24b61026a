//! What was done to a client, for those of its organisation who may read it.

use super::permit::{self, Caller};
use crate::audit::STAFF;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{AuditId, ClientId};
use crate::state::Core;
use crate::store::tables::audit::{self, By, Entry, Filter};

/// Entries about a client, newest first: at most `limit` of those before `before`. Who of the staff did something, and from
/// where, is the staff's own matter: a partner reads that they did.
///
/// # Errors
/// Those of [`permit::to_read`]; the database's.
pub async fn page(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    filter: &Filter,
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::AuditRead, core.clock.now()).await?;
    let filter = Filter { client: Some(client), ..filter.clone() };
    if matches!(&filter.actor, Some(By::Exactly(actor)) if is_staff(actor)) {
        return Ok(Vec::new());
    }
    let found = audit::page(&mut conn, &filter, before, limit).await?;
    Ok(found.into_iter().map(shown).collect())
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

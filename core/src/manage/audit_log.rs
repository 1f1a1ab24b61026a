//! What was done to a client, for those of its organisation who may read it.

use super::permit::{self, Caller};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{AuditId, ClientId};
use crate::state::Core;
use crate::store::audit::{self, Entry, Filter};

/// Entries about a client, newest first: at most `limit` of those before `before`.
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
    Ok(audit::page(&mut conn, &filter, before, limit).await?)
}

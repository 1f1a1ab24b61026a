//! The whole audit log.

use crate::error::Error;
use crate::id::AuditId;
use crate::manage::permit::{self, Caller};
use crate::model::account::Staff;
use crate::state::Core;
use crate::store::tables::audit::{self, Entry, Filter};

/// Entries of the whole log, newest first: at most `limit` of those before `before`.
///
/// # Errors
/// Those of [`permit::to_read_as_staff`]; the database's.
pub async fn page(
    core: &Core,
    caller: &Caller,
    filter: &Filter,
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Admin).await?;
    Ok(audit::page(&mut conn, filter, before, limit).await?)
}

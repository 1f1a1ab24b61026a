//! The whole audit log.

use crate::contract::audit::EntryView;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::AuditId;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask};
use crate::model::account::Staff;
use crate::state::Core;
use crate::store::tables::audit::{self, Filter};

/// Entries of the whole log, newest first: at most `limit` of those before `before`.
///
/// # Errors
/// Those of [`permit`](crate::manage::permit); the database's.
pub async fn page(
    core: &Core,
    caller: &Caller,
    filter: &Filter,
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<EntryView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Staff(Staff::Admin, Permission::StaffRead)).await?;
    let found = audit::page(&mut reading.conn, filter, before, limit).await?;
    Ok(found.into_iter().map(EntryView::from).collect())
}

//! The scope catalog.

use crate::clock::Timestamp;
use crate::error::Error;
use crate::manage::catalog;
pub use crate::manage::catalog::{ScopeFields, version};
use crate::manage::entitlement::Rules;
use crate::manage::fields::same_version;
use crate::manage::permit::{self, Caller};
use crate::model::account::Staff;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::scopes::{self, Scope};

/// The whole catalog, in its order.
///
/// # Errors
/// Those of [`permit::to_read_as_staff`]; the database's.
pub async fn list(core: &Core, caller: &Caller) -> Result<Vec<Scope>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Admin).await?;
    Ok(scopes::all(&mut conn).await?)
}

/// One scope.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit::to_read_as_staff`]; the database's.
pub async fn get(core: &Core, caller: &Caller, name: &str) -> Result<Scope, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Admin).await?;
    find(&mut conn, name).await
}

/// Adds a scope.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields, [`Error::Conflict`] `name_taken`; those of [`permit::to_change_as_staff`]; the
/// database's.
pub async fn create(core: &Core, caller: Caller, name: Option<String>, fields: ScopeFields) -> Result<Scope, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::to_change_as_staff(conn, &caller, Staff::Admin, &rules, now).await?;
            let scope = catalog::insert(&mut change, name.as_deref().unwrap_or_default(), &fields).await?;
            change.end(scope).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Changes a scope, for all clients at once.
///
/// # Errors
/// As [`create`]; [`Error::NotFound`], [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    name: String,
    fields: ScopeFields,
    expected: Option<Timestamp>,
) -> Result<Scope, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::to_change_as_staff(conn, &caller, Staff::Admin, &rules, now).await?;
            let old = find(change.conn, &name).await?;
            same_version(expected, version(&old))?;
            let new = catalog::apply(&mut change, old, &fields).await?;
            change.end(new).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// What can't be a name is none, and no question to the database.
async fn find(conn: &mut Conn, name: &str) -> Result<Scope, Error> {
    let found = if catalog::read_name(name).is_ok() { scopes::find(conn, name).await? } else { None };
    found.ok_or(Error::NotFound("scope"))
}

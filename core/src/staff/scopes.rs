//! The scope catalog.

use std::collections::HashMap;

use crate::contract::scope::{NewScope, ScopeSettings, ScopeView};
use crate::contract::{Input, Patch};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::manage::catalog::{self, view};
use crate::manage::change::Change;
use crate::manage::fields::{Expected, same_version};
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::model::account::Staff;
use crate::model::scope::ScopeName;
use crate::state::Core;
use crate::store::tables::client_scopes;
use crate::store::tables::scopes::{self, Scope};

const READ: Ask = Ask::Staff(Staff::Admin, Permission::StaffRead);
const CHANGE: Ask = Ask::Staff(Staff::Admin, Permission::StaffUpdate);

/// The whole catalog, in its order.
///
/// # Errors
/// Those of [`permit`](crate::manage::permit); the database's.
pub async fn list(core: &Core, caller: &Caller) -> Result<Vec<ScopeView>, Error> {
    let mut reading = runner::read(core, caller, READ).await?;
    Ok(scopes::all(&mut reading.conn).await?.into_iter().map(view).collect())
}

/// How many clients have activated each scope; one that none has is not among them.
///
/// # Errors
/// Those of [`permit`](crate::manage::permit); the database's.
pub async fn uses(core: &Core, caller: &Caller) -> Result<HashMap<String, i64>, Error> {
    let mut reading = runner::read(core, caller, READ).await?;
    Ok(client_scopes::uses(&mut reading.conn).await?)
}

/// One scope.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`](crate::manage::permit); the database's.
pub async fn get(core: &Core, caller: &Caller, name: &str) -> Result<ScopeView, Error> {
    let mut reading = runner::read(core, caller, READ).await?;
    find(&mut reading.conn, name).await.map(view)
}

/// Adds a scope.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields, [`Error::Conflict`] `name_taken`; those of [`permit`](crate::manage::permit);
/// the database's.
pub async fn create(core: &Core, caller: Caller, new: Input<NewScope>) -> Result<Done<ScopeView>, Error> {
    runner::change(core, caller, CHANGE, async move |change: &mut Change<'_>| {
        let NewScope { once, settings } = change.take(new)?;
        catalog::insert(change, once.name, settings).await.map(view)
    })
    .await
}

/// Changes a scope, for all clients at once.
///
/// # Errors
/// As [`create`]; [`Error::NotFound`], [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    name: String,
    patch: Patch<ScopeSettings>,
    expected: Expected,
) -> Result<Done<ScopeView>, Error> {
    runner::change(core, caller, CHANGE, async move |change: &mut Change<'_>| {
        let old = find(change.conn, &name).await?;
        same_version(expected, view(old.clone()).version)?;
        catalog::apply(change, old, patch).await.map(view)
    })
    .await
}

/// What can't be a name is none, and no question to the database.
async fn find(conn: &mut Conn, name: &str) -> Result<Scope, Error> {
    let found = if ScopeName::parse(name).is_ok() { scopes::find(conn, name).await? } else { None };
    found.ok_or(Error::NotFound("scope"))
}

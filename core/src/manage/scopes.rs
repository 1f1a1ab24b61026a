//! The catalog of scopes, and those that a client has activated.

use serde_json::json;

use super::change::Change;
use super::entitlement::Rules;
use super::fields::Findings;
use super::permit::{self, Caller};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::ClientId;
use crate::model::scope::{self, ScopeSet};
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::client_scopes;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::scopes::{self, Scope};

/// The catalog in its order: at most `limit` of those after `after`, a name.
///
/// # Errors
/// [`Error::Invalid`] for a `cursor` that is no name in it; the database's.
pub async fn catalog(core: &Core, after: Option<&str>, limit: i64) -> Result<Vec<Scope>, Error> {
    let all = scopes::all(&mut core.db.read().await?).await?;
    page(all, after, limit)
}

/// The scopes that the client has activated, in the order of the catalog: at most `limit` of those after `after`, a name.
///
/// # Errors
/// [`Error::Invalid`] for a `cursor` that is none of them; those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Scope>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::ScopesRead, core.clock.now()).await?;
    page(client_scopes::described(&mut conn, client).await?, after, limit)
}

/// One activated scope.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, name: &str) -> Result<Scope, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::ScopesRead, core.clock.now()).await?;
    active(&mut conn, client, name).await
}

/// Activates a scope of the catalog.
///
/// # Errors
/// [`Error::Invalid`] `unknown_scope`; [`Error::Conflict`] `already_active`; those of [`permit`]; the database's.
pub async fn activate(core: &Core, caller: Caller, client: ClientId, name: String) -> Result<Scope, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::ScopesCreate, &rules, now).await?;
            let found = if scope::is_name(&name) { scopes::find(change.conn, &name).await? } else { None };
            let Some(scope) = found else {
                return Err(Error::invalid("name", "unknown_scope", "give the name of a scope in the catalog"));
            };
            if client_scopes::of_client(change.conn, client).await?.contains(&name) {
                return Err(Error::conflict("already_active", format!("the client has activated {name} already")));
            }
            client_scopes::insert(change.conn, client, &name, now).await?;
            change.created(Some(client), "scope.activated", &name, &name, json!({ "scope": name }));
            touch(&mut change, access.client).await?;
            change.end(scope).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Deactivates a scope.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn deactivate(core: &Core, caller: Caller, client: ClientId, name: String) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::ScopesDelete, &rules, now).await?;
            active(change.conn, client, &name).await?;
            client_scopes::delete(change.conn, client, &name).await?;
            change.deleted(Some(client), "scope.deactivated", &name, &name, json!({ "scope": name }));
            touch(&mut change, access.client).await?;
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// Makes the activated scopes exactly these.
///
/// # Errors
/// [`Error::Invalid`] naming every one that is not in the catalog (`scopes[0]`, code `unknown_scope`); the database's.
pub(crate) async fn set(change: &mut Change<'_>, client: ClientId, wanted: &[String]) -> Result<(), Error> {
    let catalog = client_scopes::catalog(change.conn).await?;
    let mut findings = Findings::default();
    for (index, name) in wanted.iter().enumerate().filter(|(_, name)| !catalog.contains(name)) {
        let known = format!("there is no scope {name:?}; the catalog has: {catalog}");
        findings.add(&format!("scopes[{index}]"), "unknown_scope", &known);
    }
    findings.none()?;
    let wanted: ScopeSet = wanted.iter().map(String::as_str).collect();
    let active = client_scopes::of_client(change.conn, client).await?;
    for name in wanted.difference(&active).iter() {
        client_scopes::insert(change.conn, client, name, change.now).await?;
        change.created(Some(client), "scope.activated", name, name, json!({ "scope": name }));
    }
    for name in active.difference(&wanted).iter() {
        client_scopes::delete(change.conn, client, name).await?;
        change.deleted(Some(client), "scope.deactivated", name, name, json!({ "scope": name }));
    }
    Ok(())
}

/// A client shows its scopes, so it is another version of itself.
async fn touch(change: &mut Change<'_>, client: Client) -> Result<(), Error> {
    let updated_at = change.version_after(client.updated_at);
    Ok(clients::update(change.conn, &Client { updated_at, ..client }).await?)
}

async fn active(conn: &mut Conn, client: ClientId, name: &str) -> Result<Scope, Error> {
    let all = client_scopes::described(conn, client).await?;
    all.into_iter().find(|scope| scope.name == name).ok_or(Error::NotFound("scope"))
}

/// A catalog is short, and read whole: what follows a name is known by its place.
fn page(all: Vec<Scope>, after: Option<&str>, limit: i64) -> Result<Vec<Scope>, Error> {
    let start = match after {
        Some(name) => match all.iter().position(|scope| scope.name == name) {
            Some(place) => place + 1,
            None => return Err(Error::invalid("cursor", "invalid", "give the next_cursor of an answer")),
        },
        None => 0,
    };
    Ok(all.into_iter().skip(start).take(usize::try_from(limit).unwrap_or(0)).collect())
}

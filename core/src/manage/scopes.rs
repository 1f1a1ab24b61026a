//! The catalog of scopes, and those that a client has activated.

use serde_json::json;

use super::change::Change;
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use crate::contract::Input;
use crate::contract::client_scope::{ClientScopeView, NewClientScope, NewClientScopes};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::ClientId;
use crate::model::scope::{self, ScopeSet};
use crate::state::Core;
use crate::store::tables::client_scopes;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::scopes::{self, Scope};
use crate::text;

/// The catalog in its order: at most `limit` of those after `after`, a name.
///
/// # Errors
/// [`Error::Invalid`] for a `cursor` that is no name in it; the database's.
pub async fn catalog(core: &Core, after: Option<&str>, limit: i64) -> Result<Vec<ClientScopeView>, Error> {
    let all = scopes::all(&mut core.db.read().await?).await?;
    page(all, after, limit)
}

/// The scopes that the client has activated, in the order of the catalog: at most `limit` of those after `after`, a name.
///
/// # Errors
/// [`Error::Invalid`] for a `cursor` that is none of them; those of [`super::permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<ClientScopeView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::ScopesRead)).await?;
    page(client_scopes::described(&mut reading.conn, client).await?, after, limit)
}

/// One activated scope.
///
/// # Errors
/// [`Error::NotFound`]; those of [`super::permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, name: &str) -> Result<ClientScopeView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::ScopesRead)).await?;
    active(&mut reading.conn, client, name).await.map(view)
}

/// Activates a scope of the catalog.
///
/// # Errors
/// [`Error::Invalid`] `unknown_scope`; [`Error::Conflict`] `already_active`; those of [`super::permit`]; the database's.
pub async fn activate(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: Input<NewClientScope>,
) -> Result<Done<ClientScopeView>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::ScopesCreate), async move |change: &mut Change<'_>| {
        let NewClientScope { name } = change.take(new)?;
        let scope = find(change, &name, "name").await?;
        change.sound()?;
        let scope = scope.ok_or(Error::NotFound("scope"))?;
        add(change, client, &scope).await?;
        touch(change).await?;
        Ok(view(scope))
    })
    .await
}

/// Activates several scopes of the catalog, or none.
///
/// # Errors
/// [`Error::Invalid`] `required`, and `unknown_scope` for each that there is not; as [`activate`].
pub async fn activate_all(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: Input<NewClientScopes>,
) -> Result<Done<()>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::ScopesCreate), async move |change: &mut Change<'_>| {
        let NewClientScopes { name: names } = change.take(new)?;
        if names.is_empty() {
            change.findings.add("name", text!("required-scope_names"));
        }
        let mut wanted = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            wanted.extend(find(change, name, &format!("name[{index}]")).await?);
        }
        change.sound()?;
        for scope in &wanted {
            add(change, client, scope).await?;
        }
        touch(change).await
    })
    .await
}

/// The scope of this name; noted as wrong at this field when there is none.
async fn find(change: &mut Change<'_>, name: &str, field: &str) -> Result<Option<Scope>, Error> {
    let found = if scope::is_name(name) { scopes::find(change.conn, name).await? } else { None };
    if found.is_none() {
        change.findings.add(field, text!("unknown_scope-name"));
    }
    Ok(found)
}

/// Activates one that is not active.
async fn add(change: &mut Change<'_>, client: ClientId, scope: &Scope) -> Result<(), Error> {
    let name = &scope.name;
    if client_scopes::of_client(change.conn, client).await?.contains(name) {
        return Err(Error::Conflict(text!("already_active", scope = name)));
    }
    client_scopes::insert(change.conn, client, name, change.now).await?;
    change.created(Some(client), "scope.activated", (name, name), json!({ "scope": name }));
    Ok(())
}

/// Deactivates a scope.
///
/// # Errors
/// [`Error::NotFound`]; those of [`super::permit`]; the database's.
pub async fn deactivate(core: &Core, caller: Caller, client: ClientId, name: String) -> Result<Done<()>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::ScopesDelete), async move |change: &mut Change<'_>| {
        active(change.conn, client, &name).await?;
        client_scopes::delete(change.conn, client, &name).await?;
        change.deleted(Some(client), "scope.deactivated", (&name, &name), json!({ "scope": name }));
        touch(change).await
    })
    .await
}

/// Makes the activated scopes exactly these.
///
/// # Errors
/// [`Error::Invalid`] naming every one that is not in the catalog (`scopes[0]`, code `unknown_scope`); the database's.
pub(crate) async fn set(change: &mut Change<'_>, client: ClientId, wanted: &[String]) -> Result<(), Error> {
    let catalog = client_scopes::catalog(change.conn).await?;
    for (index, name) in wanted.iter().enumerate().filter(|(_, name)| !catalog.contains(name)) {
        let unknown = text!("unknown_scope", scope = name, catalog = catalog.to_string());
        change.findings.add(&format!("scopes[{index}]"), unknown);
    }
    change.sound()?;
    let wanted: ScopeSet = wanted.iter().map(String::as_str).collect();
    let active = client_scopes::of_client(change.conn, client).await?;
    for name in wanted.difference(&active).iter() {
        client_scopes::insert(change.conn, client, name, change.now).await?;
        change.created(Some(client), "scope.activated", (name, name), json!({ "scope": name }));
    }
    for name in active.difference(&wanted).iter() {
        client_scopes::delete(change.conn, client, name).await?;
        change.deleted(Some(client), "scope.deactivated", (name, name), json!({ "scope": name }));
    }
    Ok(())
}

/// A client shows its scopes, so it is another version of itself.
async fn touch(change: &mut Change<'_>) -> Result<(), Error> {
    let client = change.access()?.client.clone();
    let updated_at = change.version_after(client.updated_at);
    Ok(clients::update(change.conn, &Client { updated_at, ..client }).await?)
}

async fn active(conn: &mut Conn, client: ClientId, name: &str) -> Result<Scope, Error> {
    let all = client_scopes::described(conn, client).await?;
    all.into_iter().find(|scope| scope.name == name).ok_or(Error::NotFound("scope"))
}

/// A catalog is short, and read whole: what follows a name is known by its place.
fn page(all: Vec<Scope>, after: Option<&str>, limit: i64) -> Result<Vec<ClientScopeView>, Error> {
    let start = match after {
        Some(name) => match all.iter().position(|scope| scope.name == name) {
            Some(place) => place + 1,
            None => return Err(Error::Invalid(vec![text!("invalid-cursor").at("cursor")])),
        },
        None => 0,
    };
    Ok(all.into_iter().skip(start).take(usize::try_from(limit).unwrap_or(0)).map(view).collect())
}

fn view(scope: Scope) -> ClientScopeView {
    let Scope { name, title, description, opens, tier, position: _ } = scope;
    ClientScopeView { name, title, description, tier, opens }
}

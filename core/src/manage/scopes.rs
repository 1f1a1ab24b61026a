//! The catalog of scopes, and those that a client has activated.

use std::collections::BTreeMap;

use serde_json::json;

use super::change::Change;
use super::fields::{Expected, same_version};
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use crate::contract::client_scope::{
    ActivatedScopeView, ActivatedView, ClientScopeSettings, ClientScopeView, NewClientScope, NewClientScopes, ScopeUse,
};
use crate::contract::{Input, Patch};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::ClientId;
use crate::model::scope::{self, ScopeSet, Tier};
use crate::state::Core;
use crate::store::tables::client_scopes::{self, Activated};
use crate::store::tables::clients::{self, Client};
use crate::store::tables::scopes::{self, Scope};
use crate::text;

/// The catalog in its order: at most `limit` of those after `after`, a name.
///
/// # Errors
/// [`Error::Invalid`] for a `cursor` that is no name in it; the database's.
pub async fn catalog(core: &Core, after: Option<&str>, limit: i64) -> Result<Vec<ClientScopeView>, Error> {
    let all = scopes::all(&mut core.db.read().await?).await?;
    page(all.into_iter().map(view).collect(), after, limit, |scope| &scope.name)
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
) -> Result<Vec<ActivatedScopeView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::ScopesRead)).await?;
    let all = client_scopes::described(&mut reading.conn, client).await?;
    page(all.into_iter().map(activated_view).collect(), after, limit, |view| &view.scope.name)
}

/// One activated scope.
///
/// # Errors
/// [`Error::NotFound`]; those of [`super::permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, name: &str) -> Result<ActivatedScopeView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::ScopesRead)).await?;
    active(&mut reading.conn, client, name).await.map(activated_view)
}

/// Activates a scope of the catalog, or several or none of them.
///
/// # Errors
/// [`Error::Invalid`] `unknown_scope`; [`Error::Conflict`] `already_active`; those of [`super::permit`]; the database's.
pub async fn activate(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: Input<NewClientScope>,
) -> Result<Done<ActivatedView>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::ScopesCreate), async move |change: &mut Change<'_>| {
        let NewClientScope { name, names, at_login } = change.take(new)?;
        let Some(name) = name else {
            let wanted = find_all(change, &names, "names").await?;
            let added = add_all(change, client, wanted, at_login).await?;
            return Ok(ActivatedView::Several { data: added });
        };
        if !names.is_empty() {
            change.findings.add("names", text!("not_here-scope_names"));
        }
        let wanted = find(change, &name, "name").await?;
        change.sound()?;
        let added = add_all(change, client, wanted.into_iter().collect(), at_login).await?;
        added.into_iter().next().map(ActivatedView::One).ok_or(Error::NotFound("scope"))
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
        let wanted = find_all(change, &names, "name").await?;
        add_all(change, client, wanted, None).await.map(drop)
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

/// The scopes of these names, when there is one and all of them are in the catalog.
async fn find_all(change: &mut Change<'_>, names: &[String], field: &str) -> Result<Vec<Scope>, Error> {
    if names.is_empty() {
        change.findings.add("name", text!("required-scope_names"));
    }
    // A catalog is short, and a list that somebody sends may be long.
    let catalog = scopes::all(change.conn).await?;
    for (index, name) in names.iter().enumerate() {
        if !catalog.iter().any(|scope| scope.name == *name) {
            change.findings.add(&format!("{field}[{index}]"), text!("unknown_scope-name"));
        }
    }
    change.sound()?;
    Ok(names.iter().filter_map(|name| catalog.iter().find(|scope| scope.name == *name)).cloned().collect())
}

/// Activates scopes that are not active.
async fn add_all(
    change: &mut Change<'_>,
    client: ClientId,
    wanted: Vec<Scope>,
    at_login: Option<bool>,
) -> Result<Vec<ActivatedScopeView>, Error> {
    let mut active = client_scopes::of_client(change.conn, client).await?;
    let mut added = Vec::with_capacity(wanted.len());
    for scope in wanted {
        if active.contains(&scope.name) {
            return Err(Error::Conflict(text!("already_active", scope = &scope.name)));
        }
        active = active.union(&std::iter::once(scope.name.as_str()).collect());
        let at_login = add(change, client, (&scope.name, scope.tier), at_login).await?;
        added.push(activated_view(Activated { scope, at_login, updated_at: change.now }));
    }
    touch(change).await?;
    Ok(added)
}

/// Activates one that is not active; says whether logins that name no scope ask for it.
async fn add(
    change: &mut Change<'_>,
    client: ClientId,
    (name, tier): (&str, Tier),
    at_login: Option<bool>,
) -> Result<bool, Error> {
    let at_login = at_login.unwrap_or(is_at_login(tier));
    client_scopes::insert(change.conn, client, name, at_login, change.now).await?;
    change.created(Some(client), "scope.activated", (name, name), json!({ "scope": name, "at_login": at_login }));
    Ok(at_login)
}

/// Whether a login that names no scope asks for one of this tier, unless somebody says otherwise.
pub(crate) fn is_at_login(tier: Tier) -> bool {
    tier == Tier::Open
}

/// Changes an activated scope. `expected`: the version that it must still have, `updated_at` of when it was read.
///
/// # Errors
/// As [`get`]; [`Error::Invalid`] with all bad fields; [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    (client, name): (ClientId, String),
    patch: Patch<ClientScopeSettings>,
    expected: Expected,
) -> Result<Done<ActivatedScopeView>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::ScopesCreate), async move |change: &mut Change<'_>| {
        let mut stands = active(change.conn, client, &name).await?;
        same_version(expected, stands.updated_at)?;
        let had = ClientScopeSettings { at_login: stands.at_login };
        let wanted = change.take(patch.apply(&had))?;
        change.sound()?;
        if change_at_login(change, client, &stands, wanted.at_login).await? {
            stands.updated_at = change.version_after(stands.updated_at);
            touch(change).await?;
        }
        Ok(activated_view(Activated { at_login: wanted.at_login, ..stands }))
    })
    .await
}

/// Sets whether logins that name no scope ask for this one; true when that changes something.
async fn change_at_login(
    change: &mut Change<'_>,
    client: ClientId,
    stands: &Activated,
    at_login: bool,
) -> Result<bool, Error> {
    let name = &stands.scope.name;
    let facts = |at_login: bool| json!({ "scope": name, "at_login": at_login });
    let told = (facts(stands.at_login), facts(at_login));
    if !change.updated(Some(client), "scope.updated", (name, name), told) {
        return Ok(false);
    }
    let version = change.version_after(stands.updated_at);
    client_scopes::set_at_login(change.conn, client, name, at_login, version).await?;
    Ok(true)
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

/// Makes the activated scopes exactly these; true when that changes something. Of one that is said twice the last counts.
///
/// # Errors
/// [`Error::Invalid`] naming every one that is not in the catalog (`scopes[0]`, code `unknown_scope`); the database's.
pub(crate) async fn set(change: &mut Change<'_>, client: ClientId, wanted: &[ScopeUse]) -> Result<bool, Error> {
    let catalog = scopes::all(change.conn).await?;
    let tier = |name: &str| catalog.iter().find(|scope| scope.name == name).map(|scope| scope.tier);
    for (index, scope) in wanted.iter().enumerate().filter(|(_, scope)| tier(&scope.name).is_none()) {
        let names: ScopeSet = catalog.iter().map(|scope| scope.name.as_str()).collect();
        let unknown = text!("unknown_scope", scope = &scope.name, catalog = names.to_string());
        change.findings.add(&format!("scopes[{index}]"), unknown);
    }
    change.sound()?;
    let wanted: BTreeMap<&str, Option<bool>> =
        wanted.iter().map(|scope| (scope.name.as_str(), scope.at_login)).collect();
    let active = client_scopes::described(change.conn, client).await?;
    let mut changed = false;
    for (name, at_login) in &wanted {
        match active.iter().find(|activated| activated.scope.name == *name) {
            Some(activated) => {
                let at_login = at_login.unwrap_or(activated.at_login);
                changed |= change_at_login(change, client, activated, at_login).await?;
            }
            None => {
                let tier = tier(name).ok_or(Error::NotFound("scope"))?;
                add(change, client, (name, tier), *at_login).await?;
                changed = true;
            }
        }
    }
    for activated in active.iter().filter(|activated| !wanted.contains_key(activated.scope.name.as_str())) {
        let name = &activated.scope.name;
        client_scopes::delete(change.conn, client, name).await?;
        change.deleted(Some(client), "scope.deactivated", (name, name), json!({ "scope": name }));
        changed = true;
    }
    Ok(changed)
}

/// A client shows its scopes, so it is another version of itself.
async fn touch(change: &mut Change<'_>) -> Result<(), Error> {
    let client = change.access()?.client.clone();
    let updated_at = change.version_after(client.updated_at);
    Ok(clients::update(change.conn, &Client { updated_at, ..client }).await?)
}

async fn active(conn: &mut Conn, client: ClientId, name: &str) -> Result<Activated, Error> {
    let all = client_scopes::described(conn, client).await?;
    all.into_iter().find(|activated| activated.scope.name == name).ok_or(Error::NotFound("scope"))
}

/// A catalog is short, and read whole: what follows a name is known by its place.
fn page<T>(all: Vec<T>, after: Option<&str>, limit: i64, name: impl Fn(&T) -> &String) -> Result<Vec<T>, Error> {
    let start = match after {
        Some(after) => match all.iter().position(|one| name(one) == after) {
            Some(place) => place + 1,
            None => return Err(Error::Invalid(vec![text!("invalid-cursor").at("cursor")])),
        },
        None => 0,
    };
    Ok(all.into_iter().skip(start).take(usize::try_from(limit).unwrap_or(0)).collect())
}

fn view(scope: Scope) -> ClientScopeView {
    let Scope { name, title, description, opens, tier, position: _ } = scope;
    ClientScopeView { name, title, description, tier, opens }
}

fn activated_view(activated: Activated) -> ActivatedScopeView {
    let Activated { scope, at_login, updated_at } = activated;
    ActivatedScopeView { scope: view(scope), settings: ClientScopeSettings { at_login }, updated_at }
}

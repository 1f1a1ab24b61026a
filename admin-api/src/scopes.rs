//! Scopes: `/scopes`, the catalog, and `/clients/{client}/scopes`, those that are activated.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use xwms_core::contract::client_scope::{ClientScopeView, NewClientScope};
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::scopes;
use xwms_core::state::Core;

use crate::answer::{created_as, done, shown};
use crate::authenticated::Authenticated;
use crate::json::New;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static SCOPE: Of<ClientScopeView> = Of::new();
static NEW: Of<NewClientScope> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/scopes", || get(catalog))
        .named("listCatalog", "Lists the catalog of scopes.")
        .needs(Needs::Account)
        .response(ResponseBody::Page(&SCOPE)),
    Operation::new(Method::Get, "/clients/{client}/scopes", || get(list))
        .named("listScopes", "Lists the scopes that a client has activated.")
        .needs(Needs::Client(Permission::ScopesRead))
        .response(ResponseBody::Page(&SCOPE)),
    Operation::new(Method::Post, "/clients/{client}/scopes", || post(create))
        .named("activateScope", "Activates a scope of the catalog.")
        .needs(Needs::Client(Permission::ScopesCreate))
        .request(RequestBody::New(&NEW))
        .response(ResponseBody::Made(&SCOPE))
        .refusals(&[(409, "already_active")]),
    Operation::new(Method::Get, "/clients/{client}/scopes/{name}", || get(read))
        .named("getScope", "Reads a scope that a client has activated.")
        .needs(Needs::Client(Permission::ScopesRead))
        .response(ResponseBody::One(&SCOPE)),
    Operation::new(Method::Delete, "/clients/{client}/scopes/{name}", || delete(remove))
        .named("deactivateScope", "Deactivates a scope. Activated again, it works as before.")
        .needs(Needs::Client(Permission::ScopesDelete)),
];

async fn catalog(State(core): State<Core>, Authenticated(_): Authenticated, query: Query) -> Result<Response, Problem> {
    let page = query.page::<String>()?;
    let found = scopes::catalog(&core, page.after.as_deref(), page.look_for()).await?;
    Ok(page.answer(found, |scope| scope.name.clone(), |scope| scope))
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<String>()?;
    let found = scopes::list(&core, &caller, client, page.after.as_deref(), page.look_for()).await?;
    Ok(page.answer(found, |scope| scope.name.clone(), |scope| scope))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    New(scope): New<NewClientScope>,
) -> Result<Response, Problem> {
    created_as("name", &format!("/clients/{client}/scopes"), scopes::activate(&core, caller, client, scope).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, name)): PathIds<(ClientId, String)>,
) -> Result<Response, Problem> {
    Ok(shown(&scopes::get(&core, &caller, client, &name).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, name)): PathIds<(ClientId, String)>,
) -> Result<Response, Problem> {
    scopes::deactivate(&core, caller, client, name).await?;
    Ok(done())
}

//! Scopes: `/scopes`, the catalog, and `/clients/{client}/scopes`, those that are activated.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use xwms_core::contract::client_scope::{ClientScopeView, NewClientScope};
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::scopes;
use xwms_core::state::Core;

use crate::answer::{created, done, shown};
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
    Operation {
        method: Method::Get,
        path: "/scopes",
        id: "listCatalog",
        summary: "Lists the catalog of scopes.",
        needs: Needs::Account,
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&SCOPE),
        refusals: &[],
        handler: || get(catalog),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/scopes",
        id: "listScopes",
        summary: "Lists the scopes that a client has activated.",
        needs: Needs::Client(Permission::ScopesRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&SCOPE),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/scopes",
        id: "activateScope",
        summary: "Activates a scope of the catalog.",
        needs: Needs::Client(Permission::ScopesCreate),
        query: &[],
        request: RequestBody::New(&NEW),
        response: ResponseBody::Made(&SCOPE),
        refusals: &[(409, "already_active")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/scopes/{name}",
        id: "getScope",
        summary: "Reads a scope that a client has activated.",
        needs: Needs::Client(Permission::ScopesRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&SCOPE),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/scopes/{name}",
        id: "deactivateScope",
        summary: "Deactivates a scope. Activated again, it works as before.",
        needs: Needs::Client(Permission::ScopesDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(remove),
    },
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
    created(&format!("/clients/{client}/scopes"), scopes::activate(&core, caller, client, scope).await?)
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

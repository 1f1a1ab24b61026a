//! Scopes: `/scopes`, the catalog, and `/clients/{client}/scopes`, those that are activated.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post};
use xwms_core::contract::client_scope::{
    ActivatedScopeView, ActivatedView, ClientScopeSettings, ClientScopeView, NewClientScope,
};
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::runner::Done;
use xwms_core::manage::scopes;
use xwms_core::state::Core;

use crate::answer::{changed, created_as, created_several, done, shown};
use crate::authenticated::Authenticated;
use crate::etag::IfMatch;
use crate::json::{Changes, New};
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static SCOPE: Of<ClientScopeView> = Of::new();
static ACTIVE: Of<ActivatedScopeView> = Of::new();
static ACTIVATED: Of<ActivatedView> = Of::new();
static NEW: Of<NewClientScope> = Of::new();
static SETTINGS: Of<ClientScopeSettings> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/scopes", || get(catalog))
        .named("listCatalog", "Lists the catalog of scopes.")
        .needs(Needs::Account)
        .response(ResponseBody::Page(&SCOPE)),
    Operation::new(Method::Get, "/clients/{client}/scopes", || get(list))
        .named("listScopes", "Lists the scopes that a client has activated.")
        .needs(Needs::Client(Permission::ScopesRead))
        .response(ResponseBody::Page(&ACTIVE)),
    Operation::new(Method::Post, "/clients/{client}/scopes", || post(create))
        .named("activateScope", "Activates a scope of the catalog, or several at once.")
        .needs(Needs::Client(Permission::ScopesCreate))
        .request(RequestBody::New(&NEW))
        .response(ResponseBody::Made(&ACTIVATED))
        .refusals(&[(409, "already_active")]),
    Operation::new(Method::Get, "/clients/{client}/scopes/{name}", || get(read))
        .named("getScope", "Reads a scope that a client has activated.")
        .needs(Needs::Client(Permission::ScopesRead))
        .response(ResponseBody::One(&ACTIVE)),
    Operation::new(Method::Patch, "/clients/{client}/scopes/{name}", || patch(update))
        .named("updateScope", "Changes a scope that a client has activated.")
        .needs(Needs::Client(Permission::ScopesCreate))
        .request(RequestBody::Changes(&SETTINGS))
        .response(ResponseBody::One(&ACTIVE)),
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
    Ok(page.answer(found, |scope| scope.scope.name.clone(), |scope| scope))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    New(scope): New<NewClientScope>,
) -> Result<Response, Problem> {
    let (path, made) = (format!("/clients/{client}/scopes"), scopes::activate(&core, caller, client, scope).await?);
    match &made {
        Done::Now(ActivatedView::Several { .. }) => Ok(created_several(&path, made)),
        Done::Before(kept) if kept.body["data"].is_array() => Ok(created_several(&path, made)),
        Done::Now(ActivatedView::One(_)) | Done::Before(_) => created_as("name", &path, made),
    }
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, name)): PathIds<(ClientId, String)>,
) -> Result<Response, Problem> {
    Ok(shown(&scopes::get(&core, &caller, client, &name).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(scope): PathIds<(ClientId, String)>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<ClientScopeSettings>,
) -> Result<Response, Problem> {
    Ok(changed(scopes::update(&core, caller, scope, patch, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, name)): PathIds<(ClientId, String)>,
) -> Result<Response, Problem> {
    scopes::deactivate(&core, caller, client, name).await?;
    Ok(done())
}

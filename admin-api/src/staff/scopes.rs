//! The scope catalog as the staff change it: `/staff/scopes`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch, post};
use xwms_core::contract::scope::{NewScope, ScopeSettings, ScopeView};
use xwms_core::gate::permission::Permission;
use xwms_core::staff::scopes;
use xwms_core::state::Core;

use crate::answer::{changed, created_as, shown};
use crate::authenticated::Authenticated;
use crate::etag::IfMatch;
use crate::json::{Changes, New};
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static SCOPE: Of<ScopeView> = Of::new();
static NEW: Of<NewScope> = Of::new();
static SETTINGS: Of<ScopeSettings> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/staff/scopes", || get(list))
        .named("listStaffScopes", "Lists the scope catalog, in its order.")
        .needs(Needs::Admin(Permission::StaffRead))
        .response(ResponseBody::Page(&SCOPE)),
    Operation::new(Method::Post, "/staff/scopes", || post(create))
        .named("createStaffScope", "Adds a scope to the catalog.")
        .needs(Needs::Admin(Permission::StaffUpdate))
        .request(RequestBody::New(&NEW))
        .response(ResponseBody::Made(&SCOPE))
        .refusals(&[(409, "name_taken")]),
    Operation::new(Method::Get, "/staff/scopes/{name}", || get(read))
        .named("getStaffScope", "Reads a scope.")
        .needs(Needs::Admin(Permission::StaffRead))
        .response(ResponseBody::One(&SCOPE)),
    Operation::new(Method::Patch, "/staff/scopes/{name}", || patch(update))
        .named("updateStaffScope", "Changes a scope, for all clients at once.")
        .needs(Needs::Admin(Permission::StaffUpdate))
        .request(RequestBody::Changes(&SETTINGS))
        .response(ResponseBody::One(&SCOPE)),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<String>()?;
    let mut found = scopes::list(&core, &caller).await?;
    // The catalog is short: it is read whole, and the page cut out.
    page.begin(&mut found, |scope, after| scope.name.as_str() == after.as_str());
    Ok(page.answer(found, |scope| scope.name.as_str().to_owned(), |scope| scope))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    New(scope): New<NewScope>,
) -> Result<Response, Problem> {
    created_as("name", "/staff/scopes", scopes::create(&core, caller, scope).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(name): PathIds<String>,
) -> Result<Response, Problem> {
    Ok(shown(&scopes::get(&core, &caller, &name).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(name): PathIds<String>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<ScopeSettings>,
) -> Result<Response, Problem> {
    Ok(changed(scopes::update(&core, caller, name, patch, expected).await?))
}

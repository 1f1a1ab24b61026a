//! The scope catalog as the staff change it: `/staff/scopes`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch, post};
use xwms_core::contract::scope::{NewScope, ScopeSettings, ScopeView};
use xwms_core::gate::permission::Permission;
use xwms_core::staff::scopes;
use xwms_core::state::Core;

use crate::answer::{changed, created, shown};
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
    Operation {
        method: Method::Get,
        path: "/staff/scopes",
        id: "listStaffScopes",
        summary: "Lists the scope catalog, in its order.",
        needs: Needs::Admin(Permission::StaffRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&SCOPE),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/staff/scopes",
        id: "createStaffScope",
        summary: "Adds a scope to the catalog.",
        needs: Needs::Admin(Permission::StaffUpdate),
        query: &[],
        request: RequestBody::New(&NEW),
        response: ResponseBody::Made(&SCOPE),
        refusals: &[(409, "name_taken")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/staff/scopes/{name}",
        id: "getStaffScope",
        summary: "Reads a scope.",
        needs: Needs::Admin(Permission::StaffRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&SCOPE),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/staff/scopes/{name}",
        id: "updateStaffScope",
        summary: "Changes a scope, for all clients at once.",
        needs: Needs::Admin(Permission::StaffUpdate),
        query: &[],
        request: RequestBody::Changes(&SETTINGS),
        response: ResponseBody::One(&SCOPE),
        refusals: &[],
        handler: || patch(update),
    },
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
    created("/staff/scopes", scopes::create(&core, caller, scope).await?)
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

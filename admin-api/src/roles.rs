//! Roles: `/clients/{client}/roles`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post};
use xwms_core::contract::role::{NewRole, RoleSettings, RoleView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, RoleId};
use xwms_core::manage::roles::{self, RolePage};
use xwms_core::state::Core;

use crate::answer::{changed, created, done, shown};
use crate::authenticated::Authenticated;
use crate::etag::IfMatch;
use crate::json::{Changes, New};
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static ROLE: Of<RoleView> = Of::new();
static NEW: Of<NewRole> = Of::new();
static SETTINGS: Of<RoleSettings> = Of::new();

static QUERY: [QueryParam; 1] =
    [QueryParam { name: "group", about: "In the group of this name.", example: "Operations", choices: &[] }];

/// The codes that follow from levels and permissions.
const RANK: [(u16, &str); 2] = [(403, "level_too_low"), (403, "permission_not_held")];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/roles", || get(list))
        .named("listRoles", "Lists the roles of a client, oldest first.")
        .needs(Needs::Client(Permission::RolesRead))
        .query(&QUERY)
        .response(ResponseBody::Page(&ROLE)),
    Operation::new(Method::Post, "/clients/{client}/roles", || post(create))
        .named(
            "createRole",
            "Makes a role. Its level is below the caller's own, and it permits nothing they do not hold.",
        )
        .needs(Needs::Client(Permission::RolesCreate))
        .request(RequestBody::New(&NEW))
        .response(ResponseBody::Made(&ROLE))
        .refusals(&[RANK[0], RANK[1], (409, "preset"), (409, "key_taken")]),
    Operation::new(Method::Get, "/clients/{client}/roles/{role}", || get(read))
        .named("getRole", "Reads a role.")
        .needs(Needs::Client(Permission::RolesRead))
        .response(ResponseBody::One(&ROLE)),
    Operation::new(Method::Patch, "/clients/{client}/roles/{role}", || patch(update))
        .named("updateRole", "Changes a role, which is below the caller's own before and after. Presets are fixed.")
        .needs(Needs::Client(Permission::RolesUpdate))
        .request(RequestBody::Changes(&SETTINGS))
        .response(ResponseBody::One(&ROLE))
        .refusals(&[RANK[0], RANK[1], (409, "preset")]),
    Operation::new(Method::Delete, "/clients/{client}/roles/{role}", || delete(remove))
        .named("deleteRole", "Deletes a role that no member has. Presets stay.")
        .needs(Needs::Client(Permission::RolesDelete))
        .refusals(&[RANK[0], (409, "preset"), (409, "role_in_use")]),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<RoleId>()?;
    let wanted = RolePage { group: query.get("group"), after: page.after, limit: page.look_for() };
    let found = roles::list(&core, &caller, client, wanted).await?;
    Ok(page.answer(found, |role| role.id.to_string(), |role| role))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    New(role): New<NewRole>,
) -> Result<Response, Problem> {
    created(&format!("/clients/{client}/roles"), roles::create(&core, caller, client, role).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, role)): PathIds<(ClientId, RoleId)>,
) -> Result<Response, Problem> {
    Ok(shown(&roles::get(&core, &caller, client, role).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(role): PathIds<(ClientId, RoleId)>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<RoleSettings>,
) -> Result<Response, Problem> {
    Ok(changed(roles::update(&core, caller, role, patch, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(role): PathIds<(ClientId, RoleId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    roles::delete(&core, caller, role, expected).await?;
    Ok(done())
}

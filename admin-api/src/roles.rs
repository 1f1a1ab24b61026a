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
    Operation {
        method: Method::Get,
        path: "/clients/{client}/roles",
        id: "listRoles",
        summary: "Lists the roles of a client, oldest first.",
        needs: Needs::Client(Permission::RolesRead),
        query: &QUERY,
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&ROLE),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/roles",
        id: "createRole",
        summary: "Makes a role. Its level is below the caller's own, and it permits nothing they do not hold.",
        needs: Needs::Client(Permission::RolesCreate),
        query: &[],
        request: RequestBody::New(&NEW),
        response: ResponseBody::Made(&ROLE),
        refusals: &[RANK[0], RANK[1], (409, "preset"), (409, "key_taken")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/roles/{role}",
        id: "getRole",
        summary: "Reads a role.",
        needs: Needs::Client(Permission::RolesRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&ROLE),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/clients/{client}/roles/{role}",
        id: "updateRole",
        summary: "Changes a role, which is below the caller's own before and after. Presets are fixed.",
        needs: Needs::Client(Permission::RolesUpdate),
        query: &[],
        request: RequestBody::Changes(&SETTINGS),
        response: ResponseBody::One(&ROLE),
        refusals: &[RANK[0], RANK[1], (409, "preset")],
        handler: || patch(update),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/roles/{role}",
        id: "deleteRole",
        summary: "Deletes a role that no member has. Presets stay.",
        needs: Needs::Client(Permission::RolesDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[RANK[0], (409, "preset"), (409, "role_in_use")],
        handler: || delete(remove),
    },
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

//! Roles: `/clients/{client}/roles`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, RoleId};
use xwms_core::manage::roles::{self, RoleFields};
use xwms_core::state::Core;
use xwms_core::store::tables::roles::Role as Row;

use crate::answer::{done, made};
use crate::authenticated::Authenticated;
use crate::etag::{self, IfMatch};
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Members, Purpose, Set, Shape, member};

static ROLE: Shape = Shape {
    name: "Role",
    members: &[
        member("id", Kind::Id("role"), Set::Never, "Its id.", "role_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("name", Kind::Text(120), Set::Required, "What people call it.", "Night shift"),
        member(
            "key",
            Kind::Text(40),
            Set::Once,
            "Unique in the client; made of the name when left out. It never changes.",
            "night-shift",
        ),
        member("description", Kind::NullableText(4096), Set::Always, "What it is for.", "Rotates secrets at night."),
        member(
            "permissions",
            Kind::Texts,
            Set::Always,
            "What it permits; nothing that whoever sets it does not hold.",
            r#"["secrets:read", "secrets:create"]"#,
        ),
        member(
            "group",
            Kind::NullableText(120),
            Set::Always,
            "Its group, made on first use: it orders and filters, and grants nothing.",
            "Operations",
        ),
        member(
            "level",
            Kind::Integer(0, 100),
            Set::Always,
            "Whoever has it manages what has a lower one. 0 unless given.",
            "20",
        ),
        member("expires_at", Kind::NullableTime, Set::Always, "When it grants nothing more.", "2030-01-31T12:00:00Z"),
        member("active", Kind::Bool, Set::Always, "Whether it grants anything.", "true"),
    ],
};

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
        request: RequestBody::New(&ROLE),
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
        request: RequestBody::Changes(&ROLE),
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

/// A role on the wire.
#[derive(Serialize)]
struct Role {
    id: RoleId,
    name: String,
    key: String,
    description: Option<String>,
    permissions: Vec<String>,
    group: Option<String>,
    level: i32,
    expires_at: Option<Timestamp>,
    active: bool,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<RoleId>()?;
    let found = roles::list(&core, &caller, client, query.get("group"), page.after, page.look_for()).await?;
    Ok(page.answer(found, |role| role.id.to_string(), Role::from))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&ROLE, Purpose::Create);
    let key = members.text("key");
    let fields = fields(members)?;
    let role = roles::create(&core, caller, client, key, fields).await?;
    let location = format!("/clients/{client}/roles/{}", role.id);
    Ok(made(&location, one(role)))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, role)): PathIds<(ClientId, RoleId)>,
) -> Result<Response, Problem> {
    Ok(one(roles::get(&core, &caller, client, role).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, role)): PathIds<(ClientId, RoleId)>,
    IfMatch(expected): IfMatch,
    body: Object,
) -> Result<Response, Problem> {
    let fields = fields(body.members(&ROLE, Purpose::Change))?;
    Ok(one(roles::update(&core, caller, client, role, fields, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, role)): PathIds<(ClientId, RoleId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    roles::delete(&core, caller, (client, role), expected).await?;
    Ok(done())
}

fn fields(mut members: Members) -> Result<RoleFields, Problem> {
    let fields = RoleFields {
        name: members.text("name"),
        description: members.text("description"),
        permissions: members.texts("permissions"),
        group: members.text("group"),
        level: members.integer("level"),
        expires_at: members.text("expires_at"),
        active: members.boolean("active"),
    };
    members.end()?;
    Ok(fields)
}

fn one(role: Row) -> Response {
    let tag = etag::of(role.updated_at);
    ([(header::ETAG, tag)], Json(Role::from(role))).into_response()
}

impl From<Row> for Role {
    fn from(role: Row) -> Self {
        Self {
            id: role.id,
            name: role.name,
            key: role.role_key,
            description: role.description,
            permissions: role.permissions.texts().map(str::to_owned).collect(),
            group: role.role_group,
            level: role.level,
            expires_at: role.expires_at,
            active: role.active,
        }
    }
}

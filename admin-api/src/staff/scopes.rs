//! The scope catalog as the staff change it: `/staff/scopes`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use serde::Serialize;
use xwms_core::gate::permission::Permission;
use xwms_core::model::scope::Tier;
use xwms_core::staff::scopes::{self, ScopeFields};
use xwms_core::state::Core;
use xwms_core::store;

use crate::answer::made;
use crate::authenticated::Authenticated;
use crate::etag::{self, IfMatch};
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Members, Purpose, Set, Shape, member};

static SCOPE: Shape = Shape {
    name: "StaffScope",
    members: &[
        member("name", Kind::Text(64), Set::OnceRequired, "Its name on the wire.", "birthday"),
        member("title", Kind::Text(120), Set::Required, "What it is, in a few words.", "Birthday"),
        member(
            "description",
            Kind::Text(500),
            Set::Required,
            "What people are asked.",
            "See on which day you were born.",
        ),
        member("opens", Kind::Text(500), Set::Always, "What data it opens.", "birth_date"),
        member(
            "tier",
            Kind::OneOf(&["open", "verified"]),
            Set::Always,
            "Whether it is reserved for verified partners, which a new one is.",
            "verified",
        ),
        member("position", Kind::Integer(0, 100_000), Set::Always, "Where it stands in the catalog.", "10"),
        member("reason", Kind::Text(500), Set::MaybeBeside, "Why; it is audited.", "Partners ask for it."),
    ],
};

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
        request: RequestBody::New(&SCOPE),
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
        request: RequestBody::Changes(&SCOPE),
        response: ResponseBody::One(&SCOPE),
        refusals: &[],
        handler: || patch(update),
    },
];

/// A scope on the wire.
#[derive(Serialize)]
struct Scope {
    name: String,
    title: String,
    description: String,
    opens: String,
    tier: Tier,
    position: i32,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<String>()?;
    let mut found = scopes::list(&core, &caller).await?;
    // The catalog is short: it is read whole, and the page cut out.
    if let Some(after) = &page.after {
        let end = found.iter().position(|scope| scope.name == *after).map_or(found.len(), |at| at + 1);
        found.drain(..end);
    }
    Ok(page.answer(found, |scope| scope.name.clone(), Scope::from))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&SCOPE, Purpose::Create);
    let (name, fields) = (members.text("name"), fields(&mut members));
    members.end()?;
    let scope = scopes::create(&core, caller, name, fields).await?;
    let location = format!("/staff/scopes/{}", scope.name);
    Ok(made(&location, one(scope)))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(name): PathIds<String>,
) -> Result<Response, Problem> {
    Ok(one(scopes::get(&core, &caller, &name).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(name): PathIds<String>,
    IfMatch(expected): IfMatch,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&SCOPE, Purpose::Change);
    let fields = fields(&mut members);
    members.end()?;
    Ok(one(scopes::update(&core, caller, name, fields, expected).await?))
}

fn fields(members: &mut Members) -> ScopeFields {
    ScopeFields {
        title: members.text("title"),
        description: members.text("description"),
        opens: members.text("opens"),
        tier: members.choice("tier", Tier::parse),
        position: members.integer("position"),
        reason: members.text("reason"),
    }
}

fn one(scope: store::tables::scopes::Scope) -> Response {
    ([(header::ETAG, etag::of(scopes::version(&scope)))], Json(Scope::from(scope))).into_response()
}

impl From<store::tables::scopes::Scope> for Scope {
    fn from(scope: store::tables::scopes::Scope) -> Self {
        let store::tables::scopes::Scope { name, title, description, opens, tier, position } = scope;
        Self { name, title, description, opens, tier, position }
    }
}

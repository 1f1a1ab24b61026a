//! Scopes: `/scopes`, the catalog, and `/clients/{client}/scopes`, those that are activated.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde::Serialize;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::scopes;
use xwms_core::model::scope::Tier;
use xwms_core::state::Core;
use xwms_core::store::tables::scopes::Scope as Row;

use crate::answer::{done, made};
use crate::authenticated::Authenticated;
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

static SCOPE: Shape = Shape {
    name: "Scope",
    members: &[
        member("name", Kind::Text(120), Set::OnceRequired, "Its name in requests.", "profile"),
        member("title", Kind::Text(120), Set::Never, "What it is, in a few words.", "Name and picture"),
        member(
            "description",
            Kind::Text(500),
            Set::Never,
            "What people read on the consent page.",
            "See your name, picture, language and time zone.",
        ),
        member(
            "tier",
            Kind::OneOf(&["open", "verified"]),
            Set::Never,
            "Open to all, or reserved for verified partners.",
            "open",
        ),
        member("opens", Kind::Text(500), Set::Never, "Which data it opens.", "name given_name family_name picture"),
    ],
};

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
        request: RequestBody::New(&SCOPE),
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

#[derive(Serialize)]
struct Scope {
    name: String,
    title: String,
    description: String,
    tier: Tier,
    opens: String,
}

async fn catalog(State(core): State<Core>, Authenticated(_): Authenticated, query: Query) -> Result<Response, Problem> {
    let page = query.page::<String>()?;
    let found = scopes::catalog(&core, page.after.as_deref(), page.look_for()).await?;
    Ok(page.answer(found, |scope| scope.name.clone(), Scope::from))
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<String>()?;
    let found = scopes::list(&core, &caller, client, page.after.as_deref(), page.look_for()).await?;
    Ok(page.answer(found, |scope| scope.name.clone(), Scope::from))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&SCOPE, Purpose::Create);
    let name = members.text("name").unwrap_or_default();
    members.end()?;
    let scope = scopes::activate(&core, caller, client, name).await?;
    Ok(made(&format!("/clients/{client}/scopes/{}", scope.name), Json(Scope::from(scope)).into_response()))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, name)): PathIds<(ClientId, String)>,
) -> Result<Response, Problem> {
    let scope = scopes::get(&core, &caller, client, &name).await?;
    Ok(Json(Scope::from(scope)).into_response())
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, name)): PathIds<(ClientId, String)>,
) -> Result<Response, Problem> {
    scopes::deactivate(&core, caller, client, name).await?;
    Ok(done())
}

impl From<Row> for Scope {
    fn from(row: Row) -> Self {
        Self { name: row.name, title: row.title, description: row.description, tier: row.tier, opens: row.opens }
    }
}

//! Clients: `/staff/clients`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch};
use serde::Serialize;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::staff::clients::{self, ClientFields, ClientView};
use xwms_core::state::Core;

use super::{REASON, search};
use crate::authenticated::Authenticated;
use crate::etag::{self, IfMatch};
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

static CLIENT: Shape = Shape {
    name: "StaffClient",
    members: &[
        member("id", Kind::Id("client"), Set::Never, "Its id.", "client_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("name", Kind::Text(120), Set::Never, "Its name.", "Analytical Engines"),
        member("reviewed_name", Kind::NullableText(120), Set::Never, "Its name until the new one is reviewed.", "null"),
        member("owner", Kind::Text(254), Set::Never, "The address of its billing owner.", "ada@example.test"),
        member("contact_email", Kind::NullableText(254), Set::Never, "Where people reach it.", "help@engines.example"),
        member("homepage_url", Kind::NullableText(2048), Set::Never, "Its homepage.", "https://engines.example/"),
        member("suspended", Kind::Bool, Set::Later, "Whether it is suspended.", "false"),
        REASON,
    ],
};

static QUERY: [QueryParam; 1] = [search("An id, the address of a billing owner, or a part of a name.", "Engines")];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/staff/clients",
        id: "listStaffClients",
        summary: "Looks for clients, oldest first.",
        needs: Needs::Admin(Permission::StaffRead),
        query: &QUERY,
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&CLIENT),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Get,
        path: "/staff/clients/{client}",
        id: "getStaffClient",
        summary: "Reads a client.",
        needs: Needs::Admin(Permission::StaffRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&CLIENT),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/staff/clients/{client}",
        id: "updateStaffClient",
        summary: "Suspends a client, or lets it be used again. Needs a `reason`.",
        needs: Needs::Admin(Permission::StaffUpdate),
        query: &[],
        request: RequestBody::Changes(&CLIENT),
        response: ResponseBody::One(&CLIENT),
        refusals: &[(403, "conflict_of_interest")],
        handler: || patch(update),
    },
];

/// A client on the wire.
#[derive(Serialize)]
struct Client {
    id: ClientId,
    name: String,
    reviewed_name: Option<String>,
    owner: String,
    contact_email: Option<String>,
    homepage_url: Option<String>,
    suspended: bool,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<ClientId>()?;
    let found = clients::list(&core, &caller, query.get("q"), page.after, page.look_for()).await?;
    Ok(page.answer(found, |view| view.client.id.to_string(), Client::from))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
) -> Result<Response, Problem> {
    Ok(one(clients::get(&core, &caller, client).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    IfMatch(expected): IfMatch,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&CLIENT, Purpose::Change);
    let fields = ClientFields { suspended: members.boolean("suspended"), reason: members.text("reason") };
    members.end()?;
    Ok(one(clients::update(&core, caller, client, fields, expected).await?))
}

fn one(view: ClientView) -> Response {
    ([(header::ETAG, etag::of(view.client.updated_at))], Json(Client::from(view))).into_response()
}

impl From<ClientView> for Client {
    fn from(view: ClientView) -> Self {
        let client = view.client;
        Self {
            id: client.id,
            name: client.name,
            reviewed_name: client.reviewed_name,
            owner: view.owner,
            contact_email: client.contact_email,
            homepage_url: client.homepage_url,
            suspended: client.suspended_at.is_some(),
        }
    }
}

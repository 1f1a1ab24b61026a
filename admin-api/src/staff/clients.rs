//! Clients: `/staff/clients`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch};
use xwms_core::contract::staff::{ClientDecision, StaffClientView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::staff::clients;
use xwms_core::state::Core;

use super::search;
use crate::answer::{changed, shown};
use crate::authenticated::Authenticated;
use crate::etag::IfMatch;
use crate::json::Changes;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static CLIENT: Of<StaffClientView> = Of::new();
static DECISION: Of<ClientDecision> = Of::new();

static QUERY: [QueryParam; 1] = [search("An id, the address of a billing owner, or a part of a name.", "Engines")];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/staff/clients", || get(list))
        .named("listStaffClients", "Looks for clients, oldest first.")
        .needs(Needs::Admin(Permission::StaffRead))
        .query(&QUERY)
        .response(ResponseBody::Page(&CLIENT)),
    Operation::new(Method::Get, "/staff/clients/{client}", || get(read))
        .named("getStaffClient", "Reads a client.")
        .needs(Needs::Admin(Permission::StaffRead))
        .response(ResponseBody::One(&CLIENT)),
    Operation::new(Method::Patch, "/staff/clients/{client}", || patch(update))
        .named("updateStaffClient", "Suspends a client, or lets it be used again. Needs a `reason`.")
        .needs(Needs::Admin(Permission::StaffUpdate))
        .request(RequestBody::Changes(&DECISION))
        .response(ResponseBody::One(&CLIENT))
        .refusals(&[(403, "conflict_of_interest")]),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<ClientId>()?;
    let found = clients::list(&core, &caller, query.get("q"), page.after, page.look_for()).await?;
    Ok(page.answer(found, |client| client.id.to_string(), |client| client))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
) -> Result<Response, Problem> {
    Ok(shown(&clients::get(&core, &caller, client).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<ClientDecision>,
) -> Result<Response, Problem> {
    Ok(changed(clients::update(&core, caller, client, patch, expected).await?))
}

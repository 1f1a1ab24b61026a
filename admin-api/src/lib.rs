//! The management API: views and handlers, no rules.
//!
//! Each resource has a file with the table of its operations; the router and the OpenAPI document are made from them.

mod access;
mod answer;
mod attempts;
mod audit;
mod authenticated;
mod billing;
mod clients;
mod domains;
mod etag;
mod idempotency;
mod json;
mod leaks;
mod logos;
mod members;
mod openapi;
pub mod operation;
mod ownership;
mod page;
mod path_ids;
pub mod problem;
mod requests;
mod resource_metadata;
mod roles;
mod schema;
mod scopes;
mod secrets;
mod staff;
mod stats;
mod tokens;
mod urls;
mod users;
mod verifications;
mod webhooks;

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::routing::get;
use axum::{Json, response::IntoResponse as _};
use xwms_core::state::Core;

pub use json::body_limit;
use operation::{Method, Needs, Operation, PREFIX, RequestBody, ResponseBody};

/// Every resource.
static RESOURCES: &[&[Operation]] = &[
    clients::OPERATIONS,
    attempts::OPERATIONS,
    stats::OPERATIONS,
    verifications::OPERATIONS,
    audit::OPERATIONS,
    tokens::OPERATIONS,
    staff::verifications::OPERATIONS,
    staff::users::OPERATIONS,
    staff::clients::OPERATIONS,
    staff::scopes::OPERATIONS,
    staff::keys::OPERATIONS,
    billing::OPERATIONS,
    leaks::OPERATIONS,
    members::OPERATIONS,
    requests::OPERATIONS,
    roles::OPERATIONS,
    users::OPERATIONS,
    logos::OPERATIONS,
    ownership::OPERATIONS,
    scopes::OPERATIONS,
    secrets::OPERATIONS,
    domains::OPERATIONS,
    urls::OPERATIONS,
    webhooks::OPERATIONS,
    DOCUMENT,
];

static DOCUMENT: &[Operation] = &[Operation {
    method: Method::Get,
    path: "/openapi.json",
    id: "getOpenApi",
    summary: "This document.",
    needs: Needs::Nothing,
    query: &[],
    request: RequestBody::Nothing,
    response: ResponseBody::Other,
    refusals: &[],
    handler: || get(async || Json(openapi()).into_response()),
}];

/// Every route of the management API, and the schemas of what webhooks are told.
pub fn router(core: Core) -> Router {
    let guarded = |router: Router<Core>, operation: &'static Operation| {
        let handler = match operation.needs {
            // What a service signs carries an id of its own, and nobody calls.
            Needs::Signature | Needs::Nothing => (operation.handler)(),
            _ => (operation.handler)().route_layer(from_fn_with_state((core.clone(), operation), access::guard)),
        };
        router.route(&format!("{PREFIX}{}", operation.path), handler)
    };
    let schemas = Router::new().route("/docs/events/{file}", get(webhooks::schema));
    let metadata = format!("{}{PREFIX}", resource_metadata::WELL_KNOWN);
    operations()
        .fold(Router::new(), guarded)
        .layer(map_response_with_state(core.clone(), resource_metadata::challenge))
        .route(&metadata, get(resource_metadata::get))
        .merge(schemas)
        .with_state(core)
}

/// The OpenAPI 3.1 document of the management API.
pub fn openapi() -> serde_json::Value {
    openapi::document(operations())
}

fn operations() -> impl Iterator<Item = &'static Operation> {
    RESOURCES.iter().flat_map(|resource| resource.iter())
}

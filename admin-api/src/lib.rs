//! The management API: views and handlers, no rules.
//!
//! The route table is below, one line a route.

mod caller;
mod clients;
mod etag;
mod json;
pub mod problem;

use axum::Router;
use axum::routing::get;
use xwms_core::state::Core;

/// Every route of the management API.
pub fn router(core: Core) -> Router {
    Router::new()
        .route("/admin/v1/clients", get(clients::list).post(clients::create))
        .route("/admin/v1/clients/{client}", get(clients::read).patch(clients::update))
        .with_state(core)
}

//! The management API: views and handlers, no rules.

pub mod problem;

use axum::Router;
use xwms_core::state::Core;

/// Every route of the management API.
pub fn router(core: Core) -> Router {
    Router::new().with_state(core)
}

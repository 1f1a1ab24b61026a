//! `/staff/…`: the desk of the staff. Each page calls the use case that the API calls.

use axum::Router;
use xwms_core::state::Core;

/// The pages of the staff, one line a route.
pub(crate) fn routes() -> Router<Core> {
    Router::new()
}

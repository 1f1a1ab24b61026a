//! What the management API says of itself as a protected resource (RFC 9728), and the challenge that leads there.
//!
//! It names no authorization server: it takes API tokens, which nobody gets by OAuth.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use xwms_core::state::Core;

use crate::operation::PREFIX;

/// Where it is: the resource's path stands behind the well-known one (RFC 9728 §3.1).
pub(crate) const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// `GET /.well-known/oauth-protected-resource/admin/v1`.
pub(crate) async fn get(State(core): State<Core>) -> Response {
    let issuer = core.config.server.issuer();
    let metadata = json!({
        "resource": format!("{issuer}{PREFIX}"),
        "bearer_methods_supported": ["header"],
        "resource_name": "XWMS management API",
        "resource_documentation": format!("{issuer}{PREFIX}/openapi.json"),
    });
    let headers = [(header::CACHE_CONTROL, "public, max-age=300"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (headers, Json(metadata)).into_response()
}

/// Every 401 says where to read about the resource (RFC 9728 §5.1).
pub(crate) async fn challenge(State(core): State<Core>, mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        let issuer = core.config.server.issuer();
        let challenge = format!("Bearer realm=\"xwms\", resource_metadata=\"{issuer}{WELL_KNOWN}{PREFIX}\"");
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

//! `GET /api/info`: what this server is, and how it sees the caller.

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::json;
use xwms_core::request::address::CallerAddress;

use super::envelope::success;
use crate::AuthServer;

/// Needs no credentials and ignores any.
pub(super) async fn info(
    State(server): State<AuthServer>,
    Extension(CallerAddress(address)): Extension<CallerAddress>,
    headers: HeaderMap,
) -> Response {
    let issuer = server.core.config.server.issuer();
    let native = &server.core.config.native;
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    success(
        "XWMS is here",
        json!({
            "application": {
                "name": native.name,
                "description": native.description,
                "version": env!("CARGO_PKG_VERSION"),
                "locale": "en",
                "timezone": "UTC",
                "time": server.core.clock.now(),
            },
            "client": { "ip": address, "user_agent": user_agent },
            "api": {
                "documentation": native.documentation_url,
                "endpoints": {
                    "info": format!("{issuer}/api/info"),
                    "sign_token": format!("{issuer}/api/sign-token"),
                    "sign_token_verify": format!("{issuer}/api/sign-token-verify"),
                },
            },
        }),
    )
}

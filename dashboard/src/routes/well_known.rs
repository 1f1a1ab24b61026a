//! Where password managers find our pages: `/.well-known/change-password` and `/.well-known/passkey-endpoints`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;
use xwms_core::login::passkey;
use xwms_core::state::Core;

use crate::visit::see_other;

/// W3C, A Well-Known URL for Changing Passwords.
pub(crate) async fn change_password() -> Response {
    see_other("/account/security/password")
}

/// W3C, A Well-Known URL for Relying Party Passkey Endpoints: where passkeys are added and looked after.
pub(crate) async fn passkey_endpoints(State(core): State<Core>) -> Response {
    if passkey::host(&core).is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let issuer = core.config.server.issuer();
    let pages = json!({
        "enroll": format!("{issuer}/account/security/passkeys/new"),
        "manage": format!("{issuer}/account/security/passkeys"),
    });
    Json(pages).into_response()
}

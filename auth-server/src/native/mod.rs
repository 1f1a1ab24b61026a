//! The native login API, for the published SDKs: JSON in and out, always the envelope.

mod caller;
pub mod envelope;
mod info;
mod sign_token;
mod verify;

use axum::Router;
use axum::routing::{get, post};

use crate::AuthServer;

/// Every route of the native API. What is no route here, or the wrong method, answers with the envelope too.
pub fn router(server: AuthServer) -> Router {
    Router::new()
        .route("/api/info", get(info::info).fallback(envelope::method_not_allowed))
        .route("/api/sign-token", post(sign_token::sign_token).fallback(envelope::method_not_allowed))
        .route("/api/sign-token-verify", post(verify::verify).fallback(envelope::method_not_allowed))
        .route("/api", get(envelope::not_found).fallback(envelope::not_found))
        .route("/api/{*rest}", get(envelope::not_found).fallback(envelope::not_found))
        .with_state(server)
}

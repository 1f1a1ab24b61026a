//! OAuth 2.1, OpenID Connect and the native login API: JSON and redirects.
//!
//! The route table is below, one line a route. Pages are drawn elsewhere: this crate is handed one function that
//! renders the error page.

pub mod authorize;
mod client_request;
mod cors;
mod discovery;
mod error;
mod introspect;
mod jwks;
mod logout;
pub mod native;
mod revoke;
mod token;
mod userinfo;

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use xwms_core::login::error_page::ErrorPage;
use xwms_core::state::Core;

use crate::discovery::Documents;
use crate::error::OAuthError;

/// What every handler of this crate is given.
#[derive(Clone)]
pub struct AuthServer {
    core: Core,
    discovery: Arc<Documents>,
    error_page: Arc<dyn Fn(ErrorPage) -> Response + Send + Sync>,
}

impl AuthServer {
    /// `error_page` answers with the page a person sees when a login can't go on.
    pub fn new(core: Core, error_page: impl Fn(ErrorPage) -> Response + Send + Sync + 'static) -> Self {
        let discovery = Arc::new(Documents::of(core.config.server.issuer()));
        Self { core, discovery, error_page: Arc::new(error_page) }
    }
}

/// The endpoints that speak JSON, to programs only.
const JSON_ENDPOINTS: [&str; 7] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oauth/jwks",
    "/oauth/token",
    "/oauth/userinfo",
    "/oauth/introspect",
    "/oauth/revoke",
];

/// The JSON error for what is refused before one of those endpoints is reached; `None` for any other path, and for an
/// unknown host, whose page names the right one.
pub fn refused(path: &str, status: StatusCode) -> Option<Response> {
    let speaks_json = JSON_ENDPOINTS.contains(&path) && status != StatusCode::MISDIRECTED_REQUEST;
    speaks_json.then(|| OAuthError::refused(status).into_response())
}

/// The JSON error for a host that is none of ours: it names the issuer, which is where to go.
pub fn wrong_host(issuer: &str) -> Response {
    let body = json!({
        "error": "misdirected_request",
        "error_description": format!("XWMS answers as {issuer} and on no other host"),
        "issuer": issuer,
    });
    (StatusCode::MISDIRECTED_REQUEST, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Every route of the authorization server.
pub fn router(server: AuthServer) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::openid_configuration).options(discovery::preflight))
        .route(
            "/.well-known/oauth-authorization-server",
            get(discovery::authorization_server).options(discovery::preflight),
        )
        .route("/oauth/jwks", get(jwks::jwks).options(discovery::preflight))
        .route("/oauth/authorize", get(authorize::get).post(authorize::post))
        .route("/oauth/sign-in", get(authorize::sign_in))
        .route("/oauth/continue", get(authorize::go_on))
        .route("/oauth/token", post(token::token).options(cors::preflight))
        .route("/oauth/userinfo", get(userinfo::userinfo).post(userinfo::userinfo).options(discovery::preflight))
        .route("/oauth/introspect", post(introspect::introspect))
        .route("/oauth/revoke", post(revoke::revoke).options(cors::preflight))
        .route("/oauth/logout", get(logout::get).post(logout::post))
        .with_state(server.clone())
        .merge(native::router(server))
}

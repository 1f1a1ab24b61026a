//! The token endpoint (OAuth 2.1 §3.2).

mod grant_types;
mod oxide;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::login::tokens::Tokens;

use crate::AuthServer;
use crate::client_request::ClientRequest;
use crate::cors;
use crate::error::OAuthError;

/// The parameters that may stand only once.
const ONCE: [&str; 9] = [
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "domain",
];

/// A successful answer (RFC 6749 §5.1).
#[derive(Serialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    scope: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
}

/// `POST /oauth/token`.
pub(crate) async fn token(State(server): State<AuthServer>, request: ClientRequest) -> Response {
    cors::open(&server, &request, give(&server, &request).await).await
}

async fn give(server: &AuthServer, request: &ClientRequest) -> Result<Response, OAuthError> {
    request.once(&ONCE)?;
    let tokens = match request.require("grant_type")? {
        "authorization_code" => grant_types::authorization_code(&server.core, request).await?,
        "refresh_token" => grant_types::refresh_token(&server.core, request).await?,
        "client_credentials" => grant_types::client_credentials(&server.core, request).await?,
        _ => return Err(OAuthError::unsupported_grant_type()),
    };
    Ok(answer(&tokens))
}

fn answer(tokens: &Tokens) -> Response {
    let body = TokenResponse {
        access_token: tokens.access_token.expose(),
        token_type: "Bearer",
        expires_in: tokens.lifetime.as_secs(),
        scope: tokens.scope.as_str(),
        refresh_token: tokens.refresh_token.as_ref().map(|token| token.expose().as_str()),
        id_token: tokens.id_token.as_ref().map(|token| token.expose().as_str()),
    };
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

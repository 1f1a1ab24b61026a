//! Token revocation (RFC 7009). A refresh token ends its grant's tokens, an access token only itself.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use xwms_core::login::revoke;

use crate::AuthServer;
use crate::client_request::ClientRequest;
use crate::cors;
use crate::error::OAuthError;

/// `POST /oauth/revoke`: 200 also for a token that is unknown or another client's, once the caller has authenticated.
pub(crate) async fn revoke(State(server): State<AuthServer>, request: ClientRequest) -> Response {
    cors::open(&server, &request, answer(&server, &request).await).await
}

/// Nothing is left to say; an empty object is what libraries can read.
async fn answer(server: &AuthServer, request: &ClientRequest) -> Result<Response, OAuthError> {
    let (client, token) = request.about_a_token(&server.core).await?;
    revoke::revoke(&server.core, &client, token).await.map_err(OAuthError::of_client)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(json!({}))).into_response())
}

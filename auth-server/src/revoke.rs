//! Token revocation (RFC 7009). A refresh token ends its grant's tokens, an access token only itself.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use xwms_core::login::revoke;

use crate::AuthServer;
use crate::client_request::ClientRequest;
use crate::error::OAuthError;

/// `POST /oauth/revoke`: 200 also for a token that is unknown or another client's, once the caller has authenticated.
pub(crate) async fn revoke(State(server): State<AuthServer>, request: ClientRequest) -> Result<Response, OAuthError> {
    let (client, token) = request.about_a_token(&server.core).await?;
    let revoked = revoke::revoke(&server.core, &client, token).await;
    revoked.map_err(|refused| OAuthError::of_client(refused, request.by_basic()))?;
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response())
}

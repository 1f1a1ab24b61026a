//! The key set (RFC 7517): bytes made once per key change.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::AuthServer;

/// `GET /oauth/jwks`.
pub(crate) async fn jwks(State(server): State<AuthServer>) -> Response {
    let body = Bytes::copy_from_slice(server.core.keys.get().jwks());
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, body).into_response()
}

//! Pages of public clients that call where tokens are given and revoked: from the origins of their callbacks, without
//! credentials, and from nowhere else.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use xwms_core::login::origins;

use crate::AuthServer;
use crate::client_request::ClientRequest;
use crate::error::OAuthError;

/// The preflight of such a call. It does not say whose page it is: any public client's will do.
pub(crate) async fn preflight(State(server): State<AuthServer>, headers: HeaderMap) -> Result<Response, OAuthError> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    vary(&mut response);
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(response) };
    let Ok(text) = origin.to_str() else { return Ok(response) };
    if origins::is_of_a_public_client(&server.core, text).await? {
        let more = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"),
            (header::ACCESS_CONTROL_MAX_AGE, "3600"),
        ];
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.extend(more.map(|(name, value)| (name, HeaderValue::from_static(value))));
    }
    Ok(response)
}

/// Lets the page that sent a request read the answer, when its origin is one of the client's that it names. No page may send
/// cookies with it.
pub(crate) async fn open(
    server: &AuthServer,
    request: &ClientRequest,
    answer: Result<Response, OAuthError>,
) -> Response {
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    vary(&mut response);
    let Some(origin) = request.origin() else { return response };
    let (Ok(text), Some(client)) = (origin.to_str(), request.client_id()) else { return response };
    // Without an answer about the origin the page reads nothing, as from any other.
    if origins::is_of_client(&server.core, client, text).await.unwrap_or(false) {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

fn vary(response: &mut Response) {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
}

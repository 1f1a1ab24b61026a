//! Userinfo (OpenID Connect Core §5.3): what of the person this token opens, asked of the database at every call.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use xwms_core::login::userinfo;
use xwms_core::request::params::Params;

use crate::AuthServer;
use crate::error::OAuthError;

/// `GET` and `POST /oauth/userinfo`.
pub(crate) async fn userinfo(
    State(server): State<AuthServer>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let answer = async {
        let posted = if method == Method::POST && is_form(&headers) { body.as_ref() } else { &[] };
        let token = bearer_token(&headers, query.as_deref(), posted)?;
        userinfo::userinfo(&server.core, &token).await.map_err(OAuthError::of_userinfo)
    };
    let mut response = match answer.await {
        Ok(person) => Json(person.claims()).into_response(),
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    response
}

/// A token in a body is one of a form's fields (RFC 6750 §2.2); a body of another kind has none.
fn is_form(headers: &HeaderMap) -> bool {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The one bearer token of a request: in the header or in a form body, never in the URL (OAuth 2.1 §5.1).
fn bearer_token(headers: &HeaderMap, query: Option<&str>, body: &[u8]) -> Result<String, OAuthError> {
    let malformed = |_| OAuthError::invalid_request("parameters are not UTF-8, or hold NUL");
    let in_url = Params::parse(query.unwrap_or_default().as_bytes()).map_err(malformed)?;
    if in_url.get("access_token").is_some() {
        return Err(OAuthError::invalid_request("access_token does not belong into the URL"));
    }
    let posted = Params::parse(body).map_err(malformed)?;
    if posted.is_repeated("access_token") {
        return Err(OAuthError::invalid_request("access_token is given more than once"));
    }
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    let header = authorizations.next();
    if authorizations.next().is_some() {
        return Err(OAuthError::invalid_request("the Authorization header is given twice"));
    }
    match (header, posted.get("access_token")) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("send the token once: in the header or in the body")),
        (None, Some(token)) => Ok(token.to_owned()),
        (None, None) => Err(OAuthError::no_token()),
        (Some(header), None) => {
            let (scheme, token) =
                header.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(OAuthError::invalid_token)?;
            if scheme.eq_ignore_ascii_case("bearer") {
                Ok(token.trim().to_owned())
            } else {
                Err(OAuthError::no_token())
            }
        }
    }
}

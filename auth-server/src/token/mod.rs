//! The token endpoint (OAuth 2.1 §3.2).

pub(crate) mod authorization_code;
pub(crate) mod claims;
mod client_credentials;
mod oxide;
mod refresh_token;
pub(crate) mod remembered;

use std::net::IpAddr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::request::address::CallerAddress;
use xwms_core::state::Core;

use crate::AuthServer;
use crate::client_secret::{Claimed, Credentials};
use crate::error::OAuthError;
use xwms_core::request::params::Params;

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
/// What must not stand in a URL, where it would reach logs.
const NOT_IN_THE_QUERY: [&str; 6] = ["code", "client_secret", "refresh_token", "code_verifier", "token", "grant_type"];

/// A successful answer (RFC 6749 §5.1).
#[derive(Serialize)]
pub(crate) struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// One request to an endpoint that a client authenticates at: its parameters, its headers and where it comes from.
pub(crate) struct ClientRequest {
    pub(crate) params: Params,
    pub(crate) headers: HeaderMap,
    pub(crate) address: IpAddr,
}

impl ClientRequest {
    /// Reads a form-encoded body and refuses what may not be repeated or stand in the URL.
    pub(crate) fn read(
        headers: HeaderMap,
        query: Option<&str>,
        body: &[u8],
        address: IpAddr,
        once: &[&'static str],
    ) -> Result<Self, OAuthError> {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        {
            return Err(OAuthError::invalid_request("send application/x-www-form-urlencoded"));
        }
        let malformed = |_| OAuthError::invalid_request("parameters are not UTF-8, or hold NUL");
        let in_query = Params::parse(query.unwrap_or_default().as_bytes()).map_err(malformed)?;
        if let Some(name) = NOT_IN_THE_QUERY.iter().find(|name| in_query.get(name).is_some()) {
            return Err(OAuthError::invalid_request(format!("{name} belongs into the body, not into the URL")));
        }
        let params = Params::parse(body).map_err(malformed)?;
        if let Some(name) = params.repeated(once) {
            return Err(OAuthError::invalid_request(format!("{name} is given more than once")));
        }
        Ok(Self { params, headers, address })
    }

    /// The client whose credentials are in this request; the secret is not judged yet.
    pub(crate) async fn claim(&self, core: &Core) -> Result<Claimed, OAuthError> {
        Credentials::from_request(&self.headers, &self.params)?.claim(core, self.address).await
    }

    /// A parameter that must be there.
    pub(crate) fn require(&self, name: &str) -> Result<&str, OAuthError> {
        self.params.get(name).ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing")))
    }
}

/// `POST /oauth/token`.
pub(crate) async fn token(
    State(server): State<AuthServer>,
    Extension(CallerAddress(address)): Extension<CallerAddress>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let answer = async {
        let request = ClientRequest::read(headers, query.as_deref(), &body, address, &ONCE)?;
        match request.require("grant_type")? {
            "authorization_code" => authorization_code::redeem(&server.core, &request).await,
            "refresh_token" => refresh_token::rotate(&server.core, &request).await,
            "client_credentials" => client_credentials::issue(&server.core, &request).await,
            _ => Err(OAuthError::bad_request(
                "unsupported_grant_type",
                "grant_type is one of authorization_code, refresh_token and client_credentials",
            )),
        }
    };
    match answer.await {
        Ok(tokens) => {
            let mut response = Json(tokens).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => error.into_response(),
    }
}

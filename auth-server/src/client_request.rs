//! Requests to the OAuth endpoints that a client authenticates at: `client_secret_basic`, `client_secret_post`, or, for a
//! public client, `none`.

use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::{Extension, FromRequest, FromRequestParts as _, RawQuery, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use xwms_core::id::ClientId;
use xwms_core::login::client::{ClaimedClient, Credentials};
use xwms_core::request::address::CallerAddress;
use xwms_core::request::params::{Params, form_decode};
use xwms_core::state::Core;

use crate::AuthServer;
use crate::error::OAuthError;

/// What must not stand in a URL, where it would reach logs.
const NOT_IN_THE_QUERY: [&str; 6] = ["code", "client_secret", "refresh_token", "code_verifier", "token", "grant_type"];
/// The parameters of a request about a token that may stand only once.
const ONCE_ABOUT_A_TOKEN: [&str; 4] = ["token", "token_type_hint", "client_id", "client_secret"];

/// One request: its parameters, its headers and where it comes from.
pub(crate) struct ClientRequest {
    pub(crate) params: Params,
    headers: HeaderMap,
    address: IpAddr,
}

impl FromRequest<AuthServer> for ClientRequest {
    type Rejection = Response;

    async fn from_request(request: Request, server: &AuthServer) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let address = Extension::<CallerAddress>::from_request_parts(&mut parts, server).await;
        let Extension(CallerAddress(address)) = address.map_err(|refused| refused.into_response())?;
        let RawQuery(query) = match RawQuery::from_request_parts(&mut parts, server).await {
            Ok(query) => query,
            Err(never) => match never {},
        };
        let headers = std::mem::take(&mut parts.headers);
        let body = Bytes::from_request(Request::from_parts(parts, body), server).await;
        let body = body.map_err(|refused| refused.into_response())?;
        Self::read(headers, query.as_deref(), &body, address).map_err(|error| error.into_response())
    }
}

impl ClientRequest {
    /// Reads a form-encoded body and refuses what may not stand in the URL.
    fn read(headers: HeaderMap, query: Option<&str>, body: &[u8], address: IpAddr) -> Result<Self, OAuthError> {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default().trim();
        if !content_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::invalid_request("send application/x-www-form-urlencoded"));
        }
        let malformed = |_| OAuthError::invalid_request("parameters are not UTF-8, or hold NUL");
        let in_query = Params::parse(query.unwrap_or_default().as_bytes()).map_err(malformed)?;
        if let Some(name) = NOT_IN_THE_QUERY.iter().find(|name| in_query.get(name).is_some()) {
            return Err(OAuthError::invalid_request(format!("{name} belongs into the body, not into the URL")));
        }
        let params = Params::parse(body).map_err(malformed)?;
        Ok(Self { params, headers, address })
    }

    /// Refuses what is repeated and may not be.
    pub(crate) fn once(&self, names: &[&'static str]) -> Result<(), OAuthError> {
        match self.params.repeated(names) {
            Some(name) => Err(OAuthError::invalid_request(format!("{name} is given more than once"))),
            None => Ok(()),
        }
    }

    /// A parameter that must be there.
    pub(crate) fn require(&self, name: &str) -> Result<&str, OAuthError> {
        self.params.get(name).ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing")))
    }

    /// The client whose credentials are in this request; the secret is not judged yet.
    ///
    /// # Errors
    /// `invalid_client` without any or of an unknown client, `invalid_request` with two that differ; 429 after too many wrong secrets for this client from this address; 503 when the database is away.
    pub(crate) async fn claim(&self, core: &Core) -> Result<ClaimedClient, OAuthError> {
        let claimed = ClaimedClient::of(core, self.credentials()?, self.address).await;
        claimed.map_err(OAuthError::of_client)
    }

    /// The token that introspection or revocation is about, and the client that asks.
    ///
    /// # Errors
    /// As [`Self::claim`]; `invalid_request` when a parameter is repeated or there is no token.
    pub(crate) async fn about_a_token(&self, core: &Core) -> Result<(ClaimedClient, &str), OAuthError> {
        self.once(&ONCE_ABOUT_A_TOKEN)?;
        Ok((self.claim(core).await?, self.require("token")?))
    }

    /// The client that this says to be from; a page sends no secret, so its id stands in the body.
    pub(crate) fn client_id(&self) -> Option<ClientId> {
        self.params.get("client_id").and_then(|id| id.parse().ok())
    }

    /// The origin of the page that sends this, when there is one.
    pub(crate) fn origin(&self) -> Option<&HeaderValue> {
        self.headers.get(header::ORIGIN)
    }

    /// The credentials of this request (RFC 6749 §2.3.1: Basic's halves are form-encoded, and an empty secret is none). One
    /// secret sent both ways is one secret.
    fn credentials(&self) -> Result<Credentials, OAuthError> {
        let mut authorizations = self.headers.get_all(header::AUTHORIZATION).iter();
        let basic = authorizations.next();
        if authorizations.next().is_some() {
            return Err(OAuthError::invalid_request("the Authorization header is given twice"));
        }
        let (posted_id, posted_secret) = (self.params.get("client_id"), self.params.get("client_secret"));
        let Some(value) = basic else {
            let id = posted_id.ok_or_else(OAuthError::invalid_client)?;
            return Ok(Credentials::new(id, posted_secret));
        };
        let (id, secret) = value.to_str().ok().and_then(basic_pair).ok_or_else(OAuthError::invalid_client)?;
        if posted_id.is_some_and(|posted| posted != id) {
            return Err(OAuthError::invalid_request("client_id is not the one in the Authorization header"));
        }
        if posted_secret.is_some_and(|posted| posted != secret) {
            return Err(OAuthError::invalid_request("client_secret is not the one in the Authorization header"));
        }
        Ok(Credentials::new(&id, Some(secret.as_str()).filter(|secret| !secret.is_empty())))
    }
}

/// The two halves of a Basic header.
fn basic_pair(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|&byte| byte == b':')?;
    Some((form_decode(&decoded[..colon]).ok()?, form_decode(&decoded[colon + 1..]).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_halves_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("client%5F1:a%2Bb+c"));
        assert_eq!(basic_pair(&header), Some(("client_1".to_owned(), "a+b c".to_owned())));
        for wrong in ["Basic", "Basic !", "Bearer YTpi", &format!("Basic {}", STANDARD.encode("no colon"))] {
            assert_eq!(basic_pair(wrong), None, "{wrong}");
        }
    }
}

//! Who makes a native call: three headers, or a client credentials token in their place.

use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::{Extension, FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value};
use xwms_core::login::client::{ClaimedClient, Credentials};
use xwms_core::request::address::CallerAddress;
use xwms_core::request::json;
use xwms_core::state::Core;

use super::envelope::Failure;
use crate::AuthServer;

/// One call: its body, its headers and where it comes from.
pub(super) struct Call {
    body: Map<String, Value>,
    headers: HeaderMap,
    address: IpAddr,
}

impl FromRequest<AuthServer> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, server: &AuthServer) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let address = Extension::<CallerAddress>::from_request_parts(&mut parts, server).await;
        let Extension(CallerAddress(address)) = address.map_err(|refused| refused.into_response())?;
        let headers = std::mem::take(&mut parts.headers);
        let bytes = Bytes::from_request(Request::from_parts(parts, body), server).await;
        let bytes = bytes.map_err(|refused| refused.into_response())?;
        let body = body_of(&headers, &bytes).map_err(|failure| failure.into_response())?;
        Ok(Self { body, headers, address })
    }
}

/// Who makes a call. The credentials are not judged yet.
pub(super) struct Caller<'h> {
    /// The client.
    pub(super) client: ClaimedClient,
    /// The domain that it names, if it names one.
    pub(super) named: Option<&'h str>,
}

impl Call {
    /// A member of the body that is a text, or absent: null and an empty text count as absent.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, Failure> {
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Failure::invalid(name, "not_a_string", format!("{name} is a text"))),
        }
    }

    /// Takes the credentials.
    pub(super) async fn caller(&self, core: &Core) -> Result<Caller<'_>, Failure> {
        let id = single(&self.headers, "x-client-id")?;
        let secret = single(&self.headers, "x-client-secret")?;
        let named = single(&self.headers, "x-client-domain")?;
        if let Some(authorization) = single(&self.headers, header::AUTHORIZATION.as_str())? {
            if id.is_some() || secret.is_some() {
                return Err(Failure::malformed("send an access token, or X-Client-Id and X-Client-Secret, not both"));
            }
            let client = match bearer_token(authorization) {
                Some(token) => ClaimedClient::of_token(core, token, self.address).await?,
                None => None,
            };
            // The token says its domain.
            return client.map(|client| Caller { client, named: None }).ok_or_else(Failure::token_invalid);
        }
        let (Some(id), Some(secret)) = (id, secret) else { return Err(Failure::credentials_missing()) };
        let client = ClaimedClient::of(core, Credentials::new(id, Some(secret)), self.address).await?;
        Ok(Caller { client, named })
    }
}

fn body_of(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    let content_type = single(headers, "content-type")?.unwrap_or_default();
    if !content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send application/json",
        ));
    }
    json::object(bytes).map_err(|why| Failure::malformed(why.0))
}

fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The one value of a header; an empty one counts as absent.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Failure> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    // Not `to_str`, which takes ASCII only: a host may be sent with its U-labels.
    let text = std::str::from_utf8(value.as_bytes());
    let text = text.map_err(|_| Failure::malformed(format!("{name} is not plain text")))?;
    if values.next().is_some() || text.contains(',') {
        return Err(Failure::malformed(format!("{name} is given more than once")));
    }
    Ok(Some(text.trim()).filter(|text| !text.is_empty()))
}

//! Bodies: a JSON object, read once and strictly.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::{Map, Value};
use xwms_core::contract::{Contract, Input, Patch};
use xwms_core::picture::MAX_BYTES;
use xwms_core::request::json;
use xwms_core::state::Core;

use crate::operation::PREFIX;
use crate::problem::Problem;

/// The largest body of a request, in bytes. What means anything is far smaller; up to here one is told what is wrong with
/// it.
const LARGEST: usize = 2 << 20;

/// How large the body of a request to this API may be, in bytes; `None` for another part of the site.
pub fn body_limit(method: &http::Method, path: &str) -> Option<usize> {
    let path = path.strip_prefix(PREFIX)?;
    let logo = method == http::Method::PUT && path.starts_with("/clients/") && path.ends_with("/logo");
    Some(if logo { MAX_BYTES } else { LARGEST })
}

/// The object in a request's body, read as a new one.
pub(crate) struct New<T>(pub(crate) Input<T>);

/// The same, where no body at all is an empty object.
pub(crate) struct MaybeNew<T>(pub(crate) Input<T>);

/// The object in a request's body, read as what changes of one that is there.
pub(crate) struct Changes<T>(pub(crate) Patch<T>);

/// The same, where no body at all changes nothing.
pub(crate) struct MaybeChanges<T>(pub(crate) Patch<T>);

impl<T: Contract> FromRequest<Core> for New<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Problem> {
        Object::from_request(request, core).await.map(|Object(members)| Self(Input::read(members)))
    }
}

impl<T: Contract> FromRequest<Core> for MaybeNew<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Problem> {
        OptionalObject::from_request(request, core)
            .await
            .map(|OptionalObject(Object(members))| Self(Input::read(members)))
    }
}

impl<T: Contract> FromRequest<Core> for Changes<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Problem> {
        Object::from_request(request, core).await.map(|Object(members)| Self(Patch::new(members)))
    }
}

impl<T: Contract> FromRequest<Core> for MaybeChanges<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Problem> {
        OptionalObject::from_request(request, core)
            .await
            .map(|OptionalObject(Object(members))| Self(Patch::new(members)))
    }
}

/// The object in a request's body.
pub(crate) struct Object(Map<String, Value>);

/// The same, where no body at all is an empty object.
pub(crate) struct OptionalObject(pub(crate) Object);

impl Object {
    /// Its members, read as a new object of the contract.
    pub(crate) fn input<T: Contract>(self) -> Input<T> {
        Input::read(self.0)
    }
}

impl FromRequest<Core> for Object {
    type Rejection = Problem;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Problem> {
        let patch = request.method() == http::Method::PATCH;
        let content_type = content_type(&request);
        let bytes = bytes(request, core).await?;
        read(&content_type, patch, &bytes)
    }
}

impl FromRequest<Core> for OptionalObject {
    type Rejection = Problem;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Problem> {
        let content_type = content_type(&request);
        let bytes = bytes(request, core).await?;
        if bytes.is_empty() {
            return Ok(Self(Object(Map::new())));
        }
        read(&content_type, false, &bytes).map(Self)
    }
}

/// The media type of a body, without parameters.
pub(crate) fn content_type(request: &Request) -> String {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// A body as it was sent.
pub(crate) async fn bytes(request: Request, core: &Core) -> Result<Bytes, Problem> {
    Bytes::from_request(request, core).await.map_err(|why| {
        let status = why.into_response().status();
        Problem::new(status, "too_large", "the body is too large, or did not arrive whole")
    })
}

/// Reads a body of this media type.
///
/// # Errors
/// 415, 400.
pub(crate) fn read(content_type: &str, patch: bool, bytes: &[u8]) -> Result<Object, Problem> {
    if content_type != "application/json" && !(patch && content_type == "application/merge-patch+json") {
        let detail = "send application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
    }
    json::object(bytes).map(Object).map_err(|why| Problem::new(StatusCode::BAD_REQUEST, "malformed", why.0))
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[test]
    fn a_body_has_an_end_and_a_picture_sooner() {
        let (client, domain) = ("/admin/v1/clients/client_1/logo", "/admin/v1/clients/client_1/domains/domain_1/logo");
        let rows = [
            (Method::PUT, client, Some(MAX_BYTES)),
            (Method::PUT, domain, Some(MAX_BYTES)),
            (Method::POST, client, Some(LARGEST)),
            (Method::PUT, "/admin/v1/clients/client_1/domains/domain_1/secrets/secret_1", Some(LARGEST)),
            (Method::PUT, "/clients/client_1/logo", None),
            (Method::POST, "/oauth/token", None),
        ];
        for (method, path, most) in rows {
            assert_eq!(body_limit(&method, path), most, "{method} {path}");
        }
    }
}

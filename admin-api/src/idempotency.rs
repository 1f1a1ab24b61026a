//! `Idempotency-Key` on POST: what was done is not done again.
//!
//! What is kept of an answer has no `value`: a credential is told once, and a repeat shows the object without it.

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use http_body_util::BodyExt as _;
use xwms_core::error::Error;
use xwms_core::manage::idempotency::Once;
use xwms_core::manage::permit::Caller;
use xwms_core::text;

use crate::problem::Problem;

/// The longest key, in bytes.
const LONGEST: usize = 255;

/// The key of a request that has one.
///
/// # Errors
/// 400 for a request that has two: nobody can tell which is meant.
pub(crate) fn key_of(request: &Parts) -> Result<Option<HeaderValue>, Problem> {
    if request.method != Method::POST {
        return Ok(None);
    }
    let mut keys = request.headers.get_all("idempotency-key").iter();
    match (keys.next(), keys.next()) {
        (key, None) => Ok(key.cloned()),
        (_, Some(_)) => {
            Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "the header Idempotency-Key is sent twice"))
        }
    }
}

/// What makes this request one that is carried out once.
pub(crate) fn of(caller: &Caller, parts: &Parts, key: &HeaderValue, body: &[u8]) -> Result<Once, Problem> {
    Ok(Once::of(caller, &format!("POST {}", parts.uri.path()), text_of(key)?, body))
}

fn text_of(key: &HeaderValue) -> Result<&str, Error> {
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST);
    key.ok_or_else(|| Error::Invalid(vec![text!("malformed-idempotency_key").at("Idempotency-Key")]))
}

/// A body, read whole.
pub(crate) async fn read(body: Body) -> Result<Bytes, Problem> {
    let too_large =
        |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too large, or did not arrive whole");
    Ok(body.collect().await.map_err(too_large)?.to_bytes())
}

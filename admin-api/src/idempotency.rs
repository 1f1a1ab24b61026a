//! `Idempotency-Key` on POST: what was done is not done again.
//!
//! What is kept of an answer has no `value`: a credential is told once, and a repeat shows the object without it.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use xwms_core::error::Error;
use xwms_core::idempotency::{self, Begun, Once};
use xwms_core::manage::permit::Caller;
use xwms_core::state::Core;

use crate::answer::unstored;
use crate::problem::Problem;

/// The longest key, in bytes.
const LONGEST: usize = 255;

/// The key of a request that has one.
pub(crate) fn key_of(request: &Parts) -> Option<HeaderValue> {
    request.headers.get("idempotency-key").filter(|_| request.method == Method::POST).cloned()
}

/// What makes this request one that is carried out once.
pub(crate) fn of(caller: &Caller, parts: &Parts, key: &HeaderValue, body: &[u8]) -> Result<Once, Problem> {
    Ok(Once::of(caller, &format!("POST {}", parts.uri.path()), text_of(key)?, body))
}

fn text_of(key: &HeaderValue) -> Result<&str, Error> {
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST);
    key.ok_or_else(|| Error::invalid("Idempotency-Key", "malformed", "give 1 to 255 characters of ASCII"))
}

/// Carries out a request once for each key. Its caller may make it: that was asked before.
pub(crate) async fn once(core: &Core, caller: &Caller, key: &HeaderValue, request: Request, next: Next) -> Response {
    with_key(core, caller, key, request, next).await.unwrap_or_else(Problem::into_response)
}

async fn with_key(
    core: &Core,
    caller: &Caller,
    key: &HeaderValue,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let key = text_of(key)?;
    let (parts, body) = request.into_parts();
    let body = read(body).await?;
    let route = format!("POST {}", parts.uri.path());
    let key = match idempotency::begin(core, caller, &route, key, &body).await {
        Ok(Begun::New(key)) => key,
        Ok(Begun::Before { status, answer }) => return Ok(replay(status, &answer)),
        Err(Error::Invalid(errors)) => return Err(Problem::reused_key(errors)),
        Err(error) => return Err(error.into()),
    };
    let (parts, body) = next.run(Request::from_parts(parts, Body::from(body))).await.into_parts();
    let body = read(body).await?;
    let kept = parts.status.is_success().then(|| (parts.status.as_u16(), keep(&parts.headers, &body)));
    idempotency::finish(core, key, kept).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

pub(crate) async fn read(body: Body) -> Result<Bytes, Problem> {
    let too_large =
        |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too large, or did not arrive whole");
    Ok(body.collect().await.map_err(too_large)?.to_bytes())
}

/// Headers that are kept, as they are named in what is kept.
const HEADERS: [(&str, HeaderName); 2] = [("location", header::LOCATION), ("etag", header::ETAG)];

fn keep(headers: &HeaderMap, body: &[u8]) -> String {
    let mut body = serde_json::from_slice(body).unwrap_or(Value::Null);
    if let Value::Object(members) = &mut body {
        members.remove("value");
    }
    let mut kept = json!({ "body": body });
    for (name, header) in HEADERS {
        kept[name] = json!(headers.get(header).and_then(|value| value.to_str().ok()));
    }
    kept.to_string()
}

fn replay(status: u16, answer: &str) -> Response {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = match &answer["body"] {
        Value::Null => status.into_response(),
        body => (status, axum::Json(body)).into_response(),
    };
    let headers = response.headers_mut();
    for (name, header) in HEADERS {
        if let Some(value) = answer[name].as_str().and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(header, value);
        }
    }
    headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    unstored(response)
}

//! `Idempotency-Key` on POST: what was done is not done again.
//!
//! What is kept of an answer has no `value`: a credential is told once, and a repeat shows the object without it.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use xwms_core::error::Error;
use xwms_core::idempotency::{self, Begun};
use xwms_core::state::Core;

use crate::caller::By;
use crate::problem::Problem;

/// The longest key, in bytes.
const LONGEST: usize = 255;

/// Carries out a request once for each key.
pub(crate) async fn once(State(core): State<Core>, request: Request, next: Next) -> Response {
    let key = request.headers().get("idempotency-key").cloned();
    match key {
        Some(key) if request.method() == Method::POST => {
            with_key(&core, &key, request, next).await.unwrap_or_else(Problem::into_response)
        }
        _ => next.run(request).await,
    }
}

async fn with_key(core: &Core, key: &HeaderValue, request: Request, next: Next) -> Result<Response, Problem> {
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST);
    let key = key.ok_or_else(|| Error::invalid("Idempotency-Key", "malformed", "give 1 to 255 characters of ASCII"))?;
    let (mut parts, body) = request.into_parts();
    let By(caller) = By::from_request_parts(&mut parts, core).await?;
    let body = read(body).await?;
    let route = format!("POST {}", parts.uri.path());
    let key = match idempotency::begin(core, &caller, &route, key, &body).await {
        Ok(Begun::New(key)) => key,
        Ok(Begun::Before { status, answer }) => return Ok(replay(status, &answer)),
        Err(Error::Invalid(errors)) => return Err(Problem::reused_key(errors)),
        Err(error) => return Err(error.into()),
    };
    parts.extensions.insert(caller);
    let (parts, body) = next.run(Request::from_parts(parts, Body::from(body))).await.into_parts();
    let body = read(body).await?;
    let location = parts.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let kept = parts.status.is_success().then(|| (parts.status.as_u16(), keep(location, &body)));
    idempotency::finish(core, key, kept).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    let too_large =
        |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too large, or did not arrive whole");
    Ok(body.collect().await.map_err(too_large)?.to_bytes())
}

fn keep(location: Option<&str>, body: &[u8]) -> String {
    let mut body = serde_json::from_slice(body).unwrap_or(Value::Null);
    if let Value::Object(members) = &mut body {
        members.remove("value");
    }
    json!({ "location": location, "body": body }).to_string()
}

fn replay(status: u16, answer: &str) -> Response {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = match &answer["body"] {
        Value::Null => status.into_response(),
        body => (status, axum::Json(body)).into_response(),
    };
    let headers = response.headers_mut();
    if let Some(location) = answer["location"].as_str().and_then(|text| HeaderValue::from_str(text).ok()) {
        headers.insert(header::LOCATION, location);
    }
    headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

//! Parts of answers that all resources share.

use std::str::FromStr;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use xwms_core::clock::Timestamp;
use xwms_core::contract::View;
use xwms_core::error::Error;
use xwms_core::idempotency::Kept;
use xwms_core::manage::runner::Done;

use crate::etag;
use crate::operation::PREFIX;
use crate::problem::Problem;

/// Reads an id in a path: one of another form names nothing.
pub(crate) fn id<T: FromStr>(text: &str, what: &'static str) -> Result<T, Problem> {
    text.parse().map_err(|_| Error::NotFound(what).into())
}

/// 201 for what was made; `location` below [`PREFIX`].
pub(crate) fn made(location: &str, answer: Response) -> Response {
    let mut response = (StatusCode::CREATED, answer).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("{PREFIX}{location}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// 200 with a resource, and its version.
pub(crate) fn shown(view: &impl View) -> Response {
    versioned(StatusCode::OK, view.version(), Json(view).into_response())
}

/// 200 with what was changed.
pub(crate) fn changed<T: View>(done: Done<T>) -> Response {
    match done {
        Done::Now(view) => shown(&view),
        Done::Before(kept) => repeated(StatusCode::OK, kept),
    }
}

/// 201 with what was made, whose address is its id, or the name of what has none, below `path`, itself below [`PREFIX`].
pub(crate) fn created<T: View>(path: &str, done: Done<T>) -> Result<Response, Problem> {
    let (body, version, before) = match done {
        Done::Now(view) => (serde_json::to_value(&view).unwrap_or_default(), view.version(), None),
        Done::Before(kept) => (kept.body.clone(), None, Some(kept)),
    };
    let id = body["id"].as_str().or(body["name"].as_str()).ok_or(Error::Internal("what was made has no id"))?;
    let location = HeaderValue::from_str(&format!("{PREFIX}{path}/{id}"));
    let mut response = match before {
        Some(kept) => repeated(StatusCode::CREATED, kept),
        None => versioned(StatusCode::CREATED, version, Json(body).into_response()),
    };
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn versioned(status: StatusCode, version: Option<Timestamp>, answer: Response) -> Response {
    let mut response = (status, answer).into_response();
    if let Some(version) = version {
        response.headers_mut().insert(header::ETAG, etag::of(version));
    }
    response
}

fn repeated(status: StatusCode, kept: Kept) -> Response {
    let version = kept.version.map(Timestamp::from_milliseconds);
    let mut response = versioned(status, version, Json(kept.body).into_response());
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

/// 204.
pub(crate) fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// The same answer, which nobody may keep: it carries a credential.
pub(crate) fn unstored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

//! Parts of answers that all resources share.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use xwms_core::clock::Timestamp;
use xwms_core::contract::View;
use xwms_core::error::Error;
use xwms_core::manage::idempotency::Kept;
use xwms_core::manage::runner::Done;

use crate::etag;
use crate::operation::PREFIX;
use crate::problem::Problem;

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

/// 202 with what is on its way.
pub(crate) fn accepted<T: View>(done: Done<T>) -> Response {
    let mut response = changed(done);
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

/// 201 with what was made, whose address is its id below `path`, itself below [`PREFIX`].
pub(crate) fn created<T: View>(path: &str, done: Done<T>) -> Result<Response, Problem> {
    created_as("id", path, done)
}

/// The same for what is named by another member than its id.
pub(crate) fn created_as<T: View>(member: &str, path: &str, done: Done<T>) -> Result<Response, Problem> {
    let (body, version, before) = match done {
        Done::Now(view) => (serde_json::to_value(&view).unwrap_or_default(), view.version(), None),
        Done::Before(kept) => (kept.body.clone(), None, Some(kept)),
    };
    let id = body[member].as_str().ok_or(Error::Internal("what was made has no id"))?;
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

/// 201 with several things that were made, whose address is that of their list.
pub(crate) fn created_several<T: View>(path: &str, done: Done<T>) -> Response {
    let mut response = match done {
        Done::Now(view) => (StatusCode::CREATED, Json(view)).into_response(),
        Done::Before(kept) => repeated(StatusCode::CREATED, kept),
    };
    if let Ok(location) = HeaderValue::from_str(&format!("{PREFIX}{path}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
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

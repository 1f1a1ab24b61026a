//! Parts of answers that all resources share.

use std::str::FromStr;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use xwms_core::error::Error;

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

/// 204.
pub(crate) fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// The same answer, which nobody may keep: it carries a credential.
pub(crate) fn unstored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

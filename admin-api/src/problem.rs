//! Errors of the management API: problem documents (RFC 9457) with a stable `code`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::error::{Error, FieldError};

/// So many values that are not right are told of one request.
const MOST_ERRORS: usize = 100;

/// An error answer.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: String,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<u64>,
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    field: &'a str,
    code: &'a str,
    message: String,
}

impl Problem {
    /// A problem with this status, stable code and detail.
    pub fn new(status: StatusCode, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { status, code: code.into(), detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// What is wrong with values: the first of them, and how many more.
    fn invalid(mut errors: Vec<FieldError>) -> Self {
        let more = errors.len().saturating_sub(MOST_ERRORS);
        errors.truncate(MOST_ERRORS);
        let detail = match more {
            0 => "some values are not right: see errors".to_owned(),
            _ => format!(
                "some values are not right: see errors, which has the first {MOST_ERRORS}; there are {more} more"
            ),
        };
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }
}

/// The one mapping from what a use case fails with. The storage error itself goes to the log only.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(what) => Self::new(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}")),
            Error::Forbidden { permission } => Self::new(
                StatusCode::FORBIDDEN,
                "permission_missing",
                format!("this needs the permission {permission}"),
            ),
            Error::Refused(text) => Self::new(StatusCode::FORBIDDEN, text.code(), text.to_string()),
            Error::Invalid(errors) => Self::invalid(errors),
            Error::Conflict(text) => Self::new(StatusCode::CONFLICT, text.code(), text.to_string()),
            Error::PlanRequired => Self::new(
                StatusCode::PAYMENT_REQUIRED,
                "plan_required",
                "the plan does not include this, or has lapsed: the client's billing owner (for a new client: you) takes or \
                 renews one that does. Until then all can be read, and nothing changed",
            ),
            Error::StalePrecondition => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                "it was changed meanwhile: read it again, then send the change",
            ),
            Error::IdempotencyKeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "this Idempotency-Key was sent with another body: take a new one for a new request",
            ),
            Error::TooMany { retry_after } => Self {
                retry_after: Some(retry_after.as_secs().max(1)),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", "too many requests: wait")
            },
            Error::TooManyAtOnce(text) => Self::new(StatusCode::TOO_MANY_REQUESTS, text.code(), text.to_string()),
            Error::Unavailable => Self {
                retry_after: Some(1),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "try again in a moment")
            },
            Error::Storage(why) => {
                tracing::error!(?why, "the database refused a statement");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on our side")
            }
            Error::Internal(why) => {
                tracing::error!(why, "something that should not happen");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on our side")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: &self.code,
            detail: &self.detail,
            errors: self
                .errors
                .iter()
                .map(|error| Field { field: &error.field, code: error.code(), message: error.message() })
                .collect(),
        };
        let mut response = (self.status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The problem for what is refused before a handler is reached: no such route, the wrong method, too large.
pub fn refused(status: StatusCode) -> Response {
    let (code, detail) = match status {
        StatusCode::NOT_FOUND => ("not_found", "there is no such route"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this route takes another method"),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the body is too large"),
        StatusCode::URI_TOO_LONG => ("too_long", "the address is too long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => ("headers_too_large", "the headers are too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "send application/json, uncompressed"),
        StatusCode::MISDIRECTED_REQUEST => ("wrong_host", "XWMS answers under another host name"),
        status if status.is_client_error() => ("malformed", "the request can't be read"),
        _ => ("internal", "something went wrong on our side"),
    };
    Problem::new(status, code, detail).into_response()
}

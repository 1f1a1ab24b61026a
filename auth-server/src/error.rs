//! Denials and failures as OAuth errors (RFC 6749 §5.2): the one mapping of this wire format.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::error::Error;
use xwms_core::gate::denial::Denial;

/// An error answer of a JSON endpoint. Descriptions are fixed English ASCII with ids and scope names only.
#[derive(Debug)]
pub(crate) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: String,
    challenge: Option<&'static str>,
    retry_after: Option<u64>,
}

#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
    error_description: &'a str,
}

impl OAuthError {
    /// 400 with this code.
    pub(crate) fn bad_request(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            description: description.into(),
            challenge: None,
            retry_after: None,
        }
    }

    /// 400 `invalid_request`.
    pub(crate) fn invalid_request(description: impl Into<String>) -> Self {
        Self::bad_request("invalid_request", description)
    }

    /// 400 `invalid_grant`: one answer for every unknown, spent, expired or foreign code or token, so that nothing can
    /// be probed.
    pub(crate) fn invalid_grant() -> Self {
        Self::bad_request("invalid_grant", "the code or token is unknown, expired, used, revoked or another client's")
    }

    /// 401 `invalid_client`, the same for an unknown client as for a wrong secret. With Basic, the challenge that
    /// RFC 6749 §5.2 asks for.
    pub(crate) fn invalid_client(by_basic: bool) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            description:
                "client authentication failed: check the client id, the secret, and that the secret is active, \
                          unexpired and linked to the domain"
                    .to_owned(),
            challenge: by_basic.then_some("Basic realm=\"xwms\", charset=\"UTF-8\""),
            retry_after: None,
        }
    }

    /// 401 `invalid_token` of a bearer endpoint (RFC 6750 §3.1).
    pub(crate) fn invalid_token() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_token",
            description: "the access token is malformed, expired, revoked or for another purpose".to_owned(),
            challenge: Some("Bearer realm=\"xwms\", error=\"invalid_token\""),
            retry_after: None,
        }
    }

    /// 401 without an error code: no token was sent (RFC 6750 §3.1).
    pub(crate) fn no_token() -> Self {
        Self {
            challenge: Some("Bearer realm=\"xwms\""),
            description: "send an access token".to_owned(),
            ..Self::invalid_token()
        }
    }

    /// 403 `insufficient_scope`, naming the scope that is missing.
    pub(crate) fn insufficient_scope(description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            error: "insufficient_scope",
            description: description.into(),
            challenge: Some("Bearer realm=\"xwms\", error=\"insufficient_scope\", scope=\"openid\""),
            retry_after: None,
        }
    }

    /// What is refused before an endpoint is reached: by the wrong method, too large, too slow.
    pub(crate) fn refused(status: StatusCode) -> Self {
        let (error, description) = match status {
            StatusCode::METHOD_NOT_ALLOWED => ("invalid_request", "this endpoint takes another method"),
            StatusCode::PAYLOAD_TOO_LARGE => ("invalid_request", "the body is too large"),
            StatusCode::URI_TOO_LONG => ("invalid_request", "the address is too long"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("invalid_request", "send the body uncompressed"),
            StatusCode::SERVICE_UNAVAILABLE => ("temporarily_unavailable", "try again in a moment"),
            status if status.is_client_error() => ("invalid_request", "the request can't be read"),
            _ => ("server_error", "something went wrong on our side"),
        };
        Self { status, ..Self::bad_request(error, description) }
    }

    /// What a client that may not authenticate is told.
    pub(crate) fn of_client(denial: &Denial, by_basic: bool) -> Self {
        match denial {
            Denial::DomainMalformed | Denial::DomainAmbiguous(_) => Self::invalid_request(denial.explanation()),
            Denial::ScopeNotActivated(_) | Denial::ScopeLocked(_) | Denial::ScopeNotForClients(_) => {
                Self::bad_request("invalid_scope", denial.explanation())
            }
            _ => Self::invalid_client(by_basic),
        }
    }
}

/// Failures that are nobody's doing: the text of the database goes to the log only.
impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        let (status, description, retry_after) = match error {
            Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "try again in a moment", Some(1)),
            Error::TooMany { retry_after } => {
                (StatusCode::TOO_MANY_REQUESTS, "too many requests: wait", Some(retry_after.as_secs().max(1)))
            }
            other => {
                tracing::error!(error = ?other, "a request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "something went wrong on our side", None)
            }
        };
        let error =
            if status == StatusCode::INTERNAL_SERVER_ERROR { "server_error" } else { "temporarily_unavailable" };
        Self { status, error, description: description.to_owned(), challenge: None, retry_after }
    }
}

impl From<xwms_core::error::Storage> for OAuthError {
    fn from(error: xwms_core::error::Storage) -> Self {
        Self::from(Error::from(error))
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = Body { error: self.error, error_description: &self.description };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

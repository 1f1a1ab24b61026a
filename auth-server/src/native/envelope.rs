//! The envelope of every answer under `/api/`: `status`, `message`, `data`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::error::Error;
use xwms_core::gate::denial::Denial;
use xwms_core::login::client::ClientRefused;
use xwms_core::login::sign_token::{LONGEST, SignTokenRefused};
use xwms_core::login::verify::VerifyRefused;
use xwms_core::memory::attempts::reference;

#[derive(Serialize)]
struct Envelope<T> {
    status: &'static str,
    message: String,
    data: T,
}

#[derive(Serialize)]
struct ErrorData {
    code: &'static str,
    reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
}

/// A call that failed.
#[derive(Debug)]
pub struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<&'static str>,
    reference: Option<String>,
    retry_after: Option<u64>,
}

impl Failure {
    /// A failure with this status, stable code and message.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, reference: None, retry_after: None }
    }

    /// 400 `malformed`.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", message)
    }

    /// 422 for one field.
    pub(super) fn invalid(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: Some(field), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message) }
    }

    /// 401: the credentials are not a client's, all kinds alike.
    fn bad_credentials() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "credentials_invalid",
            "the client id and secret do not go together, or the secret is off or expired",
        )
    }

    /// 404: a callback token that is unknown, used, expired or foreign, all alike.
    fn token_unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, "token_unknown", "the token is unknown, used, expired or not this domain's")
    }

    /// 401: neither credentials nor a token.
    pub(super) fn credentials_missing() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "credentials_missing", "send X-Client-Id and X-Client-Secret")
    }

    /// 401: the token in place of credentials is no client's, has expired or was revoked.
    pub(super) fn token_invalid() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token_invalid", "the access token is not valid here")
    }

    /// What the gate's denial means here.
    fn denied(denial: &Denial, reference: String) -> Self {
        let (code, explanation) = (denial.code(), denial.explanation().to_string());
        let failure = match denial {
            Denial::ClientUnknown
            | Denial::SecretMissing
            | Denial::SecretMalformed(_)
            | Denial::SecretUnknown
            | Denial::SecretInactive
            | Denial::SecretExpired => Self::bad_credentials(),
            Denial::DomainMalformed | Denial::DomainAmbiguous(_) => {
                Self::new(StatusCode::BAD_REQUEST, code, explanation)
            }
            Denial::RedirectUriUnknown => {
                Self::invalid("redirect_url", "redirect_url_unknown", "this URL is not a callback URL of the domain")
            }
            Denial::ScopeNotActivated(_)
            | Denial::ScopeLocked(_)
            | Denial::ScopeMissing
            | Denial::ScopeNotForClients(_) => Self::invalid("scope", "invalid_scope", explanation),
            Denial::PkceMissing
            | Denial::PkceOrNonceMissing
            | Denial::PkceMethodUnsupported
            | Denial::PkceChallengeInvalid => Self::invalid("code_challenge", "invalid", explanation),
            Denial::ClientSuspended
            | Denial::PlanLapsed
            | Denial::PublicClient
            | Denial::Grant(_)
            | Denial::RedirectUriInactive
            | Denial::RedirectUriNeedsTestMode
            | Denial::DomainInactive
            | Denial::LoginNotAllowed
            | Denial::SecretNotLinked
            | Denial::DomainUnknown
            | Denial::ApiNotAllowed
            | Denial::IpNotAllowed => Self::new(StatusCode::FORBIDDEN, code, explanation),
            // Reasons of the authorization endpoint, which is answered with a redirect or a page.
            Denial::RedirectUriMissing
            | Denial::RequestMalformed
            | Denial::ParameterRepeated(_)
            | Denial::ParameterInvalid(_)
            | Denial::RequestObjectUnsupported
            | Denial::RequestUriUnsupported
            | Denial::ResponseTypeMissing
            | Denial::ResponseTypeUnsupported
            | Denial::LogoutUrlUnknown
            | Denial::ResourceUnknown
            | Denial::TestModeRefuses
            | Denial::UserSuspended
            | Denial::EmailUnverified
            | Denial::Declined
            | Denial::LoginRequired
            | Denial::ConsentRequired => Self::new(StatusCode::FORBIDDEN, code, explanation),
        };
        Self { reference: Some(reference), ..failure }
    }
}

impl From<ClientRefused> for Failure {
    fn from(refused: ClientRefused) -> Self {
        match refused {
            ClientRefused::Denied { denial, reference } => Self::denied(&denial, reference),
            ClientRefused::Failed(error) => Self::from(error),
        }
    }
}

impl From<SignTokenRefused> for Failure {
    fn from(refused: SignTokenRefused) -> Self {
        match refused {
            SignTokenRefused::Client(refused) => Self::from(refused),
            SignTokenRefused::RedirectUriMissing => {
                Self::invalid("redirect_url", "required", "redirect_url is missing")
            }
            SignTokenRefused::TooLong(name) => {
                Self::invalid(name, "too_long", format!("{name} has at most {LONGEST} bytes"))
            }
            SignTokenRefused::ScopeMalformed => Self::invalid("scope", "invalid_scope", "scope is malformed"),
            SignTokenRefused::Failed(error) => Self::from(error),
        }
    }
}

impl From<VerifyRefused> for Failure {
    fn from(refused: VerifyRefused) -> Self {
        match refused {
            VerifyRefused::Client(refused) => Self::from(refused),
            VerifyRefused::TokenMissing => Self::invalid("token", "required", "token is missing"),
            VerifyRefused::TokenUnknown => Self::token_unknown(),
            VerifyRefused::RedirectUriMismatch => Self::new(
                StatusCode::FORBIDDEN,
                "redirect_url_mismatch",
                "redirect_url is not the one that the token was sent to",
            ),
            VerifyRefused::CodeVerifierMismatch => Self::new(
                StatusCode::FORBIDDEN,
                "code_verifier_mismatch",
                "code_verifier does not go with the code_challenge of sign-token",
            ),
            VerifyRefused::Failed(error) => Self::from(error),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let later = |status, code, message: &str, seconds: u64| Self {
            retry_after: Some(seconds),
            ..Self::new(status, code, message)
        };
        match error {
            Error::Unavailable => later(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "try again in a moment", 1),
            Error::TooMany { retry_after } => {
                let seconds = retry_after.as_secs().max(1);
                later(StatusCode::TOO_MANY_REQUESTS, "too_many", "too many requests: wait", seconds)
            }
            // No call here changes what these are about.
            Error::NotFound { .. }
            | Error::Forbidden { .. }
            | Error::Refused { .. }
            | Error::Invalid { .. }
            | Error::Conflict { .. }
            | Error::PlanRequired
            | Error::StalePrecondition
            | Error::IdempotencyKeyReused
            | Error::TooManyAtOnce { .. }
            | Error::Storage(_)
            | Error::Internal(_) => {
                tracing::error!(?error, "a native call failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on our side")
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let data =
            ErrorData { code: self.code, reference: self.reference.unwrap_or_else(reference), field: self.field };
        let mut response =
            (self.status, Json(Envelope { status: "error", message: self.message, data })).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The envelope of a call that succeeded.
pub(super) fn success(message: &str, data: impl Serialize) -> Response {
    let envelope = Envelope { status: "success", message: message.to_owned(), data };
    ([(header::CACHE_CONTROL, "no-store")], Json(envelope)).into_response()
}

/// The envelope for what is refused before a route is reached: too large, too slow, the wrong host.
pub fn refused(status: StatusCode) -> Response {
    let (code, message) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "send application/json"),
        StatusCode::MISDIRECTED_REQUEST => ("wrong_host", "XWMS answers under another host name"),
        StatusCode::TOO_MANY_REQUESTS => ("too_many", "too many requests: wait"),
        StatusCode::REQUEST_TIMEOUT => ("timeout", "the request took too long"),
        StatusCode::NOT_FOUND => ("not_found", "there is no such call"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this call takes another method"),
        status if status.is_client_error() => ("malformed", "the request can't be read"),
        _ => ("internal", "something went wrong on our side"),
    };
    Failure::new(status, code, message).into_response()
}

pub(super) async fn not_found() -> Response {
    refused(StatusCode::NOT_FOUND)
}

pub(super) async fn method_not_allowed() -> Response {
    refused(StatusCode::METHOD_NOT_ALLOWED)
}

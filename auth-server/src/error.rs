//! Denials and failures as OAuth errors (RFC 6749 §5.2): the one mapping of this wire format.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::error::Error;
use xwms_core::gate::denial::Denial;
use xwms_core::login::client::ClientRefused;
use xwms_core::login::tokens::{ScopeRefused, TokenRefused};
use xwms_core::login::userinfo::UserinfoRefused;

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
    fn bad_request(error: &'static str, description: impl Into<String>) -> Self {
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

    /// 400 `invalid_scope`.
    fn invalid_scope(description: impl Into<String>) -> Self {
        Self::bad_request("invalid_scope", description)
    }

    /// 400 `invalid_target` (RFC 8707 §2).
    pub(crate) fn invalid_target() -> Self {
        Self::bad_request("invalid_target", Denial::ResourceUnknown.explanation().to_string())
    }

    /// 400 `unsupported_grant_type`.
    pub(crate) fn unsupported_grant_type() -> Self {
        let known = "grant_type is one of authorization_code, refresh_token and client_credentials";
        Self::bad_request("unsupported_grant_type", known)
    }

    /// 400 `invalid_grant`: one answer for every unknown, spent, expired or foreign code or token, so that nothing can
    /// be probed.
    pub(crate) fn invalid_grant() -> Self {
        Self::bad_request("invalid_grant", "the code or token is unknown, expired, used, revoked or another client's")
    }

    /// 401 `invalid_client`, the same for an unknown client as for a wrong secret. Every 401 names a way to authenticate
    /// (RFC 9110 §15.5.2).
    pub(crate) fn invalid_client() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            description:
                "client authentication failed: check the client id, the secret, and that the secret is active, \
                          unexpired and linked to the domain"
                    .to_owned(),
            challenge: Some("Basic realm=\"xwms\", charset=\"UTF-8\""),
            retry_after: None,
        }
    }

    /// 401 `invalid_client` for who sent no secret: the same for an unknown client.
    fn no_secret() -> Self {
        let sent_none = "no client secret was sent: only a public client goes without, with a code or a refresh token";
        Self { description: sent_none.to_owned(), ..Self::invalid_client() }
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

    /// Why a client may not act here.
    pub(crate) fn of_client(refused: ClientRefused) -> Self {
        match refused {
            ClientRefused::Denied { denial, reference } => Self::of_denial(&denial, &reference),
            ClientRefused::Failed(error) => Self::from(error),
        }
    }

    /// Why a client is given no tokens.
    pub(crate) fn of_tokens(refused: TokenRefused) -> Self {
        match refused {
            TokenRefused::Client(refused) => Self::of_client(refused),
            TokenRefused::Scope(ScopeRefused::Malformed) => Self::invalid_scope("scope is malformed"),
            TokenRefused::Scope(ScopeRefused::MoreThanGranted) => {
                Self::invalid_scope("scope asks for more than was granted")
            }
            TokenRefused::Scope(ScopeRefused::NothingLeft) => {
                Self::invalid_scope("nothing of the scope asked for is granted any more")
            }
            TokenRefused::Scope(ScopeRefused::Denied(denial)) => Self::invalid_scope(denial.explanation().to_string()),
            TokenRefused::Failed(error) => Self::from(error),
        }
    }

    /// Why an access token opens nothing.
    pub(crate) fn of_userinfo(refused: UserinfoRefused) -> Self {
        match refused {
            UserinfoRefused::Token => Self::invalid_token(),
            UserinfoRefused::Scope => Self::insufficient_scope("userinfo needs a token with the scope openid"),
            UserinfoRefused::Failed(error) => Self::from(error),
        }
    }

    /// The gate's reasons at the endpoints that a client authenticates at. Whoever has not shown a good secret for the
    /// domain hears one thing, whatever the reason; whoever has is told where to find the refusal among the attempts.
    fn of_denial(denial: &Denial, reference: &str) -> Self {
        let told = Self::of_reason(denial);
        let nobody = denial.is_of_the_secret() || matches!(denial, Denial::SecretMissing | Denial::ClientUnknown);
        if nobody {
            return told;
        }
        Self { description: format!("{} (reference {reference})", told.description.trim_end_matches('.')), ..told }
    }

    fn of_reason(denial: &Denial) -> Self {
        match denial {
            Denial::SecretMissing => Self::no_secret(),
            Denial::PublicClient => Self::bad_request("unauthorized_client", denial.explanation().to_string()),
            Denial::ResourceUnknown => Self::invalid_target(),
            Denial::Grant(flaw) => Self::bad_request("invalid_grant", flaw.explanation().to_string()),
            Denial::DomainMalformed | Denial::DomainAmbiguous(_) => {
                Self::invalid_request(denial.explanation().to_string())
            }
            Denial::ScopeNotActivated(_) | Denial::ScopeLocked(_) | Denial::ScopeNotForClients(_) => {
                Self::invalid_scope(denial.explanation().to_string())
            }
            Denial::ClientUnknown
            | Denial::ClientSuspended
            | Denial::PlanLapsed
            | Denial::SecretMalformed(_)
            | Denial::SecretUnknown
            | Denial::SecretInactive
            | Denial::SecretExpired
            | Denial::SecretNotLinked
            | Denial::DomainUnknown
            | Denial::DomainInactive
            | Denial::ApiNotAllowed
            | Denial::IpNotAllowed => Self::invalid_client(),
            // Reasons of the authorization endpoint, which is answered with a redirect or a page.
            Denial::RedirectUriMissing
            | Denial::RedirectUriUnknown
            | Denial::RedirectUriInactive
            | Denial::RedirectUriNeedsTestMode
            | Denial::LoginNotAllowed
            | Denial::LogoutUrlUnknown
            | Denial::RequestMalformed
            | Denial::ParameterRepeated(_)
            | Denial::ParameterInvalid(_)
            | Denial::RequestObjectUnsupported
            | Denial::RequestUriUnsupported
            | Denial::ResponseTypeMissing
            | Denial::ResponseTypeUnsupported
            | Denial::PkceMissing
            | Denial::PkceOrNonceMissing
            | Denial::PkceMethodUnsupported
            | Denial::PkceChallengeInvalid
            | Denial::ScopeMissing
            | Denial::TestModeRefuses
            | Denial::UserSuspended
            | Denial::EmailUnverified
            | Denial::Declined
            | Denial::LoginRequired
            | Denial::ConsentRequired => Self::invalid_client(),
        }
    }
}

/// Failures that are nobody's doing: the text of the database goes to the log only.
impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        let temporarily = |status, description: &str, retry_after: u64| Self {
            status,
            retry_after: Some(retry_after),
            ..Self::bad_request("temporarily_unavailable", description)
        };
        match error {
            Error::Unavailable => temporarily(StatusCode::SERVICE_UNAVAILABLE, "try again in a moment", 1),
            Error::TooMany { retry_after } => {
                let seconds = retry_after.as_secs().max(1);
                temporarily(StatusCode::TOO_MANY_REQUESTS, "too many requests: wait", seconds)
            }
            // No endpoint here changes what these are about.
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
                tracing::error!(?error, "a request failed");
                Self::refused(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
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

//! Versions of resources: `ETag` and `If-Match` (RFC 9110 §8.8.3, §13.1.1).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use xwms_core::clock::Timestamp;
use xwms_core::state::Core;

use crate::problem::Problem;

/// The tag of what was last changed at this moment.
pub(crate) fn of(changed: Timestamp) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{:x}\"", changed.milliseconds())).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The version that the caller changes, when it says: one tag. What is none of ours can't be current: 412.
pub(crate) struct IfMatch(pub(crate) Option<Timestamp>);

impl FromRequestParts<Core> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Core) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" { Ok(Self(None)) } else { version(text).map(Some).map(Self) }
    }
}

fn version(text: &str) -> Result<Timestamp, Problem> {
    let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let version = tag.and_then(|tag| i64::from_str_radix(tag, 16).ok()).map(Timestamp::from_milliseconds);
    version
        .ok_or_else(|| Problem::new(StatusCode::PRECONDITION_FAILED, "stale", "If-Match is not the ETag that was read"))
}

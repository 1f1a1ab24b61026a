//! Versions of resources: `ETag` and `If-Match` (RFC 9110 §8.8.3, §13.1.1).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use xwms_core::clock::Timestamp;

use crate::problem::Problem;

/// The tag of what was last changed at this moment.
pub(crate) fn of(changed: Timestamp) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{:x}\"", changed.milliseconds())).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The version that the caller changes, when it says.
///
/// # Errors
/// 412 for what is none of our tags: it can't be current.
pub(crate) fn expected(headers: &HeaderMap) -> Result<Option<Timestamp>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let version = tag.and_then(|tag| i64::from_str_radix(tag, 16).ok()).map(Timestamp::from_milliseconds);
    version
        .map(Some)
        .ok_or_else(|| Problem::new(StatusCode::PRECONDITION_FAILED, "stale", "If-Match is not the ETag that was read"))
}

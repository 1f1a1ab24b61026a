//! Versions of resources: `ETag` and `If-Match` (RFC 9110 §8.8.3, §13.1.1).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use xwms_core::clock::Timestamp;
use xwms_core::manage::fields::Expected;
use xwms_core::state::Core;

use crate::problem::Problem;

/// The tag of what was last changed at this moment.
pub(crate) fn of(changed: Timestamp) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{:x}\"", changed.milliseconds())).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The versions of which the caller changes one, when it says. What is none of ours can't be current: 412.
pub(crate) struct IfMatch(pub(crate) Expected);

impl FromRequestParts<Core> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Core) -> Result<Self, Problem> {
        let values = parts.headers.get_all(header::IF_MATCH).iter();
        let tags = values.flat_map(|value| value.as_bytes().split(|&byte| byte == b',')).map(<[u8]>::trim_ascii);
        let tags: Vec<&[u8]> = tags.filter(|tag| !tag.is_empty()).take(MOST_TAGS).collect();
        let versions: Vec<Timestamp> = tags.iter().filter_map(|tag| version(tag)).collect();
        match () {
            () if tags.is_empty() || tags.contains(&b"*".as_slice()) => Ok(Self(Expected::default())),
            () if !versions.is_empty() => Ok(Self(Expected::one_of(versions))),
            () if tags.iter().all(|tag| tag.starts_with(b"W/")) => Err(stale(
                "If-Match has a weak tag, which nothing matches (RFC 9110 §13.1.1): a proxy on the way has made it weak",
            )),
            () => Err(stale("If-Match is not the ETag that was read")),
        }
    }
}

/// So many tags of one request are looked at.
const MOST_TAGS: usize = 100;

fn stale(detail: &str) -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "stale", detail)
}

/// The version that a strong tag of ours names.
fn version(tag: &[u8]) -> Option<Timestamp> {
    let tag = std::str::from_utf8(tag).ok()?.strip_prefix('"')?.strip_suffix('"')?;
    i64::from_str_radix(tag, 16).ok().map(Timestamp::from_milliseconds)
}

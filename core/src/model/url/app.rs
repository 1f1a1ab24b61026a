//! Callbacks of apps, which can keep no secret and have no site: private-use schemes and literal loopback addresses
//! (RFC 8252 §7).

use super::{MAX_BYTES, Noun, has_dot_segment, has_only_url_characters};
use crate::error::FieldIssue;
use crate::model::root_domain::RootDomain;
use crate::text;

/// What stands behind `nl.xwms:` for the root domain `xwms.nl`: a scheme that nobody else may use (RFC 8252 §7.1).
pub(super) fn after_reversed<'t>(root: &RootDomain, text: &'t str) -> Option<&'t str> {
    let labels: Vec<&str> = root.as_str().rsplit('.').collect();
    text.strip_prefix(&labels.join("."))?.strip_prefix(':')
}

/// RFC 8252 §7.1: such a URL names no host, so one slash begins its path.
pub(super) fn check_app_path(path: &str) -> Result<(), FieldIssue> {
    let noun = Noun::Callback;
    match path.as_bytes() {
        _ if path.len() > MAX_BYTES => Err(text!("too_long", max = MAX_BYTES)),
        [b'/', b'/', ..] => Err(text!("host-app")),
        [b'/', ..] if path.contains('#') => Err(text!("fragment", noun = noun)),
        [b'/', ..] if path.contains('*') => Err(text!("wildcard", noun = noun)),
        [b'/', ..] if !has_only_url_characters(path) => Err(text!("character-url", noun = noun)),
        [b'/', ..] if has_dot_segment(path.split('?').next().unwrap_or(path)) => Err(text!("dot_segment", noun = noun)),
        [b'/', ..] => Ok(()),
        _ => Err(text!("host-app")),
    }
}

/// Whether a callback is one for an app: of a private-use scheme, or http on a literal address of this machine with any
/// port (RFC 8252 §7.1, §7.3).
pub fn is_for_app(text: &str) -> bool {
    is_private_use(text) || (text.starts_with("http:") && literal_loopback(text).is_some())
}

/// Whether a callback is of a private-use scheme.
pub fn is_private_use(text: &str) -> bool {
    let scheme = text.split(':').next().unwrap_or_default();
    !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https")
}

/// The URL, read, when its host is written as `127.0.0.1` or `[::1]`.
fn literal_loopback(text: &str) -> Option<url::Url> {
    url::Url::parse(text).ok().filter(|url| {
        let written = url.host_str().is_some_and(|host| text.contains(&format!("://{host}")));
        written && matches!(url.host_str(), Some("127.0.0.1" | "[::1]"))
    })
}

/// The origin that a page at this callback has, as browsers write it; without a port on a literal address of this machine,
/// where any will do. `None` for what no page is at.
pub fn origin_of(text: &str) -> Option<String> {
    if is_private_use(text) {
        return None;
    }
    let mut url = url::Url::parse(text).ok()?;
    if literal_loopback(text).is_some() {
        url.set_port(None).ok()?;
    }
    Some(url.origin().ascii_serialization())
}

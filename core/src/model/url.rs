//! URLs of a domain: callbacks, webhooks, logout targets (SPEC §2.5).
//!
//! A URL is read twice, byte by byte as RFC 3986 writes it and by the reader that browsers share (the `url` crate), and
//! is valid only when both see the same host. It is stored as sent.

mod app;

pub use app::{is_for_app, is_private_use, origin_of};

use self::app::{after_reversed, check_app_path};
use super::host::Host;
use super::root_domain::RootDomain;
use super::text_enum;
use crate::error::FieldIssue;
use crate::text;
use crate::text::{Arg, Text};

/// The longest URL, in bytes.
pub const MAX_BYTES: usize = 2048;

text_enum! {
    /// What a URL of a domain is for.
    UrlKind {
        /// Where a login ends.
        Callback = "callback",
        /// Where events are sent.
        Webhook = "webhook",
        /// Where a logout ends.
        Logout = "logout",
        /// Where a resource server is that takes access tokens.
        Api = "api",
    }
}

/// What a URL is called where it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noun {
    Callback,
    Webhook,
    Logout,
    Api,
    Fallback,
    Link,
}

impl Noun {
    fn text(self) -> Text {
        match self {
            Self::Callback => text!("noun-callback"),
            Self::Webhook => text!("noun-webhook"),
            Self::Logout => text!("noun-logout"),
            Self::Api => text!("noun-api"),
            Self::Fallback => text!("noun-fallback"),
            Self::Link => text!("noun-link"),
        }
    }
}

impl From<UrlKind> for Noun {
    fn from(kind: UrlKind) -> Self {
        match kind {
            UrlKind::Callback => Self::Callback,
            UrlKind::Webhook => Self::Webhook,
            UrlKind::Logout => Self::Logout,
            UrlKind::Api => Self::Api,
        }
    }
}

impl From<Noun> for Arg {
    fn from(noun: Noun) -> Self {
        noun.text().into()
    }
}

/// A URL of a site as it was sent. Whether it is a good one depends on the domain that it is for: [`validate`] says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SiteUrl(String);

impl SiteUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// `too_long`; `character` for NUL, which no database keeps.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        if text.contains('\0') {
            return Err(text!("character-line"));
        }
        if text.len() > MAX_BYTES { Err(text!("too_long", max = MAX_BYTES)) } else { Ok(Self(text.to_owned())) }
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A URL that was checked before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

/// What is let in beside https URLs on the domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allows {
    /// Http, and this machine itself.
    pub test_mode: bool,
    /// Callbacks for apps of a public client (RFC 8252).
    pub apps: bool,
}

/// Checks a URL before it is stored for a domain. The rules are the same for every kind, but that callbacks alone may be
/// for apps; the kind is named in the text.
///
/// # Errors
/// `too_long`, `scheme`, `character`, `fragment`, `wildcard`, `userinfo`, `port`, `dot_segment`, or `host`.
pub fn validate(kind: UrlKind, text: &str, root: &RootDomain, allows: Allows) -> Result<(), FieldIssue> {
    if allows.apps && kind == UrlKind::Callback {
        if let Some(rest) = after_reversed(root, text) {
            return check_app_path(rest);
        }
        if is_for_app(text) {
            return read(kind.into(), text, true).map(drop);
        }
    }
    validate_as(kind.into(), text, root, allows.test_mode)
}

/// As [`validate`], for what is called `noun`.
pub(super) fn validate_as(noun: Noun, text: &str, root: &RootDomain, test_mode: bool) -> Result<(), FieldIssue> {
    let host = read(noun, text, test_mode)?;
    let local = matches!(host, "127.0.0.1" | "[::1]") || host.eq_ignore_ascii_case("localhost");
    if local && test_mode {
        return Ok(());
    }
    if local {
        return Err(text!("host-local", noun = noun, root = root.as_str()));
    }
    match Host::parse(host) {
        Ok(host) if host.is_or_is_under(root) => Ok(()),
        _ => Err(text!("host-elsewhere", noun = noun, root = root.as_str())),
    }
}

/// Checks a link to a page of the partner's, on any host: homepage, privacy, terms.
///
/// # Errors
/// As [`validate`].
pub fn validate_link(text: &str) -> Result<(), FieldIssue> {
    match Host::parse(read(Noun::Link, text, false)?) {
        Ok(Host::Name(name)) if name.contains('.') => Ok(()),
        _ => Err(text!("host-private")),
    }
}

/// A link to a page of the partner's, on any host: homepage, privacy, terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// Reads a link, which stays as it was written.
    ///
    /// # Errors
    /// As [`validate_link`].
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        validate_link(text).map(|()| Self(text.to_owned()))
    }

    /// The link.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A link that was parsed before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

impl serde::Serialize for Link {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Whether a stored URL is good in test mode only: not https, or on this machine itself.
pub fn needs_test_mode(text: &str) -> bool {
    let https = text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
    !https || Host::of_url(text).is_none_or(|host| host.is_loopback())
}

/// Checks everything but whose host it is, and returns the host as it is written.
fn read(noun: Noun, text: &str, http: bool) -> Result<&str, FieldIssue> {
    if text.len() > MAX_BYTES {
        return Err(text!("too_long", max = MAX_BYTES));
    }
    // First of all, so that `javascript:` and `data:` are named for what they are.
    let rest = match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => rest,
        Some((scheme, rest)) if http && scheme.eq_ignore_ascii_case("http") => rest,
        _ if http => return Err(text!("scheme-test", noun = noun)),
        _ => return Err(text!("scheme", noun = noun)),
    };
    if rest.contains('#') {
        return Err(text!("fragment", noun = noun));
    }
    if rest.contains('*') {
        return Err(text!("wildcard", noun = noun));
    }
    if !has_only_url_characters(rest) {
        return Err(text!("character-url", noun = noun));
    }
    let Some(after_scheme) = rest.strip_prefix("//") else {
        return Err(text!("host-missing", noun = noun));
    };
    let (authority, tail) = after_scheme.split_at(after_scheme.find(['/', '?']).unwrap_or(after_scheme.len()));
    if authority.contains('@') {
        return Err(text!("userinfo", noun = noun));
    }
    // The colons of an IPv6 address are inside its brackets.
    let (host, port) = match authority.rfind(':').filter(|&colon| !authority[colon..].contains(']')) {
        Some(colon) => (&authority[..colon], Some(&authority[colon + 1..])),
        None => (authority, None),
    };
    if port.is_some_and(|port| !is_port(port)) {
        return Err(text!("port", noun = noun));
    }
    let path = tail.split('?').next().unwrap_or(tail);
    if has_dot_segment(path) {
        return Err(text!("dot_segment", noun = noun));
    }
    match url::Url::parse(text) {
        Ok(url) if url.host_str().is_some_and(|seen| seen.eq_ignore_ascii_case(host)) && !host.ends_with('.') => {
            Ok(host)
        }
        _ => Err(text!("host-ambiguous", noun = noun)),
    }
}

/// RFC 3986's characters, each `%` followed by two hexadecimal digits that stand for no control character. The square
/// brackets of IPv6 are let through everywhere: query strings carry them (`a[]=1`).
fn has_only_url_characters(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(index, byte)| match byte {
        b'%' => match bytes.get(index + 1..index + 3) {
            Some([high, low]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let control = matches!(high, b'0' | b'1') || (*high == b'7' && low.eq_ignore_ascii_case(&b'f'));
                !control
            }
            _ => false,
        },
        b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => false,
        other => other.is_ascii_graphic(),
    })
}

fn is_port(text: &str) -> bool {
    !text.starts_with(['0', '+']) && text.parse::<u16>().is_ok()
}

/// Whether a path, read as loosely as some servers do, has a `.` or `..` in it: encoded, behind encoded slashes, or with
/// parameters (`..;`).
fn has_dot_segment(path: &str) -> bool {
    let loose = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    loose.split('/').any(|segment| matches!(segment.split(';').next(), Some("." | "..")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn root() -> RootDomain {
        RootDomain::parse("engines.example").unwrap()
    }

    fn code(text: &str, test_mode: bool) -> String {
        validate(UrlKind::Callback, text, &root(), Allows { test_mode, apps: false })
            .map_or_else(|issue| issue.code().to_owned(), |()| "fine".to_owned())
    }

    #[test]
    fn urls_on_the_root_or_below_are_fine() {
        let longest = format!("https://engines.example/{}", "a".repeat(MAX_BYTES - 24));
        for text in [
            "https://engines.example",
            "https://engines.example/",
            "https://app.engines.example/callback?from=xwms&a[]=1",
            "https://app.engines.example:8443/cb;v=1/%C3%BC/@me",
            "HTTPS://App.Engines.Example/CB",
            "https://engines.example/..a/...",
            "https://engines.example//cb?next=../x",
            &longest,
        ] {
            assert_eq!(code(text, false), "fine", "{text}");
        }
    }

    #[test]
    fn each_bad_url_gets_its_reason() {
        let too_long = format!("https://engines.example/{}", "a".repeat(MAX_BYTES - 23));
        let rows = [
            (too_long.as_str(), "too_long"),
            ("", "scheme"),
            ("engines.example/cb", "scheme"),
            ("javascript:alert(\"1\")", "scheme"),
            ("JaVaScRiPt:alert(1)", "scheme"),
            ("data:text/html,<p>", "scheme"),
            ("file:///etc/passwd", "scheme"),
            ("com.engines.app:/cb", "scheme"),
            ("http://engines.example/cb", "scheme"),
            (" https://engines.example/cb", "scheme"),
            ("https://engines.example/cb#", "fragment"),
            ("https://engines.example/#/cb", "fragment"),
            ("https://*.engines.example/cb", "wildcard"),
            ("https://engines.example/*", "wildcard"),
            ("https://engines.example/c b", "character"),
            ("https://engines.example/cb\n", "character"),
            ("https://engines.example/\tcb", "character"),
            ("https://engines.example/\0", "character"),
            ("https://engines.example/%0d%0a", "character"),
            ("https://engines.example/%7F", "character"),
            ("https://engines.example/%zz", "character"),
            ("https://engines.example/%2", "character"),
            ("https://engines.example\\@evil.test/cb", "character"),
            ("https://bücher.engines.example/cb", "character"),
            ("https://ada@engines.example/cb", "userinfo"),
            ("https://app.engines.example@evil.test/cb", "userinfo"),
            ("https://ada:pw@engines.example/cb", "userinfo"),
            ("https://engines.example:0/cb", "port"),
            ("https://engines.example:/cb", "port"),
            ("https://engines.example:0443/cb", "port"),
            ("https://engines.example:65536/cb", "port"),
            ("https://engines.example/a/../cb", "dot_segment"),
            ("https://engines.example/./cb", "dot_segment"),
            ("https://engines.example/..", "dot_segment"),
            ("https://engines.example/%2e%2E/cb", "dot_segment"),
            ("https://engines.example/.%2e/cb", "dot_segment"),
            ("https://engines.example/..;/cb", "dot_segment"),
            ("https://engines.example/a%2f..%2Fcb", "dot_segment"),
            ("https:///x", "host"),
            ("https://", "host"),
            ("https:/engines.example/cb", "host"),
            ("https:engines.example/cb", "host"),
            ("https://engines.example./cb", "host"),
            ("https://%65ngines.example/cb", "host"),
            ("https://evilengines.example/cb", "host"),
            ("https://example/cb", "host"),
            ("https://engines.example.evil.test/cb", "host"),
            ("https://evil.test/engines.example", "host"),
            ("https://evil.test?engines.example", "host"),
            ("https://93.184.216.34/cb", "host"),
            ("https://[::ffff:1.2.3.4]/cb", "host"),
            ("https://[::1/cb", "host"),
            ("https://127.0.0.1/cb", "host"),
            ("https://localhost/cb", "host"),
        ];
        for (text, reason) in rows {
            assert_eq!(code(text, false), reason, "{text:?}");
        }
    }

    #[test]
    fn test_mode_adds_http_and_this_machine() {
        for (text, reason) in [
            ("http://engines.example/cb", "fine"),
            ("http://127.0.0.1:8081/callback", "fine"),
            ("http://[::1]:8081/callback", "fine"),
            ("http://localhost/", "fine"),
            ("https://localhost:3000/cb", "fine"),
            ("http://127.0.0.2/cb", "host"),
            ("http://2130706433/cb", "host"),
            ("http://[0:0::1]/cb", "host"),
            ("http://localhost.evil.test/cb", "host"),
            ("http://localhost@evil.test/cb", "userinfo"),
            ("http://evil.test/cb", "host"),
            ("ftp://engines.example/cb", "scheme"),
        ] {
            assert_eq!(code(text, true), reason, "{text}");
            if reason == "fine" {
                assert!(needs_test_mode(text) && code(text, false) != "fine", "{text}");
            }
        }
        assert!(!needs_test_mode("HTTPS://engines.example/cb"));
    }

    #[test]
    fn ru_04_apps_of_a_public_client_have_schemes_of_their_own_and_this_machine() {
        let app = |kind, text: &str, apps| {
            validate(kind, text, &root(), Allows { test_mode: false, apps })
                .map_or_else(|issue| issue.code().to_owned(), |()| "fine".to_owned())
        };
        for (text, reason) in [
            ("example.engines:/cb", "fine"),
            ("example.engines:/", "fine"),
            ("example.engines:/oauth/cb?from=xwms", "fine"),
            ("http://127.0.0.1/cb", "fine"),
            ("http://127.0.0.1:8250/cb", "fine"),
            ("http://[::1]:8250/cb", "fine"),
            ("https://engines.example/cb", "fine"),
            ("example.engines://cb", "host"),
            ("example.engines:cb", "host"),
            ("example.engines:", "host"),
            ("example.engines:/a/../cb", "dot_segment"),
            ("example.engines:/cb#", "fragment"),
            ("example.engines:/*", "wildcard"),
            ("example.engines:/c b", "character"),
            ("EXAMPLE.engines:/cb", "scheme"),
            ("example.engines.evil:/cb", "scheme"),
            ("example.enginesevil:/cb", "scheme"),
            ("example:/cb", "scheme"),
            ("engines:/cb", "scheme"),
            ("test.evil:/cb", "scheme"),
            ("javascript:/alert(1)", "scheme"),
            ("http://localhost:8250/cb", "scheme"),
            ("http://engines.example/cb", "scheme"),
            ("https://127.0.0.1/cb", "host"),
            ("http://127.0.0.1@evil.test/cb", "scheme"),
            ("http://127.0.0.1.evil.test/cb", "scheme"),
            ("http://2130706433/cb", "scheme"),
            ("http://127.0.0.1/cb#f", "fragment"),
        ] {
            assert_eq!(app(UrlKind::Callback, text, true), reason, "{text}");
            let elsewhere = app(UrlKind::Logout, text, true);
            assert!(elsewhere != "fine" || text.starts_with("https://engines"), "{text}: callbacks alone");
            assert_eq!(app(UrlKind::Callback, text, false) == "fine", text.starts_with("https://engines"), "{text}");
        }
    }

    #[test]
    fn te_10_an_origin_is_as_browsers_write_it() {
        for (callback, origin) in [
            ("HTTPS://App.Engines.Example:443/CB", Some("https://app.engines.example")),
            ("https://app.engines.example:8443/cb", Some("https://app.engines.example:8443")),
            ("http://127.0.0.1:5173/cb", Some("http://127.0.0.1")),
            ("http://[::1]:5173/cb", Some("http://[::1]")),
            ("http://localhost:5173/cb", Some("http://localhost:5173")),
            ("example.engines:/cb", None),
        ] {
            assert_eq!(origin_of(callback).as_deref(), origin, "{callback}");
        }
    }

    #[test]
    fn links_lead_to_public_pages() {
        assert_eq!(validate_link("https://engines.example/privacy"), Ok(()));
        for text in ["javascript:alert(1)", "http://engines.example", "https://localhost/", "https://127.0.0.1/"] {
            assert!(validate_link(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_refusal_names_what_it_is_about() {
        let issue = validate(UrlKind::Webhook, "ftp://engines.example", &root(), Allows::default()).unwrap_err();
        assert_eq!(issue.to_string(), "A webhook URL begins with https://.");
    }

    proptest! {
        #[test]
        fn a_valid_url_leads_to_the_root_or_below(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("https://"), Just("http://"), Just("engines.example"), Just("app."), Just("evil.test"), Just("@"),
                    Just("/"), Just("\\"), Just(":"), Just("443"), Just("?"), Just("."), Just("%2e"), Just("%40"),
                    Just("localhost"), Just("[::1]"), Just("127.0.0.1"), Just("x"), Just("\t"), Just("。"), Just("xn--"),
                ],
                0..9,
            ),
            test_mode: bool,
        ) {
            let text = ["https://", "engines.example"].into_iter().chain(pieces.iter().copied()).collect::<String>();
            for text in [pieces.concat(), text] {
                let allows = Allows { test_mode, apps: false };
                if validate(UrlKind::Callback, &text, &root(), allows).is_ok() {
                    let host = Host::of_url(&text).unwrap();
                    prop_assert!(host.is_or_is_under(&root()) || (test_mode && host.is_loopback()), "{}", text);
                    prop_assert!(test_mode || !needs_test_mode(&text), "{}", text);
                }
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let all = Allows { test_mode: true, apps: true };
            prop_assert!(validate(UrlKind::Logout, &text, &root(), all).is_err());
        }
    }
}

//! What a domain does with a login that fails before its callback is known: a URL to go to, a text to show (SPEC §2.4).

use super::label::is_control;
use super::root_domain::RootDomain;
use super::url::{Noun, validate_as};
use crate::error::FieldIssue;
use crate::text;

/// The longest fallback response, in bytes.
pub const MAX_RESPONSE_BYTES: usize = 4096;

/// Checks a fallback URI: the rules of callback URLs, and not on `issuer`'s own origin, where a failed login would come
/// back to XWMS.
///
/// # Errors
/// As [`super::url::validate`], or `issuer`.
pub fn validate_uri(text: &str, root: &RootDomain, test_mode: bool, issuer: &str) -> Result<(), FieldIssue> {
    validate_as(Noun::Fallback, text, root, test_mode)?;
    let origin = |text: &str| url::Url::parse(text).ok().map(|url| url.origin());
    if origin(text) == origin(issuer) {
        return Err(text!("issuer"));
    }
    Ok(())
}

/// What the error page shows as a partner's words: plain text of at most 4 KiB.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FallbackResponse(String);

impl FallbackResponse {
    /// Reads a response.
    ///
    /// # Errors
    /// As [`parse_response`].
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        parse_response(text).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A response that was parsed before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

/// Reads a fallback response: plain text, its line breaks written as `\n`, spaces around it dropped.
///
/// # Errors
/// `too_long` beyond 4 KiB; `character` for controls other than line breaks and tabs, and for bidi controls.
pub fn parse_response(text: &str) -> Result<String, FieldIssue> {
    let text = text.trim().replace("\r\n", "\n");
    if text.len() > MAX_RESPONSE_BYTES {
        return Err(text!("too_long-kibibytes", max = MAX_RESPONSE_BYTES / 1024));
    }
    if text.chars().any(|character| is_control(character) && !matches!(character, '\n' | '\t')) {
        return Err(text!("character-lines"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fallback_uri_leads_to_the_partner() {
        let root = RootDomain::parse("engines.example").unwrap();
        let issuer = "https://id.engines.example";
        for (text, code) in [
            ("https://engines.example/sorry", "fine"),
            ("https://id.engines.example:8443/sorry", "fine"),
            ("https://id.engines.example/oauth/authorize", "issuer"),
            ("https://ID.engines.example:443", "issuer"),
            ("https://evil.test/", "host"),
            ("javascript:alert(1)", "scheme"),
        ] {
            let found = validate_uri(text, &root, false, issuer)
                .map_or_else(|issue| issue.code().to_owned(), |()| "fine".to_owned());
            assert_eq!(found, code, "{text}");
        }
        let issuer = "http://127.0.0.1:8080";
        assert!(validate_uri("http://127.0.0.1:8081/", &root, true, issuer).is_ok());
        assert_eq!(validate_uri("http://127.0.0.1:8080/", &root, true, issuer).unwrap_err().code(), "issuer");
    }

    #[test]
    fn a_fallback_response_is_plain_text() {
        assert_eq!(parse_response(" Sorry,\r\n\tcall us: 1 < 2. \n").unwrap(), "Sorry,\n\tcall us: 1 < 2.");
        assert!(parse_response(&"x".repeat(MAX_RESPONSE_BYTES)).is_ok());
        for (text, code) in [
            ("x".repeat(MAX_RESPONSE_BYTES + 1).as_str(), "too_long"),
            ("a\0b", "character"),
            ("a\rb", "character"),
            ("a\u{1b}[31m", "character"),
            ("a\u{202e}b", "character"),
        ] {
            assert_eq!(parse_response(text).unwrap_err().code(), code, "{text:?}");
        }
    }
}

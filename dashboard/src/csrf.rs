//! Forms that only our own pages can send: the token they carry, and what the browser says of where a request comes
//! from.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use xwms_core::login::csrf;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The token of one page's forms, from `xwms_core::login::csrf`. It prints nothing.
pub struct Csrf {
    token: String,
    signed_in: bool,
}

impl Csrf {
    /// For a page without a form.
    pub const fn none() -> Self {
        Self { token: String::new(), signed_in: false }
    }

    /// For a browser in which nobody is signed in: the token is bound to its cookie.
    pub const fn of_browser(token: String) -> Self {
        Self { token, signed_in: false }
    }

    /// For a signed-in person: the token is bound to the session, and the page's head has it too, for requests to the
    /// management API.
    pub const fn of_session(token: String) -> Self {
        Self { token, signed_in: true }
    }

    /// The value of the hidden field `csrf`.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The value of `<meta name="csrf-token">`; only pages of a signed-in person have it.
    pub fn meta(&self) -> Option<&str> {
        self.signed_in.then_some(self.token.as_str())
    }
}

/// Whether the browser says that a page of another origin than `issuer` sent this request.
pub fn is_foreign(headers: &HeaderMap, issuer: &str) -> bool {
    let values = |name: &HeaderName| headers.get_all(name).iter().map(HeaderValue::as_bytes);
    csrf::is_foreign(values(&SEC_FETCH_SITE), values(&header::ORIGIN), issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example";

    #[test]
    fn lo_14_what_the_browser_says_decides() {
        type Headers = &'static [(&'static str, &'static [u8])];
        let rows: [(Headers, bool); _] = [
            (&[], false),
            (&[("sec-fetch-site", b"same-origin")], false),
            (&[("sec-fetch-site", b"none")], false),
            (&[("sec-fetch-site", b"same-site")], true),
            (&[("sec-fetch-site", b"cross-site")], true),
            (&[("sec-fetch-site", b"Same-Origin")], true),
            (&[("sec-fetch-site", b"")], true),
            (&[("sec-fetch-site", b"\xff")], true),
            (&[("sec-fetch-site", b"same-origin"), ("sec-fetch-site", b"same-origin")], true),
            (&[("origin", b"https://id.example")], false),
            (&[("origin", b"HTTPS://ID.EXAMPLE")], false),
            (&[("origin", b"null")], false),
            (&[("origin", b"https://evil.example")], true),
            (&[("origin", b"https://login.id.example")], true),
            (&[("origin", b"https://id.example.evil.example")], true),
            (&[("origin", b"https://id.example:8443")], true),
            (&[("origin", b"http://id.example")], true),
            (&[("origin", b"")], true),
            (&[("origin", b"https://id.example"), ("origin", b"https://evil.example")], true),
            (&[("sec-fetch-site", b"same-origin"), ("origin", b"https://id.example")], false),
            (&[("sec-fetch-site", b"same-origin"), ("origin", b"null")], false),
            (&[("sec-fetch-site", b"cross-site"), ("origin", b"https://id.example")], true),
            (&[("sec-fetch-site", b"cross-site"), ("origin", b"null")], true),
            (&[("sec-fetch-site", b"same-origin"), ("origin", b"https://evil.example")], true),
        ];
        for (said, foreign) in rows {
            let mut headers = HeaderMap::new();
            for (name, value) in said {
                headers.append(*name, HeaderValue::from_bytes(value).unwrap());
            }
            assert_eq!(is_foreign(&headers, ISSUER), foreign, "{said:?}");
        }
    }

    #[test]
    fn only_a_signed_in_persons_page_tells_its_token_in_the_head() {
        assert_eq!(Csrf::of_browser("b".to_owned()).meta(), None);
        assert_eq!(Csrf::of_session("s".to_owned()).meta(), Some("s"));
        assert_eq!(Csrf::none().meta(), None);
    }
}

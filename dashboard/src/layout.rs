//! The shell around every page, and the headers that protect it.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use xwms_core::text::{Language, Text};
use xwms_core::zone::Zone;

use crate::csrf::Csrf;
use crate::theme::Theme;

/// Where the forms of a page may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forms {
    /// At XWMS.
    StayHere,
    /// At a partner's callback: browsers apply `form-action` to every redirect that follows a submission, so the page
    /// leaves it out.
    MayLeave,
}

/// A page: its template, and where its forms may end.
pub trait Page: Template {
    /// The careful choice unless a page says otherwise.
    const FORMS: Forms = Forms::StayHere;

    /// Whether it is a page of whoever is signed in: those load our own script.
    const SIGNED_IN: bool = false;

    /// Whether it is a public page on which somebody may sign in with a passkey: those load the script that asks for one.
    fn asks_for_passkey(&self) -> bool {
        false
    }
}

/// What every page has: the language of its reader, and the token of its forms.
pub struct Shell {
    language: Language,
    csrf: Csrf,
    theme: Theme,
    zone: Zone,
}

impl Shell {
    /// For a page in this language whose forms carry this token.
    pub const fn new(language: Language, csrf: Csrf) -> Self {
        Self { language, csrf, theme: Theme::Auto, zone: Zone::UTC }
    }

    /// For a page without a form.
    pub const fn without_forms(language: Language) -> Self {
        Self::new(language, Csrf::none())
    }

    /// For somebody who likes it so.
    #[must_use]
    pub(crate) fn themed(self, theme: Theme) -> Self {
        Self { theme, ..self }
    }

    /// For somebody who lives there.
    #[must_use]
    pub(crate) fn in_zone(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// Where its times are shown.
    pub(crate) const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// A message that names the zone of its reader.
    pub(crate) fn say_in_zone(&self, id: &'static str) -> String {
        self.tell(Text::new(id).with("zone", self.zone.name()))
    }

    /// How its reader likes it.
    pub(crate) const fn theme(&self) -> Theme {
        self.theme
    }

    /// The language of the page.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The token of its forms.
    pub const fn csrf(&self) -> &Csrf {
        &self.csrf
    }

    /// A message without arguments.
    pub fn say(&self, id: &'static str) -> String {
        Text::new(id).say(self.language)
    }

    /// A message as plain text, which the template escapes.
    pub fn tell(&self, text: impl AsText) -> String {
        text.as_text().say(self.language)
    }

    /// A message with markup around its arguments, which are escaped.
    pub fn html(&self, text: impl AsText) -> Markup {
        Markup(text.as_text().say_as_html(self.language))
    }
}

/// A text, or however many references to one: templates borrow what they are given.
pub trait AsText {
    /// The text.
    fn as_text(&self) -> &Text;
}

impl AsText for Text {
    fn as_text(&self) -> &Text {
        self
    }
}

impl<T: AsText + ?Sized> AsText for &T {
    fn as_text(&self) -> &Text {
        (**self).as_text()
    }
}

/// HTML of a message of ours.
pub struct Markup(String);

impl HtmlSafe for Markup {}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A link that a page offers.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    /// Where it leads.
    pub href: &'a str,
    /// What it says.
    pub text: Text,
}

/// The one way out for a page. It is never stored, framed or sniffed, loads nothing but our own stylesheet and images,
/// and runs no script (OWASP ASVS 3.4; SPEC §3). `Strict-Transport-Security` is on every answer of the server, not
/// here.
pub fn render_page<P: Page>(status: StatusCode, page: &P) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy(P::FORMS, P::SIGNED_IN || page.asks_for_passkey())),
    );
    response
}

/// Whether a link that a partner gave leads to a web page. Stored links are checked; a page checks again.
pub(crate) fn is_web(uri: &str) -> bool {
    url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

const fn policy(forms: Forms, scripts: bool) -> &'static str {
    match (forms, scripts) {
        (Forms::StayHere, true) => {
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        }
        (Forms::StayHere, false) => {
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; \
             base-uri 'none'"
        }
        (Forms::MayLeave, true) => {
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'"
        }
        (Forms::MayLeave, false) => {
            "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::public::note::NotePage;

    #[test]
    fn lo_15_every_page_has_the_headers() {
        let response = render_page(StatusCode::OK, &NotePage::signed_out(&Shell::without_forms(Language::English)));
        let headers: Vec<_> =
            response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        for expected in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("content-security-policy", policy(Forms::StayHere, false)),
        ] {
            assert!(headers.contains(&expected), "{expected:?} is not in {headers:?}");
        }
    }

    #[test]
    fn a_form_that_may_leave_is_all_that_the_policy_lets_go() {
        assert_eq!(policy(Forms::StayHere, false).replace(" form-action 'self';", ""), policy(Forms::MayLeave, false));
    }

    /// The sentences of the pages in this language, as far as they stand in HTML without their arguments: pieces of at
    /// least two words.
    pub(crate) fn sentences(language: Language) -> Vec<String> {
        let file = format!("{}/../core/src/text/{}/pages.ftl", env!("CARGO_MANIFEST_DIR"), language.tag());
        let file = std::fs::read_to_string(file).unwrap();
        let texts = file.lines().filter_map(|line| Some(line.split_once(" = ")?.1));
        let pieces = texts.flat_map(|text| text.split(['{', '}', '<', '>']));
        let pieces = pieces.map(str::trim).filter(|piece| piece.contains(' ') && !piece.starts_with('$'));
        pieces.filter(|piece| !piece.starts_with("time ")).map(|piece| piece.replace('\'', "&#39;")).collect()
    }
}

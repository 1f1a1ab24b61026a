//! The page that says what went wrong. What it says is decided in `xwms_core::login::error_page`, or follows from the
//! status alone.

use std::time::Duration;

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use xwms_core::login::error_page::{ErrorPage, Way};
use xwms_core::state::Core;
use xwms_core::text;
use xwms_core::text::{Language, Text};

use crate::layout::{Page, Shell, is_web, render_page};

/// An answer with this page, which [`draw`] draws once the language of its reader is known.
pub fn page(page: ErrorPage) -> Response {
    let mut response = status_of(&page).into_response();
    response.extensions_mut().insert(page);
    response
}

/// Draws the page of an answer that has a status only: one that a use case asked for, else what the status says. Cookies
/// that go with the answer stay.
pub fn draw(core: &Core, language: Language, answer: Response) -> Response {
    let (mut parts, _) = answer.into_parts();
    let mut drawn = match parts.extensions.remove::<ErrorPage>() {
        Some(page) => render(page.language.unwrap_or(language), &page),
        None => render_bare(language, core.config.server.issuer(), parts.status),
    };
    for cookie in parts.headers.get_all(header::SET_COOKIE) {
        drawn.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    drawn
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorView<'a> {
    shell: &'a Shell,
    title: Text,
    explanation: Text,
    wait: Option<Text>,
    partner_words: Option<&'a str>,
    way: Option<&'a Way>,
    link: Option<(&'a str, String)>,
    reference: Option<&'a str>,
}

impl Page for ErrorView<'_> {}

impl<'a> ErrorView<'a> {
    fn of(shell: &'a Shell, page: &'a ErrorPage) -> Self {
        Self {
            shell,
            title: page.title.clone(),
            explanation: page.explanation.clone(),
            wait: page.retry_after.map(wait),
            partner_words: page.fallback_response.as_deref().filter(|words| !words.trim().is_empty()),
            way: page.way.as_ref().filter(|way| is_web(&way.uri)),
            link: None,
            reference: Some(&page.reference),
        }
    }

    fn of_status(shell: &'a Shell, issuer: &'a str, status: StatusCode) -> Self {
        let (title, explanation) = texts(status);
        let link = match status {
            StatusCode::MISDIRECTED_REQUEST => Some((issuer, issuer.to_owned())),
            StatusCode::NOT_FOUND => Some(("/", shell.say("page_error-start"))),
            _ => None,
        };
        Self { shell, title, explanation, wait: None, partner_words: None, way: None, link, reference: None }
    }
}

fn render(language: Language, page: &ErrorPage) -> Response {
    let shell = Shell::without_forms(language);
    let mut response = render_page(status_of(page), &ErrorView::of(&shell, page));
    if let Some(wait) = page.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
    }
    response
}

fn render_bare(language: Language, issuer: &str, status: StatusCode) -> Response {
    let shell = Shell::without_forms(language);
    render_page(status, &ErrorView::of_status(&shell, issuer, status))
}

fn status_of(page: &ErrorPage) -> StatusCode {
    StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Title and explanation of a bare status.
fn texts(status: StatusCode) -> (Text, Text) {
    match status {
        StatusCode::FORBIDDEN => (text!("page_status_forbidden-title"), text!("page_status_forbidden-text")),
        StatusCode::NOT_FOUND => (text!("page_not_found-title"), text!("page_not_found-text")),
        StatusCode::METHOD_NOT_ALLOWED => (text!("page_status_method-title"), text!("page_status_method-text")),
        StatusCode::REQUEST_TIMEOUT => (text!("page_status_timeout-title"), text!("page_status_timeout-text")),
        StatusCode::PAYLOAD_TOO_LARGE => (text!("page_status_large-title"), text!("page_status_large-body")),
        StatusCode::URI_TOO_LONG => (text!("page_status_uri-title"), text!("page_status_uri-text")),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (text!("page_status_unreadable-title"), text!("page_status_unreadable-type"))
        }
        StatusCode::MISDIRECTED_REQUEST => (text!("page_status_host-title"), text!("page_status_host-text")),
        StatusCode::TOO_MANY_REQUESTS => (text!("page_too_many-title"), text!("page_too_many-text")),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            (text!("page_status_large-title"), text!("page_status_large-headers"))
        }
        StatusCode::SERVICE_UNAVAILABLE => (text!("page_unavailable-title"), text!("page_unavailable-text")),
        _ if status.is_client_error() => (text!("page_status_unreadable-title"), text!("page_status_method-text")),
        _ => (text!("page_failed-title"), text!("page_failed-text")),
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// When to try again, rounded up: `in 2 minutes`.
pub(crate) fn wait(wait: Duration) -> Text {
    let seconds = whole_seconds(wait);
    match seconds {
        0..=5 => text!("page_wait-few_seconds"),
        6..=60 => text!("page_wait-seconds", count = seconds),
        61..=3600 => text!("page_wait-minutes", count = seconds.div_ceil(60)),
        _ => text!("page_wait-hours", count = seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn refused() -> ErrorPage {
        ErrorPage {
            status: 400,
            title: text!("page_denied-title"),
            explanation: text!("login_refused-redirect_uri"),
            reference: "k3v9q2m7x4bd".to_owned(),
            way: Way::to("https://engines.example/welcome?from=xwms"),
            fallback_response: None,
            retry_after: None,
            language: None,
        }
    }

    fn html(page: &ErrorPage) -> String {
        ErrorView::of(&Shell::without_forms(Language::English), page).render().unwrap()
    }

    #[test]
    fn fb_05_the_partners_words_are_text() {
        let deep = format!("{}{}", ">".repeat(2000), "[".repeat(2000));
        let words = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"https://t.example\">x</a>",
            "<svg><math><mi></mi></math></svg>",
            "</blockquote><h1>XWMS says</h1>",
            &deep,
        ];
        for words in words {
            let page = ErrorPage { fallback_response: Some(words.to_owned()), ..refused() };
            let draw = || {
                let started = Instant::now();
                (html(&page), started.elapsed())
            };
            // The quickest of a few: a busy machine is not what is measured.
            let (html, elapsed) = (0..5).map(|_| draw()).min_by_key(|drawn| drawn.1).unwrap();
            assert!(elapsed.as_millis() < 20, "slow: {words:.20}");
            let quote = html.split_once("<blockquote dir=\"auto\">").unwrap().1.split_once("</blockquote>").unwrap().0;
            assert!(!quote.contains('<') && !quote.contains('"') && !html.contains(words), "{quote:.200}");
        }
    }

    #[test]
    fn fb_05_other_markup_languages_stay_as_written() {
        for words in ["[x](javascript:alert(1))", "![x](https://t.example/x.png)", "https://t.example/", "a\n\n  b"] {
            let html = html(&ErrorPage { fallback_response: Some(words.to_owned()), ..refused() });
            assert!(html.contains(words) && !html.contains("href=\"https://t.example"), "{words}");
        }
    }

    #[test]
    fn no_words_no_frame() {
        for words in [None, Some(String::new()), Some(" \n".to_owned())] {
            assert!(!html(&ErrorPage { fallback_response: words, ..refused() }).contains("in its own words"));
        }
    }

    #[test]
    fn a_way_on_is_a_link_that_names_its_host() {
        let html = html(&refused());
        assert!(html.contains("href=\"https://engines.example/welcome?from=xwms\" rel=\"noreferrer\""), "{html}");
        assert!(html.contains("<strong>engines.example</strong>") && html.contains("k3v9q2m7x4bd"));
        for uri in ["javascript://engines.example/%0aalert(1)", "//engines.example/", "data:text/html,x"] {
            let way = Some(Way { host: "engines.example".to_owned(), uri: uri.to_owned() });
            assert!(!self::html(&ErrorPage { way, ..refused() }).contains("Go to engines.example"), "{uri}");
        }
    }

    #[test]
    fn no_text_becomes_markup() {
        let text = "<script>\"'&";
        let page = ErrorPage {
            explanation: Text::new("plain").with("text", text),
            reference: text.to_owned(),
            way: Some(Way { host: text.to_owned(), uri: "https://engines.example/\"><script>".to_owned() }),
            fallback_response: Some(text.to_owned()),
            ..refused()
        };
        assert!(!html(&page).contains("<script>"));
    }

    #[test]
    fn too_many_tries_say_when_to_try_again() {
        let page = ErrorPage { status: 429, retry_after: Some(Duration::from_millis(61_500)), ..refused() };
        let response = render(Language::English, &page);
        assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &HeaderValue::from(62)));
        assert!(html(&page).contains("in 2 minutes"));
    }

    #[test]
    fn a_wait_is_rounded_up() {
        let rows = [(0, "in a few seconds"), (30, "in 30 seconds"), (60, "in 60 seconds"), (61, "in 2 minutes")];
        for (seconds, words) in rows.into_iter().chain([(3600, "in 60 minutes"), (3601, "in 2 hours")]) {
            assert_eq!(wait(Duration::from_secs(seconds)).to_string(), words);
        }
    }

    #[test]
    fn every_refusal_has_words() {
        for code in 400..600 {
            let status = StatusCode::from_u16(code).unwrap();
            let (title, explanation) = texts(status);
            assert_ne!(title.to_string(), explanation.to_string());
            assert_eq!(render_bare(Language::Dutch, "https://id.example", status).status(), status);
        }
    }

    #[test]
    fn the_wrong_host_is_told_the_right_one() {
        let shell = Shell::without_forms(Language::English);
        let html =
            ErrorView::of_status(&shell, "https://id.example", StatusCode::MISDIRECTED_REQUEST).render().unwrap();
        assert!(html.contains("href=\"https://id.example\">https://id.example</a>"));
    }

    #[test]
    fn a_page_is_drawn_in_the_language_of_its_reader() {
        let html = |language| ErrorView::of(&Shell::without_forms(language), &refused()).render().unwrap();
        assert!(html(Language::German).contains("<html lang=\"de\">"));
        assert!(html(Language::German).contains("Weiter zu engines.example"));
        assert!(html(Language::Dutch).contains("Je kunt verdergaan naar <strong>engines.example</strong>"));
    }
}

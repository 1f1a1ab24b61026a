//! The page that says what went wrong. What it says is decided in `xwms_core::login::error_page`, or follows from the
//! status alone.

use std::time::Duration;

use askama::Template;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use xwms_core::login::error_page::{ErrorPage, Way};
use xwms_core::state::Core;

use crate::csrf::Csrf;
use crate::layout::{Link, Page, is_web, render_page};

/// Draws a page that a use case asked for.
pub fn page(_core: &Core, page: &ErrorPage) -> Response {
    render(page)
}

/// Draws a page for an answer that has a status and no words: no such address, wrong host, too long, and so on.
pub fn bare(core: &Core, status: StatusCode) -> Response {
    render_bare(core.config.server.issuer(), status)
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorView<'a> {
    csrf: &'static Csrf,
    title: &'a str,
    explanation: &'a str,
    wait: Option<String>,
    partner_words: Option<&'a str>,
    way: Option<&'a Way>,
    link: Option<Link<'a>>,
    reference: Option<&'a str>,
}

impl Page for ErrorView<'_> {}

impl<'a> ErrorView<'a> {
    fn of(page: &'a ErrorPage) -> Self {
        Self {
            csrf: Csrf::none(),
            title: page.title,
            explanation: &page.explanation,
            wait: page.retry_after.map(in_words),
            partner_words: page.fallback_response.as_deref().filter(|words| !words.trim().is_empty()),
            way: page.way.as_ref().filter(|way| is_web(&way.uri)),
            link: None,
            reference: Some(&page.reference),
        }
    }

    fn of_status(issuer: &'a str, status: StatusCode) -> Self {
        let (title, explanation) = words(status);
        let link = match status {
            StatusCode::MISDIRECTED_REQUEST => Some(Link { href: issuer, text: issuer }),
            StatusCode::NOT_FOUND => Some(Link { href: "/", text: "Go to the start page" }),
            _ => None,
        };
        Self {
            csrf: Csrf::none(),
            title,
            explanation,
            wait: None,
            partner_words: None,
            way: None,
            link,
            reference: None,
        }
    }
}

fn render(page: &ErrorPage) -> Response {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = render_page(status, &ErrorView::of(page));
    if let Some(wait) = page.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
    }
    response
}

fn render_bare(issuer: &str, status: StatusCode) -> Response {
    render_page(status, &ErrorView::of_status(issuer, status))
}

/// Title and explanation of a bare status.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::FORBIDDEN => ("This is not for you to see", "You may not do this, or not with this account."),
        StatusCode::NOT_FOUND => ("There is nothing here", "Check the address: there may be a slip in it."),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("This does not work this way", "Go back, load the page again and try once more.")
        }
        StatusCode::REQUEST_TIMEOUT => ("That took too long", "Your request did not arrive whole. Try again."),
        StatusCode::PAYLOAD_TOO_LARGE => ("That is too much", "What you sent is larger than we take."),
        StatusCode::URI_TOO_LONG => ("This address is too long", "Go back to where you came from and try once more."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("We can’t read that", "What you sent has a form that is not taken here.")
        }
        StatusCode::MISDIRECTED_REQUEST => {
            ("You are at the wrong address", "XWMS does not answer here. Its address is:")
        }
        StatusCode::TOO_MANY_REQUESTS => ("Too many tries", "Wait a little, then try again."),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => ("That is too much", "Your browser sent more than we take."),
        StatusCode::SERVICE_UNAVAILABLE => ("Back in a moment", "XWMS can’t answer just now. Try again in a moment."),
        _ if status.is_client_error() => ("We can’t read that", "Go back, load the page again and try once more."),
        _ => ("Something went wrong", "It is our fault, not yours. Try again in a moment."),
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// When to try again, rounded up: `in 2 minutes`.
pub(crate) fn in_words(wait: Duration) -> String {
    let seconds = whole_seconds(wait);
    match seconds {
        0..=5 => "in a few seconds".to_owned(),
        6..=60 => format!("in {seconds} seconds"),
        61..=3600 => format!("in {} minutes", seconds.div_ceil(60)),
        _ => format!("in {} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn refused() -> ErrorPage {
        ErrorPage {
            status: 400,
            title: "This login can't go on",
            explanation: "The address to go back to is not registered.".to_owned(),
            reference: "k3v9q2m7x4bd".to_owned(),
            way: Way::to("https://engines.example/welcome?from=xwms"),
            fallback_response: None,
            retry_after: None,
        }
    }

    fn html(page: &ErrorPage) -> String {
        ErrorView::of(page).render().unwrap()
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
            explanation: text.to_owned(),
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
        let response = render(&page);
        assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &HeaderValue::from(62)));
        assert!(html(&page).contains("in 2 minutes"));
    }

    #[test]
    fn a_wait_is_rounded_up() {
        let rows = [(0, "in a few seconds"), (30, "in 30 seconds"), (60, "in 60 seconds"), (61, "in 2 minutes")];
        for (seconds, words) in rows.into_iter().chain([(3600, "in 60 minutes"), (3601, "in 2 hours")]) {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn every_refusal_has_words() {
        for code in 400..600 {
            let status = StatusCode::from_u16(code).unwrap();
            let (title, explanation) = words(status);
            assert!(!title.is_empty() && !explanation.is_empty());
            assert_eq!(render_bare("https://id.example", status).status(), status);
        }
    }

    #[test]
    fn the_wrong_host_is_told_the_right_one() {
        let html = ErrorView::of_status("https://id.example", StatusCode::MISDIRECTED_REQUEST).render().unwrap();
        assert!(html.contains("href=\"https://id.example\">https://id.example</a>"));
    }
}

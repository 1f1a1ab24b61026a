//! Pages that anybody can see, and the page that says what went wrong.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use crate::Site;
use crate::params::Params;
use crate::session;

/// Longest text of XWMS's that is shown, in bytes.
const MAX_QUOTE: usize = 600;

/// The start page, with both ways in.
pub(crate) async fn start(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let person = session::cookie(&headers).and_then(|id| site.sessions.signed_in(id, Instant::now()));
    let page = StartPage {
        issuer: &site.issuer,
        domain: &site.domain,
        signed_in: person.as_ref().map(|person| person.name.as_str()),
    };
    render(StatusCode::OK, &page)
}

/// The fallback URI of the domain: where XWMS sends a person whom it cannot send to a callback. Anybody can make such
/// an address, so its words are shown as a quotation.
pub(crate) async fn fallback(params: Params) -> Result<Response, Problem> {
    let code = params.one("error")?.unwrap_or_default();
    Err(Problem::from_issuer(code, params.one("error_description")?, params.one("reference")?))
}

/// The style of all pages.
pub(crate) async fn stylesheet() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "max-age=300")];
    (headers, include_str!("../templates/style.css"))
}

/// Says that the site runs.
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// For every address that the site does not have.
pub(crate) async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such page.")
}

/// A page, ready to send.
pub(crate) fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The one error of this site: it is always a page for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    /// What the page shows as `error`.
    pub(crate) code: String,
    /// What the page shows as `error_description`.
    description: String,
    /// The id under which the partner finds the attempt at XWMS.
    reference: Option<String>,
    /// Whether the words are XWMS's.
    quoted: bool,
    home: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &str, description: impl Into<String>) -> Problem {
        Problem {
            status,
            code: code.to_owned(),
            description: description.into(),
            reference: None,
            quoted: false,
            home: String::new(),
        }
    }

    /// Something in the request is not as it must be.
    pub(crate) fn refused(code: &str, description: &str) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, description)
    }

    /// The `state` of a callback is missing, spent, old, or not this browser's.
    pub(crate) fn foreign_state() -> Problem {
        let text = "This login was not begun in this browser, or it was finished before. Please begin again.";
        Problem::refused("state_mismatch", text)
    }

    /// XWMS said no. Its words reach us through an address that anybody can write, so only the characters of RFC 6749
    /// §4.1.2.1 are shown, and not too many.
    pub(crate) fn from_issuer(code: &str, description: Option<&str>, reference: Option<&str>) -> Problem {
        let description = description.and_then(quotable).unwrap_or("XWMS gave no further reason.");
        Problem {
            reference: reference.and_then(quotable).map(str::to_owned),
            quoted: true,
            ..Problem::refused(quotable(code).unwrap_or("unknown_error"), description)
        }
    }

    /// XWMS does not answer. The reason goes to the log.
    pub(crate) fn unreachable(error: &dyn Error) -> Problem {
        tracing::warn!(reason = reasons(error), "XWMS cannot be reached");
        let text = "XWMS cannot be reached right now. Please try again in a moment.";
        Problem::new(StatusCode::BAD_GATEWAY, "issuer_unreachable", text)
    }

    /// XWMS answered something that is not in its contract.
    pub(crate) fn bad_answer(description: &str) -> Problem {
        Problem::new(StatusCode::BAD_GATEWAY, "bad_answer", description)
    }

    pub(crate) fn no_http_client() -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "This site cannot make requests.")
    }

    /// The same, with its way back leading to another origin.
    pub(crate) fn with_home(self, origin: &str) -> Problem {
        Problem { home: origin.to_owned(), ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        render(self.status, &ProblemPage { problem: &self })
    }
}

/// The messages of an error and its causes, for the log.
pub(crate) fn reasons(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The text, if it is one that RFC 6749 §4.1.2.1 allows in an error, and of fair length.
fn quotable(text: &str) -> Option<&str> {
    let fair = (1..=MAX_QUOTE).contains(&text.len());
    let plain = text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E));
    (fair && plain).then_some(text)
}

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'a> {
    issuer: &'a str,
    domain: &'a str,
    signed_in: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    problem: &'a Problem,
}

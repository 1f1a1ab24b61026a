//! `/account/requests`: who asks for what and why, and the person's answer.

use askama::Template;
use xwms_core::account::apps::Scope;
use xwms_core::account::requests::Overview;
use xwms_core::model::request::RequestKind;
use xwms_core::store::tables::requests::Shown;

use super::{Moment, lines};
use crate::csrf::Csrf;
use crate::layout::Page;
use crate::public::consent::ShareLine;

/// The requests to a person. Sends `request`, `csrf` and `answer` (`accept`, `decline`, `block`, `end`) to
/// `POST /account/requests`, or `client` and `answer` (`unblock`).
#[derive(Template)]
#[template(path = "account/requests.html")]
pub struct RequestsPage<'a> {
    csrf: &'a Csrf,
    done: Option<&'static str>,
    waiting: Vec<Line<'a>>,
    accepted: Vec<Line<'a>>,
    blocked: Vec<(String, &'a str)>,
}

/// One request.
struct Line<'a> {
    id: String,
    client: &'a str,
    is_test: bool,
    domain: Option<&'a str>,
    shares: Vec<ShareLine<'a>>,
    reason: Option<&'a str>,
    ends: Option<Moment>,
}

impl Page for RequestsPage<'_> {}

impl<'a> RequestsPage<'a> {
    /// `done`: the answer that was just given.
    pub fn new(csrf: &'a Csrf, overview: &'a Overview, done: Option<&str>) -> Self {
        let catalog = overview.catalog.as_slice();
        let done = match done {
            Some("accept") => Some("You said yes. You can end it at any time, here."),
            Some("decline") => Some("You said no. You will not be asked for this again for thirty days."),
            Some("block") => Some("You will hear no more from this site."),
            Some("end") => Some("It has ended."),
            Some("unblock") => Some("This site may ask you again."),
            _ => None,
        };
        Self {
            csrf,
            done,
            waiting: overview.waiting.iter().map(|shown| Line::of(shown, catalog)).collect(),
            accepted: overview.accepted.iter().map(|shown| Line::of(shown, catalog)).collect(),
            blocked: overview.blocked.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect(),
        }
    }
}

impl<'a> Line<'a> {
    fn of(shown: &'a Shown, catalog: &'a [Scope]) -> Self {
        let request = &shown.request;
        Self {
            id: request.id.to_string(),
            client: &shown.client,
            is_test: request.kind == RequestKind::Test,
            domain: shown.domain.as_deref(),
            shares: lines(&request.scope, catalog),
            reason: request.reason.as_deref(),
            ends: request.expires_at.map(Moment::of),
        }
    }
}

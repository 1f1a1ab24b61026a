//! `/account/requests`: who asks for what and why, and the person's answer.

use askama::Template;
use xwms_core::account::apps::Scope;
use xwms_core::account::requests::{Overview, Shown};
use xwms_core::model::request::RequestKind;
use xwms_core::text;
use xwms_core::text::Text;

use super::{Moment, lines};
use crate::layout::{Page, Shell};
use crate::public::consent::ShareLine;

/// The requests to a person. Sends `request`, `csrf` and `answer` (`accept`, `decline`, `block`, `end`) to
/// `POST /account/requests`, or `client` and `answer` (`unblock`).
#[derive(Template)]
#[template(path = "account/requests.html")]
pub struct RequestsPage<'a> {
    shell: &'a Shell,
    done: Option<Text>,
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
    shares: Vec<ShareLine>,
    reason: Option<&'a str>,
    ends: Option<Moment>,
}

impl Page for RequestsPage<'_> {}

impl<'a> RequestsPage<'a> {
    /// `done`: the answer that was just given.
    pub fn new(shell: &'a Shell, overview: &'a Overview, done: Option<&str>) -> Self {
        let catalog = overview.catalog.as_slice();
        let done = match done {
            Some("accept") => Some(text!("page_requests-done_accept")),
            Some("decline") => Some(text!("page_requests-done_decline")),
            Some("block") => Some(text!("page_requests-done_block")),
            Some("end") => Some(text!("page_requests-done_end")),
            Some("unblock") => Some(text!("page_requests-done_unblock")),
            _ => None,
        };
        Self {
            shell,
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

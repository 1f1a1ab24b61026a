//! `/account/requests`: who asks for what and why, and the person's answer.

use askama::Template;
use axum::response::Response;
use xwms_core::account::apps::Scope;
use xwms_core::account::requests::{self, Answer, Overview, Shown};
use xwms_core::error::Error;
use xwms_core::model::request::RequestKind;

use super::{Moment, lines};
use crate::desk::{AccountDesk, Place};
use crate::frame::Frame;
use crate::layout::Shell;
use crate::page::Page;
use crate::page::html::Html;
use crate::posted::Posted;
use crate::public::consent::ShareLine;

const PATH: &str = "/account/requests";

pub(crate) async fn read(desk: AccountDesk) -> Result<Response, Response> {
    let overview = requests::overview(desk.core(), desk.signed_in().person.id).await.map_err(|why| desk.fail(why))?;
    Ok(page(desk.shell(), desk.frame(), &overview).respond())
}

/// `request` and `answer` (`accept`, `decline`, `block`, `end`), or `client` and `answer` (`unblock`).
pub(crate) async fn answer(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["request", "client", "answer"]).map_err(|why| desk.fail(why))?;
    let (answer, word) = match sent.fields.text("answer") {
        "accept" => (Some(Answer::Accept), "accepted"),
        "decline" => (Some(Answer::Decline), "declined"),
        "block" => (Some(Answer::Block), "blocked"),
        "end" => (Some(Answer::End), "ended"),
        "unblock" => (None, "unblocked"),
        _ => return Err(desk.signed_in().visit.forged()),
    };
    let (request, client) = (sent.fields.text("request").parse(), sent.fields.text("client").parse());
    let answered = match (answer, request, client) {
        (Some(answer), Ok(id), _) => requests::answer(desk.core(), desk.caller(), id, answer).await,
        (Some(_), Err(_), _) => Err(Error::NotFound("request")),
        (None, _, Ok(client)) => requests::unblock(desk.core(), desk.caller(), client).await,
        (None, _, Err(_)) => Err(Error::NotFound("client")),
    };
    answered.map_err(|why| desk.fail(why))?;
    Ok(desk.done(PATH, word))
}

/// The page of these requests.
pub(super) fn page<'p>(shell: &'p Shell, frame: &'p Frame, overview: &Overview) -> Page<'p> {
    let catalog = overview.catalog.as_slice();
    let cards = Cards {
        shell,
        waiting: overview.waiting.iter().map(|shown| Line::of(shown, catalog)).collect(),
        accepted: overview.accepted.iter().map(|shown| Line::of(shown, catalog)).collect(),
        blocked: overview.blocked.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect(),
    };
    Page::new(shell, frame, shell.say("page_requests-title"))
        .purpose(shell.say("page_requests-lead"))
        .part(&Html::drawn(cards.render().unwrap_or_default()))
}

/// What a person answers, has accepted and has blocked.
#[derive(Template)]
#[template(path = "account/requests.html")]
struct Cards<'a> {
    shell: &'a Shell,
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

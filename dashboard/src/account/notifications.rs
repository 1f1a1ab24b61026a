//! `/account/notifications`: what a person is told, and invitations that wait for an answer.

use askama::Template;
use axum::response::Response;
use xwms_core::account::invitations::{self, Answer, Invitation};
use xwms_core::account::notifications::{self, Notification};
use xwms_core::error::Error;
use xwms_core::id::NotificationId;

use super::Moment;
use crate::desk::{AccountDesk, Place};
use crate::frame::Frame;
use crate::layout::Shell;
use crate::page::Page;
use crate::page::html::Html;
use crate::posted::{Posted, Sent};

const PATH: &str = "/account/notifications";
/// Notifications on a page.
const PER_PAGE: i64 = 20;

pub(crate) async fn read(desk: AccountDesk) -> Result<Response, Response> {
    let (core, user) = (desk.core(), desk.signed_in().person.id);
    // What is none of our marks begins at the newest.
    let before: Option<NotificationId> = desk.signed_in().visit.query.get("before").and_then(|mark| mark.parse().ok());
    let read = async {
        let mut told = notifications::list(core, user, before, PER_PAGE + 1).await?;
        let more = i64::try_from(told.len()).is_ok_and(|found| found > PER_PAGE);
        told.truncate(usize::try_from(PER_PAGE).unwrap_or_default());
        // They stand before everything else, so on the first page only.
        let open = if before.is_none() { invitations::list(core, user).await? } else { Vec::new() };
        Ok((told, more, open))
    };
    let (told, more, open) = read.await.map_err(|why: Error| desk.fail(why))?;
    Ok(page(desk.shell(), desk.frame(), &open, (&told, more)).respond())
}

/// `do`: `read` and `delete` with `notification`, `read-all`, `accept` and `decline` with `invitation`.
pub(crate) async fn change(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["notification", "invitation", "do"]).map_err(|why| desk.fail(why))?;
    let (outcome, word) = match sent.fields.text("do") {
        "read-all" => (notifications::mark_read(desk.core(), desk.signed_in().person.id, None).await, "read"),
        "read" => (mark_read(&desk, &sent).await, "read"),
        "delete" => (delete(&desk, &sent).await, "deleted"),
        "accept" => (answer(&desk, &sent, Answer::Accept).await, "joined"),
        "decline" => (answer(&desk, &sent, Answer::Decline).await, "refused"),
        _ => return Err(desk.signed_in().visit.forged()),
    };
    outcome.map_err(|why| desk.fail(why))?;
    Ok(desk.done(PATH, word))
}

async fn mark_read(desk: &AccountDesk, sent: &Sent) -> Result<(), Error> {
    notifications::mark_read(desk.core(), desk.signed_in().person.id, Some(named(sent)?)).await
}

async fn delete(desk: &AccountDesk, sent: &Sent) -> Result<(), Error> {
    notifications::delete(desk.core(), desk.signed_in().person.id, named(sent)?).await
}

fn named(sent: &Sent) -> Result<NotificationId, Error> {
    sent.fields.text("notification").parse().map_err(|_| Error::NotFound("notification"))
}

async fn answer(desk: &AccountDesk, sent: &Sent, answer: Answer) -> Result<(), Error> {
    let invitation = sent.fields.text("invitation").parse().map_err(|_| Error::NotFound("invitation"))?;
    invitations::answer(desk.core(), desk.caller(), invitation, answer).await
}

/// The page of these; whether older ones follow.
pub(super) fn page<'p>(
    shell: &'p Shell,
    frame: &'p Frame,
    invitations: &[Invitation],
    (told, more): (&[Notification], bool),
) -> Page<'p> {
    let last = told.last().filter(|_| more);
    let cards = Cards {
        shell,
        invitations,
        lines: told.iter().map(|told| Line::of(shell, told)).collect(),
        unread: told.iter().any(|told| told.read_at.is_none()),
        older: last.map(|told| told.id.to_string()),
    };
    Page::new(shell, frame, shell.say("page_notifications-title"))
        .part(&Html::drawn(cards.render().unwrap_or_default()))
}

/// The invitations that wait, each with its answers; nothing when none does.
pub(crate) fn invited(shell: &Shell, invitations: &[Invitation]) -> Html {
    if invitations.is_empty() {
        return Html::default();
    }
    Html::card(&Html::drawn(Invited { shell, invitations }.render().unwrap_or_default()))
}

/// Invitations, one below the other.
#[derive(Template)]
#[template(path = "account/invitations.html")]
struct Invited<'a> {
    shell: &'a Shell,
    invitations: &'a [Invitation],
}

/// What a person is told, a page at a time.
#[derive(Template)]
#[template(path = "account/notifications.html")]
struct Cards<'a> {
    shell: &'a Shell,
    invitations: &'a [Invitation],
    lines: Vec<Line>,
    unread: bool,
    older: Option<String>,
}

/// One thing that was told.
struct Line {
    id: String,
    text: String,
    at: Moment,
    read: bool,
    requests: bool,
}

impl Line {
    fn of(shell: &Shell, told: &Notification) -> Self {
        Self {
            id: told.id.to_string(),
            text: shell.tell(told.message.text()),
            at: Moment::of(told.created_at),
            read: told.read_at.is_some(),
            requests: told.kind.starts_with("request."),
        }
    }
}

//! `/account/notifications`: what a person is told, and invitations that wait for an answer.

use askama::Template;
use xwms_core::account::invitations::Invitation;
use xwms_core::account::notifications::Notification;

use super::Moment;
use crate::csrf::Csrf;
use crate::layout::Page;

/// What a person is told, a page at a time. Sends `csrf` and `do` to `POST /account/notifications`: `read` and `delete`
/// with `notification`, `read-all`, `accept` and `decline` with `invitation`.
#[derive(Template)]
#[template(path = "account/notifications.html")]
pub struct NotificationsPage<'a> {
    csrf: &'a Csrf,
    done: Option<&'static str>,
    invitations: &'a [Invitation],
    lines: Vec<Line<'a>>,
    unread: bool,
    older: Option<String>,
}

/// One thing that was told.
struct Line<'a> {
    id: String,
    text: &'a str,
    at: Moment,
    read: bool,
    requests: bool,
}

impl Page for NotificationsPage<'_> {}

impl<'a> NotificationsPage<'a> {
    /// `more`: older ones follow; `done`: what was just done.
    pub fn new(
        csrf: &'a Csrf,
        invitations: &'a [Invitation],
        notifications: &'a [Notification],
        more: bool,
        done: Option<&str>,
    ) -> Self {
        let done = match done {
            Some("accept") => Some("You are a member now."),
            Some("decline") => Some("You declined the invitation."),
            Some("delete") => Some("It is deleted."),
            Some("read" | "read-all") => Some("It is marked as read."),
            _ => None,
        };
        let line = |told: &'a Notification| Line {
            id: told.id.to_string(),
            text: &told.text,
            at: Moment::of(told.created_at),
            read: told.read_at.is_some(),
            requests: told.kind.starts_with("request."),
        };
        let last = notifications.last().filter(|_| more);
        Self {
            csrf,
            done,
            invitations,
            lines: notifications.iter().map(line).collect(),
            unread: notifications.iter().any(|told| told.read_at.is_none()),
            older: last.map(|told| told.id.to_string()),
        }
    }
}

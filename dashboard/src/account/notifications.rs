//! `/account/notifications`: what a person is told, and invitations that wait for an answer.

use askama::Template;
use xwms_core::account::invitations::Invitation;
use xwms_core::account::notifications::Notification;
use xwms_core::text;
use xwms_core::text::Text;

use super::Moment;
use crate::layout::{Page, Shell};

/// What a person is told, a page at a time. Sends `csrf` and `do` to `POST /account/notifications`: `read` and `delete`
/// with `notification`, `read-all`, `accept` and `decline` with `invitation`.
#[derive(Template)]
#[template(path = "account/notifications.html")]
pub struct NotificationsPage<'a> {
    shell: &'a Shell,
    done: Option<Text>,
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

impl Page for NotificationsPage<'_> {}

impl<'a> NotificationsPage<'a> {
    /// `more`: older ones follow; `done`: what was just done.
    pub fn new(
        shell: &'a Shell,
        invitations: &'a [Invitation],
        notifications: &[Notification],
        more: bool,
        done: Option<&str>,
    ) -> Self {
        let done = match done {
            Some("accept") => Some(text!("page_notifications-accepted")),
            Some("decline") => Some(text!("page_notifications-declined")),
            Some("delete") => Some(text!("page_notifications-deleted")),
            Some("read" | "read-all") => Some(text!("page_notifications-marked")),
            _ => None,
        };
        let line = |told: &Notification| Line {
            id: told.id.to_string(),
            text: shell.tell(told.message.text()),
            at: Moment::of(told.created_at),
            read: told.read_at.is_some(),
            requests: told.kind.starts_with("request."),
        };
        let last = notifications.last().filter(|_| more);
        Self {
            shell,
            done,
            invitations,
            lines: notifications.iter().map(line).collect(),
            unread: notifications.iter().any(|told| told.read_at.is_none()),
            older: last.map(|told| told.id.to_string()),
        }
    }
}

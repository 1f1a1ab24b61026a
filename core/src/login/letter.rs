//! The mails of registration and recovery. They never hold a name that somebody typed: who registers with another's
//! address would have us deliver their words.

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::id::FlowId;
use crate::mail::Mail;
use crate::secret::Secret;
use crate::state::Core;

/// The page that an address is verified on; it takes `token`, and `flow` to go on with afterwards.
pub const VERIFY_EMAIL_PATH: &str = "/verify-email";
/// The page that a new password is set on; it takes `token`.
pub const RESET_PASSWORD_PATH: &str = "/reset-password";
/// The page to sign in on; it takes `flow`.
pub const LOGIN_PATH: &str = "/login";
/// The page that a forgotten password is reported on.
pub const FORGOT_PATH: &str = "/forgot";

/// Mails that wait or are being sent at once: an attack, or a mail server that hangs, fills this and nothing else.
static UNDER_WAY: Semaphore = Semaphore::const_new(256);

/// A mail to one person.
pub(super) struct Letter {
    to: String,
    subject: &'static str,
    text: String,
}

impl Letter {
    /// To somebody who has registered.
    pub(super) fn verify_email(core: &Core, to: String, token: &Secret<String>, flow: Option<FlowId>) -> Self {
        let link = link(core, VERIFY_EMAIL_PATH, Some(token), flow);
        let lives = in_words(core.config.accounts.verify_email_hours.duration());
        Self {
            to,
            subject: "Confirm your email address",
            text: format!(
                "An XWMS account was registered with this email address. If that was you, confirm that the address is \
                 yours:\n\n{link}\n\nThe link works once, within {lives}.\n\nIf it was not you, do nothing: without \
                 this link nobody can use your address.\n"
            ),
        }
    }

    /// To somebody who registers and has an account.
    pub(super) fn already_registered(core: &Core, to: String, token: &Secret<String>, flow: Option<FlowId>) -> Self {
        let (login, reset) = (link(core, LOGIN_PATH, None, flow), link(core, RESET_PASSWORD_PATH, Some(token), None));
        let lives = in_words(core.config.accounts.reset_password_minutes.duration());
        Self {
            to,
            subject: "You already have an account",
            text: format!(
                "Somebody asked to register an XWMS account with this email address, which has one. If that was you, \
                 sign in:\n\n{login}\n\nIf you no longer know the password, set a new one:\n\n{reset}\n\nThis link \
                 works once, within {lives}.\n\nIf it was not you, do nothing: your account is as it was.\n"
            ),
        }
    }

    /// To somebody who has forgotten their password.
    pub(super) fn reset_password(core: &Core, to: String, token: &Secret<String>) -> Self {
        let link = link(core, RESET_PASSWORD_PATH, Some(token), None);
        let lives = in_words(core.config.accounts.reset_password_minutes.duration());
        Self {
            to,
            subject: "Set a new password",
            text: format!(
                "Somebody asked for a new password for the XWMS account with this email address. If that was you, set \
                 it here:\n\n{link}\n\nThe link works once, within {lives}.\n\nIf it was not you, do nothing: your \
                 password is as it was.\n"
            ),
        }
    }

    /// To somebody whose password was just set.
    pub(super) fn password_changed(core: &Core, to: String) -> Self {
        let forgot = link(core, FORGOT_PATH, None, None);
        Self {
            to,
            subject: "Your password was changed",
            text: format!(
                "The password of your XWMS account was changed through a link sent to this address. You were signed \
                 out of every browser, sites that stayed connected are no longer, and the API tokens of your account \
                 were deleted.\n\nIf it was not you, somebody else can read your mail. Secure your mailbox first, then \
                 set a new password:\n\n{forgot}\n"
            ),
        }
    }

    /// Sends it, in its own time; what goes wrong is logged.
    pub(super) fn post(self, core: &Core) {
        let mailer = core.mailer.clone();
        in_background(async move {
            let mail = Mail { to: self.to, subject: self.subject.to_owned(), text: self.text };
            if let Err(why) = mailer.send(mail).await {
                tracing::error!(%why, "a mail was not sent");
            }
        });
    }
}

/// Does something whose duration nobody shall see. When too much is under way it is not done, and that is logged.
pub(super) fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    match UNDER_WAY.try_acquire() {
        Ok(permit) => drop(tokio::spawn(async move {
            work.await;
            drop(permit);
        })),
        Err(_) => tracing::error!("a mail was not sent: too many are under way"),
    }
}

fn link(core: &Core, path: &str, token: Option<&Secret<String>>, flow: Option<FlowId>) -> String {
    let token = token.map(|token| format!("token={}", token.expose()));
    let flow = flow.map(|flow| format!("flow={flow}"));
    let query = token.into_iter().chain(flow).collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{path}{mark}{query}", core.config.server.issuer())
}

fn in_words(duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (1, 0) => "an hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        _ => format!("{minutes} minutes"),
    }
}

//! Mails of registration and recovery on their way: the links in them, and sending that nobody waits for.

use tokio::sync::Semaphore;

use crate::id::FlowId;
use crate::mail::Mail;
use crate::secret::Secret;
use crate::state::Core;

/// The page that an address is verified on; it takes `token`, and `flow` to go on with afterwards.
pub const VERIFY_EMAIL_PATH: &str = "/verify-email";
/// The page that a new password is set on; it takes `token`.
pub const RESET_PASSWORD_PATH: &str = "/reset";
/// The page to sign in on; it takes `flow`.
pub const LOGIN_PATH: &str = "/login";
/// The page that a forgotten password is reported on.
pub const FORGOT_PATH: &str = "/forgot";

/// Mails that wait or are being sent at once: an attack, or a mail server that hangs, fills this and nothing else.
static UNDER_WAY: Semaphore = Semaphore::const_new(256);

/// Sends a mail in its own time; what goes wrong is logged. Whatever it tells of is committed before.
pub(super) fn post(core: &Core, mail: Mail) {
    let core = core.clone();
    in_background(async move {
        if let Err(why) = core.mailer.send(&mail, core.clock.now()).await {
            tracing::error!(%why, "a mail was not sent");
        }
    });
}

/// Does something whose duration nobody shall see. When too much is under way it is not done, and that is logged.
pub(super) fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    let Ok(permit) = UNDER_WAY.try_acquire() else {
        tracing::error!("a mail was not sent: too many are under way");
        return;
    };
    tokio::spawn(async move {
        work.await;
        drop(permit);
    });
}

/// The address of a page of ours, with what it takes.
pub(super) fn link(core: &Core, path: &str, token: Option<&Secret<String>>, flow: Option<FlowId>) -> String {
    let token = token.map(|token| format!("token={}", token.expose()));
    let flow = flow.map(|flow| format!("flow={flow}"));
    let query = token.into_iter().chain(flow).collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{path}{mark}{query}", core.config.server.issuer())
}

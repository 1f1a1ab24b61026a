//! Mails on their way: sent in their own time, and nobody waits for them.

use tokio::sync::Semaphore;

use crate::mail::Mail;
use crate::state::Core;

/// Mails that wait or are being sent at once: an attack, or a mail server that hangs, fills this and nothing else.
static UNDER_WAY: Semaphore = Semaphore::const_new(256);

/// Sends a mail in its own time; what goes wrong is logged. Whatever it tells of is committed before.
pub(crate) fn post(core: &Core, mail: Mail) {
    let core = core.clone();
    in_background(async move {
        if let Err(why) = core.mailer.send(&mail, core.clock.now()).await {
            tracing::error!(%why, "a mail was not sent");
        }
    });
}

/// Does something whose duration nobody shall see. When too much is under way it is not done, and that is logged.
pub(crate) fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    let Ok(permit) = UNDER_WAY.try_acquire() else {
        tracing::error!("a mail was not sent: too many are under way");
        return;
    };
    tokio::spawn(async move {
        work.await;
        drop(permit);
    });
}

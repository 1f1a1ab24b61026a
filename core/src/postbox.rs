//! Mails on their way: sent in their own time, and nobody waits for them.

use tokio::sync::Semaphore;

use crate::database::Conn;
use crate::error::Error;
use crate::mail::Mail;
use crate::state::Core;
use crate::throttle::Mailbox;

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

/// Sends a mail in its own time, if each of these counters lets it pass; nobody is told when one does not.
pub(crate) fn post_counted(core: &Core, mail: Mail, counters: Vec<Mailbox>) {
    let sender = core.clone();
    in_background(async move {
        let now = sender.clock.now();
        let counting = async move |conn: &mut Conn| {
            for counter in counters {
                if !counter.may_get_one_more(conn, now).await? {
                    return Ok(false);
                }
            }
            Ok::<_, Error>(true)
        };
        match sender.db.change(counting).await {
            Ok(true) => post(&sender, mail),
            Ok(false) => tracing::info!("a mail was not sent: there were enough of its kind"),
            Err(why) => tracing::error!(?why, "a mail was not sent: it was not counted"),
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

//! What happened goes to the webhooks of partners (SPEC §6): at least once, again and again for a day, and so that an
//! endpoint that is slow or dead delays nobody's but its own.
//!
//! An event is a row of `outbox`, written with the change that it tells of. Every server works as this module says:
//! [`expand`] makes deliveries of it, one for each webhook URL; a URL that has something due is leased, so that one server
//! at a time works for it, and gets what is due, some at once; what came of each try is written in batches.

mod endpoint;
mod expand;
mod outcome;
mod reports;

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use self::endpoint::Batch;
use self::reports::Reports;
use crate::database::Conn;
use crate::error::Error;
use crate::state::Core;
use crate::store::tables::{deliveries, domain_urls, outbox, webhook_queues};

/// Endpoints that one server works for at once.
const ENDPOINTS: usize = 256;
/// Endpoints that one look takes.
const LOOK: usize = 64;
/// Messages that an endpoint gets before its turn ends.
const BATCH: i64 = 32;
/// How long a server has an endpoint to itself: longer than its turn lasts when every message of it runs out of time.
const LEASE: Duration = Duration::from_secs(60);
/// Between two looks, when nobody rings.
const PERIOD: Duration = Duration::from_millis(500);

/// Works until it is stopped, and then finishes what is on its way.
pub(crate) async fn run(core: Core, mut stopped: watch::Receiver<bool>) {
    let (reports, written) = Reports::start(core.clone());
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        let more = match look(&core, ENDPOINTS - running.len()).await {
            Ok(Look { batches, more }) => {
                for batch in batches {
                    running.spawn(endpoint::deliver(core.clone(), batch, reports.clone(), stopped.clone()));
                }
                more
            }
            Err(error) => {
                tracing::warn!(?error, "what waits for webhooks can't be read; it is tried again");
                false
            }
        };
        while running.try_join_next().is_some() {}
        if more && running.len() < ENDPOINTS {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = core.outbox_bell.notified() => {}
            _ = stopped.changed() => {}
        }
    }
    while running.join_next().await.is_some() {}
    drop(reports);
    // It ends when it has written all.
    let _ = written.await;
}

/// What one look found.
struct Look {
    batches: Vec<Batch>,
    /// There may be more than was taken.
    more: bool,
}

/// Makes deliveries of events, and takes endpoints that have something due: at most `room`.
async fn look(core: &Core, room: usize) -> Result<Look, Error> {
    let now = core.clock.now();
    // A look that writes nothing comes first: most of the time nothing waits.
    let mut conn = core.db.read().await?;
    let any_event = outbox::any_waiting(&mut conn).await?;
    let any_due = any_event || webhook_queues::any_due(&mut conn, now).await?;
    drop(conn);
    let mut more = any_event && expand::expand(core).await?;
    let room = room.min(LOOK);
    if !any_due || room == 0 {
        return Ok(Look { batches: Vec::new(), more });
    }
    let limit = i64::try_from(room).unwrap_or(0);
    let until = core.clock.now().after(LEASE);
    let batches = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut batches = Vec::new();
            for url in webhook_queues::lease(conn, now, until, limit).await? {
                let secrets = domain_urls::sealed_secrets(conn, url).await?;
                let due = deliveries::due(conn, url, now, BATCH).await?;
                batches.push(Batch { url, until, secrets, due });
            }
            Ok::<_, Error>(batches)
        })
        .await?;
    more |= batches.len() == room;
    Ok(Look { batches, more })
}

/// Whether nothing waits that could be tried now, and nothing is being tried.
///
/// # Errors
/// The database's.
pub(crate) async fn is_idle(core: &Core) -> Result<bool, Error> {
    let mut conn = core.db.read().await?;
    let now = core.clock.now();
    Ok(!outbox::any_waiting(&mut conn).await? && !webhook_queues::any_busy(&mut conn, now).await?)
}

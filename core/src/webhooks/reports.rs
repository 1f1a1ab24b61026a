//! What came of tries is written in batches: whatever has come in while the last batch was written is the next.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::outcome::{self, Tried};
use crate::clock::Timestamp;
use crate::database::Conn;
use crate::error::Error;
use crate::id::UrlId;
use crate::manage::webhooks;
use crate::state::Core;
use crate::store::tables::deliveries::{self, Delivery, Try};
use crate::store::tables::webhook_queues;

/// Reports that wait to be written; whoever has a further one waits.
const WAITING: usize = 1024;
/// Reports that one change writes.
const BATCH: usize = 256;
/// Before a batch that could not be written is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// How often that is done. Then its messages are sent again when their leases end: twice is better than never.
const TIMES: u32 = 20;

/// What there is to be written.
#[derive(Clone, Debug)]
pub(super) enum Report {
    /// A message was tried.
    Tried(Delivery, Tried),
    /// An endpoint is gone for good.
    Gone(UrlId),
    /// The turn of an endpoint has ended, which was this server's until then.
    TurnEnded { url: UrlId, until: Timestamp },
}

/// Where reports go.
#[derive(Clone)]
pub(super) struct Reports(mpsc::Sender<Report>);

impl Reports {
    /// Starts the task that writes them. It ends when nobody can report any more.
    pub(super) fn start(core: Core) -> (Self, JoinHandle<()>) {
        let (reports, waiting) = mpsc::channel(WAITING);
        (Self(reports), tokio::spawn(work(core, waiting)))
    }

    /// Hands a report over.
    pub(super) async fn send(&self, report: Report) {
        // Nobody takes it only when the program ends; then the message is sent again.
        let _ = self.0.send(report).await;
    }
}

async fn work(core: Core, mut waiting: mpsc::Receiver<Report>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let reports = std::mem::take(&mut batch);
        for report in &reports {
            if let Report::Gone(url) = report
                && let Err(error) = webhooks::is_gone(&core, *url).await
            {
                tracing::warn!(?error, "a webhook URL that is gone was not switched off");
            }
        }
        for _ in 0..TIMES {
            match write(&core, reports.clone()).await {
                Ok(()) => break,
                Err(error) => tracing::warn!(?error, "what came of webhooks was not written; it is tried again"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn write(core: &Core, reports: Vec<Report>) -> Result<(), Error> {
    let now = core.clock.now();
    let any_due = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut ended = Vec::new();
            for report in reports {
                match report {
                    Report::Tried(delivery, tried) => write_try(conn, &delivery, &tried, now).await?,
                    Report::TurnEnded { url, until } => ended.push((url, until)),
                    Report::Gone(_) => {}
                }
            }
            // In the order of their ids, as everybody takes them.
            ended.sort_unstable();
            let mut any_due = false;
            for (url, until) in ended {
                if webhook_queues::hold(conn, url).await? {
                    let due = deliveries::next_due(conn, url).await?;
                    any_due |= due.is_some_and(|due| due <= now);
                    webhook_queues::release(conn, url, until, due).await?;
                }
            }
            Ok::<_, Error>(any_due)
        })
        .await?;
    if any_due {
        core.outbox_bell.notify_one();
    }
    Ok(())
}

async fn write_try(conn: &mut Conn, delivery: &Delivery, tried: &Tried, now: Timestamp) -> Result<(), Error> {
    let after = outcome::after(delivery, tried, now);
    let entry = Try {
        delivery_id: delivery.id,
        number: after.tries,
        at: tried.at,
        status: tried.status.map(i32::from),
        milliseconds: i64::try_from(tried.took.as_millis()).unwrap_or(i64::MAX),
        cause: tried.cause.map(str::to_owned),
    };
    Ok(deliveries::write_try(conn, &after, &entry).await?)
}

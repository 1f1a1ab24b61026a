//! Work beside the requests: batches written, what has expired deleted, keys rotated, changes made elsewhere heard of.

mod change_listener;

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::audit::sealing;
use crate::database::Conn;
use crate::error::Error;
use crate::key_rotation;
use crate::login::flow_quota;
use crate::login_stats;
use crate::manage::{letters, logos, ownership, secrets, succession, verifications};
use crate::state::Core;
use crate::store::tables::{
    attempts, codes, email_tokens, flows, grants, idempotency_keys, known_devices, letters as of_letters, outbox,
    passkeys, refresh_tokens, second_steps, sessions, throttles,
};
use crate::webhooks;

/// Rows that one statement deletes at the most, so that no change waits long for the cleaner.
const BATCH: i64 = 500;

/// How long a letter is tried to be delivered.
const LETTERS_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The running jobs.
pub struct Jobs {
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
    core: Core,
}

/// Starts all of it.
pub fn start(core: &Core) -> Jobs {
    let (stop, stopped) = watch::channel(false);
    let mut running = JoinSet::new();
    for work in Work::ALL {
        running.spawn(every(work, core.clone(), stopped.clone()));
    }
    let (listening, mut until) = (change_listener::listen(core.clone()), stopped);
    running.spawn(async move {
        tokio::select! {
            () = listening => {}
            _ = until.changed() => {}
        }
    });
    running.spawn(webhooks::run(core.clone(), stop.subscribe()));
    Jobs { stop, running, core: core.clone() }
}

impl Jobs {
    /// Stops the work after its current round and writes the last batches.
    pub async fn stop(mut self) {
        // Nobody listens only when all have ended already.
        let _ = self.stop.send(true);
        while self.running.join_next().await.is_some() {}
        if let Err(error) = flush(&self.core).await {
            tracing::warn!(?error, "the last batches were not written");
        }
        if let Err(error) = sealing::seal_all(&self.core).await {
            tracing::warn!(?error, "the last audit entries were not sealed; the next start does it");
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Work {
    WriteBatches,
    SealAudit,
    TellSeal,
    KeepSigningKeys,
    FoldStats,
    RemindOfVerifications,
    RemindOfSecrets,
    DeliverLetters,
    Clean,
    CheckOwnership,
    HandOverClients,
    DropPictures,
}

impl Work {
    const ALL: [Self; 12] = [
        Self::CheckOwnership,
        Self::HandOverClients,
        Self::DropPictures,
        Self::FoldStats,
        Self::WriteBatches,
        Self::SealAudit,
        Self::TellSeal,
        Self::KeepSigningKeys,
        Self::RemindOfVerifications,
        Self::RemindOfSecrets,
        Self::DeliverLetters,
        Self::Clean,
    ];

    const fn period(self) -> Duration {
        match self {
            Self::WriteBatches => Duration::from_secs(1),
            // At least one a second, the time that it takes included.
            Self::SealAudit => Duration::from_millis(500),
            Self::TellSeal => Duration::from_secs(60 * 60),
            Self::KeepSigningKeys => Duration::from_secs(3),
            Self::DeliverLetters => Duration::from_secs(5),
            Self::FoldStats => Duration::from_secs(10),
            Self::RemindOfVerifications
            | Self::RemindOfSecrets
            | Self::Clean
            | Self::CheckOwnership
            | Self::HandOverClients => Duration::from_secs(60),
            Self::DropPictures => Duration::from_secs(600),
        }
    }

    async fn run(self, core: &Core) -> Result<(), Error> {
        match self {
            Self::WriteBatches => flush(core).await,
            Self::SealAudit => sealing::seal_all(core).await,
            Self::TellSeal => sealing::tell(core).await,
            Self::KeepSigningKeys => key_rotation::keep(core).await,
            Self::FoldStats => login_stats::fold(core).await,
            Self::RemindOfVerifications => verifications::remind(core).await,
            Self::RemindOfSecrets => secrets::remind(core).await,
            Self::DeliverLetters => letters::deliver_left_over(core).await,
            Self::Clean => clean(core).await,
            Self::HandOverClients => succession::settle_due(core).await,
            Self::CheckOwnership => ownership::check_again(core).await,
            Self::DropPictures => logos::clean(core, BATCH).await.map(drop),
        }
    }
}

async fn every(work: Work, core: Core, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(work.period()) => {}
            _ = stopped.changed() => return,
        }
        if let Err(error) = work.run(&core).await {
            tracing::warn!(?error, ?work, "periodic work failed; it is tried again");
        }
    }
}

/// Writes what is gathered in memory.
///
/// # Errors
/// The database's.
pub async fn flush(core: &Core) -> Result<(), Error> {
    core.attempts.flush(&core.db).await?;
    core.secret_uses.flush(&core.db).await?;
    core.token_uses.flush(&core.db).await
}

/// Deletes what has expired, and what is too much, in small batches, until nothing is left.
///
/// # Errors
/// The database's.
pub async fn clean(core: &Core) -> Result<(), Error> {
    let now = core.clock.now();
    let config = &core.config;
    let attempts_before = now.before(config.attempts.days.duration());
    let keep_attempts = i64::from(config.attempts.keep.get());
    // A spent code is kept as long as what it gave may live, so that its second use is still noticed.
    let tokens = &config.tokens;
    let code_lives = tokens.code_seconds.duration().max(tokens.callback_token_seconds.duration());
    let codes_before = now.before(code_lives + tokens.access_token_seconds.duration());
    // No token lives longer than this from when it was made; one whose grant ends before is dead earlier, and stays.
    let refresh_tokens_before = now.before(tokens.refresh_sliding_days.duration());
    let devices_since = now.before(config.sessions.known_device_days.duration());
    let events_before = now.before(config.webhooks.keep_days.duration());
    let letters_before = now.before(LETTERS_WAIT);
    loop {
        let deleted = core
            .db
            .change(async move |conn: &mut Conn| {
                let mut deleted = flows::delete_expired(conn, now, BATCH).await?;
                deleted += codes::delete_made_before(conn, codes_before, BATCH).await?;
                deleted += refresh_tokens::delete_made_before(conn, refresh_tokens_before, BATCH).await?;
                deleted += grants::delete_expired(conn, now, BATCH).await?;
                deleted += grants::delete_expired_revocations(conn, now, BATCH).await?;
                deleted += sessions::delete_expired(conn, now, BATCH).await?;
                deleted += second_steps::delete_expired(conn, now, BATCH).await?;
                deleted += passkeys::delete_expired(conn, now, BATCH).await?;
                deleted += email_tokens::delete_expired(conn, now, BATCH).await?;
                deleted += throttles::delete_expired(conn, now, BATCH).await?;
                deleted += idempotency_keys::delete_expired(conn, now, BATCH).await?;
                deleted += outbox::delete_before(conn, events_before, BATCH).await?;
                deleted += of_letters::delete_written_before(conn, letters_before, BATCH).await?;
                deleted += known_devices::delete_unused(conn, devices_since, BATCH).await?;
                deleted += attempts::delete_before(conn, attempts_before, BATCH).await?;
                Ok::<_, Error>(deleted)
            })
            .await?;
        // As long as one table gave a whole batch there may be more.
        if deleted < BATCH as usize {
            break;
        }
    }
    flow_quota::trim(core, BATCH).await?;
    login_stats::clean(core).await?;
    core.attempts.trim(&core.db, keep_attempts, BATCH).await
}

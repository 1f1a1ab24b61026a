//! How a server hears of configuration that was changed elsewhere: by another server, or by a command.
//!
//! It makes sure again and again that it would hear. As long as it does, snapshots are trusted whatever their age; when it
//! does not, they live no longer than the age limit ([`SnapshotCache::confirm`]).
//!
//! [`SnapshotCache::confirm`]: crate::memory::snapshot_cache::SnapshotCache::confirm

use std::convert::Infallible;
use std::time::Duration;

use crate::error::Error;
use crate::state::Core;
use crate::store::engine::notices::{Listener, Notice};

/// Between two times of making sure.
const PERIOD: Duration = Duration::from_millis(500);
/// Before the first try to listen again, and at the most before a further one.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Listens for ever, whatever fails meanwhile.
pub(crate) async fn listen(core: Core) {
    let mut pause = PAUSE.0;
    loop {
        let Err(error) = match core.db.listen().await {
            Ok(Some(mut listener)) => {
                let heard_from = core.clock.steady();
                let ended = hear(&core, &mut listener).await;
                if core.clock.steady().saturating_sub(heard_from) > PAUSE.1 {
                    pause = PAUSE.0;
                }
                ended
            }
            Ok(None) => watch(&core).await,
            Err(error) => Err(error),
        };
        tracing::warn!(?error, "changes made elsewhere are not heard of; trying again");
        tokio::time::sleep(pause).await;
        pause = PAUSE.1.min(pause * 2);
    }
}

/// On PostgreSQL: hears notices, and between them its own echo.
async fn hear(core: &Core, listener: &mut Listener) -> Result<Infallible, Error> {
    // Nobody can say what was changed before it listened.
    core.snapshots.forget_all();
    loop {
        let moment = core.clock.steady();
        let echo = async {
            listener.call().await?;
            while !take(core, listener.next().await?) {}
            Ok::<_, Error>(())
        };
        // An echo that takes longer than a snapshot may be old confirms nothing.
        tokio::time::timeout(core.snapshots.age_limit(), echo).await.map_err(|_| Error::Unavailable)??;
        core.snapshots.confirm(moment);
        let mut rest = std::pin::pin!(tokio::time::sleep(PERIOD));
        loop {
            tokio::select! {
                heard = listener.next() => drop(take(core, heard?)),
                () = &mut rest => break,
            }
        }
    }
}

/// Does what a notice asks for; true when it is the echo.
fn take(core: &Core, notice: Notice) -> bool {
    match notice {
        Notice::Changed(client) => core.snapshots.forget(client),
        Notice::AllChanged => core.snapshots.forget_all(),
        Notice::Echo => {}
    }
    notice == Notice::Echo
}

/// On SQLite: looks whether another process wrote.
async fn watch(core: &Core) -> Result<Infallible, Error> {
    loop {
        let moment = core.clock.steady();
        if core.db.other_process_wrote().await? {
            core.snapshots.forget_all();
        }
        core.snapshots.confirm(moment);
        tokio::time::sleep(PERIOD).await;
    }
}

//! The configuration of clients in memory: loaded on demand, forgotten when a change is made or heard of, trusted only as
//! long as a change would be heard of, bounded in number.

mod held;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tracing::Instrument as _;

use self::held::Held;
use crate::clock::Clock;
use crate::database::Db;
use crate::error::Error;
use crate::gate::snapshot::Snapshot;
use crate::gate::standing::PlanRules;
use crate::id::ClientId;
use crate::store::tables::snapshots;

/// Snapshots of clients.
///
/// One is trusted as long as it is younger than the age limit, or everything that was changed up to a moment younger than
/// that has been heard of ([`SnapshotCache::confirm`]). Otherwise it is loaded again.
pub struct SnapshotCache(Arc<Shared>);

struct Shared {
    db: Db,
    clock: Clock,
    plans: PlanRules,
    age_limit: Duration,
    state: Mutex<State>,
}

struct State {
    held: Held,
    loading: HashMap<ClientId, Loading>,
    loads: u64,
    /// Up to here every change has been heard of.
    confirmed_at: Duration,
}

/// A load that others may wait for. One that is no longer in [`State::loading`] began before a change: it is for those
/// who have waited for it since, and is not kept.
#[derive(Clone)]
struct Loading {
    number: u64,
    outcome: watch::Receiver<Option<Outcome>>,
}

type Outcome = Result<Option<Arc<Snapshot>>, Failed>;

/// Why a load failed, to be told to all who wait for it.
#[derive(Clone, Copy)]
enum Failed {
    Away,
    Internal(&'static str),
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Away => Self::Unavailable,
            Failed::Internal(what) => Self::Internal(what),
        }
    }
}

impl SnapshotCache {
    /// An empty cache for at most `most` clients.
    pub fn new(db: Db, clock: Clock, plans: PlanRules, most: usize, age_limit: Duration) -> Self {
        let state = State { held: Held::new(most), loading: HashMap::new(), loads: 0, confirmed_at: Duration::ZERO };
        Self(Arc::new(Shared { db, clock, plans, age_limit, state: Mutex::new(state) }))
    }

    /// The configuration of this client as it stands; `None` when there is none or it was deleted.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it must be read and the database is away or too slow: stale facts admit nobody.
    pub async fn get(&self, id: ClientId) -> Result<Option<Arc<Snapshot>>, Error> {
        let now = self.0.clock.steady();
        let mut loading = {
            let mut state = self.0.state();
            let trusted_since = now.saturating_sub(self.0.age_limit);
            let confirmed = state.confirmed_at > trusted_since;
            let good = |loaded_at| confirmed || loaded_at > trusted_since;
            if let Some(snapshot) = state.held.get(id, good) {
                return Ok(Some(snapshot));
            }
            match state.loading.get(&id) {
                Some(loading) => loading.clone(),
                None => self.load(&mut state, id),
            }
        };
        let outcome = loading.outcome.wait_for(Option::is_some).await.map(|outcome| outcome.clone());
        Ok(outcome.ok().flatten().ok_or(Error::Internal("the load of a client's configuration died"))??)
    }

    /// Forgets one client: its configuration has changed.
    pub fn forget(&self, id: ClientId) {
        let mut state = self.0.state();
        state.loading.remove(&id);
        let forgotten = state.held.remove(id);
        drop(state);
        drop(forgotten);
    }

    /// Forgets all: something that many clients rest on has changed, or nobody can say what has.
    pub fn forget_all(&self) {
        let mut state = self.0.state();
        state.loading.clear();
        state.held.distrust_all();
    }

    /// Notes that every change committed before `moment` ([`Clock::steady`]) has been heard of, and what it touched
    /// forgotten.
    pub fn confirm(&self, moment: Duration) {
        self.0.state().confirmed_at = moment;
    }

    /// How old what is heard or read may be.
    pub(crate) fn age_limit(&self) -> Duration {
        self.0.age_limit
    }

    /// Loads a client in a task of its own: those who wait for it may go, and what it has asked the database is answered
    /// all the same.
    fn load(&self, state: &mut State, id: ClientId) -> Loading {
        let (tell, outcome) = watch::channel(None);
        state.loads += 1;
        let loading = Loading { number: state.loads, outcome };
        state.loading.insert(id, loading.clone());
        let load = Load { shared: Arc::clone(&self.0), id, number: loading.number };
        let task = async move { tell.send_replace(Some(load.run().await)) };
        tokio::spawn(task.in_current_span());
        loading
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One load under way. However it ends, it does not stay in [`State::loading`].
struct Load {
    shared: Arc<Shared>,
    id: ClientId,
    number: u64,
}

impl Load {
    async fn run(self) -> Outcome {
        let began = self.shared.clock.steady();
        // What takes longer to come than it may be old is too old when it comes.
        let read = tokio::time::timeout(self.shared.age_limit, self.read()).await;
        let outcome = read.unwrap_or(Err(Error::Unavailable)).map(|found| found.map(Arc::new)).map_err(told);
        let mut state = self.shared.state();
        let mut replaced = None;
        if self.is_current(&state) {
            replaced = match &outcome {
                Ok(Some(snapshot)) => state.held.insert(self.id, Arc::clone(snapshot), began),
                Ok(None) => state.held.remove(self.id),
                Err(_) => None,
            };
            state.loading.remove(&self.id);
        }
        drop(state);
        drop(replaced);
        outcome
    }

    async fn read(&self) -> Result<Option<Snapshot>, Error> {
        let mut conn = self.shared.db.read().await?;
        snapshots::load(&mut conn, self.id, self.shared.plans).await
    }

    fn is_current(&self, state: &State) -> bool {
        state.loading.get(&self.id).is_some_and(|loading| loading.number == self.number)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if self.is_current(&state) {
            state.loading.remove(&self.id);
        }
    }
}

fn told(error: Error) -> Failed {
    match error {
        Error::Unavailable => Failed::Away,
        Error::Internal(what) => Failed::Internal(what),
        error => {
            tracing::error!(?error, "a client's configuration can't be read");
            Failed::Internal("a client's configuration can't be read")
        }
    }
}

#[cfg(test)]
mod tests;

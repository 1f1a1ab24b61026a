//! The configuration of clients in memory: loaded on demand, dropped by the write that changes it, bounded in number.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::error::Error;
use crate::gate::snapshot::Snapshot;
use crate::id::ClientId;
use crate::store::db::Db;
use crate::store::snapshots::{self, PlanRules};

/// Snapshots of clients. A snapshot is trusted until it is dropped or older than the age limit.
pub struct SnapshotCache {
    db: Db,
    clock: Clock,
    plans: PlanRules,
    most: usize,
    age_limit: Duration,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    snapshots: HashMap<ClientId, Entry>,
    /// Counts drops, so that a snapshot read before a drop and brought in after it is not kept.
    drops: u64,
}

struct Entry {
    snapshot: Arc<Snapshot>,
    loaded_at: Timestamp,
}

impl SnapshotCache {
    /// An empty cache for at most `most` clients.
    pub fn new(db: Db, clock: Clock, plans: PlanRules, most: usize, age_limit: Duration) -> Self {
        Self { db, clock, plans, most, age_limit, held: Mutex::default() }
    }

    /// The configuration of this client as it stands; `None` when there is none or it was deleted.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it must be read and the database is away: stale facts admit nobody.
    pub async fn get(&self, id: ClientId) -> Result<Option<Arc<Snapshot>>, Error> {
        let now = self.clock.now();
        let drops = {
            let held = self.held();
            if let Some(entry) = held.snapshots.get(&id)
                && now.since(entry.loaded_at) < self.age_limit
            {
                return Ok(Some(Arc::clone(&entry.snapshot)));
            }
            held.drops
        };
        let mut conn = self.db.read().await?;
        let Some(snapshot) = snapshots::load(&mut conn, id, self.plans).await? else {
            self.held().snapshots.remove(&id);
            return Ok(None);
        };
        let snapshot = Arc::new(snapshot);
        let mut held = self.held();
        if held.drops == drops {
            if held.snapshots.len() >= self.most && !held.snapshots.contains_key(&id) {
                held.forget_oldest();
            }
            held.snapshots.insert(id, Entry { snapshot: Arc::clone(&snapshot), loaded_at: now });
        }
        Ok(Some(snapshot))
    }

    /// Forgets one client: its configuration has changed.
    pub fn forget(&self, id: ClientId) {
        let mut held = self.held();
        held.drops += 1;
        held.snapshots.remove(&id);
    }

    /// Forgets all: something that many clients rest on has changed, or another process wrote.
    pub fn forget_all(&self) {
        let mut held = self.held();
        held.drops += 1;
        held.snapshots.clear();
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn forget_oldest(&mut self) {
        let oldest = self.snapshots.iter().min_by_key(|(_, entry)| entry.loaded_at).map(|(id, _)| *id);
        if let Some(id) = oldest {
            self.snapshots.remove(&id);
        }
    }
}

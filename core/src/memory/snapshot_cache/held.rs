//! What is held: at most so many snapshots. When room is needed, one goes that nobody asked for lately (the clock, or
//! second-chance, algorithm): no search through all, and no list to keep in order at each look.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::gate::snapshot::Snapshot;
use crate::id::ClientId;

/// The snapshots.
pub(super) struct Held {
    most: usize,
    slots: Vec<Slot>,
    places: HashMap<ClientId, u32>,
    /// The slot that is looked at next when room is needed.
    hand: usize,
    /// Counts how often all were forgotten.
    era: u64,
}

struct Slot {
    id: ClientId,
    snapshot: Arc<Snapshot>,
    loaded_at: Duration,
    era: u64,
    /// Somebody asked for it since the hand last came by.
    wanted: bool,
}

impl Held {
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), slots: Vec::new(), places: HashMap::new(), hand: 0, era: 0 }
    }

    /// The snapshot of this client, if it is there and `good` says so of when it was loaded.
    pub(super) fn get(&mut self, id: ClientId, good: impl FnOnce(Duration) -> bool) -> Option<Arc<Snapshot>> {
        let place = *self.places.get(&id)?;
        let slot = self.slots.get_mut(place as usize)?;
        if slot.era != self.era || !good(slot.loaded_at) {
            return None;
        }
        slot.wanted = true;
        Some(Arc::clone(&slot.snapshot))
    }

    /// Holds a snapshot; gives back what had to go for it.
    pub(super) fn insert(
        &mut self,
        id: ClientId,
        snapshot: Arc<Snapshot>,
        loaded_at: Duration,
    ) -> Option<Arc<Snapshot>> {
        let place = match self.places.get(&id) {
            Some(place) => *place as usize,
            None if self.slots.len() < self.most => self.slots.len(),
            None => self.make_room(),
        };
        let slot = Slot { id, snapshot, loaded_at, era: self.era, wanted: false };
        // There are no more places than the configuration lets there be clients.
        self.places.insert(id, u32::try_from(place).unwrap_or(u32::MAX));
        match self.slots.get_mut(place) {
            Some(held) => Some(std::mem::replace(held, slot).snapshot),
            None => {
                self.slots.push(slot);
                None
            }
        }
    }

    /// Takes the snapshot of a client out.
    pub(super) fn remove(&mut self, id: ClientId) -> Option<Arc<Snapshot>> {
        let place = self.places.remove(&id)?;
        let slot = self.slots.swap_remove(place as usize);
        if let Some(moved) = self.slots.get(place as usize) {
            self.places.insert(moved.id, place);
        }
        Some(slot.snapshot)
    }

    /// What is there now is not given any more. It keeps its place until it is loaded again or makes room: to let go of
    /// so many at once would keep everybody waiting.
    pub(super) fn distrust_all(&mut self) {
        self.era += 1;
    }

    /// The place of one that can go; it is no longer found.
    fn make_room(&mut self) -> usize {
        loop {
            self.hand = (self.hand + 1) % self.slots.len();
            let slot = &mut self.slots[self.hand];
            if !slot.wanted || slot.era != self.era {
                self.places.remove(&slot.id);
                return self.hand;
            }
            slot.wanted = false;
        }
    }
}

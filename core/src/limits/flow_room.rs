//! How much room there is for logins in progress, without asking the database each time: its answer says how many more
//! may be stored before it is asked again. Logins that end meanwhile only make more room; what other servers store
//! meanwhile is bounded by their own such answers.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::ClientId;

/// What was full is not looked at again before this time is over, so that refusing costs nothing.
const FULL_FOR: Duration = Duration::from_secs(1);

/// Whose quota it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quota {
    /// All flows together.
    All,
    /// Those that one client's servers have begun; so there are at most as many as clients.
    Client(ClientId),
}

/// What is known of the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// There was a place; it is taken now.
    Taken,
    /// It was full a moment ago.
    Full,
    /// The database must be asked.
    Unknown,
}

/// The room that was left when the database was last asked, less what was stored since.
#[derive(Default)]
pub struct FlowRoom {
    rooms: Mutex<HashMap<Quota, Left>>,
}

#[derive(Clone, Copy)]
struct Left {
    places: u32,
    /// When the database said that there were none.
    full_at: Option<Timestamp>,
}

impl FlowRoom {
    /// Takes a place.
    pub fn take(&self, quota: Quota, now: Timestamp) -> Room {
        match self.rooms().get_mut(&quota) {
            Some(left) if left.places > 0 => {
                left.places -= 1;
                Room::Taken
            }
            Some(Left { full_at: Some(at), .. }) if now.since(*at) < FULL_FOR => Room::Full,
            _ => Room::Unknown,
        }
    }

    /// Notes the database's answer: so many more may be stored, as of now.
    pub fn answered(&self, quota: Quota, places: u32, now: Timestamp) {
        self.rooms().insert(quota, Left { places, full_at: (places == 0).then_some(now) });
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<Quota, Left>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_769_860_800);

    #[test]
    fn the_database_is_asked_once_for_as_many_as_may_be_stored() {
        let room = FlowRoom::default();
        let (one, other) = (Quota::Client(ClientId::from_bytes([1; 16])), Quota::Client(ClientId::from_bytes([2; 16])));
        // What the database has just answered, if it was asked; whose place is taken, when, and what comes of it.
        let rows = [
            (None, one, 0, Room::Unknown),
            (Some(2), one, 0, Room::Taken),
            (None, other, 0, Room::Unknown),
            (None, Quota::All, 0, Room::Unknown),
            (None, one, 0, Room::Taken),
            (None, one, 0, Room::Unknown),
            (Some(0), one, 0, Room::Full),
            (None, one, 999, Room::Full),
            (None, one, 1000, Room::Unknown),
            (Some(1), one, 1000, Room::Taken),
            (None, one, 1000, Room::Unknown),
        ];
        for (number, (answer, quota, after, expected)) in rows.into_iter().enumerate() {
            let now = NOON.after(Duration::from_millis(after));
            if let Some(places) = answer {
                room.answered(quota, places, now);
            }
            assert_eq!(room.take(quota, now), expected, "row {number}");
        }
    }
}

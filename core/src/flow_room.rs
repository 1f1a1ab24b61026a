//! How much room there is for logins in progress, without counting them each time: a count says how many more may be
//! stored before the next one. Others' logins end meanwhile and only make more room; what other servers store meanwhile
//! is bounded by the same quota for each of them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::ClientId;

/// What is full is not counted again before this time is over, so that refusing costs nothing.
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
    /// It must be counted.
    Unknown,
}

/// The room that was left when it was last counted, less what was stored since.
#[derive(Default)]
pub struct FlowRoom {
    counted: Mutex<HashMap<Quota, Counted>>,
}

#[derive(Clone, Copy)]
struct Counted {
    left: u64,
    at: Timestamp,
}

impl FlowRoom {
    /// Takes a place.
    pub fn take(&self, quota: Quota, now: Timestamp) -> Room {
        match self.counted().get_mut(&quota) {
            Some(counted) if counted.left > 0 => {
                counted.left -= 1;
                Room::Taken
            }
            Some(counted) if now.since(counted.at) < FULL_FOR => Room::Full,
            _ => Room::Unknown,
        }
    }

    /// Notes that `left` more may be stored, as of now.
    pub fn counted_now(&self, quota: Quota, left: u64, now: Timestamp) {
        self.counted().insert(quota, Counted { left, at: now });
    }

    /// How many more may be stored; `None` before it was ever counted.
    pub fn left(&self, quota: Quota) -> Option<u64> {
        self.counted().get(&quota).map(|counted| counted.left)
    }

    fn counted(&self) -> MutexGuard<'_, HashMap<Quota, Counted>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_769_860_800);

    #[test]
    fn room_is_counted_once_for_as_many_as_may_be_stored() {
        let room = FlowRoom::default();
        let (one, other) = (Quota::Client(ClientId::from_bytes([1; 16])), Quota::Client(ClientId::from_bytes([2; 16])));
        let at = |milliseconds| NOON.after(Duration::from_millis(milliseconds));

        assert_eq!(room.take(one, NOON), Room::Unknown);
        room.counted_now(one, 2, NOON);
        room.counted_now(Quota::All, 0, NOON);
        let rows = [
            (one, 0, Room::Taken),
            (one, 500, Room::Taken),
            (one, 999, Room::Full),
            (one, 1000, Room::Unknown),
            (other, 0, Room::Unknown),
            (Quota::All, 999, Room::Full),
            (Quota::All, 1000, Room::Unknown),
        ];
        for (quota, after, expected) in rows {
            assert_eq!(room.take(quota, at(after)), expected, "{quota:?} after {after} ms");
        }
        room.counted_now(one, 0, at(1000));
        assert_eq!((room.take(one, at(1500)), room.left(one), room.left(other)), (Room::Full, Some(0), None));
    }
}

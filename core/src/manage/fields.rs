//! Rules that fields of many resources share.

use crate::clock::Timestamp;
use crate::error::Error;

/// The versions of which the caller changes one, when they say which: `updated_at` of when they read it.
#[derive(Clone, Debug, Default)]
pub struct Expected(Option<Vec<Timestamp>>);

impl Expected {
    /// One of these.
    pub const fn one_of(versions: Vec<Timestamp>) -> Self {
        Self(Some(versions))
    }
}

impl From<Option<Timestamp>> for Expected {
    fn from(version: Option<Timestamp>) -> Self {
        Self(version.map(|version| vec![version]))
    }
}

/// Goes on only with a version that the caller changes.
///
/// # Errors
/// [`Error::StalePrecondition`].
pub fn same_version(Expected(versions): Expected, stands: Timestamp) -> Result<(), Error> {
    let stale = versions.is_some_and(|versions| !versions.contains(&stands));
    if stale { Err(Error::StalePrecondition) } else { Ok(()) }
}

/// When something is suspended, as it is to be: an old suspension keeps its time.
pub fn suspension(old: Option<Timestamp>, wanted: bool, now: Timestamp) -> Option<Timestamp> {
    if wanted { old.or(Some(now)) } else { None }
}

/// The end that is wanted, or that which stands when it is the same second: bodies and files have no more.
pub fn same_moment(stands: Option<Timestamp>, wanted: Option<Timestamp>) -> Option<Timestamp> {
    if same_second(stands, wanted) { stands } else { wanted }
}

/// Whether two times are the same second: what is written in a file has no more.
pub fn same_second(a: Option<Timestamp>, b: Option<Timestamp>) -> bool {
    a.map(Timestamp::seconds) == b.map(Timestamp::seconds)
}

//! What is shown of a resource.

use serde::Serialize;

use crate::clock::Timestamp;

/// A resource as it is answered.
pub trait View: Serialize {
    /// When it last changed: its version, for those that have one.
    fn version(&self) -> Option<Timestamp> {
        None
    }
}

/// Nothing is shown of what is gone.
impl View for () {}

//! A person's own pages: what they share, who asks them for what, what they are told.

pub mod apps;
pub mod notifications;
pub mod requests;

use xwms_core::account::apps::Scope;
use xwms_core::clock::Timestamp;
use xwms_core::model::scope::ScopeSet;

use crate::public::consent::ShareLine;

/// A moment, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For programs: RFC 3339.
    machine: String,
    /// For people: the day.
    day: String,
}

impl Moment {
    /// This one.
    pub fn of(time: Timestamp) -> Self {
        let machine = time.to_string();
        let day = machine.split('T').next().unwrap_or_default().to_owned();
        Self { machine, day }
    }
}

/// What these scopes are, in the catalog's order.
fn lines(scope: &ScopeSet, catalog: &[Scope]) -> Vec<ShareLine> {
    let named = catalog.iter().filter(|entry| scope.contains(&entry.name));
    named.map(ShareLine::of).collect()
}

#[cfg(test)]
mod tests;

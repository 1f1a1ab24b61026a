//! One check of a domain at a time.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::id::DomainId;

/// The domains that are being checked on this server.
#[derive(Debug, Default)]
pub struct ChecksUnderWay(Mutex<BTreeSet<DomainId>>);

/// One of them; it is one no more when this is dropped.
#[derive(Debug)]
pub struct UnderWay<'a> {
    all: &'a ChecksUnderWay,
    domain: DomainId,
}

impl ChecksUnderWay {
    /// `None` when the domain is being checked already.
    pub fn begin(&self, domain: DomainId) -> Option<UnderWay<'_>> {
        let is_new = self.domains().insert(domain);
        is_new.then(|| UnderWay { all: self, domain })
    }

    fn domains(&self) -> MutexGuard<'_, BTreeSet<DomainId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.all.domains().remove(&self.domain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_checked_once_at_a_time() {
        let (all, one, other) =
            (ChecksUnderWay::default(), DomainId::from_bytes([1; 16]), DomainId::from_bytes([2; 16]));
        let first = all.begin(one);
        assert!(first.is_some() && all.begin(one).is_none() && all.begin(other).is_some());
        drop(first);
        assert!(all.begin(one).is_some());
    }
}

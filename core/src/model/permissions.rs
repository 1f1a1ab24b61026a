//! Sets of permissions.

use std::fmt;

use super::permission::Permission;

/// Permissions, one bit each, in the order of [`Permission::ALL`]: a request asks for one of its caller's some dozens.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u64);

const _: () = assert!(Permission::ALL.len() <= 64, "there is a bit for each permission");

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    const fn bit(permission: Permission) -> u64 {
        1 << permission as u64
    }

    /// Whether it is one of them.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & Self::bit(permission) != 0
    }

    /// Adds one.
    pub const fn insert(&mut self, permission: Permission) {
        self.0 |= Self::bit(permission);
    }

    /// Those that are in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those of these that are not in the other.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, in order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let mut set = Self::NONE;
        permissions.into_iter().for_each(|permission| set.insert(permission));
        set
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::text)).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn some() -> impl Strategy<Value = BTreeSet<Permission>> {
        proptest::collection::btree_set(proptest::sample::select(Permission::ALL), 0..20)
    }

    proptest! {
        #[test]
        fn it_is_a_set(one in some(), other in some()) {
            let of = |set: &BTreeSet<Permission>| set.iter().copied().collect::<Permissions>();
            let back = |set: Permissions| set.iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(back(of(&one)), one.clone());
            prop_assert_eq!(of(&one).is_empty(), one.is_empty());
            prop_assert_eq!(back(of(&one).intersection(of(&other))), &one & &other);
            prop_assert_eq!(back(of(&one).difference(of(&other))), &one - &other);
            for permission in Permission::ALL {
                prop_assert_eq!(of(&one).contains(*permission), one.contains(permission));
            }
        }
    }
}

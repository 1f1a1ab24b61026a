//! What members of a client's organisation may do (SPEC §2.6).

use crate::clock::Timestamp;
use crate::model::permissions::Permissions;

pub use crate::model::permission::{Permission, Preset};

/// Somebody's place in a client's organisation, as it decides.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The role's level, 0 to 100.
    pub level: u8,
    /// The role is the preset of owners.
    pub owner: bool,
    /// The role's permissions.
    pub permissions: Permissions,
    /// The invitation was accepted, and the role is switched on.
    pub active: bool,
    /// From this moment on neither counts: the earlier end of membership and role.
    pub expires_at: Option<Timestamp>,
}

/// Whether this member may do it now.
///
/// # Errors
/// The text of the permission that is lacking.
pub fn require(membership: &Membership, permission: Permission, now: Timestamp) -> Result<(), &'static str> {
    if membership.grants_at(now) && membership.permissions.contains(permission) {
        Ok(())
    } else {
        Err(permission.text())
    }
}

impl Membership {
    /// The same place, with no more permissions than these: what an API token leaves of its maker's.
    #[must_use]
    pub fn narrowed_to(mut self, permissions: Permissions) -> Self {
        self.permissions = self.permissions.intersection(permissions);
        self
    }

    /// Whether it grants anything now.
    pub fn grants_at(&self, now: Timestamp) -> bool {
        self.active && self.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, days};
    use super::*;

    fn member(preset: Preset) -> Membership {
        let owner = preset == Preset::Owner;
        Membership { level: preset.level(), owner, permissions: preset.permissions(), active: true, expires_at: None }
    }

    #[test]
    fn presets_may_what_their_names_say() {
        use Permission::{
            ClientCreate, ClientDelete, ClientRead, ClientUpdate, DomainsTest, MembersCreate, SecretsCreate, StaffRead,
            TokensCreate, UrlsDelete,
        };
        let rows = [
            (Preset::Owner, vec![ClientRead, ClientUpdate, ClientDelete, DomainsTest], vec![ClientCreate, StaffRead]),
            (
                Preset::Admin,
                vec![ClientUpdate, MembersCreate, TokensCreate, DomainsTest],
                vec![ClientDelete, StaffRead],
            ),
            (
                Preset::Developer,
                vec![ClientRead, SecretsCreate, UrlsDelete, DomainsTest],
                vec![ClientUpdate, MembersCreate],
            ),
            (Preset::Viewer, vec![ClientRead], vec![ClientUpdate, SecretsCreate, DomainsTest, StaffRead]),
        ];
        for (preset, held, lacking) in rows {
            for permission in held {
                assert_eq!(require(&member(preset), permission, NOW), Ok(()), "{preset:?} {permission:?}");
            }
            for permission in lacking {
                assert_eq!(require(&member(preset), permission, NOW), Err(permission.text()), "{preset:?}");
            }
        }
    }

    #[test]
    fn an_inactive_or_expired_membership_grants_nothing_from_that_moment_on() {
        let rows = [
            (Membership { expires_at: Some(NOW.after(days(1))), ..member(Preset::Owner) }, true),
            (Membership { expires_at: Some(NOW), ..member(Preset::Owner) }, false),
            (Membership { expires_at: Some(NOW.before(days(1))), ..member(Preset::Owner) }, false),
            (Membership { active: false, ..member(Preset::Owner) }, false),
            (Membership { permissions: Permissions::NONE, ..member(Preset::Owner) }, false),
        ];
        for (membership, granted) in rows {
            assert_eq!(require(&membership, Permission::ClientRead, NOW).is_ok(), granted);
        }
    }
}

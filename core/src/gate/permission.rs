//! What members of a client's organisation may do (SPEC §2.6).

use super::permissions::Permissions;
use crate::clock::Timestamp;

/// Declares the permissions with their texts.
macro_rules! permissions {
    ($($name:ident = $text:literal,)+) => {
        /// Leave to do one thing: `resource:action`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $(#[doc = concat!("`", $text, "`")] $name,)+
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its text.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The permission of this text, written exactly so.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

permissions! {
    ClientCreate = "client:create",
    ClientRead = "client:read",
    ClientUpdate = "client:update",
    ClientDelete = "client:delete",
    DomainsRead = "domains:read",
    DomainsCreate = "domains:create",
    DomainsUpdate = "domains:update",
    DomainsDelete = "domains:delete",
    DomainsTest = "domains:test",
    UrlsRead = "urls:read",
    UrlsCreate = "urls:create",
    UrlsUpdate = "urls:update",
    UrlsDelete = "urls:delete",
    ScopesRead = "scopes:read",
    ScopesCreate = "scopes:create",
    ScopesDelete = "scopes:delete",
    SecretsRead = "secrets:read",
    SecretsCreate = "secrets:create",
    SecretsUpdate = "secrets:update",
    SecretsDelete = "secrets:delete",
    LinksRead = "links:read",
    LinksCreate = "links:create",
    LinksDelete = "links:delete",
    UsersRead = "users:read",
    UsersDelete = "users:delete",
    RequestsRead = "requests:read",
    RequestsCreate = "requests:create",
    RequestsDelete = "requests:delete",
    VerificationsRead = "verifications:read",
    VerificationsCreate = "verifications:create",
    VerificationsDelete = "verifications:delete",
    RolesRead = "roles:read",
    RolesCreate = "roles:create",
    RolesUpdate = "roles:update",
    RolesDelete = "roles:delete",
    MembersRead = "members:read",
    MembersCreate = "members:create",
    MembersUpdate = "members:update",
    MembersDelete = "members:delete",
    StatsRead = "stats:read",
    AttemptsRead = "attempts:read",
    WebhooksRead = "webhooks:read",
    WebhooksCreate = "webhooks:create",
    AuditRead = "audit:read",
    TokensRead = "tokens:read",
    TokensCreate = "tokens:create",
    TokensDelete = "tokens:delete",
    StaffRead = "staff:read",
    StaffUpdate = "staff:update",
}

/// The roles each client starts with. They are fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Everything.
    Owner,
    /// Everything but what ends the client.
    Admin,
    /// Sets the integration up and reads the rest; no people.
    Developer,
    /// Reads.
    Viewer,
}

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

impl Permission {
    /// Whether a role of a client can hold it; the others are for tokens of an account.
    pub const fn is_for_roles(self) -> bool {
        !matches!(self, Self::ClientCreate | Self::StaffRead | Self::StaffUpdate)
    }

    fn resource(self) -> &'static str {
        self.text().split_once(':').map_or("", |(resource, _)| resource)
    }

    fn is_read(self) -> bool {
        self.text().ends_with(":read")
    }
}

impl Preset {
    /// Every preset, from the highest level to the lowest.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Developer, Self::Viewer];

    /// Its key, unique in the client.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
        }
    }

    /// Its name, as shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Developer => "Developer",
            Self::Viewer => "Viewer",
        }
    }

    /// Its level.
    pub const fn level(self) -> u8 {
        match self {
            Self::Owner => 100,
            Self::Admin => 80,
            Self::Developer => 50,
            Self::Viewer => 10,
        }
    }

    /// What it permits.
    pub fn permissions(self) -> Permissions {
        let held = |permission: &Permission| match self {
            Self::Owner => true,
            Self::Admin => *permission != Permission::ClientDelete,
            Self::Developer => {
                let sets_up =
                    matches!(permission.resource(), "domains" | "urls" | "scopes" | "secrets" | "links" | "webhooks");
                permission.is_read() || sets_up
            }
            Self::Viewer => permission.is_read(),
        };
        Permission::ALL.iter().copied().filter(|permission| permission.is_for_roles()).filter(held).collect()
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
    fn a_permission_is_read_as_it_is_written_and_nothing_else_is() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.text()), Some(*permission));
        }
        for text in ["", "client", "client:", "client:all", "Client:read", "*", "client:read "] {
            assert_eq!(Permission::parse(text), None, "{text}");
        }
    }

    #[test]
    fn each_preset_may_what_the_next_one_may_and_more() {
        for pair in Preset::ALL.windows(2) {
            let [higher, lower] = pair else { panic!("a pair") };
            assert!(higher.level() > lower.level());
            assert!(lower.permissions().difference(higher.permissions()).is_empty());
            assert_ne!(lower.permissions(), higher.permissions());
        }
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

//! What members of a client's organisation may do (SPEC §2.6): the words for it, and the roles that each client starts with.

use super::permissions::Permissions;

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

impl Permission {
    /// Whether a role of a client can hold it; the others are for tokens of an account.
    pub const fn is_for_roles(self) -> bool {
        !matches!(self, Self::ClientCreate | Self::StaffRead | Self::StaffUpdate)
    }

    fn resource(self) -> &'static str {
        self.text().split_once(':').map_or("", |(resource, _)| resource)
    }

    /// Whether all that it lets somebody do is to end something: no plan is asked for that.
    pub fn only_ends(self) -> bool {
        self.text().ends_with(":delete")
    }

    /// Whether it lets somebody look, and change nothing.
    pub fn is_read(self) -> bool {
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
    use super::*;

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
}

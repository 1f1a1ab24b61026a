//! Permissions as a role or an API token holds them: one value, read and written whole.

use std::collections::BTreeSet;

use crate::gate::permission::Permission;
use crate::gate::permissions::Permissions;

/// Permissions, as texts joined by a space, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct PermissionSet(String);

impl PermissionSet {
    /// These permissions.
    pub fn of(permissions: Permissions) -> Self {
        let texts: BTreeSet<&str> = permissions.iter().map(Permission::text).collect();
        Self(texts.into_iter().collect::<Vec<_>>().join(" "))
    }

    /// The permissions. What this version of the program does not know permits nothing.
    pub fn permissions(&self) -> Permissions {
        self.texts().filter_map(Permission::parse).collect()
    }

    /// Their texts, in order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.split_ascii_whitespace()
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    fn from_stored(text: String) -> Result<Self, std::convert::Infallible> {
        Ok(Self(text))
    }
}

super::stored_text!(PermissionSet);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_written_in_one_way_and_what_is_unknown_permits_nothing() {
        let held = Permissions::from_iter([Permission::UrlsRead, Permission::ClientRead]);
        let set = PermissionSet::of(held);
        assert_eq!((set.to_string(), set.permissions()), ("client:read urls:read".to_owned(), held));
        assert_eq!(
            PermissionSet("client:read moon:read".to_owned()).permissions(),
            Permissions::from_iter([Permission::ClientRead])
        );
    }
}

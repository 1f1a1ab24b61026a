//! Permissions as a role or an API token holds them: one value, read and written whole.

use std::collections::BTreeSet;

use crate::error::FieldIssue;
use crate::model::permission::Permission;
use crate::model::permissions::Permissions;
use crate::text;

/// A permission that roles of clients can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolePermission(Permission);

impl RolePermission {
    /// Reads it, as `resource:action`.
    ///
    /// # Errors
    /// `unknown_permission`, also for one that only tokens of an account hold.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        let found = Permission::parse(text).filter(|permission| permission.is_for_roles());
        found.map(Self).ok_or_else(|| text!("unknown_permission"))
    }

    /// The permission.
    pub const fn permission(self) -> Permission {
        self.0
    }
}

impl serde::Serialize for RolePermission {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.text())
    }
}

/// These permissions by their texts, each once; none for `None`.
pub(crate) fn in_order(permissions: Option<Vec<RolePermission>>) -> Vec<RolePermission> {
    let mut permissions = permissions.unwrap_or_default();
    permissions.sort_by_key(|permission| permission.0.text());
    permissions.dedup();
    permissions
}

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

    /// Those that a role of a client is given.
    pub(crate) fn of_role(permissions: &[RolePermission]) -> Self {
        Self::of(permissions.iter().map(|permission| permission.0).collect())
    }

    /// Those that roles of clients can hold, by their texts. What this version of the program does not know is left out.
    pub(crate) fn of_roles(&self) -> Vec<RolePermission> {
        self.texts().filter_map(|text| RolePermission::parse(text).ok()).collect()
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

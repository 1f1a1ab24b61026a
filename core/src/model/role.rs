//! Roles in a client's organisation.

use crate::error::FieldIssue;
use crate::model::permission::Preset;
use crate::text;

/// The longest key, in characters.
const MAX_CHARACTERS: usize = 40;

/// The key of a role, unique in its client: 1 to 40 of `a` to `z`, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct RoleKey(String);

impl RoleKey {
    /// Reads a key.
    ///
    /// # Errors
    /// `malformed`.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        if text.is_empty() || text.len() > MAX_CHARACTERS || !text.bytes().all(allowed) {
            return Err(text!("malformed-role_key", max = MAX_CHARACTERS));
        }
        Ok(Self(text.to_owned()))
    }

    /// Reads the key of a role of a client's own.
    ///
    /// # Errors
    /// `malformed`; `preset` for the key of a role that each client starts with.
    pub fn parse_own(text: &str) -> Result<Self, FieldIssue> {
        let key = Self::parse(text)?;
        if key.is_preset() { Err(text!("preset", key = key.0)) } else { Ok(key) }
    }

    /// A key that was parsed before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// Whether a role that each client starts with has it.
    pub fn is_preset(&self) -> bool {
        Preset::ALL.iter().any(|preset| preset.key() == self.0)
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_or_refused() {
        assert_eq!(RoleKey::parse("night-shift_2").unwrap().as_str(), "night-shift_2");
        for text in ["", "Night", "night shift", "ü", &"a".repeat(41)] {
            assert_eq!(RoleKey::parse(text).unwrap_err().code(), "malformed", "{text}");
        }
        assert_eq!(RoleKey::parse_own("owner").unwrap_err().code(), "preset");
    }
}

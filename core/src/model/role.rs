//! Roles in a client's organisation.

use crate::error::FieldIssue;
use crate::model::permission::Preset;
use crate::text;

/// The longest key, in characters.
const MAX_CHARACTERS: usize = 40;
/// The highest level: that of owners.
const MAX_LEVEL: u8 = 100;

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

/// The level of a role: 0 to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Level(u8);

impl Level {
    /// Reads a level.
    ///
    /// # Errors
    /// `range`.
    pub fn parse(level: i64) -> Result<Self, FieldIssue> {
        let in_range = u8::try_from(level).ok().filter(|&level| level <= MAX_LEVEL);
        in_range.map(Self).ok_or_else(|| text!("range", min = 0, max = MAX_LEVEL))
    }

    /// A level that was parsed before it was stored.
    pub(crate) fn stored(level: i32) -> Self {
        Self(u8::try_from(level).unwrap_or(MAX_LEVEL))
    }

    /// The number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_levels_are_kept_or_refused() {
        assert_eq!(RoleKey::parse("night-shift_2").unwrap().as_str(), "night-shift_2");
        for text in ["", "Night", "night shift", "ü", &"a".repeat(41)] {
            assert_eq!(RoleKey::parse(text).unwrap_err().code(), "malformed", "{text}");
        }
        assert_eq!(RoleKey::parse_own("owner").unwrap_err().code(), "preset");
        assert_eq!(Level::parse(0).unwrap().number(), 0);
        assert_eq!(Level::parse(100).unwrap().number(), 100);
        for level in [-1, 101, i64::MAX] {
            assert_eq!(Level::parse(level).unwrap_err().code(), "range", "{level}");
        }
    }
}

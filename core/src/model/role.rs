//! Roles in a client's organisation.

use crate::error::FieldIssue;

/// The longest key, in characters.
const MAX_CHARACTERS: usize = 40;
/// The highest level: that of owners.
const MAX_LEVEL: i64 = 100;

/// Reads the key of a role, unique in its client.
///
/// # Errors
/// `malformed` unless it is 1 to 40 of `a` to `z`, digits, `-` and `_`.
pub fn parse_key(text: &str) -> Result<String, FieldIssue> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if text.is_empty() || text.len() > MAX_CHARACTERS || !text.bytes().all(allowed) {
        return Err(FieldIssue::english(
            "malformed",
            "give 1 to 40 lower-case letters, digits, hyphens or underscores",
        ));
    }
    Ok(text.to_owned())
}

/// Reads the level of a role.
///
/// # Errors
/// `range` unless it is 0 to 100.
pub fn parse_level(level: i64) -> Result<u8, FieldIssue> {
    let in_range = u8::try_from(level).ok().filter(|&level| i64::from(level) <= MAX_LEVEL);
    in_range.ok_or_else(|| FieldIssue::english("range", "give a whole number from 0 to 100"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_levels_are_kept_or_refused() {
        assert_eq!(parse_key("night-shift_2").unwrap(), "night-shift_2");
        for text in ["", "Night", "night shift", "ü", &"a".repeat(41)] {
            assert_eq!(parse_key(text).unwrap_err().code(), "malformed", "{text}");
        }
        assert_eq!((parse_level(0).unwrap(), parse_level(100).unwrap()), (0, 100));
        for level in [-1, 101, i64::MAX] {
            assert_eq!(parse_level(level).unwrap_err().code(), "range", "{level}");
        }
    }
}

//! Why somebody decided something.

use super::text::LongText;
use crate::error::FieldIssue;
use crate::text;

/// The longest reason, in characters.
pub const MAX_CHARACTERS: usize = 500;

/// A reason of 1 to 500 characters, which is audited and may be told to whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reason(LongText<MAX_CHARACTERS>);

impl Reason {
    /// Reads a reason; spaces around it are dropped.
    ///
    /// # Errors
    /// `required` when it says nothing, `too_long`, or `character`.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        let read = LongText::parse(text).map(Self);
        read.map_err(|issue| if issue.code() == "too_short" { text!("required-reason") } else { issue })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0.into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_plain_and_short_and_says_something() {
        assert_eq!(Reason::parse(" To print\r\nyour name. ").unwrap().as_str(), "To print\nyour name.");
        assert!(Reason::parse(&"ü".repeat(500)).is_ok());
        for (text, code) in [(" ", "required"), (&*"ü".repeat(501), "too_long"), ("a\u{202e}b", "character")] {
            assert_eq!(Reason::parse(text).unwrap_err().code(), code, "{text:?}");
        }
    }
}

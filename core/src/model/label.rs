//! Names and labels that people read.

use std::convert::Infallible;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

use super::stored_text;
use crate::error::FieldIssue;
use crate::text;

/// The longest name or label, in characters.
pub const MAX_CHARACTERS: usize = 120;

/// A name or label of 1 to 120 characters on one line, without controls and without bidi controls: what is shown is what
/// was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Label(String);

impl Label {
    /// Reads a label; spaces around it are dropped.
    ///
    /// # Errors
    /// `too_short`, `too_long`, or `character`.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        let text = text.trim();
        if text.chars().all(is_invisible) {
            return Err(text!("too_short"));
        }
        if text.chars().count() > MAX_CHARACTERS {
            return Err(text!("too_long", max = MAX_CHARACTERS));
        }
        if text.chars().any(is_control) {
            return Err(text!("character-line"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }

    /// A label that was parsed before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    // Trusted as it is: it was parsed before it was stored.
    fn from_stored(text: String) -> Result<Self, Infallible> {
        Ok(Self(text))
    }
}

stored_text!(Label);

/// Controls, line and paragraph separators, and bidi controls (UAX #9): they change how what follows is shown.
pub(super) fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Spaces, controls, and characters without any width.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || is_control(character)
        || matches!(character, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(character, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{3164}')
        || matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_is_shown() {
        let longest = "ü".repeat(MAX_CHARACTERS);
        for (text, label) in [
            ("Analytical Engines", "Analytical Engines"),
            ("  Standard Key (old) ", "Standard Key (old)"),
            ("مفتاح 鍵 👩‍🔬", "مفتاح 鍵 👩‍🔬"),
            (&longest, &longest),
        ] {
            assert_eq!(Label::parse(text).unwrap().as_str(), label);
        }
    }

    #[test]
    fn each_bad_label_gets_its_reason() {
        let long = "ü".repeat(MAX_CHARACTERS + 1);
        for (text, code) in [
            ("", "too_short"),
            (" \t ", "too_short"),
            ("\u{200b}\u{2060}", "too_short"),
            (&long, "too_long"),
            ("two\nlines", "character"),
            ("two\u{2028}lines", "character"),
            ("a\0b", "character"),
            ("safe\u{202e}gpj.exe", "character"),
            ("a\u{2067}b", "character"),
            ("a\u{200f}b", "character"),
        ] {
            assert_eq!(Label::parse(text).unwrap_err().code(), code, "{text:?}");
        }
    }
}

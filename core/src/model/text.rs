//! Longer texts that people write.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types;

use super::label::{is_control, is_invisible};
use crate::error::FieldIssue;
use crate::text;

/// A text of 1 to `MAX` characters on any number of lines, without controls beside tabs and without bidi controls: what is
/// shown is what was written.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow, serde::Serialize)]
#[diesel(sql_type = sql_types::Text)]
pub struct LongText<const MAX: usize>(String);

impl<const MAX: usize> LongText<MAX> {
    /// Reads a text; spaces around it are dropped.
    ///
    /// # Errors
    /// `too_short`, `too_long`, or `character`.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        let text = text.trim().replace("\r\n", "\n");
        if text.chars().all(is_invisible) {
            return Err(text!("too_short"));
        }
        if text.chars().count() > MAX {
            return Err(text!("too_long", max = MAX));
        }
        if text.chars().any(|character| !matches!(character, '\n' | '\t') && is_control(character)) {
            return Err(text!("character-lines"));
        }
        Ok(Self(text))
    }

    /// A text that was parsed before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<DB: diesel::backend::Backend, const MAX: usize> diesel::serialize::ToSql<sql_types::Text, DB> for LongText<MAX>
where
    str: diesel::serialize::ToSql<sql_types::Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        self.as_str().to_sql(out)
    }
}

/// Trusted as it is: it was parsed before it was stored.
impl<DB: diesel::backend::Backend, const MAX: usize> diesel::deserialize::FromSql<sql_types::Text, DB> for LongText<MAX>
where
    String: diesel::deserialize::FromSql<sql_types::Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        Ok(Self(String::from_sql(bytes)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_lines_and_an_end() {
        let (longest, too_long) = ("ü".repeat(500), "ü".repeat(501));
        for (text, read) in [
            (" Login for the shop\r\nand the blog ", Ok("Login for the shop\nand the blog")),
            (&longest, Ok(&*longest)),
            (&too_long, Err("too_long")),
            (" \n ", Err("too_short")),
            ("a\0b", Err("character")),
            ("a\u{202e}b", Err("character")),
        ] {
            let found = LongText::<500>::parse(text);
            assert_eq!(found.as_ref().map(LongText::as_str).map_err(|issue| issue.code()), read, "{text:?}");
        }
    }
}

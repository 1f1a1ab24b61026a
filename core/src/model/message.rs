//! A message as the database keeps it.

use std::convert::Infallible;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types;

use super::stored_text;
use crate::text;
use crate::text::Text;

/// A message with its arguments, as JSON: it is drawn in the language of whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Text)]
pub struct StoredText(String);

impl StoredText {
    /// The message. What is no message shows as it stands.
    pub fn text(&self) -> Text {
        Self::read(&self.0)
    }

    /// The same of a column that also keeps what people write, of a row whose text is the platform's own.
    pub(crate) fn read(stored: &str) -> Text {
        serde_json::from_str(stored).unwrap_or_else(|_| text!("plain", text = stored))
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    fn from_stored(json: String) -> Result<Self, Infallible> {
        Ok(Self(json))
    }
}

impl From<&Text> for StoredText {
    fn from(text: &Text) -> Self {
        // Maps of texts and numbers are always JSON.
        Self(serde_json::to_string(text).unwrap_or_default())
    }
}

stored_text!(StoredText);

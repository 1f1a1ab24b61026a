//! A secret of a client.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{Whole, optional, told_once, yes};
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::SecretId;
use crate::model::label::Label;
use crate::secret::Secret;

/// What a secret is called when nobody says.
pub(crate) const STANDARD_LABEL: &str = "Standard Key";
/// The longest that a replaced secret goes on, in seconds: 30 days.
const LONGEST_OVERLAP: i64 = 30 * 86_400;

/// What can be set of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct SecretSettings {
    /// What you call it; no two of a client have the same.
    #[schemars(default = "standard_label", example = &"Standard Key")]
    #[deserr(default = standard_label())]
    pub label: Label,
    /// Whether it is in use.
    #[schemars(default = "yes", example = true)]
    #[deserr(default = yes())]
    pub active: bool,
    /// When it ends.
    #[schemars(example = &"2030-01-31T12:00:00Z")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub expires_at: Option<Timestamp>,
}

/// A secret as the members of its client see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Secret")]
pub struct SecretView {
    /// Its id.
    #[schemars(example = &"secret_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: SecretId,
    /// What is set of it.
    #[serde(flatten)]
    pub settings: SecretSettings,
    /// Its last four characters.
    #[schemars(length(max = 4), example = &"zt4Q")]
    pub hint: String,
    /// When it was last used.
    #[schemars(example = &"2026-01-31T12:00:00Z")]
    pub last_used_at: Option<Timestamp>,
    /// From which address.
    #[schemars(length(max = 45), example = &"192.0.2.7")]
    pub last_used_from: Option<String>,
    /// When it was reported as found in public: it stays off.
    pub leaked_at: Option<Timestamp>,
    /// The secret; in the answer that made it only.
    #[serde(serialize_with = "told_once", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(max = 100))]
    pub value: Option<Secret<String>>,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for SecretView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

/// How a secret is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct Rotation {
    /// How many seconds the old one goes on.
    #[schemars(default = "a_day", example = 86_400)]
    #[deserr(default = a_day())]
    pub overlap_seconds: Whole<0, LONGEST_OVERLAP>,
}

fn standard_label() -> Label {
    Label::stored(STANDARD_LABEL.to_owned())
}

const fn a_day() -> Whole<0, LONGEST_OVERLAP> {
    Whole::of(86_400)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::Input;

    fn overlap(object: &Value) -> Result<i64, String> {
        let mut findings = Findings::default();
        let read = Input::<Rotation>::read(object.as_object().unwrap().clone()).take(&mut findings).unwrap();
        match findings.into_errors().first() {
            Some(error) => Err(format!("{} {}", error.field, error.code())),
            None => Ok(read.overlap_seconds.get()),
        }
    }

    #[test]
    fn a_replaced_secret_goes_on_for_a_day_unless_it_is_said_otherwise() {
        let rows = [
            (json!({}), Ok(86_400)),
            (json!({ "overlap_seconds": 0 }), Ok(0)),
            (json!({ "overlap_seconds": 2_592_000 }), Ok(2_592_000)),
            (json!({ "overlap_seconds": 2_592_001 }), Err("overlap_seconds range".to_owned())),
            (json!({ "overlap_seconds": u64::MAX }), Err("overlap_seconds range".to_owned())),
            (json!({ "overlap_seconds": -1 }), Err("overlap_seconds range".to_owned())),
            (json!({ "overlap_seconds": 1.5 }), Err("overlap_seconds not_an_integer".to_owned())),
            (json!({ "overlap_seconds": null }), Err("overlap_seconds not_an_integer".to_owned())),
        ];
        for (object, expected) in rows {
            assert_eq!(overlap(&object), expected, "{object}");
        }
    }
}

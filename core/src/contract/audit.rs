//! An entry of the audit log.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::id::AuditId;
use crate::store::tables::audit::Entry;

/// An entry as it is shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub struct EntryView {
    /// Its id.
    #[schemars(example = &"audit_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: AuditId,
    /// When.
    #[schemars(example = &"2026-01-31T12:00:00Z")]
    pub at: Timestamp,
    /// Who: a person, a token of theirs, a service, or somebody of the staff.
    #[schemars(length(max = 120), example = &"operator")]
    pub actor: String,
    /// What was done.
    #[schemars(length(max = 64), example = &"client.updated")]
    pub action: String,
    /// On what: an id.
    #[schemars(length(max = 120), example = &"client_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub object: String,
    /// From where; empty on the machine itself, and to partners where it was the staff.
    #[schemars(length(max = 45), example = &"192.0.2.7")]
    pub address: String,
    /// What was, without secrets.
    #[schemars(schema_with = "any_object", extend("examples" = [{ "name": "Engines" }]))]
    pub before: Option<Value>,
    /// What is, without secrets.
    #[schemars(schema_with = "any_object", extend("examples" = [{ "name": "Analytical Engines" }]))]
    pub after: Option<Value>,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            id: entry.id,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            object: entry.object,
            address: entry.address,
            before: json(entry.before),
            after: json(entry.after),
        }
    }
}

fn any_object(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": ["object", "null"] })
}

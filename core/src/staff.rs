//! What the staff of XWMS decide: verifications, accounts, clients, the scope catalog, the signing keys (SPEC §2.8, §5).
//!
//! A reviewer has the queue of verifications, an admin everything. Nobody decides about a client they belong to or about
//! themselves, and every decision is audited with its reason.

pub mod audit;
pub mod clients;
pub mod keys;
pub mod scopes;
pub mod users;
pub mod verifications;

use serde_json::{Value, json};

use crate::error::FieldError;
use crate::manage::fields::Findings;
use crate::model::request::parse_reason;
use crate::text::Text;

/// Reads the reason that a decision can't do without.
fn reason(findings: &mut Findings, given: Option<&String>) -> String {
    reason_at(findings, "reason", given)
}

/// The same, of a field with another name.
fn reason_at(findings: &mut Findings, field: &str, given: Option<&String>) -> String {
    let read = findings.value(field, parse_reason(given.map_or("", String::as_str)));
    if read.as_deref() == Some("") {
        findings.add(field, "required", "say why: it is audited, and whom it concerns is told");
    }
    read.unwrap_or_default()
}

/// What is audited of a decision: what differs, and why.
fn because(mut after: Value, reason: &str) -> Value {
    after["reason"] = json!(reason);
    after
}

/// An error about one field, for those that are found outside of [`Findings`].
fn wrong(field: String, code: &'static str, message: &str) -> FieldError {
    Text::english(code, message).at(field)
}

//! What the staff of XWMS decide: verifications, accounts, clients, the scope catalog, the signing keys (SPEC §2.8, §5).
//!
//! A reviewer has the queue of verifications, an admin everything. Nobody decides about a client they belong to or about
//! themselves, and every decision is audited with its reason.

pub mod audit;
pub mod clients;
pub mod facts;
pub mod keys;
pub mod scopes;
pub mod users;
pub mod verifications;

use serde_json::{Value, json};

use crate::manage::change::Change;
use crate::model::reason::Reason;
use crate::text;

/// Why something is decided; noted as missing when nothing was said.
fn reason(change: &mut Change<'_>, given: Option<Reason>) -> String {
    if given.is_none() && !change.findings.name("reason") {
        change.findings.add("reason", text!("required-reason"));
    }
    given.map(Reason::into_string).unwrap_or_default()
}

/// What is audited of a decision: what differs, and why.
fn because(mut after: Value, reason: &str) -> Value {
    after["reason"] = json!(reason);
    after
}

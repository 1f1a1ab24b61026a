//! What partners and operators configure, one resource a file.
//!
//! Everything here that writes takes a [`change::Change`], which begins with a [`change::Permit`] and ends with the audit
//! entries of what was done, in the same transaction.

pub mod accounts;
pub mod attempts;
pub mod attention;
pub mod audit_log;
pub mod catalog;
pub mod change;
pub mod client_context;
pub mod clients;
pub mod consent_preview;
pub mod domain_facts;
pub mod domains;
pub mod entitlement;
pub mod fields;
pub mod glance;
pub mod idempotency;
pub mod invitations;
pub mod leaks;
pub mod letters;
pub mod links;
pub mod logos;
pub mod members;
pub(crate) mod notice;
pub mod ownership;
pub mod permit;
pub mod plans;
pub mod recent_logins;
pub mod requests;
pub mod roles;
pub mod runner;
pub mod scopes;
pub mod secrets;
pub mod setup;
pub mod shares;
pub mod stats;
pub mod succession;
pub mod tokens;
pub mod urls;
pub mod users;
pub mod verifications;
pub mod webhooks;

#[cfg(test)]
mod tests;

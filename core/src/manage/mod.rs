//! What partners and operators configure, one resource a file.
//!
//! Everything here that writes takes a [`change::Change`], which begins with a [`change::Permit`] and ends with the audit
//! entries of what was done, in the same transaction.

pub mod accounts;
pub mod change;
pub mod clients;
pub mod domains;
pub mod entitlement;
pub mod fields;
pub mod links;
pub mod members;
mod notice;
pub mod permit;
pub mod requests;
pub mod roles;
pub mod scopes;
pub mod secrets;
pub mod tokens;
pub mod urls;
pub mod verifications;

#[cfg(test)]
mod tests;

//! All admission rules (SPEC §2), in one place and pure: no I/O, no clock, no log.
//!
//! The input is a [`snapshot::Snapshot`] of one client's configuration and a description of the attempt; the answer is
//! an admission or a [`denial::Denial`] with a reason. Every endpoint and page asks here, and none has a rule of its own.

pub mod check;
pub mod client_authentication;
pub mod denial;
mod domain_choice;
pub mod error_return;
pub mod flaw;
pub mod login;
pub mod organisation;
pub mod permission;
pub mod pkce;
pub mod redirect_uri;
pub mod resource;
pub mod scope;
pub mod setup;
pub mod snapshot;
pub mod standing;
pub mod webhooks;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

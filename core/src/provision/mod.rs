//! Provisioning files (SPEC §8): read, applied in one transaction, written from what is there.
//!
//! `file` says what a file may hold, `apply` and `client` bring the database to it through the use cases of
//! [`crate::manage`], `outcome` tells what was done, `export` writes a file.

mod apply;
mod client;
mod entries;
mod export;
mod file;
mod outcome;
mod people;
mod reader;

pub use apply::{Options, Platform, Sealer, apply, apply_to};
pub use export::export;
pub use file::MAX_BYTES;
pub use outcome::Outcome;

#[cfg(test)]
mod tests;

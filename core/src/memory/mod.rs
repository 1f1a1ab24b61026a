//! What is held in memory: snapshots and how they hear of changes, and what waits to be written in batches.

pub mod attempts;
pub mod secret_uses;
pub mod snapshot_cache;
pub mod token_uses;
pub mod verified_tokens;

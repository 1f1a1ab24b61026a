//! The model, the rules, the store and the use cases of XWMS. No HTTP and no HTML here.
//!
//! The modules stand in order: each uses only those above it, but for [`state`], which holds what is wired at start.

pub mod clock;
pub mod crypto;
pub mod id;
pub mod secret;
pub mod error;
pub mod json;
pub mod params;
pub mod cookies;
pub mod model;
pub mod address;
pub mod config;
pub mod gate;
pub mod store;
pub mod mail;
pub mod snapshot_cache;
pub mod attempts;
pub mod secret_uses;
pub mod state;
pub mod key_rotation;
pub mod login;
pub mod jobs;

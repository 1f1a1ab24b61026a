//! The model, the rules, the store and the use cases of XWMS. No HTTP and no HTML here.
//!
//! [`model`] and [`gate`] know nothing of the rest; [`store`] holds every query; [`login`], [`manage`], [`staff`] and
//! [`provision`] are the use cases; [`state`] holds what is wired at start.

pub mod account;
pub mod address;
pub mod attempts;
pub mod audit;
mod change_listener;
pub mod clock;
pub mod config;
pub mod cookies;
pub mod crypto;
pub mod error;
pub mod flow_room;
pub mod gate;
pub mod id;
pub mod idempotency;
pub mod jobs;
pub mod json;
pub mod key_rotation;
pub mod login;
pub mod login_stats;
pub mod mail;
pub mod manage;
pub mod model;
pub mod outbound;
pub mod params;
pub mod picture;
mod postbox;
pub mod provision;
pub mod secret;
pub mod secret_guesses;
pub mod secret_uses;
pub mod snapshot_cache;
pub mod staff;
pub mod state;
pub mod store;
pub mod token_uses;

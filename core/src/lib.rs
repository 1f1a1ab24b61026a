//! The model, the rules, the store and the use cases of XWMS. No HTTP and no HTML here.
//!
//! [`model`] and [`gate`] know nothing of the rest; `store` holds every query, and no other crate writes past it; [`login`],
//! [`manage`], [`staff`] and [`provision`] are the use cases; [`state`] holds what is wired at start.

// Each module uses only those above it, so that whoever reads from the top meets nothing that is yet to come.
pub mod clock;
pub mod zone;
pub mod random;
pub mod secret;
pub mod text;
pub mod error;
pub mod id;
pub mod model;
pub mod crypto;
pub mod gate;
pub mod config;
pub mod request;
pub mod limits;
pub mod mail;
pub mod outbound;
pub mod picture;
mod store;
pub mod database;
pub mod contract;
pub mod memory;
pub mod state;
pub mod throttle;
mod postbox;
pub mod key_rotation;
pub mod login_stats;
pub mod audit;
pub mod login;
pub mod manage;
pub(crate) mod webhooks;
pub mod staff;
pub mod account;
pub mod provision;
pub mod jobs;
pub mod testing;

//! The model, the rules, the store and the use cases of XWMS. No HTTP and no HTML here.
//!
//! [`model`] and [`gate`] know nothing of the rest; `store` holds every query, and no other crate writes past it; [`login`], [`manage`], [`staff`] and
//! [`provision`] are the use cases; [`state`] holds what is wired at start.

pub mod account;
pub mod audit;
pub mod clock;
pub mod config;
pub mod contract;
pub mod crypto;
pub mod database;
pub mod error;
pub mod gate;
pub mod id;
pub mod jobs;
pub mod key_rotation;
pub mod limits;
pub mod login;
pub mod login_stats;
pub mod mail;
pub mod manage;
pub mod memory;
pub mod model;
pub mod outbound;
pub mod picture;
mod postbox;
pub mod provision;
pub mod random;
pub mod request;
pub mod secret;
pub mod staff;
pub mod state;
mod store;
pub mod testing;
pub mod text;
pub mod throttle;

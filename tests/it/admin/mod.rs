//! The management API.

mod clients;
mod members;
pub mod person;
mod requests;
mod roles;
mod users;

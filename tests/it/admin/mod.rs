//! The management API.

mod clients;
mod logos;
mod ownership;

//! The management API.

mod clients;

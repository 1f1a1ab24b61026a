//! All queries, and the two databases under them.

pub mod engine;
pub mod logins;
mod schema;
pub mod tables;

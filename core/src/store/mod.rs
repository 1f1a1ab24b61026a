//! All queries, and the two databases under them.

pub(crate) mod engine;
pub(crate) mod logins;
mod schema;
pub(crate) mod tables;

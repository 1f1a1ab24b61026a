//! All queries, and the two databases under them. Nobody outside of this crate writes or asks here.

mod schema;
pub(crate) mod engine;
pub(crate) mod tables;
pub(crate) mod logins;
pub(crate) mod db;

//! ALL queries, by table, and the two databases under them.

pub mod db;
mod schema;
pub mod writer;

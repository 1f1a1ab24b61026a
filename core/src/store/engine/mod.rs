//! The two databases: connections, the writer, grouped statements, health, and what servers tell each other.

pub(in crate::store) mod cached;
pub mod db;
pub(in crate::store) mod grouped;
pub mod health;
pub(in crate::store) mod lent;
pub mod notices;
pub(in crate::store) mod postgres;
pub mod savepoint;
pub mod statements;
pub mod writer;

//! The two databases: connections, the writer, grouped statements, health, and what servers tell each other.

pub(in crate::store) mod cached;
pub(crate) mod db;
pub(in crate::store) mod grouped;
pub mod health;
pub(in crate::store) mod lent;
pub(crate) mod notices;
pub(in crate::store) mod postgres;
pub(crate) mod savepoint;
pub(crate) mod statements;
pub(crate) mod writer;

//! The two databases: connections, the writer, grouped statements, health, and what servers tell each other.

pub(crate) mod statements;
pub(in crate::store) mod lent;
pub(crate) mod conn;
pub(in crate::store) mod cached;
pub(crate) mod savepoint;
pub(crate) mod writer;
pub(in crate::store) mod grouped;
pub(crate) mod sqlite;
pub(in crate::store) mod postgres;
pub(crate) mod migrations;
pub mod health;
pub(crate) mod notices;

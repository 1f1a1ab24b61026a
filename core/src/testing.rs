//! For tests and benchmarks alone: a house test sees to it that the product names nothing of it.

use crate::error::Error;
use crate::store::engine::db::{Conn, Db};
use crate::store::engine::writer;

/// Writes to the database past permit, audit and notices, to set up what no use case can.
///
/// # Errors
/// The closure's own; the database's.
pub async fn change<T, F>(db: &Db, change: F) -> Result<T, Error>
where
    T: Send + 'static,
    for<'c> F: AsyncFnOnce(&'c mut Conn) -> Result<T, Error>
        + writer::Change<&'c mut Conn, Result<T, Error>, Running: Send>
        + Send
        + 'static,
{
    db.change(change).await
}

//! A part of a change that is tried and undone.

use diesel_async::SimpleAsyncConnection;

use crate::store::engine::conn::{Conn, with_conn};

/// Marks where [`undo`] goes back to. Only within a change.
pub(crate) async fn set(conn: &mut Conn) -> diesel::QueryResult<()> {
    with_conn!(conn, |c| c.batch_execute("SAVEPOINT trial"))
}

/// Undoes everything since [`set`].
pub(crate) async fn undo(conn: &mut Conn) -> diesel::QueryResult<()> {
    with_conn!(conn, |c| c.batch_execute("ROLLBACK TO SAVEPOINT trial; RELEASE SAVEPOINT trial"))
}

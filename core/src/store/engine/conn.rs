//! A connection of either database, the macros that ask on it, and how the database is reached.

use std::time::Duration;

use diesel::sqlite::SqliteConnection;
use diesel_async::AsyncConnection;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};

use crate::error::Error;
use crate::store::engine::lent::Lent;
use crate::store::engine::statements::Statements;

/// Runs SQLite's calls on the thread that makes them: a statement takes microseconds, a hop to another thread tens.
pub struct Inline;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> std::pin::Pin<
        Box<dyn Future<Output = Result<R, Box<dyn std::error::Error + Send + Sync + 'static>>> + Send + 'a>,
    > {
        Box::pin(std::future::ready(Ok(task())))
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// A connection to SQLite whose calls run inline.
pub(crate) type SqliteConn = SyncConnectionWrapper<SqliteConnection, Inline>;

/// A connection of either kind, lent by [`Db`](crate::database::Db). Store functions take `&mut Conn`, so they compose in one
/// transaction.
#[expect(clippy::large_enum_variant, reason = "a connection is lent, hardly ever moved")]
pub enum Conn {
    /// SQLite.
    Sqlite(Object<SqliteConn>),
    /// PostgreSQL.
    Postgres(Lent),
}

/// Expands one query for each backend: `with_conn!(conn, |c| query.load(c))`.
///
/// The whole statement stands inside, because `returning` is typed by backend. PostgreSQL may be slow or gone: there it is
/// waited for in bounded time.
macro_rules! with_conn {
    ($conn:expr, |$c:ident| $query:expr) => {
        match $conn {
            $crate::store::engine::conn::Conn::Sqlite(object) => {
                let $c = &mut **object;
                $query.await
            }
            $crate::store::engine::conn::Conn::Postgres(lent) => {
                $crate::store::engine::lent::in_time!(lent, |$c| $query)
            }
        }
    };
}
pub(crate) use with_conn;

/// As [`with_conn!`], for one statement of a hot path: `hot!(conn, get_result(query))`. On SQLite it goes to the connection
/// itself, which spares what the asynchronous wrapper copies of binds and rows; the query must own all it binds.
macro_rules! hot {
    ($conn:expr, $method:ident($query:expr)) => {
        match $conn {
            $crate::store::engine::conn::Conn::Sqlite(object) => {
                let query = $query;
                object.spawn_blocking(move |c| diesel::RunQueryDsl::$method(query, c)).await
            }
            $crate::store::engine::conn::Conn::Postgres(lent) => {
                $crate::store::engine::lent::in_time!(lent, |c| diesel_async::RunQueryDsl::$method($query, c))
            }
        }
    };
}
pub(crate) use hot;

/// How the database is reached.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://PATH` or `postgres://…`, which may name several servers: `postgres://USER@ONE,TWO/NAME`.
    pub url: String,
    /// Connections that read on SQLite; on PostgreSQL all but three for groups of logins and one that listens.
    pub connections: usize,
    /// How long to wait for a connection, for the answer to a statement on PostgreSQL, or for SQLite's lock, before the
    /// answer is "unavailable".
    pub wait: Duration,
    /// Where to take down what runs; nowhere but in tests.
    pub statements: Option<Statements>,
}

/// Waits for a pool to give a connection, and not for ever.
pub(in crate::store) async fn lend<C, E: std::fmt::Display>(
    wait: Duration,
    given: impl Future<Output = Result<C, E>>,
) -> Result<C, Error> {
    let given = tokio::time::timeout(wait, given).await;
    given.map_err(|_| unavailable("no connection in time"))?.map_err(unavailable)
}

/// A connection whose statements are taken down, where they are.
pub(in crate::store) fn observed<C: AsyncConnection>(mut conn: C, statements: Option<Statements>) -> C {
    if let Some(statements) = statements {
        conn.set_instrumentation(statements);
    }
    conn
}

pub(in crate::store) fn unavailable(why: impl std::fmt::Display) -> Error {
    tracing::error!(%why, "the database is away");
    Error::Unavailable
}

pub(in crate::store) fn failed(what: &str, why: &(impl std::fmt::Display + ?Sized)) -> Error {
    tracing::error!(%why, "the database: {what}");
    Error::Unavailable
}

//! A connection to PostgreSQL on loan from the pool. No statement on it is waited for without end, and it goes back only
//! when everything that was asked on it was answered, and nothing said that it is of no more use.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::pooled_connection::PoolableConnection as _;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use tokio::time::error::Elapsed;

/// The connection. Statements go through [`in_time!`], which [`crate::store::engine::conn::with_conn!`] uses.
pub struct Lent {
    conn: Object<AsyncPgConnection>,
    wait: Duration,
    /// A statement was sent and its answer has not come: whoever asks next would get it, or wait behind it.
    owes: bool,
    /// It is at its end, which the pool may learn a moment too late; or its server takes no writes, or not in this session.
    /// Another connection is better off.
    spent: bool,
}

/// Runs one statement on a [`Lent`] and waits for its answer as long as the database may take.
macro_rules! in_time {
    ($lent:expr, |$c:ident| $query:expr) => {
        match $lent.ask() {
            Ok(wait) => {
                let answer = {
                    let $c = &mut **$lent;
                    tokio::time::timeout(wait, $query).await
                };
                $lent.answered(answer)
            }
            Err(away) => Err(away),
        }
    };
}
pub(crate) use in_time;

impl Lent {
    /// `wait`: how long a statement may take.
    pub(in crate::store) const fn new(conn: Object<AsyncPgConnection>, wait: Duration) -> Self {
        Self { conn, wait, owes: false, spent: false }
    }

    /// Notes that a statement is sent; gives how long to wait for its answer.
    ///
    /// # Errors
    /// When an earlier one was never answered.
    pub(crate) fn ask(&mut self) -> QueryResult<Duration> {
        if self.owes {
            return Err(away("an earlier statement was not answered"));
        }
        self.owes = true;
        Ok(self.wait)
    }

    /// Notes what came of it. An answer that says that this connection is at its end is none to the statement.
    ///
    /// # Errors
    /// The statement's own, or a closed connection.
    pub(crate) fn answered<T>(&mut self, answer: Result<QueryResult<T>, Elapsed>) -> QueryResult<T> {
        let Ok(answer) = answer else { return Err(away("the database did not answer in time")) };
        self.owes = false;
        let answer = match answer {
            Err(Error::DatabaseError(DatabaseErrorKind::Unknown, why))
                if why.message().starts_with("terminating connection") || self.conn.is_broken() =>
            {
                Err(away(why.message()))
            }
            answer => answer,
        };
        if let Err(Error::DatabaseError(kind, _)) = &answer {
            use DatabaseErrorKind::{ClosedConnection, ReadOnlyTransaction, UnableToSendCommand};
            self.spent |= matches!(kind, ClosedConnection | ReadOnlyTransaction | UnableToSendCommand);
        }
        answer
    }
}

fn away(why: &str) -> Error {
    Error::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(why.to_owned()))
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.owes || self.spent {
            // The pool asks for this, and closes the connection instead of lending it on.
            AnsiTransactionManager::transaction_manager_status_mut(&mut *self.conn).set_in_error();
        }
    }
}

impl Deref for Lent {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.conn
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.conn
    }
}

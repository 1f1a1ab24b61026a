//! What servers and commands tell each other through PostgreSQL: whose configuration has changed (LISTEN, NOTIFY).

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::future::poll_fn;
use std::pin::pin;

use diesel::QueryResult;
use diesel::pg::PgNotification;
use diesel::sql_types::{Array, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_core::Stream as _;

use crate::error::Error;
use crate::id::ClientId;
use crate::random;
use crate::store::engine::cached::Cached;
use crate::store::engine::conn::Conn;
use crate::store::engine::lent::in_time;
use crate::store::engine::postgres::Servers;

/// The channel; also in the statement of [`announce`].
const CHANNEL: &str = "xwms_snapshots";
/// Names all clients.
const ALL: &str = "*";
/// A change of more clients names all: one notice is read faster than thousands.
const MANY: usize = 500;

/// Tells every server whose configuration has changed, once the transaction is committed. On SQLite
/// there is nobody to tell: a server notices by itself that another process wrote.
pub(crate) async fn announce(conn: &mut Conn, whose: &Whose) -> QueryResult<()> {
    let Conn::Postgres(lent) = conn else { return Ok(()) };
    if whose.0.is_empty() {
        return Ok(());
    }
    let query = diesel::sql_query(TELL).bind::<Array<Text>, _>(&whose.0);
    in_time!(lent, |c| Cached(query).execute(c)).map(drop)
}

const TELL: &str = "SELECT pg_notify('xwms_snapshots', named) FROM unnest($1) AS named";

/// Whose configuration has changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whose(pub(in crate::store) Vec<String>);

impl Whose {
    /// Everybody's.
    pub(crate) fn all() -> Self {
        Self(vec![ALL.to_owned()])
    }

    /// That of these clients.
    pub(crate) fn of(clients: &BTreeSet<ClientId>) -> Self {
        if clients.len() > MANY { Self::all() } else { Self(clients.iter().map(ClientId::to_string).collect()) }
    }
}

/// What a [`Listener`] hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The configuration of this client has changed.
    Changed(ClientId),
    /// That of any client may have.
    AllChanged,
    /// The answer to [`Listener::call`].
    Echo,
}

/// A connection of its own that listens.
pub struct Listener {
    conn: AsyncPgConnection,
    /// A channel on which only this listener hears, and hears only itself.
    echo: String,
}

impl Listener {
    /// Connects, and listens from here on.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub(in crate::store) async fn connect(servers: &Servers) -> Result<Self, Error> {
        let mut conn = servers.connect().await.map_err(|error| {
            tracing::debug!(%error, "no connection to listen on");
            Error::Unavailable
        })?;
        let mut echo = "xwms_echo_".to_owned();
        for byte in random::bytes::<8>() {
            // Writing to a text can't fail.
            let _ = write!(echo, "{byte:02x}");
        }
        let listen = format!("SET application_name = 'xwms listener'; LISTEN {CHANNEL}; LISTEN {echo}");
        conn.batch_execute(&listen).await?;
        Ok(Self { conn, echo })
    }

    /// Calls out to itself. The notices of one database come in the order of the commits, so when [`Notice::Echo`] is
    /// heard, everything that was committed before the call has been heard too; and a connection that only seems to
    /// listen, through a pooler or into the void, hears no echo.
    ///
    /// # Errors
    /// The database's.
    pub async fn call(&mut self) -> Result<(), Error> {
        Ok(self.conn.batch_execute(&format!("NOTIFY {}", self.echo)).await?)
    }

    /// Waits for the next notice. None is lost when the wait is given up.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the connection has ended.
    pub async fn next(&mut self) -> Result<Notice, Error> {
        let heard = {
            let mut notices = pin!(self.conn.notifications_stream());
            poll_fn(|context| notices.as_mut().poll_next(context)).await
        };
        Ok(self.read(&heard.ok_or(Error::Unavailable)??))
    }

    /// What is not understood may mean any client.
    fn read(&self, heard: &PgNotification) -> Notice {
        if heard.channel == self.echo {
            return Notice::Echo;
        }
        heard.payload.parse().map_or(Notice::AllChanged, Notice::Changed)
    }
}

//! The two databases behind one type.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::error::Error;
use crate::id::SecretId;
use crate::store::engine::conn::{Conn, Options, SqliteConn, failed, lend, unavailable, with_conn};
use crate::store::engine::grouped::{Group, Grouped, Pools};
use crate::store::engine::lent::Lent;
use crate::store::engine::migrations::migrate;
use crate::store::engine::notices::Listener;
use crate::store::engine::postgres::{self, Servers};
use crate::store::engine::sqlite;
use crate::store::engine::writer::{self, Undo, Writer};
use crate::store::logins::{Groups, Issue, NewLogin, Redeem, Rotate};
use crate::store::tables::refresh_tokens::NewRefreshToken;

/// The database. Clones share it.
#[derive(Clone)]
pub struct Db {
    backend: Backend,
    wait: Duration,
}

#[derive(Clone)]
enum Backend {
    Sqlite {
        readers: Pool<SqliteConn>,
        writer: Writer,
        /// `PRAGMA data_version` of the writing connection when it was last asked.
        data_version: Arc<AtomicI64>,
    },
    Postgres {
        pool: Pool<AsyncPgConnection>,
        servers: Arc<Servers>,
        groups: Groups,
    },
}

impl Db {
    /// Opens the database; a SQLite file is made when it is absent. The schema is brought up to date.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it can't be reached, [`Error::Internal`] when a migration fails.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        migrate(options).await?;
        Self::connect(options).await
    }

    /// Opens the database as it is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it can't be reached.
    pub async fn connect(options: &Options) -> Result<Self, Error> {
        let backend = match sqlite::path(&options.url) {
            Some(path) => {
                let readers = sqlite::pool(path, options, options.connections, "PRAGMA query_only = ON;")?;
                let writing = sqlite::pool(path, options, 1, "PRAGMA wal_autocheckpoint = 1000;")?;
                let conn = writing.get().await.map_err(unavailable)?;
                Backend::Sqlite { readers, writer: Writer::start(Conn::Sqlite(conn))?, data_version: Arc::default() }
            }
            None => {
                let servers = Arc::new(Servers::of(options).map_err(|why| failed("it can't be looked for", &why))?);
                let pool = |size, setup| {
                    postgres::pool(&servers, size, setup, options.statements.clone())
                        .map_err(|why| failed("no pool", &why))
                };
                let others = pool(options.connections, String::new())?;
                let grouped = pool(Groups::COUNT, postgres::grouped_setup(options))?;
                let groups = Groups::start(&Pools { grouped, others: others.clone(), wait: options.wait });
                Backend::Postgres { pool: others, servers, groups }
            }
        };
        Ok(Self { backend, wait: options.wait })
    }

    /// Lends a connection for reading. It is given back when dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when none becomes free in time or the database is away.
    pub async fn read(&self) -> Result<Conn, Error> {
        let wait = self.wait;
        Ok(match &self.backend {
            Backend::Sqlite { readers, .. } => Conn::Sqlite(lend(wait, readers.get()).await?),
            Backend::Postgres { pool, .. } => Conn::Postgres(Lent::new(lend(wait, pool.get()).await?, wait)),
        })
    }

    /// Runs `change` as one durable transaction and answers after its COMMIT; on an error of its own everything it did
    /// is undone. No other crate calls it, which [`crate::database`] proves.
    ///
    /// Once begun it runs to its end, also when the caller goes away: on SQLite the one writer thread runs it, on
    /// PostgreSQL a task of its own.
    ///
    /// # Errors
    /// The closure's own, or [`Error::Unavailable`] and [`Error::Storage`] of the database.
    pub(crate) async fn change<T, F>(&self, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        for<'c> F: AsyncFnOnce(&'c mut Conn) -> Result<T, Error>
            + writer::Change<&'c mut Conn, Result<T, Error>, Running: Send>
            + Send
            + 'static,
    {
        self.change_or_undo(Undo::Alone, change).await
    }

    /// As [`Db::change`]; `undo` says how SQLite undoes it when it fails.
    ///
    /// # Errors
    /// The closure's own, or [`Error::Unavailable`] and [`Error::Storage`] of the database.
    pub(in crate::store) async fn change_or_undo<T, F>(&self, undo: Undo, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        for<'c> F: AsyncFnOnce(&'c mut Conn) -> Result<T, Error>
            + writer::Change<&'c mut Conn, Result<T, Error>, Running: Send>
            + Send
            + 'static,
    {
        match &self.backend {
            Backend::Sqlite { writer, .. } => writer.change(undo, change).await,
            Backend::Postgres { .. } => writer::change_on_postgres(self.read().await?, change).await,
        }
    }

    /// Where the changes of logins share statements: on PostgreSQL.
    pub(in crate::store) fn groups(&self) -> Option<&Groups> {
        match &self.backend {
            Backend::Sqlite { .. } => None,
            Backend::Postgres { groups, .. } => Some(groups),
        }
    }

    /// Writes what a login gives, with the client user; false when its flow has ended, and then nothing is written.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn issue(&self, login: NewLogin, now: Timestamp) -> Result<bool, Error> {
        let group = self.groups().filter(|_| login.flow.is_none());
        self.grouped(Issue { login, now }, group.map(|groups| &groups.issue)).await
    }

    /// Spends a code, for a caller with this secret, and stores the first refresh token, if there is to be one; false when the code is spent or expired, and
    /// then nothing is written.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn redeem(
        &self,
        code: CredentialKey,
        secret: Option<SecretId>,
        refresh: Option<NewRefreshToken>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.grouped(Redeem { code, secret, refresh, now }, self.groups().map(|groups| &groups.redeem)).await
    }

    /// Spends a refresh token, by the request of this digest, and stores its child; false when the token is spent or
    /// expired, and then nothing is written.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn rotate(
        &self,
        parent: CredentialKey,
        request: [u8; 32],
        child: NewRefreshToken,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.grouped(Rotate { parent, request, child, now }, self.groups().map(|groups| &groups.rotate)).await
    }

    async fn grouped<R: Grouped>(&self, request: R, group: Option<&Group<R>>) -> Result<bool, Error> {
        match group {
            Some(group) => group.run(request).await,
            None => {
                // It fails only when the database does.
                let change = async move |conn: &mut Conn| request.alone(conn).await;
                self.change_or_undo(Undo::WithItsGroup, change).await
            }
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Storage`] when it gives none.
    pub async fn ping(&self) -> Result<(), Error> {
        let mut conn = self.read().await?;
        Ok(with_conn!(&mut conn, |c| c.batch_execute("SELECT 1"))?)
    }

    /// Begins to listen to what other servers and commands tell; `None` on SQLite, where nobody tells anything.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn listen(&self) -> Result<Option<Listener>, Error> {
        let Backend::Postgres { servers, .. } = &self.backend else { return Ok(None) };
        let listening = tokio::time::timeout(self.wait, Listener::connect(servers)).await;
        listening.map_err(|_| Error::Unavailable)?.map(Some)
    }

    /// Whether, on SQLite, another process has written since this was last asked; at first it may have. Only the writing
    /// connection can tell: for every other one our own writes are another's.
    ///
    /// # Errors
    /// The database's.
    pub async fn other_process_wrote(&self) -> Result<bool, Error> {
        let Backend::Sqlite { data_version, .. } = &self.backend else { return Ok(false) };
        #[derive(diesel::QueryableByName)]
        struct Version {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            data_version: i64,
        }
        let version = self.change(async |conn: &mut Conn| {
            let Conn::Sqlite(conn) = conn else { return Err(Error::Internal("not SQLite")) };
            let query = diesel::sql_query("SELECT data_version FROM pragma_data_version");
            Ok(diesel_async::RunQueryDsl::get_result::<Version>(query, &mut **conn).await?.data_version)
        });
        let version = version.await?;
        Ok(data_version.swap(version, Ordering::SeqCst) != version)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use super::*;
    use crate::store::schema::scopes::dsl as t;
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_failing_change_undoes_itself_alone() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("deep/xwms.db").display());
        let db =
            Db::open(&Options { url, connections: 2, wait: Duration::from_secs(1), statements: None }).await.unwrap();

        let rename = async |title: &'static str, fail: bool| {
            db.change(async move |conn: &mut Conn| {
                let row = diesel::update(t::scopes.filter(t::name.eq("openid"))).set(t::title.eq(title));
                with_conn!(conn, |c| row.execute(c))?;
                if fail { Err(Error::StalePrecondition) } else { Ok(()) }
            })
            .await
        };
        let (kept, undone) = tokio::join!(rename("kept", false), rename("undone", true));

        assert!(kept.is_ok());
        assert!(matches!(undone, Err(Error::StalePrecondition)));
        let mut conn = db.read().await.unwrap();
        let title: String = with_conn!(&mut conn, |c| t::scopes.find("openid").select(t::title).first(c)).unwrap();
        assert_eq!(title, "kept");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_change_that_fails_with_its_group_takes_those_before_it_along_and_none_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("xwms.db").display());
        let options = Options { url, connections: 2, wait: Duration::from_secs(1), statements: None };
        let db = Db::open(&options).await.unwrap();
        let set = |undo: Undo, column: &'static str, fail: bool| {
            let db = db.clone();
            async move {
                let change = db.change_or_undo(undo, async move |conn: &mut Conn| {
                    let row = diesel::update(t::scopes.filter(t::name.eq(column))).set(t::title.eq("changed"));
                    with_conn!(conn, |c| row.execute(c))?;
                    if fail { Err(Error::Internal("the database failed")) } else { Ok(()) }
                });
                change.await
            }
        };

        // The writer is held by a change until the others wait behind it, so they join its group in this order.
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let holder = db.clone();
        let holding = tokio::spawn(async move {
            let change = async move |_: &mut Conn| {
                begun.send(()).unwrap();
                held.recv().unwrap();
                Ok(())
            };
            holder.change(change).await
        });
        begins.await.unwrap();
        let mut before = Box::pin(set(Undo::Alone, "openid", false));
        let mut failing = Box::pin(set(Undo::WithItsGroup, "profile", true));
        let mut after = Box::pin(set(Undo::Alone, "email", false));
        for waiting in [&mut before as &mut (dyn Future<Output = _> + Unpin), &mut failing, &mut after] {
            assert!(
                std::future::poll_fn(|cx| std::task::Poll::Ready(Pin::new(&mut *waiting).poll(cx))).await.is_pending()
            );
        }
        release.send(()).unwrap();

        assert!(matches!(holding.await.unwrap(), Err(Error::Unavailable)));
        assert!(matches!(before.await, Err(Error::Unavailable)));
        assert!(failing.await.is_err());
        after.await.unwrap();
        let mut conn = db.read().await.unwrap();
        let changed = t::scopes.filter(t::title.eq("changed")).select(t::name);
        let changed: Vec<String> = with_conn!(&mut conn, |c| changed.load(c)).unwrap();
        assert_eq!(changed, ["email"]);
    }
}

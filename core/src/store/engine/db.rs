//! The two databases behind one type: pools of connections, `with_conn!`, and the embedded migrations.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use deadpool::managed::QueueMode;
use diesel::sqlite::SqliteConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::error::Error;
use crate::store::engine::grouped::Pools;
use crate::store::engine::lent::Lent;
use crate::store::engine::notices::Listener;
use crate::store::engine::postgres::{self, Servers};
use crate::store::engine::statements::Statements;
use crate::store::engine::writer::{Undo, Writer};
use crate::store::logins::Groups;

pub(in crate::store) const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
pub(in crate::store) const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

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
pub type SqliteConn = SyncConnectionWrapper<SqliteConnection, Inline>;

/// A connection of either kind, lent by [`Db`]. Store functions take `&mut Conn`, so they compose in one transaction.
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
            $crate::store::engine::db::Conn::Sqlite(object) => {
                let $c = &mut **object;
                $query.await
            }
            $crate::store::engine::db::Conn::Postgres(lent) => $crate::store::engine::lent::in_time!(lent, |$c| $query),
        }
    };
}
pub(crate) use with_conn;

/// As [`with_conn!`], for one statement of a hot path: `hot!(conn, get_result(query))`. On SQLite it goes to the connection
/// itself, which spares what the asynchronous wrapper copies of binds and rows; the query must own all it binds.
macro_rules! hot {
    ($conn:expr, $method:ident($query:expr)) => {
        match $conn {
            $crate::store::engine::db::Conn::Sqlite(object) => {
                let query = $query;
                object.spawn_blocking(move |c| diesel::RunQueryDsl::$method(query, c)).await
            }
            $crate::store::engine::db::Conn::Postgres(lent) => {
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
        let backend = match sqlite_path(&options.url) {
            Some(path) => {
                let readers = sqlite_pool(path, options, options.connections, "PRAGMA query_only = ON;")?;
                let writing = sqlite_pool(path, options, 1, "PRAGMA wal_autocheckpoint = 1000;")?;
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
            + crate::store::engine::writer::Change<&'c mut Conn, Result<T, Error>, Running: Send>
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
            + crate::store::engine::writer::Change<&'c mut Conn, Result<T, Error>, Running: Send>
            + Send
            + 'static,
    {
        match &self.backend {
            Backend::Sqlite { writer, .. } => writer.change(undo, change).await,
            Backend::Postgres { .. } => {
                crate::store::engine::writer::change_on_postgres(self.read().await?, change).await
            }
        }
    }

    /// Where the changes of logins share statements: on PostgreSQL.
    pub(in crate::store) fn groups(&self) -> Option<&Groups> {
        match &self.backend {
            Backend::Sqlite { .. } => None,
            Backend::Postgres { groups, .. } => Some(groups),
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

/// Brings the schema up to date.
///
/// # Errors
/// [`Error::Unavailable`] when the database can't be reached, [`Error::Internal`] when a migration fails.
pub async fn migrate(options: &Options) -> Result<(), Error> {
    if let Some(path) = sqlite_path(&options.url) {
        let (path, setup) = (path.to_owned(), sqlite_setup(options));
        let migrated = tokio::task::spawn_blocking(move || {
            use diesel::connection::{Connection, SimpleConnection};
            if let Some(folder) = std::path::Path::new(&path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
                make_folder(folder).map_err(|why| failed("its folder can't be made", &why))?;
            }
            make_private(&path).map_err(|why| failed("it can't be made", &why))?;
            let mut conn = SqliteConnection::establish(&path).map_err(|why| failed("it can't be opened", &why))?;
            conn.batch_execute(&setup).map_err(|why| failed("it can't be set up", &why))?;
            conn.run_pending_migrations(SQLITE_MIGRATIONS).map_err(|why| failed("a migration failed", &*why))?;
            Ok(())
        });
        return migrated.await.map_err(|_| Error::Internal("the migration's thread died"))?;
    }
    let options = options.clone();
    let migrated = tokio::task::spawn_blocking(move || {
        // diesel's harness blocks a thread of a runtime that has several, which the program's own need not have.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.map_err(|why| failed("there is no thread to migrate it", &why))?.block_on(migrate_postgres(&options))
    });
    migrated.await.map_err(|_| Error::Internal("the migration's thread died"))?
}

async fn migrate_postgres(options: &Options) -> Result<(), Error> {
    let servers = Servers::of(options).map_err(|why| failed("it can't be reached", &why))?;
    let mut conn = servers.connect().await.map_err(|why| failed("it can't be reached", &why))?;
    // Replicas may start together: the advisory lock lets one migrate while the others wait, then find nothing to do.
    conn.batch_execute("SELECT pg_advisory_lock(8897432781)")
        .await
        .map_err(|why| failed("its lock can't be had", &why))?;
    let mut harness = AsyncMigrationHarness::new(conn);
    harness.run_pending_migrations(POSTGRES_MIGRATIONS).map_err(|why| failed("a migration failed", &*why))?;
    Ok(())
}

/// Makes a folder that only its owner can look into; one that is there stays as it is.
fn make_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the database's file, readable by its owner alone, when it is absent: SQLite gives its other files the same mode.
fn make_private(path: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// The path in a `sqlite://` URL; `None` for another kind of database.
fn sqlite_path(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite://")
}

fn sqlite_setup(options: &Options) -> String {
    format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        options.wait.as_millis()
    )
}

fn sqlite_pool(path: &str, options: &Options, size: usize, more: &str) -> Result<Pool<SqliteConn>, Error> {
    let setup = sqlite_setup(options) + more;
    let mut config = ManagerConfig::<SqliteConn>::default();
    config.recycling_method = RecyclingMethod::Fast;
    let statements = options.statements.clone();
    config.custom_setup = Box::new(move |path| {
        let (path, setup, statements) = (path.to_owned(), setup.clone(), statements.clone());
        Box::pin(async move {
            let mut conn = SqliteConn::establish(&path).await?;
            conn.batch_execute(&setup).await.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok(observed(conn, statements))
        })
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(path, config))
        .max_size(size)
        // The last one used is the readiest: its statements are prepared, and its copy of the pages is current.
        .queue_mode(QueueMode::Lifo)
        .build()
        .map_err(|why| failed("no pool", &why))
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

fn failed(what: &str, why: &(impl std::fmt::Display + ?Sized)) -> Error {
    tracing::error!(%why, "the database: {what}");
    Error::Unavailable
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

//! The embedded migrations of both databases.

use diesel::sqlite::SqliteConnection;
use diesel_async::{AsyncMigrationHarness, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::error::Error;
use crate::store::engine::conn::{Options, failed};
use crate::store::engine::postgres::Servers;
use crate::store::engine::sqlite;

pub(in crate::store) const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
pub(in crate::store) const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Brings the schema up to date.
///
/// # Errors
/// [`Error::Unavailable`] when the database can't be reached, [`Error::Internal`] when a migration fails.
pub async fn migrate(options: &Options) -> Result<(), Error> {
    if let Some(path) = sqlite::path(&options.url) {
        let (path, setup) = (path.to_owned(), sqlite::setup(options));
        let migrated = tokio::task::spawn_blocking(move || {
            use diesel::connection::{Connection, SimpleConnection};
            if let Some(folder) = std::path::Path::new(&path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
                sqlite::make_folder(folder).map_err(|why| failed("its folder can't be made", &why))?;
            }
            sqlite::make_private(&path).map_err(|why| failed("it can't be made", &why))?;
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

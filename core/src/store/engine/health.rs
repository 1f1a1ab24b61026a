//! What `doctor` asks the database about itself.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use diesel_migrations::EmbeddedMigrations;

use crate::clock::Timestamp;
use crate::error::Error;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::engine::migrations::{POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS};

/// How the schema of the database differs from this program's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Migrations that were not run yet.
    pub missing: Vec<String>,
    /// Migrations that only a newer program knows.
    pub unknown: Vec<String>,
}

/// Compares the migrations that were run with those that this program has.
///
/// # Errors
/// The database's: a database that was never migrated has no list of them.
pub async fn schema(conn: &mut Conn) -> Result<Schema, Error> {
    #[derive(QueryableByName)]
    struct Run {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let known = match conn {
        Conn::Sqlite(_) => versions::<Sqlite>(&SQLITE_MIGRATIONS)?,
        Conn::Postgres(_) => versions::<Pg>(&POSTGRES_MIGRATIONS)?,
    };
    let query = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
    let run: Vec<Run> = with_conn!(conn, |c| sql_query(query).load(c))?;
    let run: Vec<String> = run.into_iter().map(|run| run.version).collect();
    Ok(Schema {
        missing: known.iter().filter(|version| !run.contains(version)).cloned().collect(),
        unknown: run.into_iter().filter(|version| !known.contains(version)).collect(),
    })
}

/// What PostgreSQL promises about a commit that it has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Durability {
    /// `on`, `off`, `local`, `remote_write` or `remote_apply`.
    #[diesel(sql_type = Text)]
    pub synchronous_commit: String,
    /// `on` or `off`.
    #[diesel(sql_type = Text)]
    pub fsync: String,
    /// The standbys of which commits wait for some, by name; empty: commits wait for none.
    #[diesel(sql_type = Text)]
    pub synchronous_standby_names: String,
    /// Standbys that commits wait for.
    #[diesel(sql_type = BigInt)]
    pub synchronous: i64,
    /// Standbys that may lack the last commits.
    #[diesel(sql_type = BigInt)]
    pub asynchronous: i64,
    /// Standbys about which this database user is told nothing.
    #[diesel(sql_type = BigInt)]
    pub hidden: i64,
}

/// Asks PostgreSQL; `None` on SQLite, where every connection of ours sets what it needs.
pub async fn durability(conn: &mut Conn) -> QueryResult<Option<Durability>> {
    let Conn::Postgres(conn) = conn else { return Ok(None) };
    let query = "SELECT current_setting('synchronous_commit') AS synchronous_commit, \
                 current_setting('fsync') AS fsync, \
                 current_setting('synchronous_standby_names') AS synchronous_standby_names, \
                 count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')) AS synchronous, \
                 count(*) FILTER (WHERE sync_state IN ('async', 'potential')) AS asynchronous, \
                 count(*) FILTER (WHERE sync_state IS NULL) AS hidden \
                 FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup'";
    sql_query(query).get_result(&mut **conn).await.map(Some)
}

/// The clock of PostgreSQL's machine; `None` on SQLite, which has only ours.
pub async fn clock(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    #[derive(QueryableByName)]
    struct Now {
        #[diesel(sql_type = BigInt)]
        milliseconds: i64,
    }
    let Conn::Postgres(conn) = conn else { return Ok(None) };
    let query = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS milliseconds";
    let now: Now = sql_query(query).get_result(&mut **conn).await?;
    Ok(Some(Timestamp::from_milliseconds(now.milliseconds)))
}

fn versions<B: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Result<Vec<String>, Error>
where
    EmbeddedMigrations: MigrationSource<B>,
{
    let migrations = MigrationSource::<B>::migrations(source);
    let migrations = migrations.map_err(|_| Error::Internal("the embedded migrations can't be read"))?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::db::Db;
    use crate::store::engine::conn::Options;
    use diesel_async::SimpleAsyncConnection;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_schema_is_compared_with_the_program_s_own() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("xwms.db").display());
        let db =
            Db::open(&Options { url, connections: 1, wait: Duration::from_secs(1), statements: None }).await.unwrap();
        assert_eq!(schema(&mut db.read().await.unwrap()).await.unwrap(), Schema::default());

        // As a newer program leaves it, and with one of ours not run.
        db.change(async |conn: &mut Conn| {
            let change = "UPDATE __diesel_schema_migrations SET version = '29991231000000' WHERE version = \
                          (SELECT max(version) FROM __diesel_schema_migrations)";
            Ok(with_conn!(conn, |c| c.batch_execute(change))?)
        })
        .await
        .unwrap();
        let found = schema(&mut db.read().await.unwrap()).await.unwrap();
        assert_eq!(found.unknown, ["29991231000000"]);
        assert!(!found.missing.is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_database_that_was_never_migrated_is_no_match() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("empty.db").display());
        let db = Db::connect(&Options { url, connections: 1, wait: Duration::from_secs(1), statements: None })
            .await
            .unwrap();
        assert!(schema(&mut db.read().await.unwrap()).await.is_err());
        assert_eq!(durability(&mut db.read().await.unwrap()).await.unwrap(), None);
        assert_eq!(clock(&mut db.read().await.unwrap()).await.unwrap(), None);
    }
}

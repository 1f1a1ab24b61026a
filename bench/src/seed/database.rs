//! The database that is filled, by either driver.

use rusqlite::{Connection, params};
use tokio_postgres::{Client, NoTls};

use crate::failure::Failure;

/// A connection to either kind.
pub(super) enum Database {
    Sqlite(Connection),
    Postgres(Client),
}

impl Database {
    pub(super) async fn open(url: &str) -> Result<Self, Failure> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if !std::path::Path::new(path).exists() {
                return Err(Failure(format!("{path}: there is no such database")));
            }
            return Ok(Self::Sqlite(Connection::open(path)?));
        }
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(async move {
            // What fails on the connection fails at a statement, too.
            let _ = connection.await;
        });
        Ok(Self::Postgres(client))
    }

    /// Begins the one transaction, with the digests and hints of the secrets in a table `seed_secrets` that ends with
    /// it. What refers to what is right by construction, so it is not checked row by row.
    pub(super) async fn begin(&mut self, secrets: &[(i64, Vec<u8>, String)]) -> Result<(), Failure> {
        const TABLE: &str = "CREATE TEMPORARY TABLE seed_secrets (n BIGINT PRIMARY KEY, digest";
        match self {
            Self::Sqlite(conn) => {
                conn.execute_batch(
                    "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; \
                     PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE",
                )?;
                conn.execute_batch(&format!("{TABLE} BLOB, hint TEXT)"))?;
                let mut insert = conn.prepare("INSERT INTO seed_secrets VALUES (?1, ?2, ?3)")?;
                for (number, digest, hint) in secrets {
                    insert.execute(params![number, digest, hint])?;
                }
            }
            Self::Postgres(client) => {
                client.batch_execute("BEGIN; SET LOCAL session_replication_role = replica").await?;
                client.batch_execute(&format!("{TABLE} BYTEA, hint TEXT) ON COMMIT DROP")).await?;
                let numbers: Vec<i64> = secrets.iter().map(|(number, ..)| *number).collect();
                let digests: Vec<&[u8]> = secrets.iter().map(|(_, digest, _)| digest.as_slice()).collect();
                let hints: Vec<&str> = secrets.iter().map(|(.., hint)| hint.as_str()).collect();
                let insert = "INSERT INTO seed_secrets SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[])";
                client.execute(insert, &[&numbers, &digests, &hints]).await?;
                client.batch_execute("ANALYZE seed_secrets").await?;
            }
        }
        Ok(())
    }

    pub(super) async fn execute(&mut self, statement: &str) -> Result<(), Failure> {
        match self {
            Self::Sqlite(conn) => conn.execute_batch(statement)?,
            Self::Postgres(client) => client.batch_execute(statement).await?,
        }
        Ok(())
    }

    /// Commits, has the planner learn what there is, and leaves nothing to be tidied up while something is measured.
    pub(super) async fn end(&mut self) -> Result<(), Failure> {
        match self {
            Self::Sqlite(conn) => {
                conn.execute_batch("DROP TABLE seed_secrets; COMMIT; PRAGMA synchronous = FULL; ANALYZE")?;
                conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            }
            Self::Postgres(client) => {
                for statement in ["COMMIT", "VACUUM (ANALYZE)", "CHECKPOINT"] {
                    client.batch_execute(statement).await?;
                }
            }
        }
        Ok(())
    }

    /// The columns of a table.
    pub(super) async fn columns(&self, table: &str) -> Result<Vec<String>, Failure> {
        Ok(match self {
            Self::Sqlite(conn) => {
                let mut query = conn.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
                let names = query.query_map(params![table], |row| row.get(0))?;
                names.collect::<Result<_, _>>()?
            }
            Self::Postgres(client) => {
                let query = "SELECT column_name::text FROM information_schema.columns \
                             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";
                client.query(query, &[&table]).await?.iter().map(|row| row.get(0)).collect()
            }
        })
    }

    /// A condition that holds for the first client that is there, by its column `id`.
    pub(super) async fn first_client(&self) -> Result<String, Failure> {
        const QUERY: &str = "SELECT id FROM clients WHERE deleted_at IS NULL ORDER BY id LIMIT 1";
        let none = || Failure("there is no client to multiply: `xwms apply` one first".to_owned());
        let id: Vec<u8> = match self {
            Self::Sqlite(conn) => conn.query_row(QUERY, [], |row| row.get(0)).map_err(|_| none())?,
            Self::Postgres(client) => client.query_opt(QUERY, &[]).await?.ok_or_else(none)?.get(0),
        };
        let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(self.blob(&format!("'{hex}'")))
    }

    /// Bytes of an expression of hexadecimal digits.
    pub(super) fn blob(&self, hex: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("unhex({hex})"),
            Self::Postgres(_) => format!("decode({hex}, 'hex')"),
        }
    }

    /// A number as eight hexadecimal digits.
    pub(super) fn hex(&self, number: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("printf('%08x', {number})"),
            Self::Postgres(_) => format!("lpad(to_hex(({number})::bigint), 8, '0')"),
        }
    }

    /// Thirty-two bytes that look random, as 64 hexadecimal digits.
    pub(super) fn digest(&self, number: &str) -> String {
        match self {
            Self::Sqlite(_) => "hex(randomblob(32))".to_owned(),
            Self::Postgres(_) => format!("encode(sha256(int8send(({number})::bigint)), 'hex')"),
        }
    }

    /// A row source `numbers(n)` from 0.
    pub(super) fn numbers(&self, count: u32) -> String {
        match self {
            Self::Sqlite(_) => format!(
                "(WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < {count}) \
                 SELECT n FROM counted) AS numbers"
            ),
            Self::Postgres(_) => format!("(SELECT n::bigint FROM generate_series(0, {count} - 1) AS n) AS numbers"),
        }
    }
}

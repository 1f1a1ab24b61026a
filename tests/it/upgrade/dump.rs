//! Dumps: SQL as text, after comment lines with what only its owner knows, `-- name: value`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::sqlite::SqliteConnection;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use xwms_core::database::Db;

use crate::database::texts;
use crate::postgres;
use crate::world::{Backend, World};

/// What is kept beside the database, by name: the master key, tokens and the like.
pub type Kept = BTreeMap<&'static str, String>;

pub struct Dump {
    pub name: String,
    text: String,
}

/// The dumps of one database, oldest first.
pub fn all(backend: Backend) -> Vec<Dump> {
    let files = std::fs::read_dir(folder(backend)).unwrap();
    let read = |path: PathBuf| Dump { name: path.display().to_string(), text: std::fs::read_to_string(path).unwrap() };
    let mut dumps: Vec<Dump> = files.map(|entry| read(entry.unwrap().path())).collect();
    dumps.sort_by(|left, right| left.name.cmp(&right.name));
    dumps
}

impl Dump {
    pub fn kept(&self, name: &str) -> &str {
        let lines = self.text.lines().map_while(|line| line.strip_prefix("-- "));
        let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        values.next().unwrap_or_else(|| panic!("{} has no {name}", self.name))
    }

    /// Fills an empty database, and puts the master key into the folder.
    pub async fn load(&self, url: &str, folder: &Path) {
        if let Some(path) = url.strip_prefix("sqlite://") {
            SqliteConnection::establish(path).unwrap().batch_execute(&self.text).unwrap();
        } else {
            AsyncPgConnection::establish(url).await.unwrap().batch_execute(&self.text).await.unwrap();
        }
        let key = folder.join("master.key");
        std::fs::write(&key, self.kept("master key")).unwrap();
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
}

fn folder(backend: Backend) -> PathBuf {
    let of_backend = match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    };
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/upgrade").join(of_backend)
}

/// Writes the dump of a world. One that is there stays: it may be of a program that is no more.
pub async fn write(world: &World, backend: Backend, kept: &Kept) {
    let mut text = String::new();
    for (name, value) in kept {
        writeln!(text, "-- {name}: {value}").unwrap();
    }
    text += &match backend {
        Backend::Sqlite => of_sqlite(&world.core.db).await,
        Backend::Postgres => of_postgres(world.core.config.database.url.expose()),
    };
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let names = std::fs::read_dir(migrations).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let path = folder(backend).join(format!("{}.sql", names.max().unwrap()));
    std::fs::create_dir_all(folder(backend)).unwrap();
    assert!(!path.exists(), "{} is there, and stays as it is", path.display());
    std::fs::write(path, text).unwrap();
}

async fn of_sqlite(db: &Db) -> String {
    let ours = "FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'";
    let mut statements = texts(db, &format!("SELECT sql AS text {ours} ORDER BY rowid")).await;
    for table in texts(db, &format!("SELECT name AS text {ours} AND type = 'table' ORDER BY rowid")).await {
        let columns = format!("SELECT 'quote(' || name || ')' AS text FROM pragma_table_info('{table}')");
        let row = texts(db, &columns).await.join(" || ', ' || ");
        let rows = texts(db, &format!("SELECT {row} AS text FROM {table}")).await;
        if !rows.is_empty() {
            statements.push(format!("INSERT INTO {table} VALUES\n({})", rows.join("),\n(")));
        }
    }
    statements.iter().map(|statement| format!("{statement};\n")).collect()
}

/// What `pg_dump` writes, without what depends on its version: comments, settings, orders to `psql`.
fn of_postgres(url: &str) -> String {
    let about = ["--", "SET ", "SELECT pg_catalog.set_config", "\\"];
    let mut is_in_text = false;
    let mut statements = String::new();
    for line in postgres::dump(url).lines() {
        if is_in_text || !(line.is_empty() || about.iter().any(|start| line.starts_with(start))) {
            is_in_text ^= line.matches('\'').count() % 2 == 1;
            statements += &format!("{line}\n");
        }
    }
    statements
}

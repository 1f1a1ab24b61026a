//! A database full of other people's rows, made from what its catalog says of the tables.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::sqlite::SqliteConnection;
use diesel_async::SimpleAsyncConnection as _;
use xwms_core::database::{Conn, Db};

use crate::database::{is_sqlite, tables, texts};
use crate::world::World;

/// Rows that each table gets.
pub const ROWS: u32 = 20_000;
/// Tables that do not grow with people, logins or partners: everybody reads them whole.
pub const SMALL: [&str; 2] = ["scopes", "signing_keys"];

/// A column, as far as a value for it must be found.
struct Column {
    name: String,
    kind: String,
    /// The first of the only texts it may hold.
    allowed: Option<String>,
}

/// Tables that grow.
pub async fn growing(db: &Db) -> Vec<String> {
    let mut tables = tables(db).await;
    tables.retain(|table| !SMALL.contains(&table.as_str()));
    tables
}

/// Fills every table that grows. Nothing of it is due: all times are in 2033. The rows lead nowhere, so no foreign key is
/// looked at.
pub async fn fill(world: &World) {
    let db = &world.core.db;
    let mut script = String::new();
    for table in growing(db).await {
        let columns = columns(db, &table).await;
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let sqlite = is_sqlite(db).await;
        let values: Vec<String> = columns.iter().map(|column| value(column, sqlite)).collect();
        script += &format!(
            "INSERT INTO {table} ({}) WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {ROWS}) \
             SELECT {} FROM n;\n",
            names.join(", "),
            values.join(", ")
        );
    }
    match &mut db.read().await.unwrap() {
        Conn::Sqlite(_) => {
            let path = world.folder.path().join("xwms.db");
            let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            let off = "PRAGMA busy_timeout = 60000; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;";
            conn.batch_execute(&format!("{off} BEGIN; {script} COMMIT;")).unwrap();
        }
        Conn::Postgres(conn) => {
            let script = format!("SET session_replication_role = replica; {script}; RESET session_replication_role;");
            conn.batch_execute(&script).await.unwrap();
        }
    }
    world.statements.take();
}

/// The n-th value of a column, the same in no two rows of what may be unique.
fn value(column: &Column, sqlite: bool) -> String {
    match (&column.allowed, &*column.kind) {
        (Some(text), _) => format!("'{text}'"),
        (None, "bigint") => "2000000000000 + n".to_owned(),
        (None, "integer") => "n % 100".to_owned(),
        (None, "boolean") => "n % 2 = 0".to_owned(),
        (None, "text") => "'number ' || n".to_owned(),
        (None, "blob") if sqlite => "CAST(printf('%016d', n) AS BLOB)".to_owned(),
        (None, "blob") => "convert_to(lpad(n::text, 16, '0'), 'UTF8')".to_owned(),
        (None, other) => panic!("a value for {} of type {other}", column.name),
    }
}

async fn columns(db: &Db, table: &str) -> Vec<Column> {
    let question = if is_sqlite(db).await {
        format!("SELECT name || ' ' || lower(type) || ' ' AS text FROM pragma_table_info('{table}')")
    } else {
        format!(
            "SELECT c.column_name || ' ' || CASE c.data_type WHEN 'bytea' THEN 'blob' ELSE c.data_type END || ' ' || \
             coalesce((SELECT substring(pg_get_constraintdef(k.oid) from '''(\\w+)''::text') FROM pg_constraint k \
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND k.conkey = ARRAY[a.attnum] \
             WHERE k.contype = 'c' AND k.conrelid = '{table}'::regclass AND a.attname = c.column_name), '') AS text \
             FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name = '{table}'"
        )
    };
    let column = |text: String| {
        let mut words = text.split(' ').map(str::to_owned);
        let (name, kind) = (words.next().unwrap(), words.next().unwrap());
        Column { name, kind, allowed: words.next().filter(|text| !text.is_empty()) }
    };
    texts(db, &question).await.into_iter().map(column).collect()
}

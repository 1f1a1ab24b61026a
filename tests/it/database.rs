//! What stands in the database, asked in SQL that both backends understand, or in that of each.

use std::collections::BTreeMap;

use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl as _;
use xwms_core::database::{Conn, Db};

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

/// The column `text` of a query's rows.
pub async fn texts(db: &Db, query: &str) -> Vec<String> {
    let mut conn = db.read().await.unwrap();
    let rows: Vec<Row> = match &mut conn {
        Conn::Sqlite(conn) => sql_query(query).load(&mut **conn).await.unwrap(),
        Conn::Postgres(conn) => sql_query(query).load(&mut **conn).await.unwrap(),
    };
    rows.into_iter().map(|row| row.text).collect()
}

/// How many rows of a table meet a condition.
pub async fn count(db: &Db, table: &str, condition: &str) -> u64 {
    let query = format!("SELECT CAST(count(*) AS TEXT) AS text FROM {table} WHERE {condition}");
    texts(db, &query).await[0].parse().unwrap()
}

/// Our tables, by name.
pub async fn tables(db: &Db) -> Vec<String> {
    let sqlite = "SELECT name AS text FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                  AND name <> '__diesel_schema_migrations' ORDER BY name";
    let postgres = "SELECT table_name::text AS text FROM information_schema.tables WHERE table_schema = 'public' \
                    AND table_name <> '__diesel_schema_migrations' ORDER BY table_name";
    texts(db, if is_sqlite(db).await { sqlite } else { postgres }).await
}

/// Every row of every table, as text.
pub async fn contents(db: &Db) -> BTreeMap<String, Vec<String>> {
    let sqlite = is_sqlite(db).await;
    let mut contents = BTreeMap::new();
    for table in tables(db).await {
        let row = if sqlite {
            let columns = format!("SELECT 'quote(' || name || ')' AS text FROM pragma_table_info('{table}')");
            texts(db, &columns).await.join(" || '|' || ")
        } else {
            "whole::text".to_owned()
        };
        let mut rows = texts(db, &format!("SELECT {row} AS text FROM {table} whole")).await;
        rows.sort();
        contents.insert(table, rows);
    }
    contents
}

pub async fn is_sqlite(db: &Db) -> bool {
    matches!(db.read().await.unwrap(), Conn::Sqlite(_))
}

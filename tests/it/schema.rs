//! The migrations of both backends yield one schema, and it is the one that the queries are written for.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use xwms_core::database::{Db, Options};

use crate::database::{is_sqlite, tables, texts};
use crate::postgres;

/// One sentence for each column, default, key, index, foreign key and check.
pub type Facts = BTreeSet<String>;

#[tokio::test(flavor = "multi_thread")]
async fn both_migrations_yield_the_schema_that_the_queries_are_written_for() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = open(format!("sqlite://{}", folder.path().join("xwms.db").display())).await;
    let of_sqlite = of_sqlite(&sqlite).await;
    assert!(of_sqlite.len() > 400, "{} facts", of_sqlite.len());
    same(&columns_and_keys(&of_sqlite), &written_for(), "the migrations", "store/schema.rs");

    let Some(url) = postgres::fresh_database() else { return };
    let postgres = open(url).await;
    same(&of_sqlite, &of_postgres(&postgres).await, "SQLite", "PostgreSQL");

    let catalog = "SELECT name || '|' || title || '|' || description || '|' || opens || '|' || tier || '|' || \
                   position AS text FROM scopes ORDER BY position";
    assert_eq!(texts(&sqlite, catalog).await, texts(&postgres, catalog).await);
}

async fn open(url: String) -> Db {
    Db::open(&Options { url, connections: 2, wait: Duration::from_secs(5), statements: None }).await.unwrap()
}

pub fn same(left: &Facts, right: &Facts, left_name: &str, right_name: &str) {
    let only_left: Vec<&String> = left.difference(right).collect();
    let only_right: Vec<&String> = right.difference(left).collect();
    let same = only_left.is_empty() && only_right.is_empty();
    assert!(same, "only in {left_name}: {only_left:#?}\nonly in {right_name}: {only_right:#?}");
}

fn columns_and_keys(facts: &Facts) -> Facts {
    facts.iter().filter(|fact| fact.contains(": column ") || fact.contains(": key ")).cloned().collect()
}

/// What a database says of its tables.
pub async fn facts(db: &Db) -> Facts {
    if is_sqlite(db).await { of_sqlite(db).await } else { of_postgres(db).await }
}

async fn of_sqlite(db: &Db) -> Facts {
    let mut facts = Facts::new();
    for table in tables(db).await {
        let questions = [
            format!(
                "SELECT 'column ' || cid || ' ' || name || ' ' || lower(type) || iif(\"notnull\", ' not null', '') \
                 AS text FROM pragma_table_info('{table}')"
            ),
            format!(
                "SELECT 'default ' || name || ' ' || lower(dflt_value) AS text FROM pragma_table_info('{table}') \
                 WHERE dflt_value IS NOT NULL"
            ),
            format!(
                "SELECT 'key (' || group_concat(name, ', ' ORDER BY pk) || ')' AS text \
                 FROM pragma_table_info('{table}') WHERE pk > 0"
            ),
            format!(
                "SELECT iif(l.\"unique\", 'unique ', 'index ') || iif(l.origin = 'c', l.name || ' ', '') || '(' || \
                 (SELECT group_concat(i.name, ', ' ORDER BY i.seqno) FROM pragma_index_info(l.name) i) || ')' AS text \
                 FROM pragma_index_list('{table}') l WHERE l.origin <> 'pk'"
            ),
            format!(
                "SELECT 'foreign key (' || group_concat(\"from\", ', ' ORDER BY seq) || ') to ' || \"table\" || ' (' || \
                 group_concat(\"to\", ', ' ORDER BY seq) || ') on delete ' || lower(on_delete) AS text \
                 FROM pragma_foreign_key_list('{table}') GROUP BY id"
            ),
        ];
        for question in questions {
            facts.extend(texts(db, &question).await.into_iter().map(|fact| format!("{table}: {fact}")));
        }
        let made = texts(db, &format!("SELECT sql AS text FROM sqlite_schema WHERE name = '{table}'")).await;
        facts.extend(checks(&made[0]).iter().map(|check| format!("{table}: check {}", words(check))));
    }
    let partial = "SELECT tbl_name || ': ' || name || ' where ' || substr(sql, instr(sql, ' WHERE ') + 7) AS text \
                   FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'";
    facts.extend(texts(db, partial).await.iter().map(|fact| words(fact)));
    facts
}

async fn of_postgres(db: &Db) -> Facts {
    let mut facts = Facts::new();
    let indexed = "(SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k(attnum, n) \
                   JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum)";
    let named = |keys: &str, table: &str| {
        format!(
            "(SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest({keys}) WITH ORDINALITY k(attnum, n) \
             JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.attnum)"
        )
    };
    let (from, to) = (named("c.conkey", "c.conrelid"), named("c.confkey", "c.confrelid"));
    for table in tables(db).await {
        let of_table = format!("'public.{table}'::regclass");
        let questions = [
            format!(
                "SELECT 'column ' || (row_number() OVER (ORDER BY ordinal_position) - 1) || ' ' || column_name || ' ' || \
                 CASE data_type WHEN 'bytea' THEN 'blob' ELSE data_type END || \
                 CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS text \
                 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
            ),
            format!(
                "SELECT 'default ' || column_name || ' ' || lower(regexp_replace(column_default, '::[a-z ]+$', '')) \
                 AS text FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}' AND column_default IS NOT NULL"
            ),
            format!(
                "SELECT 'key (' || {indexed} || ')' AS text FROM pg_index x WHERE x.indisprimary AND x.indrelid = {of_table}"
            ),
            format!(
                "SELECT CASE WHEN x.indisunique THEN 'unique ' ELSE 'index ' END || \
                 CASE WHEN EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype = 'u') \
                 THEN '' ELSE i.relname || ' ' END || '(' || {indexed} || ')' AS text \
                 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid \
                 WHERE NOT x.indisprimary AND x.indrelid = {of_table}"
            ),
            format!(
                "SELECT 'foreign key (' || {from} || ') to ' || r.relname || ' (' || {to} || ') on delete ' || \
                 CASE c.confdeltype WHEN 'a' THEN 'no action' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' \
                 ELSE c.confdeltype::text END AS text FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid \
                 WHERE c.contype = 'f' AND c.conrelid = {of_table}"
            ),
        ];
        for question in questions {
            facts.extend(texts(db, &question).await.into_iter().map(|fact| format!("{table}: {fact}")));
        }
        let checks = format!(
            "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE contype = 'c' AND conrelid = {of_table}"
        );
        facts.extend(texts(db, &checks).await.iter().map(|check| format!("{table}: check {}", words(check))));
    }
    let partial = "SELECT t.relname || ': ' || i.relname || ' where ' || pg_get_expr(x.indpred, x.indrelid) AS text \
                   FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
                   JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public' AND x.indpred IS NOT NULL";
    facts.extend(texts(db, partial).await.iter().map(|fact| words(fact)));
    facts
}

/// The `CHECK (…)` clauses of a statement that makes a table.
fn checks(statement: &str) -> Vec<&str> {
    let starts = statement.match_indices("CHECK (").map(|(at, _)| at);
    starts
        .map(|start| {
            let mut depth = 0;
            let end = statement[start..].char_indices().find(|(_, letter)| {
                depth += i32::from(*letter == '(') - i32::from(*letter == ')');
                *letter == ')' && depth == 0
            });
            &statement[start..=start + end.unwrap().0]
        })
        .collect()
}

/// The words of a condition, without what each backend puts around them: PostgreSQL writes `x IN ('a', 'b')` as
/// `((x = ANY (ARRAY['a'::text, 'b'::text])))`.
fn words(condition: &str) -> String {
    let mut bare = condition.to_owned();
    for cast in ["::text", "::bigint", "::integer"] {
        bare = bare.replace(cast, "");
    }
    let letters = |letter: char| letter.is_whitespace() || "()[],'\"".contains(letter);
    let words = bare.split(letters).filter(|word| !matches!(*word, "" | "CHECK" | "IN" | "ANY" | "ARRAY" | "="));
    let mut words: Vec<&str> = words.collect();
    while let Some(between) = words.iter().position(|word| *word == "BETWEEN") {
        let value = words[between - 1];
        words[between] = ">=";
        words.splice(between + 3..between + 3, [value, "<="]);
    }
    words.join(" ")
}

/// What `store/schema.rs` and the files beside it say of the tables.
fn written_for() -> Facts {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("core/src/store");
    let mut files = vec![store.join("schema.rs")];
    if let Ok(folder) = std::fs::read_dir(store.join("schema")) {
        files.extend(folder.map(|entry| entry.unwrap().path()));
    }
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let mut facts = Facts::new();
    for table in text.split("table! {").skip(1) {
        let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('/'));
        let (name, key) = lines.next().unwrap().split_once(" (").unwrap();
        facts.insert(format!("{name}: key ({})", key.split(')').next().unwrap()));
        for (position, column) in lines.take_while(|line| *line != "}").enumerate() {
            let (column, kind) = column.trim_end_matches(',').split_once(" -> ").unwrap();
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            let sql = match inner.unwrap_or(kind) {
                "BigInt" => "bigint",
                "Integer" => "integer",
                "Text" => "text",
                "Binary" => "blob",
                "Bool" => "boolean",
                other => panic!("{name}.{column}: {other}"),
            };
            let null = if inner.is_some() { "" } else { " not null" };
            facts.insert(format!("{name}: column {position} {column} {sql}{null}"));
        }
    }
    facts
}

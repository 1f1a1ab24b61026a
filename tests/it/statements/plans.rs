//! No statement that is run often reads a table from end to end, once the tables are full.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use serde_json::Value;
use xwms_core::database::{Conn, Db, Options};

use super::RECORDED;
use super::counts::assert_counts;
use super::filled::{SMALL, fill, growing};
use super::walk::{Steps, walk};
use crate::database::is_sqlite;
use crate::world::{Backend, World, on_both, run};

on_both!(full_tables_make_no_step_ask_more_or_read_a_table_whole, RECORDED, async |world: World| {
    fill(&world).await;
    let steps = walk(&world).await;
    assert_counts(&world, &steps).await;
    let statements = by_text(steps);
    assert!(statements.len() > 50, "the walk asks for more than {} things", statements.len());
    if !is_sqlite(&world.core.db).await {
        world.sql("ANALYZE").await;
    }

    let mut broken = Vec::new();
    for (text, steps) in &statements {
        for scan in scans(&world, text).await {
            broken.push(format!("{scan}\n  in: {text}\n  of: {steps:?}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
});

/// A plan is kept until PostgreSQL has reason to doubt it, and a table that fills is none. One that was made for an empty
/// table must all the same not be kept for long.
#[test]
fn a_plan_made_for_empty_tables_does_not_outlive_them() {
    run(Backend::Postgres, RECORDED, async |world: World| {
        // Given statements prepared on a connection while VACUUM knows the tables to be empty
        // (but for a partner's configuration, which does not fill in minutes),
        let mut statements = by_text(walk(&world).await);
        statements.retain(|_, steps| !steps.contains("snapshot load"));
        let statements: Vec<String> = statements.into_keys().collect();
        let growing = growing(&world.core.db).await;
        world.sql(&format!("TRUNCATE {} CASCADE", growing.join(", "))).await;
        let options = Options { connections: 1, ..xwms::wire::database_options(&world.core.config) };
        let one = Db::connect(&options).await.unwrap();
        on_postgres(&one, async |conn| {
            conn.batch_execute("VACUUM ANALYZE").await.unwrap();
            conn.batch_execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
            for (number, text) in statements.iter().enumerate() {
                conn.batch_execute(&format!("PREPARE statement_{number} AS {text}")).await.unwrap();
            }
        })
        .await;
        let kept = on_postgres(&one, async |conn| kept_scans(conn, &statements, &growing).await).await;
        assert!(kept.len() > 50, "the trap is there: {kept:?}");

        // when the tables fill, nobody analyses them, and the connection is lent and lent again,
        fill(&world).await;
        for _ in 0..1000 {
            one.read().await.unwrap();
        }

        // then each statement looks up what it needs.
        let kept = on_postgres(&one, async |conn| kept_scans(conn, &statements, &growing).await).await;
        assert!(kept.is_empty(), "{}", kept.join("\n"));
    });
}

async fn on_postgres<T>(db: &Db, work: impl AsyncFnOnce(&mut AsyncPgConnection) -> T) -> T {
    match &mut db.read().await.unwrap() {
        Conn::Postgres(conn) => work(conn).await,
        Conn::Sqlite(_) => panic!("not PostgreSQL"),
    }
}

async fn kept_scans(conn: &mut AsyncPgConnection, statements: &[String], growing: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    for (number, text) in statements.iter().enumerate() {
        let mut scans = Vec::new();
        find_scans(&explain_prepared(conn, &format!("statement_{number}"), text).await, growing, &mut scans);
        kept.extend(scans.into_iter().map(|scan| format!("{scan}\n  in: {text}")));
    }
    kept
}

/// The distinct statements, each with the steps that ran it.
fn by_text(steps: Steps) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut statements: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (name, taken) in steps {
        for text in taken.texts {
            statements.entry(text).or_default().insert(name);
        }
    }
    statements
}

/// What of its plan reads a table, or an index of one, from end to end.
async fn scans(world: &World, statement: &str) -> Vec<String> {
    let mut conn = world.core.db.read().await.unwrap();
    match &mut conn {
        Conn::Sqlite(conn) => scans_of_sqlite(conn, statement).await,
        Conn::Postgres(conn) => {
            let growing = growing(&world.core.db).await;
            scans_of_postgres(conn, statement, &growing).await
        }
    }
}

/// A row of a plan, whatever its column is called.
#[derive(diesel::QueryableByName)]
struct Detail {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// `SCAN x` goes through all of x, by an index or not; `SEARCH x` looks up.
async fn scans_of_sqlite<C>(conn: &mut C, statement: &str) -> Vec<String>
where
    C: diesel_async::AsyncConnection<Backend = diesel::sqlite::Sqlite>,
{
    let plan: Vec<Detail> = sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(conn).await.unwrap();
    let scans = plan.into_iter().map(|row| row.detail).filter(|detail| {
        let of = detail.strip_prefix("SCAN ").map(|rest| rest.split(' ').next().unwrap());
        of.is_some_and(|of| !SMALL.contains(&of) && !detail.ends_with("CONSTANT ROW"))
    });
    scans.collect()
}

/// The plan that a prepared statement keeps, for whatever values come.
async fn scans_of_postgres(conn: &mut AsyncPgConnection, statement: &str, growing: &[String]) -> Vec<String> {
    conn.batch_execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
    conn.batch_execute(&format!("PREPARE explained AS {statement}")).await.unwrap();
    let plan = explain_prepared(conn, "explained", statement).await;
    conn.batch_execute("DEALLOCATE explained; RESET plan_cache_mode").await.unwrap();
    let mut scans = Vec::new();
    find_scans(&plan, growing, &mut scans);
    scans
}

/// The plan of a prepared statement as JSON.
async fn explain_prepared(conn: &mut AsyncPgConnection, name: &str, statement: &str) -> Value {
    #[derive(diesel::QueryableByName)]
    struct Plan {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        plan: String,
    }
    let values = vec!["NULL"; parameters(statement)].join(", ");
    let values = if values.is_empty() { values } else { format!("({values})") };
    let query = sql_query(format!("EXPLAIN (FORMAT JSON) EXECUTE {name}{values}"));
    let plan: Plan = query.get_result(conn).await.unwrap();
    serde_json::from_str(&plan.plan).unwrap()
}

/// How many parameters a statement of PostgreSQL takes.
fn parameters(statement: &str) -> usize {
    let numbers = statement.split('$').skip(1);
    let number = |rest: &str| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    };
    numbers.map(number).max().unwrap_or(0)
}

/// Nodes that go through a whole table, or through a whole index of one.
fn find_scans(plan: &Value, growing: &[String], scans: &mut Vec<String>) {
    match plan {
        Value::Array(plans) => plans.iter().for_each(|plan| find_scans(plan, growing, scans)),
        Value::Object(node) => {
            let text = |name| node.get(name).and_then(Value::as_str).unwrap_or_default();
            let (kind, table, index) = (text("Node Type"), text("Relation Name"), text("Index Name"));
            let grows = growing.iter().any(|growing| growing == table)
                || growing.iter().any(|growing| index.starts_with(growing.as_str()));
            let whole = match kind {
                "Seq Scan" | "Parallel Seq Scan" => true,
                "Index Scan" | "Index Only Scan" | "Bitmap Index Scan" => node.get("Index Cond").is_none(),
                _ => false,
            };
            if grows && whole {
                scans.push(format!("{kind} on {table}{index}"));
            }
            node.values().for_each(|value| find_scans(value, growing, scans));
        }
        _ => {}
    }
}

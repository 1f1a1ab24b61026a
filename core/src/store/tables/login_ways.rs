//! Which way logins went, by day: at which callback URL they ended, with which secret their codes were redeemed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::id::ClientId;
use crate::model::stats::Way;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::login_ways as t;

/// Which logins are counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Whose.
    pub client: ClientId,
    /// On which day.
    pub day: i64,
    /// By what.
    pub way: Way,
    /// Which URL or secret.
    pub name: String,
}

/// Adds logins.
pub(crate) async fn add(conn: &mut Conn, key: &Key, logins: i64) -> QueryResult<()> {
    let row = (
        t::client_id.eq(key.client),
        t::day.eq(key.day),
        t::way.eq(key.way),
        t::name.eq(&key.name),
        t::logins.eq(logins),
    );
    let all = (t::client_id, t::day, t::way, t::name);
    let insert = diesel::insert_into(t::table).values(row);
    with_conn!(conn, |c| insert.on_conflict(all).do_update().set(t::logins.eq(t::logins + logins)).execute(c)).map(drop)
}

/// The counts of a client for the days `from` to `to`, both included: which URL or secret, and how many.
pub(crate) async fn of_days(
    conn: &mut Conn,
    client: ClientId,
    way: Way,
    (from, to): (i64, i64),
) -> QueryResult<Vec<(String, i64)>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::way.eq(way))
        .filter(t::day.between(from, to))
        .select((t::name, t::logins));
    with_conn!(conn, |c| query.load(c))
}

/// Deletes what was counted on one client's day before `day`; false when there is none left.
pub(crate) async fn delete_before(conn: &mut Conn, day: i64) -> QueryResult<bool> {
    let old = t::table.filter(t::day.lt(day)).order(t::day).select((t::client_id, t::day));
    let found: Option<(ClientId, i64)> = with_conn!(conn, |c| old.first(c)).optional()?;
    let Some((client, old)) = found else { return Ok(false) };
    let done = t::table.filter(t::client_id.eq(client)).filter(t::day.eq(old));
    with_conn!(conn, |c| diesel::delete(done).execute(c))?;
    Ok(true)
}

//! Refused attempts.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::attempts as t;
use crate::clock::Timestamp;
use crate::id::{AttemptId, ClientId, DomainId};

/// A row of `attempts`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Whose it is to see.
    pub client_id: ClientId,
    /// The domain it concerns, where one is known.
    pub domain_id: Option<DomainId>,
    /// The denial's code.
    pub reason: String,
    /// What the person was shown.
    pub reference: String,
    /// When.
    pub at: Timestamp,
}

/// Stores a batch.
pub async fn insert(conn: &mut Conn, batch: &[Attempt]) -> QueryResult<()> {
    for attempt in batch {
        with_conn!(conn, |c| diesel::insert_into(t::table).values(attempt).execute(c))?;
    }
    Ok(())
}

/// The newest attempts of a client, newest first.
pub async fn newest(conn: &mut Conn, client: ClientId, limit: i64) -> QueryResult<Vec<Attempt>> {
    let query = t::table.filter(t::client_id.eq(client)).order((t::at.desc(), t::id.desc())).limit(limit);
    with_conn!(conn, |c| query.select(Attempt::as_select()).load(c))
}

/// Deletes up to `limit` attempts from before `before`.
pub async fn delete_before(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = t::table.filter(t::at.lt(before)).select(t::id).limit(limit);
    let ids: Vec<AttemptId> = with_conn!(conn, |c| due.load(c))?;
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::id.eq_any(&ids))).execute(c))
}

/// Deletes up to `limit` of a client's attempts beyond its newest `keep`.
pub async fn delete_beyond(conn: &mut Conn, client: ClientId, keep: i64, limit: i64) -> QueryResult<usize> {
    let due = t::table
        .filter(t::client_id.eq(client))
        .order((t::at.desc(), t::id.desc()))
        .offset(keep)
        .limit(limit)
        .select(t::id);
    let ids: Vec<AttemptId> = with_conn!(conn, |c| due.load(c))?;
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::id.eq_any(&ids))).execute(c))
}

/// The clients that have attempts.
pub async fn clients(conn: &mut Conn) -> QueryResult<Vec<ClientId>> {
    with_conn!(conn, |c| t::table.select(t::client_id).distinct().load(c))
}

//! Requests that carried an `Idempotency-Key`, and what they were answered.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::engine::lent::in_time;
use crate::store::schema::idempotency_keys as t;

/// A request that is being carried out (`status` is `None`) or was.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct KeptAnswer {
    /// The digest of key, caller and route.
    pub key_digest: Vec<u8>,
    /// The digest of the body.
    pub body_digest: Vec<u8>,
    /// The status of its answer.
    pub status: Option<i32>,
    /// Its answer, without what is told once.
    pub answer: Option<String>,
    /// When it came.
    pub created_at: Timestamp,
    /// From this moment on the key is free again.
    pub expires_at: Timestamp,
}

/// Holds a key to the end of the transaction; false while another transaction does. On SQLite one change runs at a time.
pub(crate) async fn lock(conn: &mut Conn, key: &[u8]) -> QueryResult<bool> {
    let Conn::Postgres(lent) = conn else { return Ok(true) };
    let number = key.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes));
    let query = diesel::select(sql::<Bool>("pg_try_advisory_xact_lock(").bind::<BigInt, _>(number).sql(")"));
    in_time!(lent, |c| query.get_result(c))
}

/// Takes a key; false when it is taken.
pub(crate) async fn take(conn: &mut Conn, row: &KeptAnswer) -> QueryResult<bool> {
    let expired = t::table.find(&row.key_digest).filter(t::expires_at.le(row.created_at));
    with_conn!(conn, |c| diesel::delete(expired).execute(c))?;
    let taken = with_conn!(conn, |c| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(taken == 1)
}

/// The request that has a key.
pub(crate) async fn find(conn: &mut Conn, key: &[u8]) -> QueryResult<Option<KeptAnswer>> {
    with_conn!(conn, |c| t::table.find(key).select(KeptAnswer::as_select()).first(c)).optional()
}

/// Deletes what has expired; at most `limit`.
pub(crate) async fn delete_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let old = t::table.filter(t::expires_at.le(now)).order(t::expires_at).limit(limit).select(t::key_digest);
    let keys: Vec<Vec<u8>> = with_conn!(conn, |c| old.load(c))?;
    if keys.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::key_digest.eq_any(&keys))).execute(c))
}

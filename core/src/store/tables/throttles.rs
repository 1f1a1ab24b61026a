//! Counters of tries and of mails, by the digest of what is counted.

use std::time::Duration;

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::sql_types::{BigInt, Integer};
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::throttles as t;

/// The digest of what is counted.
pub(crate) type SubjectKey = [u8; 32];

/// A hit that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// How many there are now, this one among them.
    pub hits: u32,
    /// When the counter began.
    pub window_started_at: Timestamp,
}

/// Counts one more hit, unless the subject is blocked: then nothing is changed, and the answer is `None`. A counter whose
/// time is over begins anew.
///
/// The row is the transaction's from here to its end: of parallel tries each sees the hits of all before it.
pub(crate) async fn hit(
    conn: &mut Conn,
    subject: &SubjectKey,
    now: Timestamp,
    window: Duration,
) -> QueryResult<Option<Counted>> {
    let ends = now.after(window);
    let fresh = (
        t::subject_key.eq(subject.as_slice()),
        t::hits.eq(1),
        t::window_started_at.eq(now),
        t::blocked_until.eq(now),
        t::expires_at.eq(ends),
    );
    let over = || t::expires_at.le(now);
    let one_more = (
        t::hits.eq(case_when(over(), 1.into_sql::<Integer>()).otherwise(t::hits + 1)),
        t::window_started_at.eq(case_when(over(), now.into_sql::<BigInt>()).otherwise(t::window_started_at)),
        t::expires_at.eq(case_when(over(), ends.into_sql::<BigInt>()).otherwise(t::expires_at)),
    );
    let upsert = diesel::insert_into(t::table).values(fresh).on_conflict(t::subject_key).do_update().set(one_more);
    let upsert = methods::FilterDsl::filter(upsert, t::blocked_until.le(now));
    let counted: Option<(i32, Timestamp)> =
        with_conn!(conn, |c| upsert.returning((t::hits, t::window_started_at)).get_result(c)).optional()?;
    // A counter starts at one and only grows here.
    Ok(counted.map(|(hits, window_started_at)| Counted { hits: hits.unsigned_abs(), window_started_at }))
}

/// Blocks a subject that was just hit, and remembers it for `window` after that.
pub(crate) async fn block(
    conn: &mut Conn,
    subject: &SubjectKey,
    until: Timestamp,
    window: Duration,
) -> QueryResult<()> {
    let set = (t::blocked_until.eq(until), t::expires_at.eq(until.after(window)));
    with_conn!(conn, |c| diesel::update(t::table.find(subject.as_slice())).set(set).execute(c)).map(drop)
}

/// Until when a subject is blocked.
pub(crate) async fn blocked_until(conn: &mut Conn, subject: &SubjectKey) -> QueryResult<Option<Timestamp>> {
    let query = t::table.find(subject.as_slice()).select(t::blocked_until);
    with_conn!(conn, |c| query.first(c)).optional()
}

/// A hit that is to be taken back.
pub(crate) struct Hit {
    pub(crate) counted: Counted,
    /// When the block ends that it brought.
    pub(crate) block: Option<Timestamp>,
    /// So many hits bring a block.
    pub(crate) most: u32,
}

/// Takes a hit back, unless its counter has begun anew since. With it goes the block that it brought, and any block when the
/// hits that are left bring none.
pub(crate) async fn take_back(conn: &mut Conn, subject: &SubjectKey, hit: Hit, now: Timestamp) -> QueryResult<()> {
    let Hit { counted, block, most } = hit;
    let same = t::table
        .find(subject.as_slice())
        .filter(t::window_started_at.eq(counted.window_started_at))
        .filter(t::hits.gt(0));
    let most = i32::try_from(most).unwrap_or(i32::MAX);
    let lifted = t::hits.le(most).or(t::blocked_until.eq(block.unwrap_or(now)));
    let set = (
        t::hits.eq(t::hits - 1),
        t::blocked_until.eq(case_when(lifted, now.into_sql::<BigInt>()).otherwise(t::blocked_until)),
    );
    with_conn!(conn, |c| diesel::update(same).set(set).execute(c)).map(drop)
}

/// Forgets a subject.
pub(crate) async fn delete(conn: &mut Conn, subject: &SubjectKey) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find(subject.as_slice())).execute(c)).map(drop)
}

/// Deletes up to `limit` counters whose time is over.
pub(crate) async fn delete_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = t::table.filter(t::expires_at.le(now)).order(t::expires_at).select(t::subject_key).limit(limit);
    let keys: Vec<Vec<u8>> = with_conn!(conn, |c| due.load(c))?;
    if keys.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::subject_key.eq_any(&keys))).execute(c))
}

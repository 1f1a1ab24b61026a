//! Passkeys of people, and the challenges that were used up.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{PasskeyId, UserId};
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{passkeys as t, spent_challenges};

/// A row of `passkeys`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub(crate) struct Passkey {
    /// Its id.
    pub(crate) id: PasskeyId,
    /// Whose it is.
    pub(crate) user_id: UserId,
    /// By which an authenticator knows it.
    pub(crate) credential_id: Vec<u8>,
    /// COSE.
    pub(crate) public_key: Vec<u8>,
    /// What its person calls it.
    pub(crate) label: String,
    /// How often it had signed when it was last used.
    pub(crate) sign_count: i64,
    /// Whether copies of it are kept.
    pub(crate) backed_up: bool,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it was last used.
    pub(crate) last_used_at: Option<Timestamp>,
}

/// Stores a new one; false when there is one of this credential id.
pub(crate) async fn insert(conn: &mut Conn, row: &Passkey) -> QueryResult<bool> {
    let inserted = with_conn!(conn, |c| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}

/// The one that an authenticator knows by this id.
pub(crate) async fn find_by_credential(conn: &mut Conn, credential_id: &[u8]) -> QueryResult<Option<Passkey>> {
    let query = t::table.filter(t::credential_id.eq(credential_id));
    with_conn!(conn, |c| query.select(Passkey::as_select()).first(c)).optional()
}

/// Those of a person, in the order in which they were made.
pub(crate) async fn of_user(conn: &mut Conn, user: UserId) -> QueryResult<Vec<Passkey>> {
    let query = t::table.filter(t::user_id.eq(user)).order(t::id);
    with_conn!(conn, |c| query.select(Passkey::as_select()).load(c))
}

/// How many a person has.
pub(crate) async fn count(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
    with_conn!(conn, |c| t::table.filter(t::user_id.eq(user)).count().get_result(c))
}

/// Notes a use; false when it is gone.
pub(crate) async fn used(
    conn: &mut Conn,
    id: PasskeyId,
    (sign_count, backed_up): (i64, bool),
    now: Timestamp,
) -> QueryResult<bool> {
    let set = (t::sign_count.eq(sign_count), t::backed_up.eq(backed_up), t::last_used_at.eq(now));
    Ok(with_conn!(conn, |c| diesel::update(t::table.find(id)).set(set).execute(c))? == 1)
}

/// Deletes one of a person; false when they have none of this id.
pub(crate) async fn delete(conn: &mut Conn, user: UserId, id: PasskeyId) -> QueryResult<bool> {
    let one = t::table.filter(t::id.eq(id)).filter(t::user_id.eq(user));
    Ok(with_conn!(conn, |c| diesel::delete(one).execute(c))? == 1)
}

/// Uses a challenge up; at most one caller ever gets `true`.
pub(crate) async fn spend(conn: &mut Conn, digest: &[u8; 32], expires_at: Timestamp) -> QueryResult<bool> {
    let row = (spent_challenges::digest.eq(digest.as_slice()), spent_challenges::expires_at.eq(expires_at));
    let insert = diesel::insert_into(spent_challenges::table).values(row).on_conflict_do_nothing();
    Ok(with_conn!(conn, |c| insert.execute(c))? == 1)
}

/// Deletes up to `limit` challenges that count no more by themselves.
pub(crate) async fn delete_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    use spent_challenges as s;
    let due = s::table.filter(s::expires_at.le(now)).order(s::expires_at).select(s::digest).limit(limit);
    let digests: Vec<Vec<u8>> = with_conn!(conn, |c| due.load(c))?;
    if digests.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(s::table.filter(s::digest.eq_any(&digests))).execute(c))
}

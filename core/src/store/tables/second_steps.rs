//! Logins whose password was right, and that wait for the second factor.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::UserId;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{second_steps as t, users};

/// Stores one.
pub(crate) async fn insert(
    conn: &mut Conn,
    key: CredentialKey,
    user: UserId,
    expires_at: Timestamp,
) -> QueryResult<()> {
    let row = (t::token_key.eq(key), t::user_id.eq(user), t::expires_at.eq(expires_at));
    with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c)).map(drop)
}

/// Whose login waits under this cookie, while its time is not over and the account not suspended.
pub(crate) async fn find_live(conn: &mut Conn, key: CredentialKey, now: Timestamp) -> QueryResult<Option<UserId>> {
    let live = t::table
        .find(key)
        .inner_join(users::table.on(users::id.eq(t::user_id)))
        .filter(t::expires_at.gt(now))
        .filter(users::suspended_at.is_null());
    with_conn!(conn, |c| live.select(t::user_id).first(c)).optional()
}

/// Ends one; at most one caller ever gets `true`.
pub(crate) async fn delete(conn: &mut Conn, key: CredentialKey) -> QueryResult<bool> {
    Ok(with_conn!(conn, |c| diesel::delete(t::table.find(key)).execute(c))? == 1)
}

/// Ends all of a user.
pub(crate) async fn delete_all_of_user(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::user_id.eq(user))).execute(c)).map(drop)
}

/// Deletes up to `limit` whose time is over.
pub(crate) async fn delete_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = t::table.filter(t::expires_at.le(now)).order(t::expires_at).select(t::token_key).limit(limit);
    let keys: Vec<CredentialKey> = with_conn!(conn, |c| due.load(c))?;
    if keys.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::token_key.eq_any(&keys))).execute(c))
}

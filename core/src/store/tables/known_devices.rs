//! Browsers that people have signed in with before. One browser may be known to several accounts.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::UserId;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::known_devices as t;

/// Notes that this person signed in with this browser.
pub(crate) async fn insert(conn: &mut Conn, key: CredentialKey, user: UserId, now: Timestamp) -> QueryResult<()> {
    let row = (t::token_key.eq(key), t::user_id.eq(user), t::last_used_at.eq(now));
    with_conn!(conn, |c| diesel::insert_into(t::table)
        .values(row)
        .on_conflict((t::token_key, t::user_id))
        .do_update()
        .set(t::last_used_at.eq(now))
        .execute(c))
    .map(drop)
}

/// Notes a further sign-in of this person with this browser; false when it is not known to the account.
pub(crate) async fn touch(conn: &mut Conn, key: CredentialKey, user: UserId, now: Timestamp) -> QueryResult<bool> {
    let known = t::table.find((key, user));
    Ok(with_conn!(conn, |c| diesel::update(known).set(t::last_used_at.eq(now)).execute(c))? == 1)
}

/// Whether this browser is known to this person, by a sign-in that was not before `since`.
pub(crate) async fn is_known(conn: &mut Conn, key: CredentialKey, user: UserId, since: Timestamp) -> QueryResult<bool> {
    let known = t::table.find((key, user)).filter(t::last_used_at.ge(since));
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(known)).get_result(c))
}

/// Gives a browser another cookie: whatever accounts it is known to, it stays so under the new key only.
pub(crate) async fn replace_key(conn: &mut Conn, old: CredentialKey, new: CredentialKey) -> QueryResult<()> {
    let known = t::table.filter(t::token_key.eq(old));
    with_conn!(conn, |c| diesel::update(known).set(t::token_key.eq(new)).execute(c)).map(drop)
}

/// Deletes the rows of up to `limit` browsers that were last used before `unused_since`.
pub(crate) async fn delete_unused(conn: &mut Conn, unused_since: Timestamp, limit: i64) -> QueryResult<usize> {
    let unused = || t::table.filter(t::last_used_at.lt(unused_since));
    let due = unused().order(t::last_used_at).select(t::token_key).limit(limit);
    let keys: Vec<CredentialKey> = with_conn!(conn, |c| due.load(c))?;
    if keys.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(unused().filter(t::token_key.eq_any(&keys))).execute(c))
}

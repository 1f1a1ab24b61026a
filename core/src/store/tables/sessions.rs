//! Sessions of browsers.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::{SessionId, UserId};
use crate::model::amr::Amr;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{sessions as t, users};
use crate::store::tables::second_steps;

/// A row of `sessions`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = t)]
pub struct StoredSession {
    /// The key of its cookie.
    pub token_key: CredentialKey,
    /// Its public id: `sid`.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When the person signed in.
    pub authenticated_at: Timestamp,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
    /// The browser, as it names itself.
    pub user_agent: String,
    /// Where it was begun.
    pub address: String,
    /// How the person signed in.
    pub amr: Amr,
}

/// Stores a new session.
pub(crate) async fn insert(conn: &mut Conn, row: &StoredSession) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c)).map(drop)
}

/// The session of this cookie, if it has not expired and the person is not suspended, with the person's locale, and whether
/// their account has a second factor.
pub(crate) async fn find_live(
    conn: &mut Conn,
    key: CredentialKey,
    now: Timestamp,
) -> QueryResult<Option<(StoredSession, Option<String>, bool)>> {
    let live = t::table
        .find(key)
        .inner_join(users::table.on(users::id.eq(t::user_id)))
        .filter(t::expires_at.gt(now))
        .filter(users::suspended_at.is_null());
    with_conn!(conn, |c| live.select((StoredSession::as_select(), users::locale, users::second_factor)).first(c))
        .optional()
}

/// Ends the session of this cookie; false when there is none.
pub(crate) async fn delete(conn: &mut Conn, key: CredentialKey) -> QueryResult<bool> {
    Ok(with_conn!(conn, |c| diesel::delete(t::table.find(key)).execute(c))? == 1)
}

/// The sessions of a user that have not expired, newest first.
pub(crate) async fn of_user(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<Vec<StoredSession>> {
    let live = t::table.filter(t::user_id.eq(user)).filter(t::expires_at.gt(now));
    with_conn!(conn, |c| live
        .order((t::authenticated_at.desc(), t::id.desc()))
        .select(StoredSession::as_select())
        .load(c))
}

/// Ends one session of a user; false when there is none of this id.
pub(crate) async fn delete_of_user(conn: &mut Conn, user: UserId, id: SessionId) -> QueryResult<bool> {
    let one = t::table.filter(t::user_id.eq(user)).filter(t::id.eq(id));
    Ok(with_conn!(conn, |c| diesel::delete(one).execute(c))? > 0)
}

/// Ends every session of a user but this one, and every login that waits for its second step; says how many sessions.
pub(crate) async fn delete_others(conn: &mut Conn, user: UserId, keep: CredentialKey) -> QueryResult<usize> {
    // First what becomes a session, then what has become one meanwhile.
    second_steps::delete_all_of_user(conn, user).await?;
    let others = t::table.filter(t::user_id.eq(user)).filter(t::token_key.ne(keep));
    with_conn!(conn, |c| diesel::delete(others).execute(c))
}

/// Gives a session another cookie, another time at which its person signed in, and how; false when it has ended.
pub(crate) async fn renew(
    conn: &mut Conn,
    old: CredentialKey,
    new: CredentialKey,
    now: Timestamp,
    amr: &Amr,
) -> QueryResult<bool> {
    let set = (t::token_key.eq(new), t::authenticated_at.eq(now), t::amr.eq(amr));
    Ok(with_conn!(conn, |c| diesel::update(t::table.find(old)).set(set).execute(c))? == 1)
}

/// Notes that the person of a session gave more than they signed in with.
pub(crate) async fn set_amr(conn: &mut Conn, key: CredentialKey, amr: &Amr) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(key)).set(t::amr.eq(amr)).execute(c)).map(drop)
}

/// Ends every session of a user, and every login of theirs that waits for its second step.
pub(crate) async fn delete_all_of_user(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    second_steps::delete_all_of_user(conn, user).await?;
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::user_id.eq(user))).execute(c)).map(drop)
}

/// Deletes up to `limit` sessions whose time is over.
pub(crate) async fn delete_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = t::table.filter(t::expires_at.le(now)).order(t::expires_at).select(t::token_key).limit(limit);
    let keys: Vec<CredentialKey> = with_conn!(conn, |c| due.load(c))?;
    if keys.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::token_key.eq_any(&keys))).execute(c))
}

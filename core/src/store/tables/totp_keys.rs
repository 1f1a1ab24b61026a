//! Keys of authenticator apps, sealed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::UserId;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::totp_keys as t;

/// The key of a person's app, sealed, and when they added it.
pub(crate) async fn find(conn: &mut Conn, user: UserId) -> QueryResult<Option<(Vec<u8>, Timestamp)>> {
    let query = t::table.find(user).select((t::sealed_key, t::created_at));
    with_conn!(conn, |c| query.first(c)).optional()
}

/// Puts a key in the place of the one there is, if there is one. `step`: that of the code it was confirmed with, which counts
/// no more.
pub(crate) async fn put(conn: &mut Conn, user: UserId, sealed: &[u8], step: i64, now: Timestamp) -> QueryResult<()> {
    let set = (t::sealed_key.eq(sealed), t::last_step.eq(step), t::created_at.eq(now));
    let row = (t::user_id.eq(user), set);
    with_conn!(conn, |c| diesel::insert_into(t::table)
        .values(row)
        .on_conflict(t::user_id)
        .do_update()
        .set(set)
        .execute(c))
    .map(drop)
}

/// Takes the code of a step; false when it, or one of a later step, was taken before.
pub(crate) async fn take_step(conn: &mut Conn, user: UserId, step: i64) -> QueryResult<bool> {
    let fresh = t::table.find(user).filter(t::last_step.lt(step));
    Ok(with_conn!(conn, |c| diesel::update(fresh).set(t::last_step.eq(step)).execute(c))? == 1)
}

/// Forgets the key of a person's app; false when there is none.
pub(crate) async fn delete(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    Ok(with_conn!(conn, |c| diesel::delete(t::table.find(user)).execute(c))? == 1)
}

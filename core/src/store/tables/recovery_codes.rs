//! Recovery codes that were not used yet, by their digests.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::id::UserId;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::recovery_codes as t;

/// How many a person has left.
pub(crate) async fn count(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
    with_conn!(conn, |c| t::table.filter(t::user_id.eq(user)).count().get_result(c))
}

/// Stores fresh ones.
pub(crate) async fn insert(conn: &mut Conn, user: UserId, digests: &[[u8; 32]]) -> QueryResult<()> {
    for digest in digests {
        let row = (t::user_id.eq(user), t::code_digest.eq(digest.as_slice()));
        with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c))?;
    }
    Ok(())
}

/// Uses one up; at most one caller ever gets `true`.
pub(crate) async fn spend(conn: &mut Conn, user: UserId, digest: &[u8; 32]) -> QueryResult<bool> {
    let one = t::table.find((user, digest.as_slice()));
    Ok(with_conn!(conn, |c| diesel::delete(one).execute(c))? == 1)
}

/// Ends all of a person.
pub(crate) async fn delete_all(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::user_id.eq(user))).execute(c)).map(drop)
}

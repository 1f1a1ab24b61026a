//! Sign-in providers that people have linked.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::id::UserId;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::user_providers as t;

/// The names of the providers that this person has linked, in order.
pub(crate) async fn names(conn: &mut Conn, user: UserId) -> QueryResult<Vec<String>> {
    let query = t::table.filter(t::user_id.eq(user)).select(t::provider).distinct().order(t::provider);
    with_conn!(conn, |c| query.load(c))
}

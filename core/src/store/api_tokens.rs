//! Tokens for the management API.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::api_tokens as t;
use crate::id::UserId;

/// Deletes the API tokens of an account. Those of a client that the person made go on: they are the client's.
pub async fn delete_all_of_account(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    let own = t::table.filter(t::user_id.eq(user)).filter(t::client_id.is_null());
    with_conn!(conn, |c| diesel::delete(own).execute(c)).map(drop)
}

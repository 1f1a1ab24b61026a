//! Client secrets.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::client_secrets as t;
use crate::clock::Timestamp;
use crate::id::SecretId;

/// Notes when, and from which address, a secret was last used.
pub async fn mark_used(conn: &mut Conn, secret: SecretId, at: Timestamp, from: &str) -> QueryResult<()> {
    let set = (t::last_used_at.eq(at), t::last_used_from.eq(from));
    with_conn!(conn, |c| diesel::update(t::table.find(secret)).set(set).execute(c)).map(drop)
}

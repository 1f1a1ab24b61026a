//! Refresh tokens: rotated at every use by one guarded update.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::refresh_tokens as t;
use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::GrantId;

/// A row of `refresh_tokens`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = t)]
pub struct RefreshToken {
    /// The time and digest of the token.
    pub token_key: CredentialKey,
    /// Its family: the login it continues.
    pub grant_id: GrantId,
    /// The digest of the request that spent it.
    pub request_digest: Option<Vec<u8>>,
    /// Not valid from here on.
    pub expires_at: Timestamp,
    /// When it was spent.
    pub used_at: Option<Timestamp>,
}

/// Stores a fresh token: the first of its grant, or the one child of `parent`.
pub async fn insert(
    conn: &mut Conn,
    key: CredentialKey,
    grant: GrantId,
    parent: Option<CredentialKey>,
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<()> {
    let row = (
        t::token_key.eq(key),
        t::grant_id.eq(grant),
        t::parent_key.eq(parent),
        t::created_at.eq(now),
        t::expires_at.eq(expires_at),
    );
    with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c)).map(drop)
}

/// The token of this key, spent, expired or not.
pub async fn find(conn: &mut Conn, key: CredentialKey) -> QueryResult<Option<RefreshToken>> {
    with_conn!(conn, |c| t::table.find(key).select(RefreshToken::as_select()).first(c)).optional()
}

/// Spends an unspent, unexpired token and notes which request did; at most one caller ever gets `true`
/// (RFC 9700 §4.14.2).
pub async fn spend(conn: &mut Conn, key: CredentialKey, request: &[u8], now: Timestamp) -> QueryResult<bool> {
    let unspent = t::table.find(key).filter(t::used_at.is_null()).filter(t::expires_at.gt(now));
    let set = (t::used_at.eq(now), t::request_digest.eq(request));
    let spent = with_conn!(conn, |c| diesel::update(unspent).set(set).execute(c))?;
    Ok(spent == 1)
}

/// Deletes up to `limit` tokens that expired before `now`.
pub async fn delete_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = t::table.filter(t::expires_at.le(now)).order(t::expires_at).select(t::token_key).limit(limit);
    let keys: Vec<CredentialKey> = with_conn!(conn, |c| due.load(c))?;
    if keys.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::token_key.eq_any(&keys))).execute(c))
}

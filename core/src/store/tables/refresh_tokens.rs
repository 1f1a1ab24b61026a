//! Refresh tokens: rotated at every use by one guarded update.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::GrantId;
use crate::store::engine::cached::Cached;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{consents, grants, refresh_tokens as t, users};
use crate::store::tables::grants::{FACTS, Facts, Grant, LiveGrant, Shareable};

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

/// A token that is to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewRefreshToken {
    /// The time and digest of the token.
    pub key: CredentialKey,
    /// Its family: the login it continues.
    pub grant: GrantId,
    /// The token it is the one child of; none for the first of its grant.
    pub parent: Option<CredentialKey>,
    /// Not valid from here on.
    pub expires_at: Timestamp,
}

/// Stores a fresh token.
pub(crate) async fn insert(conn: &mut Conn, token: NewRefreshToken, now: Timestamp) -> QueryResult<()> {
    let row = (
        t::token_key.eq(token.key),
        t::grant_id.eq(token.grant),
        t::parent_key.eq(token.parent),
        t::created_at.eq(now),
        t::expires_at.eq(token.expires_at),
    );
    hot!(conn, execute(diesel::insert_into(t::table).values(row))).map(drop)
}

/// The token of this key, spent, expired or not.
pub(crate) async fn find(conn: &mut Conn, key: CredentialKey) -> QueryResult<Option<RefreshToken>> {
    hot!(conn, first(t::table.find(key).select(RefreshToken::as_select()))).optional()
}

/// The token of this key, spent, expired or not, with the login it continues and all that decides about that, in one query.
pub(crate) async fn find_with_grant(
    conn: &mut Conn,
    key: CredentialKey,
) -> QueryResult<Option<(RefreshToken, LiveGrant)>> {
    type Found = (RefreshToken, Grant, Facts, Shareable);
    let query = t::table
        .find(key)
        .inner_join(grants::table.on(grants::id.eq(t::grant_id)))
        .inner_join(users::table.on(users::id.eq(grants::user_id)))
        .inner_join(consents::table.on(consents::id.eq(grants::consent_id)));
    let found: Option<Found> =
        hot!(conn, first(query.select((RefreshToken::as_select(), Grant::as_select(), FACTS, Shareable::as_select()))))
            .optional()?;
    Ok(found.map(|(token, grant, facts, person)| (token, LiveGrant::of(grant, facts, person, None))))
}

/// Spends an unspent, unexpired token and notes which request did; at most one caller ever gets `true`
/// (RFC 9700 §4.14.2).
pub(crate) async fn spend(conn: &mut Conn, key: CredentialKey, request: [u8; 32], now: Timestamp) -> QueryResult<bool> {
    let unspent = t::table.find(key).filter(t::used_at.is_null()).filter(t::expires_at.gt(now));
    let set = (t::used_at.eq(now), t::request_digest.eq(request.to_vec()));
    let spend = diesel::update(unspent).set(set);
    let spent: Vec<CredentialKey> = hot!(conn, get_results(Cached(spend.returning(t::token_key))))?;
    Ok(spent.len() == 1)
}

/// Deletes up to `limit` tokens that were made before `before`, the oldest first.
pub(crate) async fn delete_made_before(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old = t::token_key.lt(CredentialKey::first_of(before));
    let due = t::table.filter(old).order(t::token_key).select(t::token_key).limit(limit);
    let keys: Vec<CredentialKey> = with_conn!(conn, |c| due.load(c))?;
    if keys.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::token_key.eq_any(&keys))).execute(c))
}

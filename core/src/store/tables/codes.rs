//! Authorization codes and callback tokens: single use, decided by one guarded update.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::{ClientId, DomainId, GrantId};
use crate::store::engine::cached::Cached;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{codes as t, consents, grants, users};
use crate::store::tables::grants::{FACTS, Facts, Grant, LiveGrant};

/// What the code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// Redeemed at the token endpoint.
    Authorization,
    /// Redeemed by `sign-token-verify`.
    Callback,
}

impl CodeKind {
    pub(in crate::store) const fn text(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Callback => "callback",
        }
    }
}

/// A row of `codes`, of either kind.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = t)]
pub struct Code {
    /// The time and digest of the code.
    pub code_key: CredentialKey,
    /// The login that gave it.
    pub grant_id: GrantId,
    /// Who may redeem it.
    pub client_id: ClientId,
    /// The domain the login went through.
    pub domain_id: DomainId,
    /// Where it was sent.
    pub redirect_uri: String,
    /// PKCE's S256 challenge.
    pub code_challenge: Option<String>,
    /// OpenID Connect's nonce.
    pub nonce: Option<String>,
    /// Wrong verifiers and redirect URIs so far, by the right client.
    pub wrong_tries: i32,
    /// Not valid from here on.
    pub expires_at: Timestamp,
    /// When it was spent.
    pub used_at: Option<Timestamp>,
}

/// Stores a fresh code.
pub(crate) async fn insert(conn: &mut Conn, kind: CodeKind, code: Code, now: Timestamp) -> QueryResult<()> {
    let row = (
        t::code_key.eq(code.code_key),
        t::kind.eq(kind.text()),
        t::grant_id.eq(code.grant_id),
        t::client_id.eq(code.client_id),
        t::domain_id.eq(code.domain_id),
        t::redirect_uri.eq(code.redirect_uri),
        t::code_challenge.eq(code.code_challenge),
        t::nonce.eq(code.nonce),
        t::wrong_tries.eq(0),
        t::created_at.eq(now),
        t::expires_at.eq(code.expires_at),
    );
    hot!(conn, execute(diesel::insert_into(t::table).values(row))).map(drop)
}

/// The code of this key, spent, expired or not.
pub(crate) async fn find(conn: &mut Conn, kind: CodeKind, key: CredentialKey) -> QueryResult<Option<Code>> {
    let query = t::table.find(key).filter(t::kind.eq(kind.text()));
    hot!(conn, first(query.select(Code::as_select()))).optional()
}

/// The code of this key, spent, expired or not, with the login that gave it and all that decides about that, in one query.
pub(crate) async fn find_with_grant(
    conn: &mut Conn,
    kind: CodeKind,
    key: CredentialKey,
) -> QueryResult<Option<(Code, LiveGrant)>> {
    let query = t::table
        .find(key)
        .filter(t::kind.eq(kind.text()))
        .inner_join(grants::table.on(grants::id.eq(t::grant_id)))
        .inner_join(users::table.on(users::id.eq(grants::user_id)))
        .inner_join(consents::table.on(consents::id.eq(grants::consent_id)));
    let found: Option<(Code, Grant, Facts)> =
        hot!(conn, first(query.select((Code::as_select(), Grant::as_select(), FACTS)))).optional()?;
    Ok(found.map(|(code, grant, facts)| (code, LiveGrant::of(grant, facts, None))))
}

/// Spends an unspent, unexpired code; at most one caller ever gets `true` (OAuth 2.1 §4.1.3).
pub(crate) async fn spend(conn: &mut Conn, key: CredentialKey, now: Timestamp) -> QueryResult<bool> {
    let unspent = t::table.find(key).filter(t::used_at.is_null()).filter(t::expires_at.gt(now));
    let spend = diesel::update(unspent).set(t::used_at.eq(now));
    let spent: Vec<CredentialKey> = hot!(conn, get_results(Cached(spend.returning(t::code_key))))?;
    Ok(spent.len() == 1)
}

/// Counts a wrong verifier or redirect URI; the one that reaches `burn_at` spends the code.
pub(crate) async fn count_wrong_try(
    conn: &mut Conn,
    key: CredentialKey,
    burn_at: i32,
    now: Timestamp,
) -> QueryResult<()> {
    let unspent = t::table.find(key).filter(t::used_at.is_null());
    with_conn!(conn, |c| diesel::update(unspent).set(t::wrong_tries.eq(t::wrong_tries + 1)).execute(c))?;
    let worn_out = t::table.find(key).filter(t::used_at.is_null()).filter(t::wrong_tries.ge(burn_at));
    with_conn!(conn, |c| diesel::update(worn_out).set(t::used_at.eq(now)).execute(c)).map(drop)
}

/// Deletes up to `limit` codes that were made before `before`, the oldest first.
pub(crate) async fn delete_made_before(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old = t::code_key.lt(CredentialKey::first_of(before));
    let due = t::table.filter(old).order(t::code_key).select(t::code_key).limit(limit);
    let keys: Vec<CredentialKey> = with_conn!(conn, |c| due.load(c))?;
    if keys.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::code_key.eq_any(&keys))).execute(c))
}

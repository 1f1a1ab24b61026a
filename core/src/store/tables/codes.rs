//! Authorization codes and callback tokens: single use, decided by one guarded update.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::{ClientId, DomainId, GrantId, SecretId};
use crate::store::engine::cached::Cached;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{codes as t, consents, grants, users};
use crate::store::tables::grants::{FACTS, Facts, Grant, LiveGrant, Shareable};

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
    type Found = (Code, Grant, Facts, Shareable);
    let query = t::table
        .find(key)
        .filter(t::kind.eq(kind.text()))
        .inner_join(grants::table.on(grants::id.eq(t::grant_id)))
        .inner_join(users::table.on(users::id.eq(grants::user_id)))
        .inner_join(consents::table.on(consents::id.eq(grants::consent_id)));
    let found: Option<Found> =
        hot!(conn, first(query.select((Code::as_select(), Grant::as_select(), FACTS, Shareable::as_select()))))
            .optional()?;
    Ok(found.map(|(code, grant, facts, person)| (code, LiveGrant::of(grant, facts, person, None))))
}

/// Spends an unspent, unexpired code; at most one caller ever gets `true` (OAuth 2.1 §4.1.3). `secret`: what the caller
/// authenticated with.
pub(crate) async fn spend(
    conn: &mut Conn,
    key: CredentialKey,
    secret: Option<SecretId>,
    now: Timestamp,
) -> QueryResult<bool> {
    let unspent = t::table.find(key).filter(t::used_at.is_null()).filter(t::expires_at.gt(now));
    let spend = diesel::update(unspent).set((t::used_at.eq(now), t::secret_id.eq(secret)));
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

/// Codes that were redeemed with a secret after `from`, up to `until`. A key begins with the time it was made, so those that
/// may be among them are found by their keys.
macro_rules! redeemed {
    ($from:expr, $until:expr, $made_since:expr) => {
        t::table
            .filter(t::code_key.ge(CredentialKey::first_of($made_since)))
            .filter(t::used_at.gt($from))
            .filter(t::used_at.le($until))
            .filter(t::secret_id.is_not_null())
    };
}

/// Whether a code was redeemed with a secret after `from`, up to `until`; `made_since`: before that none of them was made.
pub(crate) async fn any_redeemed(
    conn: &mut Conn,
    (from, until): (Timestamp, Timestamp),
    made_since: Timestamp,
) -> QueryResult<bool> {
    let redeemed = redeemed!(from, until, made_since);
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(redeemed)).get_result(c))
}

/// How many codes were redeemed with each secret in this time.
pub(crate) async fn redeemed(
    conn: &mut Conn,
    (from, until): (Timestamp, Timestamp),
    made_since: Timestamp,
) -> QueryResult<Vec<(ClientId, SecretId, i64)>> {
    let counted = redeemed!(from, until, made_since).group_by((t::client_id, t::secret_id)).select((
        t::client_id,
        t::secret_id.assume_not_null(),
        diesel::dsl::count_star(),
    ));
    with_conn!(conn, |c| counted.load(c))
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

//! The signing keys. Every step in a key's life is one guarded statement: of several that take it, one does.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::keys::{KeyState, StoredKey};
use crate::model::client::SigningAlg;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::signing_keys as t;

/// A signing key as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = t)]
pub struct SigningKey {
    /// Its name.
    pub kid: String,
    /// What it signs with.
    pub alg: SigningAlg,
    /// Where it stands in its life.
    pub state: KeyState,
    /// The public key as a JWK.
    pub public_jwk: String,
    /// The private key, sealed under the master key.
    pub sealed_private_key: Vec<u8>,
    /// Since when it is in the published set.
    pub published_at: Timestamp,
    /// When it began to sign, or is to.
    pub signs_from: Option<Timestamp>,
    /// When it ceased to sign.
    pub retired_at: Option<Timestamp>,
}

impl From<SigningKey> for StoredKey {
    fn from(row: SigningKey) -> Self {
        Self {
            kid: row.kid,
            alg: row.alg,
            state: row.state,
            public_jwk: row.public_jwk,
            sealed_private_key: row.sealed_private_key,
        }
    }
}

/// Every key, the oldest first.
pub(crate) async fn all(conn: &mut Conn) -> QueryResult<Vec<SigningKey>> {
    with_conn!(conn, |c| t::table.order((t::published_at, t::kid)).select(SigningKey::as_select()).load(c))
}

/// Stores a new key; false when its algorithm has a key of that state, and then nothing is changed.
pub(crate) async fn insert(conn: &mut Conn, row: &SigningKey) -> QueryResult<bool> {
    let inserted = with_conn!(conn, |c| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}

/// Whether this key is still the one that signs. From now to its end the transaction holds the row, so that its
/// retirement waits.
pub(crate) async fn holds_current(conn: &mut Conn, kid: &str) -> QueryResult<bool> {
    let current = t::table.find(kid).filter(t::state.eq(KeyState::Current));
    Ok(with_conn!(conn, |c| diesel::update(current).set(t::state.eq(KeyState::Current)).execute(c))? == 1)
}

/// The key that signs signs no more; false when it was not the one that does.
pub(crate) async fn retire(conn: &mut Conn, kid: &str, now: Timestamp) -> QueryResult<bool> {
    let current = t::table.find(kid).filter(t::state.eq(KeyState::Current));
    let set = (t::state.eq(KeyState::Retired), t::retired_at.eq(now));
    Ok(with_conn!(conn, |c| diesel::update(current).set(set).execute(c))? == 1)
}

/// The key that is to sign does so; false when it was not waiting for that. The one before it must be retired.
pub(crate) async fn promote(conn: &mut Conn, kid: &str, now: Timestamp) -> QueryResult<bool> {
    let next = t::table.find(kid).filter(t::state.eq(KeyState::Next));
    let set = (t::state.eq(KeyState::Current), t::signs_from.eq(now));
    Ok(with_conn!(conn, |c| diesel::update(next).set(set).execute(c))? == 1)
}

/// Deletes the keys that were retired at this moment or before it, and says how many.
pub(crate) async fn delete_retired(conn: &mut Conn, until: Timestamp) -> QueryResult<usize> {
    let over = t::table.filter(t::state.eq(KeyState::Retired)).filter(t::retired_at.le(until));
    with_conn!(conn, |c| diesel::delete(over).execute(c))
}

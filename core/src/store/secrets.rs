//! Client secrets, and the domains they may be used for.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::{client_secrets as t, secret_links as links};
use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::id::{ClientId, DomainId, SecretId};

/// A client secret. Its text is nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = t, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ClientSecret {
    /// Its id.
    pub id: SecretId,
    /// Whose it is.
    pub client_id: ClientId,
    /// What the partner calls it.
    pub label: String,
    /// What is stored of it.
    pub digest: StoredDigest,
    /// Its last four characters.
    pub hint: String,
    /// It is in use.
    pub active: bool,
    /// From this moment on it is no longer good.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Stores a new secret.
pub async fn insert(conn: &mut Conn, secret: &ClientSecret) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(secret).execute(c)).map(drop)
}

/// Writes every field.
pub async fn update(conn: &mut Conn, secret: &ClientSecret) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(secret.id)).set(secret).execute(c)).map(drop)
}

/// Deletes a secret with its links.
pub async fn delete(conn: &mut Conn, id: SecretId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).execute(c)).map(drop)
}

/// The secrets of a client, by label.
pub async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ClientSecret>> {
    let query = t::table.filter(t::client_id.eq(client)).order(t::label);
    with_conn!(conn, |c| query.select(ClientSecret::as_select()).load(c))
}

/// Which secret has this digest, of any client.
pub async fn holder(conn: &mut Conn, digest: &StoredDigest) -> QueryResult<Option<SecretId>> {
    let query = t::table.filter(t::digest.eq(digest)).select(t::id);
    with_conn!(conn, |c| query.first(c)).optional()
}

/// The secret of this digest, of any client.
pub async fn by_digest(conn: &mut Conn, digest: &StoredDigest) -> QueryResult<Option<ClientSecret>> {
    let query = t::table.filter(t::digest.eq(digest));
    with_conn!(conn, |c| query.select(ClientSecret::as_select()).first(c)).optional()
}

/// Notes when, and from which address, a secret was last used.
pub async fn mark_used(conn: &mut Conn, secret: SecretId, at: Timestamp, from: &str) -> QueryResult<()> {
    let set = (t::last_used_at.eq(at), t::last_used_from.eq(from));
    with_conn!(conn, |c| diesel::update(t::table.find(secret)).set(set).execute(c)).map(drop)
}

/// Every link between the secrets and the domains of a client.
pub async fn links_of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<(SecretId, DomainId)>> {
    let query =
        links::table.inner_join(t::table).filter(t::client_id.eq(client)).select((links::secret_id, links::domain_id));
    with_conn!(conn, |c| query.load(c))
}

/// Lets a secret be used for a domain.
pub async fn link(conn: &mut Conn, secret: SecretId, domain: DomainId, now: Timestamp) -> QueryResult<()> {
    let row = (links::secret_id.eq(secret), links::domain_id.eq(domain), links::created_at.eq(now));
    with_conn!(conn, |c| diesel::insert_into(links::table).values(row).execute(c)).map(drop)
}

/// Takes that back.
pub async fn unlink(conn: &mut Conn, secret: SecretId, domain: DomainId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(links::table.find((secret, domain))).execute(c)).map(drop)
}

//! Client secrets, and the domains they may be used for.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::id::{ClientId, DomainId, SecretId};
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{client_secrets as t, secret_links as links};

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
    /// When it was first reported as found in public: it is out of use for good.
    pub leaked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How many days before its end its partner was last told of it.
    pub noticed_days: Option<i32>,
}

/// When, and from which address, a secret was last used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = t)]
pub(crate) struct LastUse {
    /// When.
    pub last_used_at: Option<Timestamp>,
    /// From where.
    pub last_used_from: Option<String>,
}

/// Stores a new secret.
pub(crate) async fn insert(conn: &mut Conn, secret: &ClientSecret) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(secret).execute(c)).map(drop)
}

/// Writes every field.
pub(crate) async fn update(conn: &mut Conn, secret: &ClientSecret) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(secret.id)).set(secret).execute(c)).map(drop)
}

/// Deletes a secret with its links.
pub(crate) async fn delete(conn: &mut Conn, id: SecretId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).execute(c)).map(drop)
}

/// The secrets of a client, by label.
pub(crate) async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ClientSecret>> {
    let query = t::table.filter(t::client_id.eq(client)).order(t::label);
    with_conn!(conn, |c| query.select(ClientSecret::as_select()).load(c))
}

/// The secret of this id with its last use, when it is this client's.
pub(crate) async fn find(
    conn: &mut Conn,
    client: ClientId,
    id: SecretId,
) -> QueryResult<Option<(ClientSecret, LastUse)>> {
    let query = t::table.find(id).filter(t::client_id.eq(client));
    hot!(conn, first(query.select((ClientSecret::as_select(), LastUse::as_select())))).optional()
}

/// The secrets of a client by id, each with its last use: at most `limit` of those after `after`.
pub(crate) async fn page(
    conn: &mut Conn,
    client: ClientId,
    after: Option<SecretId>,
    limit: i64,
) -> QueryResult<Vec<(ClientSecret, LastUse)>> {
    let after = after.unwrap_or(SecretId::from_bytes([0; 16]));
    let query = t::table.filter(t::client_id.eq(client)).filter(t::id.gt(after)).order(t::id).limit(limit);
    hot!(conn, load(query.select((ClientSecret::as_select(), LastUse::as_select()))))
}

/// The secrets that may be used for a domain, as [`page`] gives those of a client.
pub(crate) async fn page_of_domain(
    conn: &mut Conn,
    domain: DomainId,
    after: Option<SecretId>,
    limit: i64,
) -> QueryResult<Vec<(ClientSecret, LastUse)>> {
    let after = after.unwrap_or(SecretId::from_bytes([0; 16]));
    let query = t::table
        .inner_join(links::table)
        .filter(links::domain_id.eq(domain))
        .filter(t::id.gt(after))
        .order(t::id)
        .limit(limit);
    with_conn!(conn, |c| query.select((ClientSecret::as_select(), LastUse::as_select())).load(c))
}

/// The labels of a client's secrets.
pub(crate) async fn labels(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<String>> {
    with_conn!(conn, |c| t::table.filter(t::client_id.eq(client)).select(t::label).load(c))
}

/// The domains that a secret may be used for.
pub(crate) async fn domains_of(conn: &mut Conn, secret: SecretId) -> QueryResult<Vec<DomainId>> {
    let query = links::table.filter(links::secret_id.eq(secret)).order(links::domain_id).select(links::domain_id);
    with_conn!(conn, |c| query.load(c))
}

/// The secrets in use that end between now and `before` and whose partners were not told so many days before, by their
/// end: at most `limit` of those after `after`.
pub(crate) async fn ending(
    conn: &mut Conn,
    (now, before): (Timestamp, Timestamp),
    days: i32,
    after: Option<(Timestamp, SecretId)>,
    limit: i64,
) -> QueryResult<Vec<ClientSecret>> {
    let (end, id) = after.unwrap_or((now, SecretId::from_bytes([255; 16])));
    let query = t::table
        .filter(t::expires_at.ge(end))
        .filter(t::expires_at.gt(end).or(t::id.gt(id)))
        .filter(t::expires_at.le(before))
        .filter(t::active)
        .filter(t::noticed_days.is_null().or(t::noticed_days.gt(days)))
        .order((t::expires_at, t::id))
        .limit(limit);
    with_conn!(conn, |c| query.select(ClientSecret::as_select()).load(c))
}

/// Notes that the partner is told so many days before the end; false when somebody else did, or told later already.
pub(crate) async fn note_told(conn: &mut Conn, id: SecretId, days: i32) -> QueryResult<bool> {
    let untold = t::table.find(id).filter(t::noticed_days.is_null().or(t::noticed_days.gt(days)));
    Ok(with_conn!(conn, |c| diesel::update(untold).set(t::noticed_days.eq(days)).execute(c))? == 1)
}

/// Which secret has this digest, of any client.
pub(crate) async fn holder(conn: &mut Conn, digest: &StoredDigest) -> QueryResult<Option<SecretId>> {
    let query = t::table.filter(t::digest.eq(digest)).select(t::id);
    with_conn!(conn, |c| query.first(c)).optional()
}

/// The secret of this digest, of any client.
pub(crate) async fn by_digest(conn: &mut Conn, digest: &StoredDigest) -> QueryResult<Option<ClientSecret>> {
    let query = t::table.filter(t::digest.eq(digest));
    with_conn!(conn, |c| query.select(ClientSecret::as_select()).first(c)).optional()
}

/// Notes when, and from which address, a secret was last used.
pub(crate) async fn mark_used(conn: &mut Conn, secret: SecretId, at: Timestamp, from: &str) -> QueryResult<()> {
    let set = (t::last_used_at.eq(at), t::last_used_from.eq(from));
    with_conn!(conn, |c| diesel::update(t::table.find(secret)).set(set).execute(c)).map(drop)
}

/// Every link between the secrets and the domains of a client.
pub(crate) async fn links_of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<(SecretId, DomainId)>> {
    let query =
        links::table.inner_join(t::table).filter(t::client_id.eq(client)).select((links::secret_id, links::domain_id));
    with_conn!(conn, |c| query.load(c))
}

/// Lets a secret be used for a domain; false when it could be before.
pub(crate) async fn link(conn: &mut Conn, secret: SecretId, domain: DomainId, now: Timestamp) -> QueryResult<bool> {
    let row = (links::secret_id.eq(secret), links::domain_id.eq(domain), links::created_at.eq(now));
    let made = with_conn!(conn, |c| diesel::insert_into(links::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(made == 1)
}

/// Takes that back; false when it could not be used before.
pub(crate) async fn unlink(conn: &mut Conn, secret: SecretId, domain: DomainId) -> QueryResult<bool> {
    Ok(with_conn!(conn, |c| diesel::delete(links::table.find((secret, domain))).execute(c))? == 1)
}

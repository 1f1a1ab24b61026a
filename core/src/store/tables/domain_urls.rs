//! Callback, webhook and logout URLs of domains.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId, UrlId};
use crate::model::url::UrlKind;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{domain_urls as t, domains};

/// A URL of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = t)]
pub struct DomainUrl {
    /// Its id.
    pub id: UrlId,
    /// The domain.
    pub domain_id: DomainId,
    /// What it is for.
    pub kind: UrlKind,
    /// The URL, byte for byte as it was given.
    pub url: String,
    /// It is in use.
    pub active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Stores a new URL.
pub(crate) async fn insert(conn: &mut Conn, url: &DomainUrl) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(url).execute(c)).map(drop)
}

/// Writes what of a URL can change.
pub(crate) async fn update(conn: &mut Conn, url: &DomainUrl) -> QueryResult<()> {
    let set = (t::url.eq(&url.url), t::active.eq(url.active), t::updated_at.eq(url.updated_at));
    with_conn!(conn, |c| diesel::update(t::table.find(url.id)).set(set).execute(c)).map(drop)
}

/// Sets the secret that deliveries to a webhook URL are signed with, sealed.
pub(crate) async fn set_secret(conn: &mut Conn, id: UrlId, sealed: &[u8]) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(t::sealed_secret.eq(sealed)).execute(c)).map(drop)
}

/// The secret of a webhook URL, sealed.
#[cfg(test)]
pub(crate) async fn sealed_secret(conn: &mut Conn, id: UrlId) -> QueryResult<Option<Vec<u8>>> {
    let found: Option<Option<Vec<u8>>> =
        with_conn!(conn, |c| t::table.find(id).select(t::sealed_secret).first(c)).optional()?;
    Ok(found.flatten())
}

/// What deliveries to a webhook URL are signed with, sealed: its secret, and the one before with its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = t)]
pub(crate) struct SealedSecrets {
    /// Its secret.
    pub sealed_secret: Option<Vec<u8>>,
    /// The one before.
    pub sealed_old_secret: Option<Vec<u8>>,
    /// When that one ends.
    pub old_secret_expires_at: Option<Timestamp>,
}

/// What deliveries to a webhook URL are signed with.
pub(crate) async fn sealed_secrets(conn: &mut Conn, id: UrlId) -> QueryResult<SealedSecrets> {
    let found = with_conn!(conn, |c| t::table.find(id).select(SealedSecrets::as_select()).first(c)).optional()?;
    Ok(found.unwrap_or_default())
}

/// The secrets of these webhook URLs, sealed.
pub(crate) async fn sealed_of(conn: &mut Conn, ids: &[UrlId]) -> QueryResult<HashMap<UrlId, Vec<u8>>> {
    let query = t::table.filter(t::id.eq_any(ids)).filter(t::sealed_secret.is_not_null());
    let rows: Vec<(UrlId, Option<Vec<u8>>)> = with_conn!(conn, |c| query.select((t::id, t::sealed_secret)).load(c))?;
    Ok(rows.into_iter().filter_map(|(id, sealed)| Some((id, sealed?))).collect())
}

/// Writes the secrets of a webhook URL.
pub(crate) async fn set_secrets(conn: &mut Conn, id: UrlId, sealed: &SealedSecrets) -> QueryResult<()> {
    let set = (
        t::sealed_secret.eq(&sealed.sealed_secret),
        t::sealed_old_secret.eq(&sealed.sealed_old_secret),
        t::old_secret_expires_at.eq(sealed.old_secret_expires_at),
    );
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(set).execute(c)).map(drop)
}

/// The webhook URLs of these clients that are in use, on domains that are.
pub(crate) async fn active_webhooks(conn: &mut Conn, clients: &[ClientId]) -> QueryResult<Vec<(ClientId, UrlId)>> {
    let query = t::table.inner_join(domains::table).filter(domains::client_id.eq_any(clients));
    let query = query.filter(domains::active).filter(t::active).filter(t::kind.eq(UrlKind::Webhook));
    with_conn!(conn, |c| query.order(t::id).select((domains::client_id, t::id)).load(c))
}

/// The webhook URLs of a client, by id.
pub(crate) async fn webhooks(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<DomainUrl>> {
    let query = t::table.inner_join(domains::table).filter(domains::client_id.eq(client));
    let query = query.filter(t::kind.eq(UrlKind::Webhook)).order(t::id);
    with_conn!(conn, |c| query.select(DomainUrl::as_select()).load(c))
}

/// Whether any webhook has a secret.
pub(crate) async fn any_sealed(conn: &mut Conn) -> QueryResult<bool> {
    let sealed = t::table.filter(t::sealed_secret.is_not_null());
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(sealed)).get_result(c))
}

/// Deletes a URL.
pub(crate) async fn delete(conn: &mut Conn, id: UrlId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).execute(c)).map(drop)
}

/// The URL of this id, when it is this domain's.
pub(crate) async fn find(conn: &mut Conn, domain: DomainId, id: UrlId) -> QueryResult<Option<DomainUrl>> {
    let query = t::table.find(id).filter(t::domain_id.eq(domain));
    with_conn!(conn, |c| query.select(DomainUrl::as_select()).first(c)).optional()
}

/// The URL of this id, and whose it is.
pub(crate) async fn find_with_client(conn: &mut Conn, id: UrlId) -> QueryResult<Option<(ClientId, DomainUrl)>> {
    let query = t::table.find(id).inner_join(domains::table);
    with_conn!(conn, |c| query.select((domains::client_id, DomainUrl::as_select())).first(c)).optional()
}

/// Whether the domain has this URL of this kind.
pub(crate) async fn has(conn: &mut Conn, domain: DomainId, kind: UrlKind, url: &str) -> QueryResult<bool> {
    let same = t::table.filter(t::domain_id.eq(domain)).filter(t::kind.eq(kind)).filter(t::url.eq(url));
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(same)).get_result(c))
}

/// The URLs of a domain by id: at most `limit` of those after `after`.
pub(crate) async fn page(
    conn: &mut Conn,
    domain: DomainId,
    after: Option<UrlId>,
    limit: i64,
) -> QueryResult<Vec<DomainUrl>> {
    let after = after.unwrap_or(UrlId::from_bytes([0; 16]));
    let query = t::table.filter(t::domain_id.eq(domain)).filter(t::id.gt(after)).order(t::id).limit(limit);
    with_conn!(conn, |c| query.select(DomainUrl::as_select()).load(c))
}

/// The URLs of a domain, by kind and URL.
pub(crate) async fn of_domain(conn: &mut Conn, domain: DomainId) -> QueryResult<Vec<DomainUrl>> {
    let query = t::table.filter(t::domain_id.eq(domain)).order((t::kind, t::url));
    with_conn!(conn, |c| query.select(DomainUrl::as_select()).load(c))
}

/// The URLs of all domains of a client, by kind and URL.
pub(crate) async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<DomainUrl>> {
    let query = t::table.inner_join(domains::table).filter(domains::client_id.eq(client)).order((t::kind, t::url));
    with_conn!(conn, |c| query.select(DomainUrl::as_select()).load(c))
}

//! Callback, webhook and logout URLs of domains.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::{domain_urls as t, domains};
use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId, UrlId};
use crate::model::url::UrlKind;

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
pub async fn insert(conn: &mut Conn, url: &DomainUrl) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(url).execute(c)).map(drop)
}

/// Switches a URL on or off.
pub async fn set_active(conn: &mut Conn, id: UrlId, active: bool, now: Timestamp) -> QueryResult<()> {
    let set = (t::active.eq(active), t::updated_at.eq(now));
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(set).execute(c)).map(drop)
}

/// Deletes a URL.
pub async fn delete(conn: &mut Conn, id: UrlId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).execute(c)).map(drop)
}

/// The URLs of all domains of a client, by kind and URL.
pub async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<DomainUrl>> {
    let query = t::table.inner_join(domains::table).filter(domains::client_id.eq(client)).order((t::kind, t::url));
    with_conn!(conn, |c| query.select(DomainUrl::as_select()).load(c))
}

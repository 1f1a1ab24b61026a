//! Pictures, each once, and who shows them.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId};
use crate::model::image::ImageDigest;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{clients, domains, images as t};

/// The logos of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = clients)]
pub(crate) struct ClientLogos {
    /// The one that the partner has chosen.
    pub logo_digest: Option<ImageDigest>,
    /// The one that people are shown: the same, unless that waits for its review.
    pub reviewed_logo_digest: Option<ImageDigest>,
}

/// Stores a picture, unless it is there. Nobody removes it before the transaction ends.
pub(crate) async fn insert(conn: &mut Conn, digest: ImageDigest, content: &[u8], now: Timestamp) -> QueryResult<()> {
    let row = (t::digest.eq(digest), t::content.eq(content), t::created_at.eq(now));
    // That is what holds the row when it is there.
    let hold = t::created_at.eq(t::created_at);
    let insert = diesel::insert_into(t::table).values(row).on_conflict(t::digest).do_update().set(hold);
    with_conn!(conn, |c| insert.execute(c)).map(drop)
}

/// A picture.
pub(crate) async fn content(conn: &mut Conn, digest: ImageDigest) -> QueryResult<Option<Vec<u8>>> {
    with_conn!(conn, |c| t::table.find(digest).select(t::content).first(c)).optional()
}

/// The logos of a client.
pub(crate) async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<ClientLogos> {
    with_conn!(conn, |c| clients::table.find(client).select(ClientLogos::as_select()).first(c))
}

/// The logos of these clients.
pub(crate) async fn of_clients(conn: &mut Conn, ids: &[ClientId]) -> QueryResult<HashMap<ClientId, ClientLogos>> {
    let query = clients::table.filter(clients::id.eq_any(ids));
    let rows: Vec<(ClientId, ClientLogos)> =
        with_conn!(conn, |c| query.select((clients::id, ClientLogos::as_select())).load(c))?;
    Ok(rows.into_iter().collect())
}

/// Sets the logos of a client.
pub(crate) async fn set_of_client(conn: &mut Conn, client: ClientId, logos: ClientLogos) -> QueryResult<()> {
    let set =
        (clients::logo_digest.eq(logos.logo_digest), clients::reviewed_logo_digest.eq(logos.reviewed_logo_digest));
    with_conn!(conn, |c| diesel::update(clients::table.find(client)).set(set).execute(c)).map(drop)
}

/// The logo of a domain.
pub(crate) async fn of_domain(conn: &mut Conn, domain: DomainId) -> QueryResult<Option<ImageDigest>> {
    let query = domains::table.find(domain).select(domains::logo_digest);
    with_conn!(conn, |c| query.first(c))
}

/// Sets the logo of a domain.
pub(crate) async fn set_of_domain(conn: &mut Conn, domain: DomainId, logo: Option<ImageDigest>) -> QueryResult<()> {
    let set = domains::logo_digest.eq(logo);
    with_conn!(conn, |c| diesel::update(domains::table.find(domain)).set(set).execute(c)).map(drop)
}

/// What nobody shows: a condition over a picture.
macro_rules! unused {
    () => {
        not(exists(clients::table.filter(clients::logo_digest.eq(t::digest.nullable()))))
            .and(not(exists(clients::table.filter(clients::reviewed_logo_digest.eq(t::digest.nullable())))))
            .and(not(exists(domains::table.filter(domains::logo_digest.eq(t::digest.nullable())))))
    };
}

/// Pictures that nobody shows; at most `limit`.
pub(crate) async fn unused(conn: &mut Conn, limit: i64) -> QueryResult<Vec<ImageDigest>> {
    let query = t::table.filter(unused!()).order(t::digest).select(t::digest).limit(limit);
    with_conn!(conn, |c| query.load(c))
}

/// Deletes those of these pictures that nobody shows. First it holds them, so that nobody begins to meanwhile.
pub(crate) async fn delete_unused(conn: &mut Conn, digests: &[ImageDigest]) -> QueryResult<usize> {
    let these = || t::table.filter(t::digest.eq_any(digests));
    with_conn!(conn, |c| diesel::update(these()).set(t::created_at.eq(t::created_at)).execute(c))?;
    with_conn!(conn, |c| diesel::delete(these().filter(unused!())).execute(c))
}

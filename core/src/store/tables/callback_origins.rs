//! From which origins the pages of public clients call: those of their callback URLs.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::id::{ClientId, UrlId};
use crate::model::client::ClientType;
use crate::model::url::{UrlKind, origin_of};
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{callback_origins as t, clients, domain_urls, domains};

/// Writes down the origin of one callback URL, as it is now.
pub(crate) async fn set(conn: &mut Conn, id: UrlId, url: &str) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::url_id.eq(id))).execute(c))?;
    let Some(origin) = origin_of(url) else { return Ok(()) };
    let row = (t::origin.eq(origin), t::url_id.eq(id));
    with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c)).map(drop)
}

/// Writes down the origins of all callback URLs that a client has.
pub(crate) async fn set_all(conn: &mut Conn, client: ClientId) -> QueryResult<()> {
    let query = domain_urls::table
        .inner_join(domains::table)
        .filter(domains::client_id.eq(client))
        .filter(domain_urls::kind.eq(UrlKind::Callback))
        .select((domain_urls::id, domain_urls::url));
    let urls: Vec<(UrlId, String)> = with_conn!(conn, |c| query.load(c))?;
    for (id, url) in urls {
        set(conn, id, &url).await?;
    }
    Ok(())
}

/// Forgets the origins of a client.
pub(crate) async fn delete_all(conn: &mut Conn, client: ClientId) -> QueryResult<()> {
    let own = domain_urls::table.inner_join(domains::table).filter(domains::client_id.eq(client));
    let gone = t::table.filter(t::url_id.eq_any(own.select(domain_urls::id)));
    with_conn!(conn, |c| diesel::delete(gone).execute(c)).map(drop)
}

/// Whether some public client has an active callback URL of this origin, on an active domain.
pub(crate) async fn is_known(conn: &mut Conn, origin: &str) -> QueryResult<bool> {
    let urls = domain_urls::table.inner_join(domains::table.inner_join(clients::table));
    let query = t::table
        .inner_join(urls)
        .filter(t::origin.eq(origin))
        .filter(domain_urls::active.eq(true))
        .filter(domains::active.eq(true))
        .filter(clients::client_type.eq(ClientType::Public));
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(query.select(t::url_id))).get_result(c))
}

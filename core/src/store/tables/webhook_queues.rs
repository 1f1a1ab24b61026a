//! Which webhook URLs have something to be tried, and which server works for them: one at a time, so that no URL gets
//! more at once than one server gives it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::UrlId;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::engine::lent::in_time;
use crate::store::schema::webhook_queues as t;

/// Whether a URL has something to be tried, and nobody works for it.
pub(crate) async fn any_due(conn: &mut Conn, now: Timestamp) -> QueryResult<bool> {
    let due = t::table.filter(t::due_at.le(now)).filter(t::leased_until.le(now));
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(due)).get_result(c))
}

/// Whether a URL has something to be tried, or somebody works for one.
pub(crate) async fn any_busy(conn: &mut Conn, now: Timestamp) -> QueryResult<bool> {
    let busy = t::table.filter(t::due_at.le(now).or(t::leased_until.gt(now)));
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(busy)).get_result(c))
}

/// Takes up to `limit` URLs that have something to be tried, the longest due first, until `until`; other servers pass over
/// them as long.
pub(crate) async fn lease(conn: &mut Conn, now: Timestamp, until: Timestamp, limit: i64) -> QueryResult<Vec<UrlId>> {
    let due = t::table.filter(t::due_at.le(now)).filter(t::leased_until.le(now)).order(t::due_at).limit(limit);
    let due = due.select(t::url_id);
    let urls: Vec<UrlId> = match conn {
        Conn::Sqlite(object) => due.load(&mut **object).await?,
        Conn::Postgres(lent) => in_time!(lent, |c| due.for_update().skip_locked().load(c))?,
    };
    let leased = diesel::update(t::table.filter(t::url_id.eq_any(&urls))).set(t::leased_until.eq(until));
    with_conn!(conn, |c| leased.execute(c))?;
    Ok(urls)
}

/// Has each of these URLs, in order of their ids, looked at from `at` on. Each row is locked, so that whoever gives a URL
/// back at this moment sees what was made for it, or this comes after.
pub(crate) async fn due_from(conn: &mut Conn, urls: &[UrlId], at: Timestamp) -> QueryResult<()> {
    for url in urls {
        let new = (t::url_id.eq(url), t::due_at.eq(at), t::leased_until.eq(Timestamp::from_seconds(0)));
        with_conn!(conn, |c| diesel::insert_into(t::table)
            .values(new)
            .on_conflict(t::url_id)
            .do_update()
            .set(t::due_at.eq(at))
            .execute(c))?;
    }
    Ok(())
}

/// Holds a URL's row, so that what follows sees all that was made for it; false when there is none.
pub(crate) async fn hold(conn: &mut Conn, url: UrlId) -> QueryResult<bool> {
    let same = diesel::update(t::table.find(url)).set(t::leased_until.eq(t::leased_until));
    Ok(with_conn!(conn, |c| same.execute(c))? == 1)
}

/// Gives a URL back that was taken until `until`, to be looked at next when `due` says.
pub(crate) async fn release(conn: &mut Conn, url: UrlId, until: Timestamp, due: Option<Timestamp>) -> QueryResult<()> {
    let own = diesel::update(t::table.find(url)).filter(t::leased_until.eq(until));
    let free = (t::leased_until.eq(Timestamp::from_seconds(0)), t::due_at.eq(due));
    with_conn!(conn, |c| own.set(free).execute(c)).map(drop)
}

//! Events on their way to webhook URLs, and every try to deliver them.

use std::collections::BTreeMap;

use diesel::dsl::{AssumeNotNull, count_star, min};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, DeliveryId, EventId, UrlId};
use crate::model::event::{DeliveryStatus, EventType, TRIED_FOR};
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::engine::lent::in_time;
use crate::store::schema::{deliveries as t, delivery_tries, outbox};
use crate::store::tables::outbox::WebhookEvent;

/// Rows of one statement on PostgreSQL.
const ROWS: usize = 1_000;

/// A delivery.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = t)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The event.
    pub outbox_id: EventId,
    /// Where it goes.
    pub url_id: UrlId,
    /// What has become of it.
    pub status: DeliveryStatus,
    /// When it is tried next, while it waits.
    pub next_try_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whose it is.
    #[diesel(select_expression = t::client_id.assume_not_null())]
    #[diesel(select_expression_type = AssumeNotNull<t::client_id>)]
    pub client_id: ClientId,
    /// What happened.
    pub event: EventType,
    /// How often it was tried.
    pub tries: i32,
    /// How often it failed since it was made, or since somebody sent it again.
    pub failures: i32,
    /// From this moment on it is not tried again.
    pub gives_up_at: Timestamp,
}

impl Delivery {
    /// That of an event to a URL, due at once.
    pub(crate) fn new(event: &WebhookEvent, url: UrlId) -> Self {
        let made = event.created_at;
        Self {
            id: DeliveryId::generate(made),
            outbox_id: event.id,
            url_id: url,
            status: DeliveryStatus::Waiting,
            next_try_at: made,
            created_at: made,
            client_id: event.client_id,
            event: event.event,
            tries: 0,
            failures: 0,
            gives_up_at: made.after(TRIED_FOR),
        }
    }
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = delivery_tries, treat_none_as_default_value = false)]
pub struct Try {
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// Which one, from 1.
    pub number: i32,
    /// When.
    pub at: Timestamp,
    /// The status that was answered.
    pub status: Option<i32>,
    /// How long it took.
    pub milliseconds: i64,
    /// Why it failed, where the status does not say.
    pub cause: Option<String>,
}

/// Stores new deliveries.
pub(crate) async fn insert(conn: &mut Conn, rows: &[Delivery]) -> QueryResult<()> {
    if let Conn::Postgres(lent) = conn {
        for some in rows.chunks(ROWS) {
            in_time!(lent, |c| diesel::insert_into(t::table).values(some).execute(c))?;
        }
        return Ok(());
    }
    for row in rows {
        with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c))?;
    }
    Ok(())
}

/// What is to be tried now at a URL, the longest due first, with what is sent; at most `limit`.
pub(crate) async fn due(
    conn: &mut Conn,
    url: UrlId,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<(Delivery, String)>> {
    let due =
        t::table.inner_join(outbox::table).filter(t::url_id.eq(url)).filter(t::status.eq(DeliveryStatus::Waiting));
    let due = due.filter(t::next_try_at.le(now)).order(t::next_try_at).limit(limit);
    with_conn!(conn, |c| due.select((Delivery::as_select(), outbox::body)).load(c))
}

/// When something at a URL is to be tried next.
pub(crate) async fn next_due(conn: &mut Conn, url: UrlId) -> QueryResult<Option<Timestamp>> {
    let waiting = t::table.filter(t::url_id.eq(url)).filter(t::status.eq(DeliveryStatus::Waiting));
    with_conn!(conn, |c| waiting.select(min(t::next_try_at)).first(c))
}

/// Writes what came of a try, unless the delivery is gone or was settled meanwhile.
pub(crate) async fn write_try(conn: &mut Conn, tried: &Delivery, entry: &Try) -> QueryResult<()> {
    let same = diesel::update(t::table.find(tried.id)).filter(t::status.eq(DeliveryStatus::Waiting));
    let set = (
        t::status.eq(tried.status),
        t::next_try_at.eq(tried.next_try_at),
        t::tries.eq(tried.tries),
        t::failures.eq(tried.failures),
    );
    if with_conn!(conn, |c| same.set(set).execute(c))? == 1 {
        let insert = diesel::insert_into(delivery_tries::table).values(entry).on_conflict_do_nothing();
        with_conn!(conn, |c| insert.execute(c))?;
    }
    Ok(())
}

/// Has a delivery tried anew.
pub(crate) async fn send_again(conn: &mut Conn, ids: &[DeliveryId], now: Timestamp) -> QueryResult<()> {
    let set = (
        t::status.eq(DeliveryStatus::Waiting),
        t::next_try_at.eq(now),
        t::failures.eq(0),
        t::gives_up_at.eq(now.after(TRIED_FOR)),
    );
    with_conn!(conn, |c| diesel::update(t::table.filter(t::id.eq_any(ids))).set(set).execute(c)).map(drop)
}

/// The delivery of this id, when it is this client's.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, id: DeliveryId) -> QueryResult<Option<Delivery>> {
    let query = t::table.find(id).filter(t::client_id.eq(client));
    with_conn!(conn, |c| query.select(Delivery::as_select()).first(c)).optional()
}

/// Which deliveries of a client are asked for; what is `None` is not asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter {
    /// Whose.
    pub client: ClientId,
    /// To this URL.
    pub url: Option<UrlId>,
    /// Of this event.
    pub event: Option<EventType>,
    /// Of which this has become.
    pub status: Option<DeliveryStatus>,
}

/// The newest deliveries, newest first: at most `limit` of those before `before`.
pub(crate) async fn newest(
    conn: &mut Conn,
    filter: Filter,
    before: Option<DeliveryId>,
    limit: i64,
) -> QueryResult<Vec<Delivery>> {
    // No id sorts above sixteen bytes of ones.
    let before = before.unwrap_or(DeliveryId::from_bytes([255; 16]));
    with_conn!(conn, |c| {
        let mut query = t::table.filter(t::client_id.eq(filter.client)).filter(t::id.lt(before)).into_boxed();
        if let Some(url) = filter.url {
            query = query.filter(t::url_id.eq(url));
        }
        if let Some(event) = filter.event {
            query = query.filter(t::event.eq(event));
        }
        if let Some(status) = filter.status {
            query = query.filter(t::status.eq(status));
        }
        query.order(t::id.desc()).limit(limit).select(Delivery::as_select()).load(c)
    })
}

/// The tries of these deliveries, each one's oldest first.
pub(crate) async fn tries_of(conn: &mut Conn, ids: &[DeliveryId]) -> QueryResult<BTreeMap<DeliveryId, Vec<Try>>> {
    let query = delivery_tries::table.filter(delivery_tries::delivery_id.eq_any(ids));
    let query = query.order((delivery_tries::delivery_id, delivery_tries::number));
    let rows: Vec<Try> = with_conn!(conn, |c| query.select(Try::as_select()).load(c))?;
    let mut tries: BTreeMap<DeliveryId, Vec<Try>> = BTreeMap::new();
    for row in rows {
        tries.entry(row.delivery_id).or_default().push(row);
    }
    Ok(tries)
}

/// How many deliveries there are.
pub(crate) async fn count(conn: &mut Conn, filter: Filter) -> QueryResult<i64> {
    with_conn!(conn, |c| {
        let mut query = t::table.filter(t::client_id.eq(filter.client)).into_boxed();
        if let Some(url) = filter.url {
            query = query.filter(t::url_id.eq(url));
        }
        if let Some(event) = filter.event {
            query = query.filter(t::event.eq(event));
        }
        if let Some(status) = filter.status {
            query = query.filter(t::status.eq(status));
        }
        query.count().get_result(c)
    })
}

/// How many deliveries of a client are parked.
pub(crate) async fn parked(conn: &mut Conn, client: ClientId) -> QueryResult<i64> {
    let query = t::table.filter(t::client_id.eq(client)).filter(t::status.eq(DeliveryStatus::Parked));
    with_conn!(conn, |c| query.count().get_result(c))
}

/// How many deliveries of each URL of a client wait, and how many are parked.
pub(crate) async fn unsettled(
    conn: &mut Conn,
    client: ClientId,
) -> QueryResult<BTreeMap<(UrlId, DeliveryStatus), i64>> {
    let query = t::table.filter(t::client_id.eq(client)).filter(t::status.ne(DeliveryStatus::Delivered));
    let query = query.group_by((t::url_id, t::status)).select(((t::url_id, t::status), count_star()));
    let rows: Vec<((UrlId, DeliveryStatus), i64)> = with_conn!(conn, |c| query.load(c))?;
    Ok(rows.into_iter().collect())
}

/// The newest delivery to each of these URLs.
pub(crate) async fn newest_of(conn: &mut Conn, urls: &[UrlId]) -> QueryResult<Vec<Delivery>> {
    let mut found = Vec::new();
    for url in urls {
        let query = t::table.filter(t::url_id.eq(url)).order(t::id.desc()).limit(1);
        if let Some(delivery) = with_conn!(conn, |c| query.select(Delivery::as_select()).first(c)).optional()? {
            found.push(delivery);
        }
    }
    Ok(found)
}

/// How many messages of this type a URL was sent since `since`.
pub(crate) async fn made_since(conn: &mut Conn, url: UrlId, event: EventType, since: Timestamp) -> QueryResult<i64> {
    let query = t::table.filter(t::url_id.eq(url)).filter(t::id.ge(DeliveryId::first_at(since)));
    with_conn!(conn, |c| query.filter(t::event.eq(event)).count().get_result(c))
}

//! Events that webhooks are told of, written in the transaction of what they tell (SPEC §6).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId, EventId, Subject};
use crate::model::event::EventType;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::engine::lent::in_time;
use crate::store::schema::outbox as t;

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct WebhookEvent {
    /// Its id.
    pub id: EventId,
    /// Whose webhooks it goes to.
    pub client_id: ClientId,
    /// The domain that it is about.
    pub domain_id: Option<DomainId>,
    /// Its type.
    pub event: EventType,
    /// What is sent.
    pub body: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// When its deliveries were made.
    pub expanded_at: Option<Timestamp>,
}

impl WebhookEvent {
    /// An event that just happened.
    pub(crate) fn new(
        client: ClientId,
        domain: Option<DomainId>,
        event: EventType,
        body: String,
        now: Timestamp,
    ) -> Self {
        let id = EventId::generate(now);
        Self { id, client_id: client, domain_id: domain, event, body, created_at: now, expanded_at: None }
    }

    /// The same of a person whom the client knows by another number than was thought.
    pub(crate) fn about(mut self, thought: Subject, known: Subject) -> Self {
        if thought != known {
            self.body = self.body.replace(&format!("\"{thought}\""), &format!("\"{known}\""));
        }
        self
    }
}

/// Stores an event.
pub(crate) async fn insert(conn: &mut Conn, row: &WebhookEvent) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c)).map(drop)
}

/// Whether an event waits for its deliveries to be made.
pub(crate) async fn any_waiting(conn: &mut Conn) -> QueryResult<bool> {
    let waiting = t::table.filter(t::expanded_at.is_null());
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(waiting)).get_result(c))
}

/// Events that wait for their deliveries to be made, oldest first; at most `limit`. They are the caller's until its
/// transaction ends: another server passes over them.
pub(crate) async fn take_waiting(conn: &mut Conn, limit: i64) -> QueryResult<Vec<WebhookEvent>> {
    let waiting = t::table.filter(t::expanded_at.is_null()).order(t::created_at).limit(limit);
    match conn {
        Conn::Sqlite(object) => waiting.select(WebhookEvent::as_select()).load(&mut **object).await,
        Conn::Postgres(lent) => {
            let waiting = waiting.for_update().skip_locked();
            in_time!(lent, |c| waiting.select(WebhookEvent::as_select()).load(c))
        }
    }
}

/// Notes that the deliveries of these events are made.
pub(crate) async fn set_expanded(conn: &mut Conn, ids: &[EventId], now: Timestamp) -> QueryResult<()> {
    let update = diesel::update(t::table.filter(t::id.eq_any(ids))).set(t::expanded_at.eq(now));
    with_conn!(conn, |c| update.execute(c)).map(drop)
}

/// The events about a client, newest first; at most `limit`.
pub(crate) async fn newest(conn: &mut Conn, client: ClientId, limit: i64) -> QueryResult<Vec<WebhookEvent>> {
    let query = t::table.filter(t::client_id.eq(client)).order(t::id.desc()).limit(limit);
    with_conn!(conn, |c| query.select(WebhookEvent::as_select()).load(c))
}

/// Deletes events of before `before`, with their deliveries and all tries; at most `limit`.
pub(crate) async fn delete_before(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old = t::table.filter(t::created_at.lt(before)).order(t::created_at);
    let ids: Vec<EventId> = with_conn!(conn, |c| old.limit(limit).select(t::id).load(c))?;
    if ids.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::id.eq_any(&ids))).execute(c))
}

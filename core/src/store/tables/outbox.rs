//! Events that wait for the webhooks they go to, written in the transaction of what they tell (SPEC §6).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId, EventId};
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::outbox as t;

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct WebhookEvent {
    /// Its id: what a receiver tells repeats by.
    pub id: EventId,
    /// Whose webhooks it goes to.
    pub client_id: ClientId,
    /// Only those of this domain, when it is about one.
    pub domain_id: Option<DomainId>,
    /// Its type.
    pub event: String,
    /// What is sent.
    pub body: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// When its deliveries were made.
    pub expanded_at: Option<Timestamp>,
}

impl WebhookEvent {
    /// An event that just happened.
    pub fn new(client: ClientId, domain: Option<DomainId>, event: &str, body: String, now: Timestamp) -> Self {
        let (id, event) = (EventId::generate(now), event.to_owned());
        Self { id, client_id: client, domain_id: domain, event, body, created_at: now, expanded_at: None }
    }
}

/// What is sent: `{type, timestamp, data}`; `data` names the client, and the domain where there is one.
pub(crate) fn body(client: ClientId, domain: Option<DomainId>, event: &str, data: &Value, now: Timestamp) -> String {
    let mut all = Map::new();
    all.insert("client".to_owned(), json!(client));
    if let Some(domain) = domain {
        all.insert("domain".to_owned(), json!(domain));
    }
    all.extend(data.as_object().cloned().unwrap_or_default());
    json!({ "type": event, "timestamp": now, "data": all }).to_string()
}

/// Stores an event.
pub(crate) async fn insert(conn: &mut Conn, row: &WebhookEvent) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c)).map(drop)
}

/// The events about a client, newest first; at most `limit`.
pub(crate) async fn newest(conn: &mut Conn, client: ClientId, limit: i64) -> QueryResult<Vec<WebhookEvent>> {
    let query = t::table.filter(t::client_id.eq(client)).order(t::id.desc()).limit(limit);
    with_conn!(conn, |c| query.select(WebhookEvent::as_select()).load(c))
}

/// Deletes events of before `before` that nobody was waiting for; at most `limit`.
pub(crate) async fn delete_before(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old = t::table.filter(t::created_at.lt(before)).filter(t::expanded_at.is_null()).order(t::created_at);
    let ids: Vec<EventId> = with_conn!(conn, |c| old.limit(limit).select(t::id).load(c))?;
    if ids.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::id.eq_any(&ids))).execute(c))
}

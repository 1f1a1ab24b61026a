//! Requests of clients to single users.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::requests as t;
use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId, RequestId, UserId};
use crate::model::request::{RequestKind, RequestStatus};
use crate::model::scope::ScopeSet;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = t, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Who asks.
    pub client_id: ClientId,
    /// For what.
    pub kind: RequestKind,
    /// The key of the address it was sent to.
    pub email_key: String,
    /// The person; `None` while the address has no account.
    pub user_id: Option<UserId>,
    /// The domain to test; `None` is all.
    pub domain_id: Option<DomainId>,
    /// The scopes asked for.
    pub scope: ScopeSet,
    /// Why, in the client's words.
    pub reason: Option<String>,
    /// What became of it.
    pub status: RequestStatus,
    /// Whether the person was told.
    pub delivered: bool,
    /// When what was accepted ends.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the person decided.
    pub decided_at: Option<Timestamp>,
}

/// Stores a new request.
pub async fn insert(conn: &mut Conn, request: &Request) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(request).execute(c)).map(drop)
}

/// Writes every field.
pub async fn update(conn: &mut Conn, request: &Request) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(request.id)).set(request).execute(c)).map(drop)
}

/// The requests of a client that are open, or accepted and not expired, by person.
pub async fn standing(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<Vec<Request>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::status.eq_any([RequestStatus::Pending, RequestStatus::Accepted]))
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .order((t::email_key, t::kind, t::created_at, t::id));
    with_conn!(conn, |c| query.select(Request::as_select()).load(c))
}

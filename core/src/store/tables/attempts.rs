//! Refused attempts.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{AttemptId, ClientId, DomainId};
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::attempts as t;

/// A row of `attempts`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Whose it is to see.
    pub client_id: ClientId,
    /// The domain it concerns, where one is known.
    pub domain_id: Option<DomainId>,
    /// The denial's code.
    pub reason: String,
    /// What the person was shown.
    pub reference: String,
    /// When.
    pub at: Timestamp,
    /// What of the reason is kept beside its code.
    pub detail: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
    /// The redirect URI that was sent, without its query.
    pub redirect_uri: Option<String>,
    /// The scopes that were asked for.
    pub scope: Option<String>,
}

/// Stores a batch.
pub(crate) async fn insert(conn: &mut Conn, batch: &[Attempt]) -> QueryResult<()> {
    for attempt in batch {
        with_conn!(conn, |c| diesel::insert_into(t::table).values(attempt).execute(c))?;
    }
    Ok(())
}

/// Which attempts of a client are asked for; what is `None` is not asked.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    /// Whose.
    pub client: ClientId,
    /// For this reason.
    pub reason: Option<String>,
    /// At this domain.
    pub domain: Option<DomainId>,
    /// What the person was shown.
    pub reference: Option<String>,
    /// Of this time or later.
    pub from: Option<Timestamp>,
    /// Of before this time.
    pub to: Option<Timestamp>,
}

impl Filter {
    /// All of a client.
    pub(crate) const fn of(client: ClientId) -> Self {
        Self { client, reason: None, domain: None, reference: None, from: None, to: None }
    }
}

/// The newest attempts, newest first, because an id begins with its time: at most `limit` of those before `before`.
pub(crate) async fn newest(
    conn: &mut Conn,
    filter: &Filter,
    before: Option<AttemptId>,
    limit: i64,
) -> QueryResult<Vec<Attempt>> {
    let Filter { client, reason, domain, reference, from, to } = filter;
    // No id sorts above sixteen bytes of ones.
    let before = before.unwrap_or(AttemptId::from_bytes([255; 16]));
    with_conn!(conn, |c| {
        let mut query = t::table.filter(t::client_id.eq(client)).filter(t::id.lt(before)).into_boxed();
        if let Some(reason) = reason {
            query = query.filter(t::reason.eq(reason));
        }
        if let Some(domain) = domain {
            query = query.filter(t::domain_id.eq(domain));
        }
        if let Some(reference) = reference {
            query = query.filter(t::reference.eq(reference));
        }
        if let Some(from) = from {
            query = query.filter(t::at.ge(from));
        }
        if let Some(to) = to {
            query = query.filter(t::at.lt(to));
        }
        query.order(t::id.desc()).limit(limit).select(Attempt::as_select()).load(c)
    })
}

/// How many attempts of a client are kept.
pub(crate) async fn count(conn: &mut Conn, client: ClientId) -> QueryResult<i64> {
    let query = t::table.filter(t::client_id.eq(client)).count();
    with_conn!(conn, |c| query.get_result(c))
}

/// Deletes up to `limit` attempts from before `before`.
pub(crate) async fn delete_before(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = t::table.filter(t::at.lt(before)).order(t::at).select(t::id).limit(limit);
    let ids = with_conn!(conn, |c| due.load(c))?;
    delete(conn, ids).await
}

/// The newest of a client's attempts that is too many when only its newest `keep` may stay.
pub(crate) async fn first_beyond(conn: &mut Conn, client: ClientId, keep: i64) -> QueryResult<Option<AttemptId>> {
    let query = t::table.filter(t::client_id.eq(client)).order(t::id.desc()).offset(keep).limit(1).select(t::id);
    with_conn!(conn, |c| query.first(c)).optional()
}

/// Deletes up to `limit` of a client's attempts, from `newest` on backwards in time.
pub(crate) async fn delete_up_to(
    conn: &mut Conn,
    client: ClientId,
    newest: AttemptId,
    limit: i64,
) -> QueryResult<usize> {
    let due = t::table.filter(t::client_id.eq(client)).filter(t::id.le(newest)).order(t::id).select(t::id).limit(limit);
    let ids = with_conn!(conn, |c| due.load(c))?;
    delete(conn, ids).await
}

async fn delete(conn: &mut Conn, ids: Vec<AttemptId>) -> QueryResult<usize> {
    if ids.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::id.eq_any(&ids))).execute(c))
}

//! Requests of clients to single users.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId, RequestId, Subject, UserId};
use crate::model::request::{RequestKind, RequestState, RequestStatus};
use crate::model::scope::ScopeSet;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{client_blocks as blocks, client_users, clients, domains, requests as t};

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
    /// The `sub` it was sent to, instead of an address.
    pub subject: Option<Subject>,
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

impl Request {
    /// Whether it is open, or accepted and not expired.
    pub fn stands_at(&self, now: Timestamp) -> bool {
        let standing = matches!(self.status, RequestStatus::Pending | RequestStatus::Accepted);
        standing && self.expires_at.is_none_or(|end| now < end)
    }

    /// What became of it: its status, or that it expired when its end came first.
    pub fn state_at(&self, now: Timestamp) -> RequestState {
        let over = self.status == RequestStatus::Withdrawn;
        let ended = self.expires_at.is_some_and(|end| end <= if over { self.decided_at.unwrap_or(now) } else { now });
        let expired = ended && self.status != RequestStatus::Declined;
        if expired { RequestState::Expired } else { self.status.into() }
    }
}

/// Stores a new request.
pub(crate) async fn insert(conn: &mut Conn, request: &Request) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(request).execute(c)).map(drop)
}

/// Writes every field.
pub(crate) async fn update(conn: &mut Conn, request: &Request) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(request.id)).set(request).execute(c)).map(drop)
}

/// The requests of a client that are open, or accepted and not expired, by person.
pub(crate) async fn standing(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<Vec<Request>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::status.eq_any([RequestStatus::Pending, RequestStatus::Accepted]))
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .order((t::email_key, t::kind, t::created_at, t::id));
    with_conn!(conn, |c| query.select(Request::as_select()).load(c))
}

/// The requests of a client that came to their end, unanswered or accepted, by person.
pub(crate) async fn ended(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<Vec<Request>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::status.eq_any([RequestStatus::Pending, RequestStatus::Accepted]))
        .filter(t::expires_at.le(now))
        .order((t::email_key, t::kind, t::created_at, t::id));
    with_conn!(conn, |c| query.select(Request::as_select()).load(c))
}

/// Which requests of a client are asked for; what is `None` is not asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter {
    /// Whose.
    pub client: ClientId,
    /// Of this kind.
    pub kind: Option<RequestKind>,
    /// What became of them by the moment beside it.
    pub state: Option<(RequestState, Timestamp)>,
}

/// At most `limit` requests after `after`, oldest first.
pub(crate) async fn page(
    conn: &mut Conn,
    filter: &Filter,
    after: Option<RequestId>,
    limit: i64,
) -> QueryResult<Vec<Request>> {
    // No id sorts below sixteen zero bytes.
    let after = after.unwrap_or(RequestId::from_bytes([0; 16]));
    let Filter { client, kind, state } = *filter;
    with_conn!(conn, |c| {
        let mut query = t::table.filter(t::client_id.eq(client)).filter(t::id.gt(after)).into_boxed();
        if let Some(kind) = kind {
            query = query.filter(t::kind.eq(kind));
        }
        // As `Request::state_at` says it of one.
        query = match state {
            None => query,
            Some((RequestState::Declined, _)) => query.filter(t::status.eq(RequestStatus::Declined)),
            Some((RequestState::Withdrawn, _)) => query
                .filter(t::status.eq(RequestStatus::Withdrawn))
                .filter(t::expires_at.is_null().or(t::expires_at.gt(t::decided_at))),
            Some((RequestState::Pending, now)) => query
                .filter(t::status.eq(RequestStatus::Pending))
                .filter(t::expires_at.is_null().or(t::expires_at.gt(now))),
            Some((RequestState::Accepted, now)) => query
                .filter(t::status.eq(RequestStatus::Accepted))
                .filter(t::expires_at.is_null().or(t::expires_at.gt(now))),
            Some((RequestState::Expired, now)) => {
                let lived = t::status.eq(RequestStatus::Pending).or(t::status.eq(RequestStatus::Accepted));
                let was_over = t::status.eq(RequestStatus::Withdrawn).and(t::expires_at.le(t::decided_at));
                query.filter(lived.and(t::expires_at.le(now)).or(was_over))
            }
        };
        query.order(t::id).limit(limit).select(Request::as_select()).load(c)
    })
}

/// What people have answered since then, the newest first, and whether they said yes.
pub(crate) async fn answered_since(
    conn: &mut Conn,
    client: ClientId,
    since: Timestamp,
    limit: i64,
) -> QueryResult<Vec<(RequestId, bool)>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::decided_at.gt(since))
        .filter(t::status.eq_any([RequestStatus::Accepted, RequestStatus::Declined]))
        .order((t::decided_at.desc(), t::id))
        .limit(limit)
        .select((t::id, t::status));
    let found: Vec<(RequestId, RequestStatus)> = with_conn!(conn, |c| query.load(c))?;
    Ok(found.into_iter().map(|(id, status)| (id, status == RequestStatus::Accepted)).collect())
}

/// The request of this id, whichever client's it is.
pub(crate) async fn find(conn: &mut Conn, id: RequestId) -> QueryResult<Option<Request>> {
    with_conn!(conn, |c| t::table.find(id).select(Request::as_select()).first(c)).optional()
}

/// The request of this kind that waits for the person with this address, expired or not.
pub(crate) async fn pending(
    conn: &mut Conn,
    client: ClientId,
    email_key: &str,
    kind: RequestKind,
) -> QueryResult<Option<Request>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::email_key.eq(email_key))
        .filter(t::kind.eq(kind))
        .filter(t::status.eq(RequestStatus::Pending));
    with_conn!(conn, |c| query.select(Request::as_select()).first(c)).optional()
}

/// How many requests of a client wait for an answer.
pub(crate) async fn count_open(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<i64> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::status.eq(RequestStatus::Pending))
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .count();
    with_conn!(conn, |c| query.get_result(c))
}

/// What stands between a client and a person who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Regard {
    /// They have blocked the client, or declined a request of this kind since the moment asked about.
    pub unwelcome: bool,
    /// They have logged in through the client.
    pub is_user: bool,
}

/// What this person thinks of the client; asked in the same way for somebody there is not.
pub(crate) async fn regard(
    conn: &mut Conn,
    client: ClientId,
    user: Option<UserId>,
    kind: RequestKind,
    declined_since: Timestamp,
) -> QueryResult<Regard> {
    use diesel::dsl::exists;
    // No number of an account is negative.
    let user = user.map_or(-1, UserId::number);
    let blocked = blocks::table.filter(blocks::client_id.eq(client)).filter(blocks::user_id.eq(user));
    let declined = t::table
        .filter(t::client_id.eq(client))
        .filter(t::user_id.eq(user))
        .filter(t::kind.eq(kind))
        .filter(t::status.eq(RequestStatus::Declined))
        .filter(t::decided_at.gt(declined_since));
    let known = client_users::table.filter(client_users::client_id.eq(client)).filter(client_users::user_id.eq(user));
    let query = diesel::select((exists(blocked), exists(declined), exists(known)));
    let (blocked, declined, is_user): (bool, bool, bool) = with_conn!(conn, |c| query.get_result(c))?;
    Ok(Regard { unwelcome: blocked || declined, is_user })
}

/// Whether this person has blocked the client; asked in the same way for somebody there is not.
pub(crate) async fn is_blocked(conn: &mut Conn, client: ClientId, user: Option<UserId>) -> QueryResult<bool> {
    let user = user.map_or(-1, UserId::number);
    let blocked = blocks::table.filter(blocks::client_id.eq(client)).filter(blocks::user_id.eq(user));
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(blocked)).get_result(c))
}

/// A request with what its person is shown of who asks.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The request.
    pub request: Request,
    /// The client's name.
    pub client: String,
    /// The domain to test, when it is one.
    pub domain: Option<String>,
}

/// The requests that wait for whoever reads the mail of this address, oldest first.
pub(crate) async fn waiting(conn: &mut Conn, email_key: &str, now: Timestamp) -> QueryResult<Vec<Shown>> {
    let query = t::table
        .inner_join(clients::table)
        .left_join(domains::table)
        .filter(t::email_key.eq(email_key))
        .filter(t::status.eq(RequestStatus::Pending))
        .filter(t::delivered.eq(true))
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .filter(clients::deleted_at.is_null())
        .order(t::id);
    let found: Vec<(Request, String, Option<String>)> = with_conn!(conn, |c| query
        .select((Request::as_select(), clients::name, domains::root_domain.nullable()))
        .load(c))?;
    Ok(found.into_iter().map(|(request, client, domain)| Shown { request, client, domain }).collect())
}

/// What this person has accepted and holds, oldest first.
pub(crate) async fn accepted(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<Vec<Shown>> {
    let query = t::table
        .inner_join(clients::table)
        .left_join(domains::table)
        .filter(t::user_id.eq(user))
        .filter(t::status.eq(RequestStatus::Accepted))
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .filter(clients::deleted_at.is_null())
        .order(t::id);
    let found: Vec<(Request, String, Option<String>)> = with_conn!(conn, |c| query
        .select((Request::as_select(), clients::name, domains::root_domain.nullable()))
        .load(c))?;
    Ok(found.into_iter().map(|(request, client, domain)| Shown { request, client, domain }).collect())
}

/// Has a person hear no more from a client.
pub(crate) async fn block(conn: &mut Conn, user: UserId, client: ClientId, now: Timestamp) -> QueryResult<()> {
    let row = (blocks::user_id.eq(user), blocks::client_id.eq(client), blocks::created_at.eq(now));
    with_conn!(conn, |c| diesel::insert_into(blocks::table).values(row).on_conflict_do_nothing().execute(c)).map(drop)
}

/// Has a person hear from a client again; false when they did.
pub(crate) async fn unblock(conn: &mut Conn, user: UserId, client: ClientId) -> QueryResult<bool> {
    let block = blocks::table.filter(blocks::user_id.eq(user)).filter(blocks::client_id.eq(client));
    Ok(with_conn!(conn, |c| diesel::delete(block).execute(c))? == 1)
}

/// The clients that a person has blocked, by name.
pub(crate) async fn blocked(conn: &mut Conn, user: UserId) -> QueryResult<Vec<(ClientId, String)>> {
    let query = blocks::table
        .inner_join(clients::table)
        .filter(blocks::user_id.eq(user))
        .order(clients::name)
        .select((clients::id, clients::name));
    with_conn!(conn, |c| query.load(c))
}

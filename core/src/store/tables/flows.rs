//! Logins (and logouts) in progress.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::{ClientId, DomainId, FlowId};
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::flows as t;

/// A row of `flows`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct StoredFlow {
    /// Its id.
    pub id: FlowId,
    /// The browser it belongs to; none until a browser has opened it.
    pub browser_key: Option<CredentialKey>,
    /// Where that browser is, as a digest; none where a client's server began it.
    pub network_key: Option<Vec<u8>>,
    /// `authorize`, `native` or `logout`.
    pub kind: String,
    /// The token of a native login that opens it.
    pub sign_token_key: Option<CredentialKey>,
    /// Whose login it is.
    pub client_id: Option<ClientId>,
    /// The domain it goes through.
    pub domain_id: Option<DomainId>,
    /// What was asked, as JSON.
    pub request: String,
    /// What the person said on the consent page: `allowed` or `denied`.
    pub decision: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// Stores a new flow.
pub(crate) async fn insert(conn: &mut Conn, row: &StoredFlow) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c)).map(drop)
}

/// The flow of this id, expired or not.
pub(crate) async fn find(conn: &mut Conn, id: FlowId) -> QueryResult<Option<StoredFlow>> {
    with_conn!(conn, |c| t::table.find(id).select(StoredFlow::as_select()).first(c)).optional()
}

/// The native login that this token opens.
pub(crate) async fn find_by_sign_token(conn: &mut Conn, key: CredentialKey) -> QueryResult<Option<StoredFlow>> {
    let query = t::table.filter(t::sign_token_key.eq(key));
    with_conn!(conn, |c| query.select(StoredFlow::as_select()).first(c)).optional()
}

/// Binds a flow that no browser has opened yet to this one; false when it belongs to a browser already.
pub(crate) async fn bind(conn: &mut Conn, id: FlowId, browser: CredentialKey) -> QueryResult<bool> {
    let unbound = t::table.find(id).filter(t::browser_key.is_null());
    let bound = with_conn!(conn, |c| diesel::update(unbound).set(t::browser_key.eq(browser)).execute(c))?;
    Ok(bound == 1)
}

/// Replaces what was asked.
pub(crate) async fn set_request(conn: &mut Conn, id: FlowId, request: &str) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(t::request.eq(request)).execute(c)).map(drop)
}

/// Notes the person's decision in a flow that has none; false when it has ended or is decided.
pub(crate) async fn decide(conn: &mut Conn, id: FlowId, decision: &str) -> QueryResult<bool> {
    let open = t::table.find(id).filter(t::decision.is_null());
    let decided = with_conn!(conn, |c| diesel::update(open).set(t::decision.eq(decision)).execute(c))?;
    Ok(decided == 1)
}

/// Ends a flow; at most one caller ever gets `true`.
pub(crate) async fn finish(conn: &mut Conn, id: FlowId, now: Timestamp) -> QueryResult<bool> {
    let open = t::table.find(id).filter(t::expires_at.gt(now));
    Ok(hot!(conn, execute(diesel::delete(open)))? == 1)
}

/// How many flows a browser, and the network it is in, have in progress.
pub(crate) async fn count_of_browser(
    conn: &mut Conn,
    browser: CredentialKey,
    network: &[u8],
    now: Timestamp,
) -> QueryResult<(i64, i64)> {
    let of_browser = t::table.filter(t::browser_key.eq(browser)).filter(t::expires_at.gt(now)).count();
    let of_network = t::table.filter(t::network_key.eq(network)).filter(t::expires_at.gt(now)).count();
    let both = diesel::select((of_browser.single_value(), of_network.single_value()));
    let (browser, network): (Option<i64>, Option<i64>) = with_conn!(conn, |c| both.get_result(c))?;
    Ok((browser.unwrap_or(0), network.unwrap_or(0)))
}

/// How many flows a client's servers have begun that are in progress.
pub(crate) async fn count_of_client(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<i64> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::sign_token_key.is_not_null())
        .filter(t::expires_at.gt(now))
        .count();
    with_conn!(conn, |c| query.get_result(c))
}

/// When those flows end that are too many, if only the `keep` may stay that have most time left; `None` when there are no
/// more than that.
pub(crate) async fn first_beyond(conn: &mut Conn, keep: i64, now: Timestamp) -> QueryResult<Option<Timestamp>> {
    let query = t::table.filter(t::expires_at.gt(now)).order(t::expires_at.desc()).select(t::expires_at);
    with_conn!(conn, |c| query.offset(keep).limit(1).first(c)).optional()
}

/// Deletes up to `limit` flows whose time is over at `now`.
pub(crate) async fn delete_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = t::table.filter(t::expires_at.le(now)).order(t::expires_at).select(t::id).limit(limit);
    let ids: Vec<FlowId> = with_conn!(conn, |c| due.load(c))?;
    if ids.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::id.eq_any(&ids))).execute(c))
}

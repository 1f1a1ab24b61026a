//! Domains of clients, and the addresses their servers call from.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId};
use crate::model::domain::Ownership;
use crate::model::root_domain::RootDomain;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{client_user_domains as came, domain_server_ips as ips, domains as t, grants};

/// A domain as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = t, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Its root domain.
    pub root_domain: RootDomain,
    /// What the partner calls it.
    pub internal_name: Option<String>,
    /// Where failed logins go.
    pub fallback_uri: Option<String>,
    /// What the error page shows as the partner's words.
    pub fallback_response: Option<String>,
    /// Logins may start.
    pub allow_login: bool,
    /// Client credentials and the native user API may be used.
    pub allow_api: bool,
    /// It is in use.
    pub active: bool,
    /// It is the client's primary domain.
    pub is_primary: bool,
    /// It is in test mode.
    pub test_mode: bool,
    /// Whether the partner has shown that it is theirs.
    pub ownership: Ownership,
    /// What they show it with.
    pub ownership_token: String,
    /// When it was last looked at; `None` when it never was, or the operator has vouched for it.
    pub ownership_checked_at: Option<Timestamp>,
    /// How often, of late, it was looked at and not found.
    pub ownership_failures: i32,
    /// Since when it exists.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Stores a new domain.
pub(crate) async fn insert(conn: &mut Conn, domain: &Domain) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(domain).execute(c)).map(drop)
}

/// Writes every field.
pub(crate) async fn update(conn: &mut Conn, domain: &Domain) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(domain.id)).set(domain).execute(c)).map(drop)
}

/// The domains of a client, oldest first.
pub(crate) async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Domain>> {
    let query = t::table.filter(t::client_id.eq(client)).order((t::created_at, t::id));
    with_conn!(conn, |c| query.select(Domain::as_select()).load(c))
}

/// What of a domain says how its client stands.
#[derive(Clone, Copy, Debug, Queryable)]
pub(crate) struct Mode {
    /// Whose it is.
    pub client: ClientId,
    /// It is in use.
    pub active: bool,
    /// It is in test mode.
    pub test_mode: bool,
}

/// The domains of these clients, as far as they say how those stand.
pub(crate) async fn modes(conn: &mut Conn, clients: &[ClientId]) -> QueryResult<Vec<Mode>> {
    let query = t::table.filter(t::client_id.eq_any(clients)).select((t::client_id, t::active, t::test_mode));
    with_conn!(conn, |c| query.load(c))
}

/// The domains of other clients with one of these root domains.
pub(crate) async fn of_others(conn: &mut Conn, client: ClientId, roots: &[RootDomain]) -> QueryResult<Vec<Domain>> {
    let query = t::table.filter(t::root_domain.eq_any(roots)).filter(t::client_id.ne(client)).order(t::id);
    with_conn!(conn, |c| query.select(Domain::as_select()).load(c))
}

/// The primary domain of a client, when it is proven to be the partner's.
pub(crate) async fn proven_primary(conn: &mut Conn, client: ClientId) -> QueryResult<Option<RootDomain>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::is_primary.eq(true))
        .filter(t::ownership.eq(Ownership::Proven))
        .select(t::root_domain);
    with_conn!(conn, |c| query.first(c)).optional()
}

/// The domain of this id, when it is this client's.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, id: DomainId) -> QueryResult<Option<Domain>> {
    let query = t::table.find(id).filter(t::client_id.eq(client));
    hot!(conn, first(query.select(Domain::as_select()))).optional()
}

/// Proven domains that are to be looked at again: those never missed since before `weekly`, those missed of late since
/// before `daily`. At most `limit` of each.
pub(crate) async fn due_for_check(
    conn: &mut Conn,
    weekly: Timestamp,
    daily: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Domain>> {
    let proven = || t::table.filter(t::ownership.eq(Ownership::Proven)).limit(limit);
    let found = proven().filter(t::ownership_failures.eq(0)).filter(t::ownership_checked_at.le(weekly));
    let missed = proven().filter(t::ownership_failures.gt(0)).filter(t::ownership_checked_at.le(daily));
    let mut due: Vec<Domain> = with_conn!(conn, |c| missed.select(Domain::as_select()).load(c))?;
    due.extend(with_conn!(conn, |c| found.select(Domain::as_select()).load(c))?);
    Ok(due)
}

/// Takes it upon the caller to look at a proven domain again, which counts as a failure until it was found; false when
/// another has done so, or the domain is not as it was.
pub(crate) async fn claim_check(conn: &mut Conn, domain: &Domain, now: Timestamp) -> QueryResult<bool> {
    let same = t::table
        .find(domain.id)
        .filter(t::ownership.eq(Ownership::Proven))
        .filter(t::ownership_checked_at.eq(domain.ownership_checked_at));
    let set = (t::ownership_checked_at.eq(now), t::ownership_failures.eq(t::ownership_failures + 1));
    Ok(with_conn!(conn, |c| diesel::update(same).set(set).execute(c))? == 1)
}

/// Writes whether ownership is proven, and how that was found.
pub(crate) async fn set_ownership(conn: &mut Conn, domain: &Domain) -> QueryResult<()> {
    let set = (
        t::ownership.eq(domain.ownership),
        t::ownership_checked_at.eq(domain.ownership_checked_at),
        t::ownership_failures.eq(domain.ownership_failures),
        t::updated_at.eq(domain.updated_at),
    );
    with_conn!(conn, |c| diesel::update(t::table.find(domain.id)).set(set).execute(c)).map(drop)
}

/// The domains of a client by id: at most `limit` of those after `after`.
pub(crate) async fn page(
    conn: &mut Conn,
    client: ClientId,
    after: Option<DomainId>,
    limit: i64,
) -> QueryResult<Vec<Domain>> {
    let after = after.unwrap_or(DomainId::from_bytes([0; 16]));
    let query = t::table.filter(t::client_id.eq(client)).filter(t::id.gt(after)).order(t::id).limit(limit);
    hot!(conn, load(query.select(Domain::as_select())))
}

/// Deletes a domain with its URLs, links and coverage, and ends every grant that came through it: with them go its codes,
/// refresh families and access tokens.
pub(crate) async fn delete(conn: &mut Conn, client: ClientId, id: DomainId, now: Timestamp) -> QueryResult<()> {
    // By the people who came through it: grants are found by person, and whoever has one has logged in.
    let came = came::table.filter(came::client_id.eq(client)).filter(came::domain_id.eq(id)).select(came::user_id);
    let live = grants::table
        .filter(grants::user_id.eq_any(came))
        .filter(grants::client_id.eq(client))
        .filter(grants::domain_id.eq(id))
        .filter(grants::revoked_at.is_null());
    with_conn!(conn, |c| diesel::update(live).set(grants::revoked_at.eq(now)).execute(c))?;
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).execute(c)).map(drop)
}

/// Every server IP of a client, with its domain, in order.
pub(crate) async fn server_ips(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<(DomainId, String)>> {
    let query = ips::table
        .inner_join(t::table)
        .filter(t::client_id.eq(client))
        .order((ips::domain_id, ips::position))
        .select((ips::domain_id, ips::network));
    with_conn!(conn, |c| query.load(c))
}

/// The server IPs of a client's domains whose ids lie between these two, both included: one statement for a domain and for
/// a page of them.
pub(crate) async fn server_ips_between(
    conn: &mut Conn,
    client: ClientId,
    (first, last): (DomainId, DomainId),
) -> QueryResult<HashMap<DomainId, Vec<String>>> {
    let query = t::table
        .inner_join(ips::table)
        .filter(t::client_id.eq(client))
        .filter(t::id.between(first, last))
        .order((ips::domain_id, ips::position))
        .select((ips::domain_id, ips::network));
    let rows: Vec<(DomainId, String)> = hot!(conn, load(query))?;
    let mut networks: HashMap<DomainId, Vec<String>> = HashMap::new();
    for (domain, network) in rows {
        networks.entry(domain).or_default().push(network);
    }
    Ok(networks)
}

/// Sets the server IPs of a domain to these, in this order.
pub(crate) async fn set_server_ips(conn: &mut Conn, domain: DomainId, networks: &[String]) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(ips::table.filter(ips::domain_id.eq(domain))).execute(c))?;
    for (position, text) in (0_i32..).zip(networks) {
        let row = (ips::domain_id.eq(domain), ips::network.eq(text), ips::position.eq(position));
        with_conn!(conn, |c| diesel::insert_into(ips::table).values(row).execute(c))?;
    }
    Ok(())
}

//! The scopes that clients have activated, and the catalog they choose from.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::ClientId;
use crate::model::scope::ScopeSet;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{client_scopes as t, scopes};
use crate::store::tables::scopes::Scope;

/// The scopes of a client.
pub(crate) async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<ScopeSet> {
    let query = t::table.filter(t::client_id.eq(client)).select(t::scope);
    let names: Vec<String> = with_conn!(conn, |c| query.load(c))?;
    Ok(names.into_iter().collect())
}

/// The scopes of several clients; one that has none is not among them.
pub(crate) async fn of_clients(conn: &mut Conn, clients: &[ClientId]) -> QueryResult<HashMap<ClientId, ScopeSet>> {
    let query = t::table.filter(t::client_id.eq_any(clients)).select((t::client_id, t::scope));
    let rows: Vec<(ClientId, String)> = with_conn!(conn, |c| query.load(c))?;
    let mut names: HashMap<ClientId, Vec<String>> = HashMap::new();
    for (client, name) in rows {
        names.entry(client).or_default().push(name);
    }
    Ok(names.into_iter().map(|(client, names)| (client, names.into_iter().collect())).collect())
}

/// How many clients have activated each scope; one that none has is not among them.
pub(crate) async fn uses(conn: &mut Conn) -> QueryResult<HashMap<String, i64>> {
    let query = t::table.group_by(t::scope).select((t::scope, diesel::dsl::count_star()));
    let rows: Vec<(String, i64)> = with_conn!(conn, |c| query.load(c))?;
    Ok(rows.into_iter().collect())
}

/// A scope that a client has activated.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub(crate) struct Activated {
    /// What the catalog says of it.
    pub scope: Scope,
    /// Whether a login that names no scope asks for it.
    pub at_login: bool,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The scopes that a client has activated, in the order of the catalog.
pub(crate) async fn described(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Activated>> {
    let query = scopes::table.inner_join(t::table).filter(t::client_id.eq(client)).order(scopes::position);
    with_conn!(conn, |c| query.select((Scope::as_select(), t::at_login, t::updated_at)).load(c))
}

/// The names of the catalog.
pub(crate) async fn catalog(conn: &mut Conn) -> QueryResult<ScopeSet> {
    let names: Vec<String> = with_conn!(conn, |c| scopes::table.select(scopes::name).load(c))?;
    Ok(names.into_iter().collect())
}

/// Activates a scope of the catalog.
pub(crate) async fn insert(
    conn: &mut Conn,
    client: ClientId,
    scope: &str,
    at_login: bool,
    now: Timestamp,
) -> QueryResult<()> {
    let row = (
        t::client_id.eq(client),
        t::scope.eq(scope),
        t::created_at.eq(now),
        t::at_login.eq(at_login),
        t::updated_at.eq(now),
    );
    with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c)).map(drop)
}

/// Sets whether a login that names no scope asks for this one.
pub(crate) async fn set_at_login(
    conn: &mut Conn,
    client: ClientId,
    scope: &str,
    at_login: bool,
    now: Timestamp,
) -> QueryResult<()> {
    let set = (t::at_login.eq(at_login), t::updated_at.eq(now));
    with_conn!(conn, |c| diesel::update(t::table.find((client, scope))).set(set).execute(c)).map(drop)
}

/// Deactivates a scope.
pub(crate) async fn delete(conn: &mut Conn, client: ClientId, scope: &str) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find((client, scope))).execute(c)).map(drop)
}

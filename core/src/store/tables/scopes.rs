//! The catalog of scopes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::model::scope::Tier;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::scopes as t;

/// A row of `scopes`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = t)]
pub struct Scope {
    /// Its name on the wire.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it opens, in a sentence for people.
    pub description: String,
    /// What data it opens.
    pub opens: String,
    /// Open, or reserved for verified partners.
    pub tier: Tier,
    /// Where it stands in the catalog.
    pub position: i32,
}

/// The whole catalog, in its order.
pub(crate) async fn all(conn: &mut Conn) -> QueryResult<Vec<Scope>> {
    with_conn!(conn, |c| t::table.order((t::position, t::name)).select(Scope::as_select()).load(c))
}

/// The scope of this name.
pub(crate) async fn find(conn: &mut Conn, name: &str) -> QueryResult<Option<Scope>> {
    with_conn!(conn, |c| t::table.find(name).select(Scope::as_select()).first(c)).optional()
}

/// Adds a scope.
pub(crate) async fn insert(conn: &mut Conn, scope: &Scope) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(scope).execute(c)).map(drop)
}

/// Writes every field.
pub(crate) async fn update(conn: &mut Conn, scope: &Scope) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(&scope.name)).set(scope).execute(c)).map(drop)
}

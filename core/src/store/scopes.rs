//! The catalog of scopes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::scopes as t;
use crate::model::scope::Tier;

/// A row of `scopes`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = t)]
pub struct Scope {
    /// Its name on the wire.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it opens, in a sentence for people.
    pub description: String,
    /// Which data it opens.
    pub opens: String,
    /// Open, or reserved for verified partners.
    pub tier: Tier,
}

/// The scope of this name.
pub async fn find(conn: &mut Conn, name: &str) -> QueryResult<Option<Scope>> {
    with_conn!(conn, |c| t::table.find(name).select(Scope::as_select()).first(c)).optional()
}

/// The whole catalog, in its order.
pub async fn all(conn: &mut Conn) -> QueryResult<Vec<Scope>> {
    with_conn!(conn, |c| t::table.order(t::position).select(Scope::as_select()).load(c))
}

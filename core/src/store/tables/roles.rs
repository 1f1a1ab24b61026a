//! Roles in clients' organisations, and their groups.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, RoleId};
use crate::model::permission_set::PermissionSet;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{role_groups as groups, roles as t};

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = t, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Its key, unique in the client.
    pub role_key: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it permits.
    pub permissions: PermissionSet,
    /// It is one of those that each client starts with.
    pub preset: bool,
    /// Its group.
    pub role_group: Option<String>,
    /// 0 to 100.
    pub level: i32,
    /// It is in use.
    pub active: bool,
    /// From this moment on it grants nothing.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Stores a new role.
pub(crate) async fn insert(conn: &mut Conn, role: &Role) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(role).execute(c)).map(drop)
}

/// Writes every field.
pub(crate) async fn update(conn: &mut Conn, role: &Role) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(role.id)).set(role).execute(c)).map(drop)
}

/// Deletes a role that nobody has.
pub(crate) async fn delete(conn: &mut Conn, id: RoleId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).execute(c)).map(drop)
}

/// What these roles are called.
pub(crate) async fn names(conn: &mut Conn, ids: &[RoleId]) -> QueryResult<HashMap<RoleId, String>> {
    let query = t::table.filter(t::id.eq_any(ids)).select((t::id, t::name));
    Ok(with_conn!(conn, |c| query.load(c))?.into_iter().collect())
}

/// The roles of a client, by key.
pub(crate) async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Role>> {
    let query = t::table.filter(t::client_id.eq(client)).order(t::role_key);
    with_conn!(conn, |c| query.select(Role::as_select()).load(c))
}

/// At most `limit` roles of a client after `after`, oldest first; with a group, those in it.
pub(crate) async fn page(
    conn: &mut Conn,
    client: ClientId,
    group: Option<&str>,
    after: Option<RoleId>,
    limit: i64,
) -> QueryResult<Vec<Role>> {
    // No id sorts below sixteen zero bytes.
    let after = after.unwrap_or(RoleId::from_bytes([0; 16]));
    let query = t::table.filter(t::client_id.eq(client)).filter(t::id.gt(after)).order(t::id).limit(limit);
    match group {
        Some(group) => with_conn!(conn, |c| query.filter(t::role_group.eq(group)).select(Role::as_select()).load(c)),
        None => with_conn!(conn, |c| query.select(Role::as_select()).load(c)),
    }
}

/// The role of this id in this client.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, id: RoleId) -> QueryResult<Option<Role>> {
    let query = t::table.find(id).filter(t::client_id.eq(client));
    with_conn!(conn, |c| query.select(Role::as_select()).first(c)).optional()
}

/// Makes a group of roles, after those that exist, unless there is one of this name.
pub(crate) async fn ensure_group(conn: &mut Conn, client: ClientId, name: &str) -> QueryResult<()> {
    let existing = groups::table.filter(groups::client_id.eq(client)).count();
    let position: i64 = with_conn!(conn, |c| existing.get_result(c))?;
    let position = i32::try_from(position).unwrap_or(i32::MAX);
    let row = (groups::client_id.eq(client), groups::name.eq(name), groups::position.eq(position));
    with_conn!(conn, |c| diesel::insert_into(groups::table).values(row).on_conflict_do_nothing().execute(c)).map(drop)
}

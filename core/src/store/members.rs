//! Who belongs to clients' organisations.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::{members as t, roles};
use crate::clock::Timestamp;
use crate::gate::permission::Membership;
use crate::id::{ClientId, MemberId, RoleId, UserId};
use crate::model::member::MemberStatus;
use crate::model::permission_set::PermissionSet;

/// A membership.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = t, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// The client.
    pub client_id: ClientId,
    /// The person; `None` while the address has no account.
    pub user_id: Option<UserId>,
    /// The key of the person's address when they were added.
    pub email_key: String,
    /// The role.
    pub role_id: RoleId,
    /// How far it has come.
    pub status: MemberStatus,
    /// From this moment on it grants nothing.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Stores a new membership.
pub async fn insert(conn: &mut Conn, member: &Member) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(member).execute(c)).map(drop)
}

/// Writes every field.
pub async fn update(conn: &mut Conn, member: &Member) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(member.id)).set(member).execute(c)).map(drop)
}

/// Ends a membership.
pub async fn delete(conn: &mut Conn, id: MemberId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).execute(c)).map(drop)
}

/// The members of a client, by address.
pub async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Member>> {
    let query = t::table.filter(t::client_id.eq(client)).order(t::email_key);
    with_conn!(conn, |c| query.select(Member::as_select()).load(c))
}

/// What this person's place in the client's organisation grants; `None` when they are no member.
pub async fn membership(conn: &mut Conn, client: ClientId, user: UserId) -> QueryResult<Option<Membership>> {
    type Found = (MemberStatus, Option<Timestamp>, i32, bool, Option<Timestamp>, PermissionSet);
    let query = t::table.inner_join(roles::table).filter(t::client_id.eq(client)).filter(t::user_id.eq(user)).select((
        t::status,
        t::expires_at,
        roles::level,
        roles::active,
        roles::expires_at,
        roles::permissions,
    ));
    let found: Option<Found> = with_conn!(conn, |c| query.first(c)).optional()?;
    Ok(found.map(|(status, ends, level, role_active, role_ends, permissions)| Membership {
        level: u8::try_from(level).unwrap_or(0),
        permissions: permissions.permissions(),
        active: status == MemberStatus::Active && role_active,
        expires_at: [ends, role_ends].into_iter().flatten().min(),
    }))
}

/// The people who own a client: whose place in its organisation is the preset `owner` now.
pub async fn owners(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<Vec<UserId>> {
    let query = t::table
        .inner_join(roles::table)
        .filter(t::client_id.eq(client))
        .filter(roles::preset.eq(true))
        .filter(roles::role_key.eq("owner"))
        .filter(t::status.eq(MemberStatus::Active))
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .order(t::created_at)
        .select(t::user_id);
    let found: Vec<Option<UserId>> = with_conn!(conn, |c| query.load(c))?;
    Ok(found.into_iter().flatten().collect())
}

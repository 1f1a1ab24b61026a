//! Who belongs to clients' organisations.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::gate::permission::{Membership, Preset};
use crate::id::{ClientId, MemberId, RoleId, Subject, UserId};
use crate::model::member::MemberStatus;
use crate::model::permission_set::PermissionSet;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{client_blocks as blocks, clients, members as t, roles, users};
use crate::store::tables::clients::Client;
use crate::store::tables::pattern;

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
    /// The `sub` they were added by, instead of an address.
    pub subject: Option<Subject>,
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
pub(crate) async fn insert(conn: &mut Conn, member: &Member) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(member).execute(c)).map(drop)
}

/// Writes every field.
pub(crate) async fn update(conn: &mut Conn, member: &Member) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(member.id)).set(member).execute(c)).map(drop)
}

/// Ends a membership.
pub(crate) async fn delete(conn: &mut Conn, id: MemberId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).execute(c)).map(drop)
}

/// The members of a client, by address.
pub(crate) async fn of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Member>> {
    let query = t::table.filter(t::client_id.eq(client)).order(t::email_key);
    with_conn!(conn, |c| query.select(Member::as_select()).load(c))
}

/// Which members of a client are asked for; what is `None` is not asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Those whose address, as the client sees it, begins so, by its key.
    pub(crate) begins: Option<String>,
    /// Those whose role is in the group of this name.
    pub(crate) group: Option<String>,
}

/// At most `limit` members of a client after `after`, oldest first.
pub(crate) async fn page(
    conn: &mut Conn,
    client: ClientId,
    Filter { begins, group }: &Filter,
    after: Option<MemberId>,
    limit: i64,
) -> QueryResult<Vec<Member>> {
    // No id sorts below sixteen zero bytes.
    let after = after.unwrap_or(MemberId::from_bytes([0; 16]));
    with_conn!(conn, |c| {
        let all = t::table.filter(t::client_id.eq(client)).filter(t::id.gt(after)).order(t::id).limit(limit);
        let mut query = all.into_boxed();
        if let Some(group) = group {
            let roles = roles::table.filter(roles::client_id.eq(client)).filter(roles::role_group.eq(group.clone()));
            query = query.filter(t::role_id.eq_any(roles.select(roles::id)));
        }
        if let Some(begins) = begins {
            let pattern = format!("{}%", pattern::escaped(begins));
            let accounts = users::table.filter(users::email_key.like(pattern.clone()).escape('\\'));
            let active = t::status.eq(MemberStatus::Active);
            let by_account = active.and(t::user_id.eq_any(accounts.select(users::id.nullable())));
            // Whoever was invited by their `sub` shares no address with the client yet.
            let invited = t::status.eq(MemberStatus::Invited).and(t::subject.is_null());
            let typed = invited.and(t::email_key.like(pattern).escape('\\'));
            query = query.filter(typed.nullable().or(by_account));
        }
        query.select(Member::as_select()).load(c)
    })
}

/// The membership of this id in this client.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, id: MemberId) -> QueryResult<Option<Member>> {
    let query = t::table.find(id).filter(t::client_id.eq(client));
    with_conn!(conn, |c| query.select(Member::as_select()).first(c)).optional()
}

/// The membership of this person in this client, or of this address.
pub(crate) async fn of_person(
    conn: &mut Conn,
    client: ClientId,
    user: Option<UserId>,
    email_key: &str,
) -> QueryResult<Option<Member>> {
    let theirs = t::email_key.eq(email_key).nullable().or(t::user_id.eq(user).and(t::user_id.is_not_null()));
    let query = t::table.filter(t::client_id.eq(client)).filter(theirs);
    with_conn!(conn, |c| query.select(Member::as_select()).first(c)).optional()
}

/// Whether this person belongs, or is invited, to a client that the other account is the billing owner of.
pub(crate) async fn with_billing_owner(
    conn: &mut Conn,
    owner: UserId,
    user: UserId,
    email_key: &str,
) -> QueryResult<bool> {
    let theirs = t::email_key.eq(email_key).nullable().or(t::user_id.eq(user));
    let owned = t::table
        .inner_join(clients::table)
        .filter(clients::billing_owner.eq(owner))
        .filter(clients::deleted_at.is_null())
        .filter(theirs);
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(owned)).get_result(c))
}

/// Who has accepted and has the preset role of owners, the longest-standing first.
pub(crate) async fn owners(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Member>> {
    let query = t::table
        .inner_join(roles::table)
        .filter(t::client_id.eq(client))
        .filter(t::status.eq(MemberStatus::Active))
        .filter(t::user_id.is_not_null())
        .filter(roles::preset.eq(true))
        .filter(roles::role_key.eq(Preset::Owner.key()))
        .order((t::created_at, t::id));
    with_conn!(conn, |c| query.select(Member::as_select()).load(c))
}

/// The owners of a client, now.
pub(crate) async fn owners_at(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<Vec<UserId>> {
    let owners = owners(conn, client).await?;
    let counts = owners.iter().filter(|owner| owner.expires_at.is_none_or(|end| now < end));
    Ok(counts.filter_map(|owner| owner.user_id).collect())
}

/// The invitations that wait for whoever reads the mail of this address, with the names of clients and roles, oldest
/// first. One whose end has come waits no more, and one of a client that this person has blocked does not.
pub(crate) async fn invitations(
    conn: &mut Conn,
    user: UserId,
    email_key: &str,
    now: Timestamp,
) -> QueryResult<Vec<(Member, String, String)>> {
    let blocked = blocks::table.filter(blocks::user_id.eq(user)).select(blocks::client_id);
    let query = t::table
        .inner_join(clients::table)
        .inner_join(roles::table)
        .filter(t::client_id.ne_all(blocked))
        .filter(t::email_key.eq(email_key))
        .filter(t::status.eq(MemberStatus::Invited))
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .filter(clients::deleted_at.is_null())
        .order(t::id);
    with_conn!(conn, |c| query.select((Member::as_select(), clients::name, roles::name)).load(c))
}

/// How many memberships each role of a client has.
pub(crate) async fn count_by_role(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<(RoleId, i64)>> {
    let query = t::table.filter(t::client_id.eq(client)).group_by(t::role_id);
    with_conn!(conn, |c| query.select((t::role_id, diesel::dsl::count_star())).load(c))
}

/// Whether somebody has this role.
pub(crate) async fn have_role(conn: &mut Conn, role: RoleId) -> QueryResult<bool> {
    let query = diesel::select(diesel::dsl::exists(t::table.filter(t::role_id.eq(role))));
    with_conn!(conn, |c| query.get_result(c))
}

/// The membership of this id, whichever client's it is.
pub(crate) async fn by_id(conn: &mut Conn, id: MemberId) -> QueryResult<Option<Member>> {
    with_conn!(conn, |c| t::table.find(id).select(Member::as_select()).first(c)).optional()
}

/// What makes a [`Membership`].
pub(in crate::store) type Place =
    (MemberStatus, Option<Timestamp>, (i32, bool, String), bool, Option<Timestamp>, PermissionSet);

const PLACE: (
    t::status,
    t::expires_at,
    (roles::level, roles::preset, roles::role_key),
    roles::active,
    roles::expires_at,
    roles::permissions,
) = (
    t::status,
    t::expires_at,
    (roles::level, roles::preset, roles::role_key),
    roles::active,
    roles::expires_at,
    roles::permissions,
);

pub(in crate::store) fn membership_of(
    (status, ends, (level, preset, key), role_active, role_ends, permissions): Place,
) -> Membership {
    Membership {
        level: u8::try_from(level).unwrap_or(0),
        owner: preset && key == Preset::Owner.key(),
        permissions: permissions.permissions(),
        active: status == MemberStatus::Active && role_active,
        expires_at: [ends, role_ends].into_iter().flatten().min(),
    }
}

/// What this person's place in the client's organisation grants; `None` when they are no member.
pub(crate) async fn membership(conn: &mut Conn, client: ClientId, user: UserId) -> QueryResult<Option<Membership>> {
    let query = t::table.inner_join(roles::table).filter(t::client_id.eq(client)).filter(t::user_id.eq(user));
    let found: Option<Place> = with_conn!(conn, |c| query.select(PLACE).first(c)).optional()?;
    Ok(found.map(membership_of))
}

/// This person's role in each of these clients' organisations, and what their place grants.
pub(crate) async fn places(
    conn: &mut Conn,
    user: UserId,
    clients: &[ClientId],
) -> QueryResult<HashMap<ClientId, (RoleId, Membership)>> {
    let own = t::table.inner_join(roles::table).filter(t::user_id.eq(user)).filter(t::client_id.eq_any(clients));
    let rows: Vec<(ClientId, RoleId, Place)> =
        with_conn!(conn, |c| own.select((t::client_id, t::role_id, PLACE)).load(c))?;
    Ok(rows.into_iter().map(|(client, role, place)| (client, (role, membership_of(place)))).collect())
}

/// The same, with the client; `None` also when that was deleted. Every call of the management API asks it, in one
/// statement.
pub(crate) async fn client_and_membership(
    conn: &mut Conn,
    client: ClientId,
    user: UserId,
) -> QueryResult<Option<(Client, Membership)>> {
    let query = clients::table
        .inner_join(t::table.inner_join(roles::table))
        .filter(clients::id.eq(client))
        .filter(clients::deleted_at.is_null())
        .filter(t::user_id.eq(user));
    let found: Option<(Client, Place)> = hot!(conn, first(query.select((Client::as_select(), PLACE)))).optional()?;
    Ok(found.map(|(client, place)| (client, membership_of(place))))
}

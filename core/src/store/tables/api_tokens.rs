//! Tokens for the management API.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::gate::permission::Membership;
use crate::id::{ClientId, TokenId, UserId};
use crate::model::member::MemberStatus;
use crate::model::permission_set::PermissionSet;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{api_tokens as t, clients, members, roles, users};
use crate::store::tables::clients::Client;
use crate::store::tables::members::membership_of;

/// An API token. Its text is nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// What is stored of it.
    pub digest: StoredDigest,
    /// Who made it.
    pub user_id: UserId,
    /// The client it is good for; `None` is one of the account.
    pub client_id: Option<ClientId>,
    /// What people call it.
    pub label: String,
    /// Its last four characters.
    pub hint: String,
    /// What it permits, as far as its maker may.
    pub permissions: PermissionSet,
    /// From this moment on it is no longer good.
    pub expires_at: Option<Timestamp>,
    /// When it was suspended: it was found where it should not be.
    pub suspended_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Stores a new token.
pub(crate) async fn insert(conn: &mut Conn, token: &ApiToken) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(token).execute(c)).map(drop)
}

/// A client with somebody's place in its organisation.
pub(crate) type ClientAndPlace = (Client, Membership);

/// The token of this digest, when it is good now and its maker is not suspended. With that of a client come the client and
/// the maker's place in it, unless it was deleted or they have none: every call of the management API asks for both.
pub(crate) async fn find_live(
    conn: &mut Conn,
    digest: StoredDigest,
    now: Timestamp,
) -> QueryResult<Option<(ApiToken, Option<ClientAndPlace>)>> {
    type Found = (
        ApiToken,
        Option<Client>,
        (Option<MemberStatus>, Option<Timestamp>),
        (Option<i32>, Option<bool>, Option<String>, Option<bool>, Option<Timestamp>, Option<PermissionSet>),
    );
    let its_client = clients::id.nullable().eq(t::client_id).and(clients::deleted_at.is_null());
    let makers = members::client_id.nullable().eq(t::client_id).and(members::user_id.eq(t::user_id.nullable()));
    let query = t::table
        .inner_join(users::table)
        .left_join(clients::table.on(its_client))
        .left_join(members::table.on(makers))
        .left_join(roles::table.on(roles::id.nullable().eq(members::role_id.nullable())))
        .filter(t::digest.eq(digest))
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .filter(t::suspended_at.is_null())
        .filter(users::suspended_at.is_null());
    let found: Option<Found> = hot!(
        conn,
        first(query.select((
            ApiToken::as_select(),
            Option::<Client>::as_select(),
            (members::status.nullable(), members::expires_at.nullable()),
            (
                roles::level.nullable(),
                roles::preset.nullable(),
                roles::role_key.nullable(),
                roles::active.nullable(),
                roles::expires_at.nullable(),
                roles::permissions.nullable(),
            ),
        )))
    )
    .optional()?;
    Ok(found.map(|(token, client, (status, ends), (level, preset, key, active, role_ends, permissions))| {
        let place = || {
            let role = (level?, preset?, key?);
            Some((client?, membership_of((status?, ends, role, active?, role_ends, permissions?))))
        };
        (token, place())
    }))
}

/// The token of this digest, good or not.
pub(crate) async fn by_digest(conn: &mut Conn, digest: &StoredDigest) -> QueryResult<Option<ApiToken>> {
    let query = t::table.filter(t::digest.eq(digest));
    with_conn!(conn, |c| query.select(ApiToken::as_select()).first(c)).optional()
}

/// The tokens of a client, oldest first: at most `limit` of those after `after`.
pub(crate) async fn of_client(
    conn: &mut Conn,
    client: ClientId,
    after: Option<TokenId>,
    limit: i64,
) -> QueryResult<Vec<ApiToken>> {
    let after = after.unwrap_or(TokenId::from_bytes([0; 16]));
    let query = t::table.filter(t::client_id.eq(client)).filter(t::id.gt(after)).order(t::id).limit(limit);
    with_conn!(conn, |c| query.select(ApiToken::as_select()).load(c))
}

/// The tokens of an account, oldest first: at most `limit` of those after `after`.
pub(crate) async fn of_account(
    conn: &mut Conn,
    user: UserId,
    after: Option<TokenId>,
    limit: i64,
) -> QueryResult<Vec<ApiToken>> {
    let after = after.unwrap_or(TokenId::from_bytes([0; 16]));
    let query = t::table.filter(t::user_id.eq(user)).filter(t::client_id.is_null()).filter(t::id.gt(after));
    with_conn!(conn, |c| query.order(t::id).limit(limit).select(ApiToken::as_select()).load(c))
}

/// The tokens of clients that an account made and that are good now, oldest first.
pub(crate) async fn made_for_clients(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<Vec<ApiToken>> {
    let query = t::table
        .filter(t::user_id.eq(user))
        .filter(t::client_id.is_not_null())
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .filter(t::suspended_at.is_null())
        .order(t::id);
    with_conn!(conn, |c| query.select(ApiToken::as_select()).load(c))
}

/// The token of this id.
pub(crate) async fn find(conn: &mut Conn, id: TokenId) -> QueryResult<Option<ApiToken>> {
    with_conn!(conn, |c| t::table.find(id).select(ApiToken::as_select()).first(c)).optional()
}

/// Takes a token out of use for good.
pub(crate) async fn suspend(conn: &mut Conn, id: TokenId, now: Timestamp) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(t::suspended_at.eq(now)).execute(c)).map(drop)
}

/// Notes when a token was last used.
pub(crate) async fn mark_used(conn: &mut Conn, id: TokenId, at: Timestamp) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(t::last_used_at.eq(at)).execute(c)).map(drop)
}

/// Deletes a token.
pub(crate) async fn delete(conn: &mut Conn, id: TokenId) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).execute(c)).map(drop)
}

/// Deletes the API tokens of an account. Those of a client that the person made go on: they are the client's.
pub(crate) async fn delete_all_of_account(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    let own = t::table.filter(t::user_id.eq(user)).filter(t::client_id.is_null());
    with_conn!(conn, |c| diesel::delete(own).execute(c)).map(drop)
}

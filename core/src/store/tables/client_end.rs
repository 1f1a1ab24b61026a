//! The end of a client: all that it has, in whatever table, at once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::ClientId;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{
    api_tokens, attempts, client_blocks, client_scopes, client_secrets, client_users, consents, domains, grants,
    login_stat_users, login_stats, login_ways, members, requests, role_groups, roles, verifications,
};
use crate::store::tables::clients;

/// Ends what came through a client (grants, with their codes, refresh families and access tokens; consents) and deletes what
/// it has. The row that stays says that the id was given, and nothing of people.
pub(crate) async fn bury(conn: &mut Conn, id: ClientId, now: Timestamp) -> QueryResult<()> {
    // By the people it knows: grants are found by person, and who has one has logged in.
    let known = client_users::table.filter(client_users::client_id.eq(id)).select(client_users::user_id);
    let live = grants::table
        .filter(grants::user_id.eq_any(known))
        .filter(grants::client_id.eq(id))
        .filter(grants::revoked_at.is_null());
    with_conn!(conn, |c| diesel::update(live).set(grants::revoked_at.eq(now)).execute(c))?;
    let live = consents::table.filter(consents::client_id.eq(id)).filter(consents::ended_at.is_null());
    with_conn!(conn, |c| diesel::update(live).set(consents::ended_at.eq(now)).execute(c))?;

    // Members before their roles, roles before their groups. A domain takes its URLs, links and addresses along, an
    // application what it covers, a person their domains.
    with_conn!(conn, |c| diesel::delete(verifications::table.filter(verifications::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(requests::table.filter(requests::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(domains::table.filter(domains::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(client_secrets::table.filter(client_secrets::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(client_scopes::table.filter(client_scopes::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(api_tokens::table.filter(api_tokens::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(members::table.filter(members::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(roles::table.filter(roles::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(role_groups::table.filter(role_groups::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(client_users::table.filter(client_users::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(client_blocks::table.filter(client_blocks::client_id.eq(id))).execute(c))?;
    let counted = login_stat_users::table.filter(login_stat_users::client_id.eq(id));
    with_conn!(conn, |c| diesel::delete(counted).execute(c))?;
    with_conn!(conn, |c| diesel::delete(login_stats::table.filter(login_stats::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(login_ways::table.filter(login_ways::client_id.eq(id))).execute(c))?;
    with_conn!(conn, |c| diesel::delete(attempts::table.filter(attempts::client_id.eq(id))).execute(c))?;

    clients::leave_tombstone(conn, id, now).await
}

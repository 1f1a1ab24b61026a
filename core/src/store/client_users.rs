//! Who has logged in through a client, and as which subject the client knows them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::cached::Cached;
use super::db::{Conn, hot, with_conn};
use super::grants::Grant;
use super::schema::{client_user_domains, client_users as t};
use crate::clock::Timestamp;
use crate::id::{ClientId, Subject};

/// Notes a login and returns the `sub` under which this client knows the user: the one function that leads from a user
/// to a subject (OpenID Connect Core §8). At the first login it is the one that the grant brings along; it never changes.
pub async fn record_login(conn: &mut Conn, grant: &Grant, now: Timestamp) -> QueryResult<Subject> {
    let (client, user, domain) = (grant.client_id, grant.user_id, grant.domain_id);
    let row = (
        t::client_id.eq(client),
        t::user_id.eq(user),
        t::subject.eq(grant.subject),
        t::first_login_at.eq(now),
        t::last_login_at.eq(now),
        t::logins.eq(1_i64),
    );
    let subject = hot!(
        conn,
        get_result(Cached(
            diesel::insert_into(t::table)
                .values(row)
                .on_conflict((t::client_id, t::user_id))
                .do_update()
                .set((t::last_login_at.eq(now), t::logins.eq(t::logins + 1)))
                .returning(t::subject)
        ))
    )?;
    let row = (
        client_user_domains::client_id.eq(client),
        client_user_domains::user_id.eq(user),
        client_user_domains::domain_id.eq(domain),
        client_user_domains::last_login_at.eq(now),
    );
    let key = (client_user_domains::client_id, client_user_domains::user_id, client_user_domains::domain_id);
    let _: Timestamp = hot!(
        conn,
        get_result(Cached(
            diesel::insert_into(client_user_domains::table)
                .values(row)
                .on_conflict(key)
                .do_update()
                .set(client_user_domains::last_login_at.eq(now))
                .returning(client_user_domains::last_login_at)
        ))
    )?;
    Ok(subject)
}

/// Whether anybody has logged in through this client yet: from then on its subject type is fixed.
pub async fn exist(conn: &mut Conn, client: ClientId) -> QueryResult<bool> {
    let query = diesel::select(diesel::dsl::exists(t::table.filter(t::client_id.eq(client))));
    with_conn!(conn, |c| query.get_result(c))
}

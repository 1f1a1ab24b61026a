//! Rows that tests of use cases start from, and what they look at afterwards, where no use case writes or reads it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::digest::sha256;
use crate::id::{ClientId, GrantId, UserId};
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{api_tokens, clients, email_tokens, grants, throttles, users};

/// Suspends an account.
pub(crate) async fn suspended(conn: &mut Conn, user: UserId, now: Timestamp) {
    let set = users::suspended_at.eq(now);
    with_conn!(conn, |c| diesel::update(users::table.find(user)).set(set).execute(c)).unwrap();
}

/// Gives an account another main address.
pub(crate) async fn address_changed(conn: &mut Conn, user: UserId, email: &str) {
    let set = (users::email.eq(email), users::email_key.eq(email));
    with_conn!(conn, |c| diesel::update(users::table.find(user)).set(set).execute(c)).unwrap();
}

/// A client that this user owns.
pub(crate) async fn client_of(conn: &mut Conn, user: UserId, now: Timestamp) -> ClientId {
    let id = ClientId::generate(now);
    let row = (
        clients::id.eq(id),
        clients::name.eq("Analytical Engines"),
        clients::subject_type.eq("public"),
        clients::id_token_alg.eq("RS256"),
        clients::billing_owner.eq(user),
        clients::created_at.eq(now),
        clients::updated_at.eq(now),
    );
    with_conn!(conn, |c| diesel::insert_into(clients::table).values(row).execute(c)).unwrap();
    id
}

/// An API token that this user made: for a client, or for the account.
pub(crate) async fn api_token(conn: &mut Conn, user: UserId, client: Option<ClientId>, now: Timestamp) {
    let id = ClientId::generate(now);
    let row = (
        api_tokens::id.eq(id.as_bytes().as_slice()),
        api_tokens::digest.eq(sha256(id.as_bytes()).to_vec()),
        api_tokens::user_id.eq(user),
        api_tokens::client_id.eq(client),
        api_tokens::label.eq("Deployment"),
        api_tokens::hint.eq("abcd"),
        api_tokens::permissions.eq("client:read"),
        api_tokens::created_at.eq(now),
    );
    with_conn!(conn, |c| diesel::insert_into(api_tokens::table).values(row).execute(c)).unwrap();
}

/// The clients of all API tokens: `None` for one of an account.
pub(crate) async fn clients_of_api_tokens(conn: &mut Conn) -> Vec<Option<ClientId>> {
    with_conn!(conn, |c| api_tokens::table.select(api_tokens::client_id).load(c)).unwrap()
}

/// When this grant was revoked.
pub(crate) async fn revoked_at(conn: &mut Conn, grant: GrantId) -> Option<Timestamp> {
    with_conn!(conn, |c| grants::table.find(grant).select(grants::revoked_at).first(c)).unwrap()
}

/// How many links were ever sent.
pub(crate) async fn links(conn: &mut Conn) -> i64 {
    with_conn!(conn, |c| email_tokens::table.count().get_result(c)).unwrap()
}

/// The hits of all counters, in order of number.
pub(crate) async fn hits(conn: &mut Conn) -> Vec<i32> {
    with_conn!(conn, |c| throttles::table.select(throttles::hits).order(throttles::hits).load(c)).unwrap()
}

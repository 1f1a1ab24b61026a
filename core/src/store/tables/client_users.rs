//! Who has logged in through a client, and as which subject the client knows them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId, Subject, UserId};
use crate::model::scope::ScopeSet;
use crate::store::engine::cached::Cached;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{client_user_domains, client_users as t, consents, users};
use crate::store::tables::grants::Grant;
use crate::store::tables::pattern;

/// Notes a login and returns the `sub` under which this client knows the user: the one function that leads from a user
/// to a subject (OpenID Connect Core §8). At the first login it is the one that the grant brings along; it never changes.
pub(crate) async fn record_login(conn: &mut Conn, grant: &Grant, now: Timestamp) -> QueryResult<Subject> {
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
pub(crate) async fn exist(conn: &mut Conn, client: ClientId) -> QueryResult<bool> {
    let query = diesel::select(diesel::dsl::exists(t::table.filter(t::client_id.eq(client))));
    with_conn!(conn, |c| query.get_result(c))
}

/// Somebody who has logged in through a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = t)]
pub(crate) struct ClientUser {
    /// The account.
    pub user_id: UserId,
    /// As the client knows them.
    pub subject: Subject,
    /// When they first logged in.
    pub first_login_at: Timestamp,
    /// When they last did.
    pub last_login_at: Timestamp,
    /// How often.
    pub logins: i64,
}

/// At most `limit` users of a client after `after`, by subject: all, or those who have logged in through this domain.
pub(crate) async fn page(
    conn: &mut Conn,
    (client, domain): (ClientId, Option<DomainId>),
    after: Option<Subject>,
    limit: i64,
) -> QueryResult<Vec<ClientUser>> {
    use client_user_domains as d;
    let after = after.map_or(0, Subject::number);
    with_conn!(conn, |c| {
        let mut query = t::table.filter(t::client_id.eq(client)).filter(t::subject.gt(after)).into_boxed();
        if let Some(domain) = domain {
            let of_domain = d::table.filter(d::client_id.eq(client)).filter(d::domain_id.eq(domain));
            query = query.filter(t::user_id.eq_any(of_domain.select(d::user_id)));
        }
        query.order(t::subject).limit(limit).select(ClientUser::as_select()).load(c)
    })
}

/// The user whom a client knows as this.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, subject: Subject) -> QueryResult<Option<ClientUser>> {
    let query = t::table.filter(t::client_id.eq(client)).filter(t::subject.eq(subject));
    with_conn!(conn, |c| query.select(ClientUser::as_select()).first(c)).optional()
}

/// As which subjects a client knows these people; one who has never logged in is not among them.
pub(crate) async fn subjects(
    conn: &mut Conn,
    client: ClientId,
    users: &[UserId],
) -> QueryResult<Vec<(UserId, Subject)>> {
    let query = t::table.filter(t::client_id.eq(client)).filter(t::user_id.eq_any(users));
    with_conn!(conn, |c| query.select((t::user_id, t::subject)).load(c))
}

/// Through which domains these people have logged in.
pub(crate) async fn domains_of(
    conn: &mut Conn,
    client: ClientId,
    users: &[UserId],
) -> QueryResult<Vec<(UserId, DomainId)>> {
    use client_user_domains as d;
    let query = d::table
        .filter(d::client_id.eq(client))
        .filter(d::user_id.eq_any(users))
        .order((d::user_id, d::domain_id))
        .select((d::user_id, d::domain_id));
    with_conn!(conn, |c| query.load(c))
}

/// A user of a client by name and address, with what they share with it now.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub(crate) struct Named {
    /// As the client knows them.
    pub subject: Subject,
    /// The address, as written.
    pub email: String,
    /// The same for all its spellings.
    pub email_key: String,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// The scopes of their live consent.
    pub scope: ScopeSet,
}

/// At most `limit` users of a client with a live consent, whose address begins so, or a word of whose names does and goes on
/// so. `name_key`, `email_key`: how the keys of both would begin.
pub(crate) async fn search(
    conn: &mut Conn,
    client: ClientId,
    name_key: &str,
    email_key: &str,
    limit: i64,
) -> QueryResult<Vec<Named>> {
    let name = users::name_key.like(format!("%{}%", pattern::escaped(name_key))).escape('\\');
    let address = users::email_key.like(format!("{}%", pattern::escaped(email_key))).escape('\\');
    let live =
        consents::client_id.eq(t::client_id).and(consents::user_id.eq(t::user_id)).and(consents::ended_at.is_null());
    let query = t::table
        .inner_join(users::table)
        .inner_join(consents::table.on(live))
        .filter(t::client_id.eq(client))
        .filter(name.or(address))
        .order(t::subject)
        .limit(limit)
        .select((t::subject, users::email, users::email_key, users::given_name, users::family_name, consents::scope));
    with_conn!(conn, |c| query.load(c))
}

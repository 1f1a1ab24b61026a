//! Consents of people to clients.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, ConsentId, DomainId, SessionId, Subject, UserId};
use crate::model::scope::ScopeSet;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{client_users, clients, consent_domains, consent_sessions, consents as t};

/// A live consent, as it looks from one domain.
#[derive(Clone, Debug)]
pub(crate) struct Consent {
    /// Its id; grants rest on it.
    pub id: ConsentId,
    /// What it covers.
    pub scope: ScopeSet,
    /// Whether it was given for this domain, and whether that domain was in test mode then.
    pub given_here: Option<GivenHere>,
}

/// How a consent was given for a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GivenHere {
    /// The domain was in test mode then.
    pub in_test_mode: bool,
}

/// The live consent of this person to this client.
pub(crate) async fn find_live(
    conn: &mut Conn,
    client: ClientId,
    user: UserId,
    domain: DomainId,
) -> QueryResult<Option<Consent>> {
    let query = t::table
        .left_join(
            consent_domains::table.on(consent_domains::consent_id.eq(t::id).and(consent_domains::domain_id.eq(domain))),
        )
        .filter(t::client_id.eq(client))
        .filter(t::user_id.eq(user))
        .filter(t::ended_at.is_null())
        .select((t::id, t::scope, consent_domains::test_mode.nullable()));
    let found: Option<(ConsentId, ScopeSet, Option<bool>)> = with_conn!(conn, |c| query.first(c)).optional()?;
    Ok(found.map(|(id, scope, here)| Consent {
        id,
        scope,
        given_here: here.map(|in_test_mode| GivenHere { in_test_mode }),
    }))
}

/// How many people share something with a client now.
pub(crate) async fn count_live(conn: &mut Conn, client: ClientId) -> QueryResult<i64> {
    let query = t::table.filter(t::client_id.eq(client)).filter(t::ended_at.is_null()).count();
    with_conn!(conn, |c| query.get_result(c))
}

/// What a person allows a client.
pub(crate) struct Allowed<'a> {
    pub(crate) client: ClientId,
    pub(crate) user: UserId,
    pub(crate) scope: &'a ScopeSet,
    /// The domain it is given for.
    pub(crate) domain: DomainId,
    /// Whether that domain is in test mode.
    pub(crate) test_mode: bool,
}

/// Writes what the person allowed: a new consent, or a wider one, and that it was given for this domain.
pub(crate) async fn allow(conn: &mut Conn, allowed: Allowed<'_>, now: Timestamp) -> QueryResult<ConsentId> {
    let Allowed { client, user, scope, domain, test_mode } = allowed;
    let live = find_live(conn, client, user, domain).await?;
    let id = if let Some(live) = live {
        let wider = live.scope.union(scope);
        let set = (t::scope.eq(wider), t::updated_at.eq(now));
        with_conn!(conn, |c| diesel::update(t::table.find(live.id)).set(set).execute(c))?;
        live.id
    } else {
        let id = ConsentId::generate(now);
        let row = (
            t::id.eq(id),
            t::client_id.eq(client),
            t::user_id.eq(user),
            t::scope.eq(scope),
            t::granted_at.eq(now),
            t::updated_at.eq(now),
        );
        with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c))?;
        id
    };
    let row = (
        consent_domains::consent_id.eq(id),
        consent_domains::domain_id.eq(domain),
        consent_domains::test_mode.eq(test_mode),
        consent_domains::granted_at.eq(now),
    );
    let key = (consent_domains::consent_id, consent_domains::domain_id);
    with_conn!(conn, |c| diesel::insert_into(consent_domains::table)
        .values(row)
        .on_conflict(key)
        .do_update()
        .set((consent_domains::test_mode.eq(test_mode), consent_domains::granted_at.eq(now)))
        .execute(c))?;
    Ok(id)
}

/// Notes that a consent was given in this session of a browser.
pub(crate) async fn note_session(conn: &mut Conn, consent: ConsentId, session: SessionId) -> QueryResult<()> {
    let row = (consent_sessions::consent_id.eq(consent), consent_sessions::session_id.eq(session));
    with_conn!(conn, |c| diesel::insert_into(consent_sessions::table).values(row).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// Whether a consent was given in this session of a browser.
pub(crate) async fn was_given_in(conn: &mut Conn, consent: ConsentId, session: SessionId) -> QueryResult<bool> {
    let query = diesel::select(diesel::dsl::exists(consent_sessions::table.find((consent, session))));
    with_conn!(conn, |c| query.get_result(c))
}

/// Ends the live consent of this person to this client, and with it every grant that rests on it; false when there is
/// none.
pub(crate) async fn end(conn: &mut Conn, client: ClientId, user: UserId, now: Timestamp) -> QueryResult<bool> {
    let live = t::table.filter(t::client_id.eq(client)).filter(t::user_id.eq(user)).filter(t::ended_at.is_null());
    Ok(with_conn!(conn, |c| diesel::update(live).set(t::ended_at.eq(now)).execute(c))? > 0)
}

/// A live consent, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The client.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// What it covers.
    pub scope: ScopeSet,
    /// When it was given.
    pub granted_at: Timestamp,
    /// When the person first and last logged in there.
    pub logins: Option<(Timestamp, Timestamp)>,
}

/// The live consents of a person, by the client's name.
pub(crate) async fn of_user(conn: &mut Conn, user: UserId) -> QueryResult<Vec<App>> {
    type Found = (ClientId, String, ScopeSet, Timestamp, Option<(Timestamp, Timestamp)>);
    let logins = client_users::client_id.eq(t::client_id).and(client_users::user_id.eq(t::user_id));
    let query = t::table
        .inner_join(clients::table)
        .left_join(client_users::table.on(logins))
        .filter(t::user_id.eq(user))
        .filter(t::ended_at.is_null())
        .filter(clients::deleted_at.is_null())
        .order((clients::name, clients::id))
        .select((
            clients::id,
            clients::name,
            t::scope,
            t::granted_at,
            (client_users::first_login_at, client_users::last_login_at).nullable(),
        ));
    let found: Vec<Found> = with_conn!(conn, |c| query.load(c))?;
    let app = |(client, name, scope, granted_at, logins)| App { client, name, scope, granted_at, logins };
    Ok(found.into_iter().map(app).collect())
}

/// The clients that know a person and share something of them now: as whom, and what.
pub(crate) async fn known_of_user(conn: &mut Conn, user: UserId) -> QueryResult<Vec<(ClientId, Subject, ScopeSet)>> {
    let known = client_users::client_id.eq(t::client_id).and(client_users::user_id.eq(t::user_id));
    let query = t::table
        .inner_join(client_users::table.on(known))
        .filter(t::user_id.eq(user))
        .filter(t::ended_at.is_null())
        .select((t::client_id, client_users::subject, t::scope));
    with_conn!(conn, |c| query.load(c))
}

/// What each of these people shares with a client; one without a live consent is not among them.
pub(crate) async fn scopes_of(
    conn: &mut Conn,
    client: ClientId,
    users: &[UserId],
) -> QueryResult<Vec<(UserId, ScopeSet)>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::user_id.eq_any(users))
        .filter(t::ended_at.is_null())
        .select((t::user_id, t::scope));
    with_conn!(conn, |c| query.load(c))
}

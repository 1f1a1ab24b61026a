//! What one login gave to one client. Codes and tokens lead here, and here they are ended.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{ClientId, ConsentId, DomainId, GrantId, SessionId, Subject, UrlId, UserId};
use crate::model::amr::Amr;
use crate::model::resource::Resources;
use crate::model::scope::ScopeSet;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{consents, grants as t, revoked_tokens, users};

/// A row of `grants`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// To whom it was given.
    pub client_id: ClientId,
    /// The domain the login went through.
    pub domain_id: DomainId,
    /// Whose it is.
    pub user_id: UserId,
    /// The consent it rests on; ending that ends it.
    pub consent_id: ConsentId,
    /// The person as this client knows them. It never changes once somebody has logged in, so tokens need no look-up.
    pub subject: Subject,
    /// The browser's session: `sid`.
    pub session_id: SessionId,
    /// The scopes it was given for.
    pub scope: ScopeSet,
    /// When the person signed in: `auth_time`.
    pub authenticated_at: Timestamp,
    /// When it was given.
    pub created_at: Timestamp,
    /// Nothing given under it lives longer.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The callback URL the login ended at.
    pub url_id: Option<UrlId>,
    /// The resource servers that its tokens are for; none for whoever takes tokens of ours.
    pub resources: Resources,
    /// How the person signed in.
    pub amr: Amr,
}

/// A login, as far as it is counted.
#[derive(Clone, Debug, Queryable)]
pub(crate) struct Login {
    /// Its grant.
    pub id: GrantId,
    /// To which client.
    pub client_id: ClientId,
    /// Through which domain.
    pub domain_id: DomainId,
    /// Who.
    pub user_id: UserId,
    /// For which scopes.
    pub scope: ScopeSet,
    /// When.
    pub created_at: Timestamp,
    /// At which callback URL.
    pub url_id: Option<UrlId>,
}

/// The logins after one, up to another, in the order of their ids; at most `limit`.
pub(crate) async fn after(conn: &mut Conn, after: GrantId, until: GrantId, limit: i64) -> QueryResult<Vec<Login>> {
    let query = t::table.filter(t::id.gt(after)).filter(t::id.le(until)).order(t::id).limit(limit).select((
        t::id,
        t::client_id,
        t::domain_id,
        t::user_id,
        t::scope,
        t::created_at,
        t::url_id,
    ));
    with_conn!(conn, |c| query.load(c))
}

/// A grant with the live facts that decide about it.
#[derive(Clone, Debug)]
pub struct LiveGrant {
    /// The grant.
    pub grant: Grant,
    /// The person's account is suspended.
    pub suspended: bool,
    /// What of the person its scopes may open.
    pub person: Shareable,
    /// The scopes of the consent it rests on; `None` when that has ended.
    pub consented: Option<ScopeSet>,
    /// Whether the token asked about was revoked by itself.
    pub token_revoked: bool,
}

/// What of the person a scope may open.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Shareable {
    /// Main address, as written.
    pub email: String,
    /// Whether it is verified.
    pub email_verified: bool,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Address of a picture.
    pub picture: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// Time zone name.
    pub zoneinfo: Option<String>,
    /// ISO 8601 date.
    pub birth_date: Option<String>,
    /// In the person's own words.
    pub gender: Option<String>,
    /// Second address.
    pub second_email: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// Telephone number.
    pub phone_number: Option<String>,
    /// Whether it is verified.
    pub phone_number_verified: bool,
    /// When the profile last changed.
    pub updated_at: Timestamp,
}

/// Stores a new grant.
pub(crate) async fn insert(conn: &mut Conn, grant: Grant) -> QueryResult<()> {
    hot!(conn, execute(diesel::insert_into(t::table).values(grant))).map(drop)
}

/// The columns beside a grant, where `grants`, `users` and `consents` are joined: see [`LiveGrant::of`].
pub(in crate::store) type Facts = (Option<Timestamp>, ScopeSet, Option<Timestamp>);

/// Selects [`Facts`].
pub(in crate::store) const FACTS: (users::suspended_at, consents::scope, consents::ended_at) =
    (users::suspended_at, consents::scope, consents::ended_at);

impl LiveGrant {
    /// The grant with these facts; `revoked` is the token's own revocation, where one was asked about.
    pub(in crate::store) fn of(grant: Grant, facts: Facts, person: Shareable, revoked: Option<String>) -> Self {
        let (suspended_at, scope, ended_at) = facts;
        Self {
            grant,
            suspended: suspended_at.is_some(),
            person,
            consented: ended_at.is_none().then_some(scope),
            token_revoked: revoked.is_some(),
        }
    }
}

/// The grant of this id with all that decides about it and the person's profile, in one indexed query; `jti` is the token's
/// own id, where one is asked about.
pub(crate) async fn find_live(conn: &mut Conn, id: GrantId, jti: Option<&str>) -> QueryResult<Option<LiveGrant>> {
    type Found = (Grant, Facts, Shareable, Option<String>);
    let query = t::table
        .find(id)
        .inner_join(users::table.on(users::id.eq(t::user_id)))
        .inner_join(consents::table.on(consents::id.eq(t::consent_id)))
        .left_join(revoked_tokens::table.on(revoked_tokens::jti.eq(jti.unwrap_or_default().to_owned())));
    let revoked = revoked_tokens::jti.nullable();
    let found: Option<Found> =
        hot!(conn, first(query.select((Grant::as_select(), FACTS, Shareable::as_select(), revoked)))).optional()?;
    Ok(found.map(|(grant, facts, person, revoked)| LiveGrant::of(grant, facts, person, revoked)))
}

/// Ends a grant and all that was given under it; false when it had ended before.
pub(crate) async fn revoke(conn: &mut Conn, id: GrantId, now: Timestamp) -> QueryResult<bool> {
    let live = t::table.find(id).filter(t::revoked_at.is_null());
    Ok(with_conn!(conn, |c| diesel::update(live).set(t::revoked_at.eq(now)).execute(c))? == 1)
}

/// Ends every grant of a user: after a password reset, say.
pub(crate) async fn revoke_all_of_user(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<()> {
    let live = t::table.filter(t::user_id.eq(user)).filter(t::revoked_at.is_null());
    with_conn!(conn, |c| diesel::update(live).set(t::revoked_at.eq(now)).execute(c)).map(drop)
}

/// Ends every grant of a user to one client.
pub(crate) async fn revoke_all_of_client_user(
    conn: &mut Conn,
    user: UserId,
    client: ClientId,
    now: Timestamp,
) -> QueryResult<()> {
    let live = t::table.filter(t::user_id.eq(user)).filter(t::client_id.eq(client)).filter(t::revoked_at.is_null());
    with_conn!(conn, |c| diesel::update(live).set(t::revoked_at.eq(now)).execute(c)).map(drop)
}

/// Ends one access token before its time.
pub(crate) async fn revoke_token(conn: &mut Conn, jti: &str, expires_at: Timestamp) -> QueryResult<()> {
    let row = (revoked_tokens::jti.eq(jti), revoked_tokens::expires_at.eq(expires_at));
    with_conn!(conn, |c| diesel::insert_into(revoked_tokens::table).values(row).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// Whether this access token was ended before its time.
pub(crate) async fn is_token_revoked(conn: &mut Conn, jti: &str) -> QueryResult<bool> {
    let query = diesel::select(diesel::dsl::exists(revoked_tokens::table.find(jti)));
    with_conn!(conn, |c| query.get_result(c))
}

/// Deletes up to `limit` grants that no living token needs.
pub(crate) async fn delete_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = t::table.filter(t::expires_at.le(now)).order(t::expires_at).select(t::id).limit(limit);
    let ids: Vec<GrantId> = with_conn!(conn, |c| due.load(c))?;
    if ids.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::id.eq_any(&ids))).execute(c))
}

/// Deletes up to `limit` revocations of tokens that have expired by themselves.
pub(crate) async fn delete_expired_revocations(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = revoked_tokens::table
        .filter(revoked_tokens::expires_at.le(now))
        .order(revoked_tokens::expires_at)
        .select(revoked_tokens::jti)
        .limit(limit);
    let ids: Vec<String> = with_conn!(conn, |c| due.load(c))?;
    if ids.is_empty() {
        return Ok(0);
    }
    let tokens = revoked_tokens::table.filter(revoked_tokens::jti.eq_any(&ids));
    with_conn!(conn, |c| diesel::delete(tokens).execute(c))
}

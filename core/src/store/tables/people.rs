//! The facts of one person that decide about a login: read whenever they decide, never remembered.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::gate::snapshot::{Person, Tests};
use crate::id::{ClientId, ConsentId, DomainId, UserId};
use crate::model::member::MemberStatus;
use crate::model::request::{RequestKind, RequestStatus};
use crate::model::scope::ScopeSet;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::schema::{consent_domains, consents, members, requests, roles, users};
use crate::store::tables::consents::{Consent, GivenHere};

/// The account, and what it consented to share with this client, as it looks from this domain, in one query; `None` when
/// there is no such account. What the person is to the client is not read: see [`relate`].
pub(crate) async fn find_with_consent(
    conn: &mut Conn,
    client: ClientId,
    user: UserId,
    domain: DomainId,
) -> QueryResult<Option<(Person, Option<Consent>)>> {
    type Account = (Option<Timestamp>, bool);
    type Found = (Account, Option<(ConsentId, ScopeSet)>, Option<bool>);
    let live = consents::user_id.eq(users::id).and(consents::client_id.eq(client)).and(consents::ended_at.is_null());
    let here = consent_domains::consent_id.eq(consents::id).and(consent_domains::domain_id.eq(domain));
    let query = users::table
        .left_join(consents::table.on(live))
        .left_join(consent_domains::table.on(here))
        .filter(users::id.eq(user))
        .select((
            (users::suspended_at, users::email_verified),
            (consents::id, consents::scope).nullable(),
            consent_domains::test_mode.nullable(),
        ));
    let found: Option<Found> = hot!(conn, first(query)).optional()?;
    Ok(found.map(|((suspended_at, email_verified), consent, given_here)| {
        let given_here = given_here.map(|in_test_mode| GivenHere { in_test_mode });
        let consent = consent.map(|(id, scope)| Consent { id, scope, given_here });
        (Person::unrelated(user, suspended_at.is_some(), email_verified), consent)
    }))
}

/// Reads what this person is to this client: a member, a tester, somebody who accepted a request.
pub(crate) async fn relate(conn: &mut Conn, client: ClientId, person: &mut Person, now: Timestamp) -> QueryResult<()> {
    (person.tests, person.accepted_access) = accepted_requests(conn, client, person.id, now).await?;
    person.member = is_member(conn, client, person.id, now).await?;
    Ok(())
}

/// Whether the person belongs to the client's organisation: active, and neither membership nor role expired or off.
async fn is_member(conn: &mut Conn, client: ClientId, user: UserId, now: Timestamp) -> QueryResult<bool> {
    let member = members::table
        .inner_join(roles::table)
        .filter(members::client_id.eq(client))
        .filter(members::user_id.eq(user))
        .filter(members::status.eq(MemberStatus::Active))
        .filter(members::expires_at.is_null().or(members::expires_at.gt(now)))
        .filter(roles::active.eq(true))
        .filter(roles::expires_at.is_null().or(roles::expires_at.gt(now)))
        .select(members::id);
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(member)).get_result(c))
}

/// What this person has accepted and not ended: where they are a tester, and which further scopes they opened.
async fn accepted_requests(
    conn: &mut Conn,
    client: ClientId,
    user: UserId,
    now: Timestamp,
) -> QueryResult<(Tests, ScopeSet)> {
    type Accepted = (RequestKind, Option<DomainId>, ScopeSet);
    let query = requests::table
        .filter(requests::client_id.eq(client))
        .filter(requests::user_id.eq(user))
        .filter(requests::status.eq(RequestStatus::Accepted))
        .filter(requests::expires_at.is_null().or(requests::expires_at.gt(now)))
        .select((requests::kind, requests::domain_id, requests::scope));
    let accepted: Vec<Accepted> = with_conn!(conn, |c| query.load(c))?;
    let mut tests = Tests::None;
    let mut access = ScopeSet::default();
    for (kind, domain, scope) in accepted {
        if kind == RequestKind::Access {
            access = access.union(&scope);
            continue;
        }
        tests = match (tests, domain) {
            (Tests::All, _) | (_, None) => Tests::All,
            (Tests::None, Some(domain)) => Tests::Domains(vec![domain]),
            (Tests::Domains(mut domains), Some(domain)) => {
                domains.push(domain);
                Tests::Domains(domains)
            }
        };
    }
    Ok((tests, access))
}

//! The facts of one person that decide about a login: read whenever they decide, never remembered.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::{members, requests, roles, users};
use crate::clock::Timestamp;
use crate::gate::snapshot::{Person, Tests};
use crate::id::{ClientId, DomainId, UserId};
use crate::model::scope::ScopeSet;

/// What the gate asks about this person and this client; `None` when there is no such account.
pub async fn find(conn: &mut Conn, client: ClientId, user: UserId, now: Timestamp) -> QueryResult<Option<Person>> {
    type Account = (Option<Timestamp>, bool);
    let account = users::table.find(user).select((users::suspended_at, users::email_verified));
    let account: Option<Account> = with_conn!(conn, |c| account.first(c)).optional()?;
    let Some((suspended_at, email_verified)) = account else { return Ok(None) };
    let (tests, accepted_access) = accepted_requests(conn, client, user, now).await?;
    Ok(Some(Person {
        id: user,
        suspended: suspended_at.is_some(),
        email_verified,
        member: is_member(conn, client, user, now).await?,
        tests,
        accepted_access,
    }))
}

/// Whether the person belongs to the client's organisation: active, and neither membership nor role expired or off.
async fn is_member(conn: &mut Conn, client: ClientId, user: UserId, now: Timestamp) -> QueryResult<bool> {
    let member = members::table
        .inner_join(roles::table)
        .filter(members::client_id.eq(client))
        .filter(members::user_id.eq(user))
        .filter(members::status.eq("active"))
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
    type Accepted = (String, Option<DomainId>, ScopeSet);
    let query = requests::table
        .filter(requests::client_id.eq(client))
        .filter(requests::user_id.eq(user))
        .filter(requests::status.eq("accepted"))
        .filter(requests::expires_at.is_null().or(requests::expires_at.gt(now)))
        .select((requests::kind, requests::domain_id, requests::scope));
    let accepted: Vec<Accepted> = with_conn!(conn, |c| query.load(c))?;
    let mut tests = Tests::None;
    let mut access = ScopeSet::default();
    for (kind, domain, scope) in accepted {
        if kind == "access" {
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

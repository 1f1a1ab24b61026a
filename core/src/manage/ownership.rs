//! Whether a domain is the partner's (SPEC §2.5): they publish its token, in the DNS or on the site, and we look.
//!
//! What was found is looked at again after a week. A site may be down for a day, so ownership lapses only when it was not
//! found three times, a day apart. Where the operator has vouched for a domain nothing is looked at again, until somebody
//! has it checked and it is found.

use std::time::Duration;

use http::{HeaderMap, Method};
use hyper::body::Bytes;
use serde::Serialize;
use serde_json::json;
use tokio::task::JoinSet;

use super::change::{Actor, Change, Notice};
use super::domains::{find, updated};
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use crate::clock::Timestamp;
use crate::contract::ownership::{OwnershipCheck, OwnershipView};
use crate::contract::{Input, View};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId};
use crate::model::domain::Ownership;
use crate::outbound::{BOUNDS, Fault, Outbound, Outgoing};
use crate::state::Core;
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::{clients, members};
use crate::{text, throttle};

/// Checks that a client may have made in an hour.
const CHECKS: u32 = 30;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// What was found is looked at again after so long.
const AGAIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// What was missed, after so long.
const AGAIN_MISSED: Duration = Duration::from_secs(24 * 60 * 60);
/// Ownership lapses when it was missed so often.
const MISSES: i32 = 3;
/// Domains that one round looks at again, of each kind.
const ROUND: i64 = 20;
/// A check takes no longer; who asks again meanwhile is told to wait.
const LONGEST: Duration = Duration::from_secs(10);
const DIED: Error = Error::Internal("a check of ownership died");

/// What was found in one of the two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The domain's token.
    Token,
    /// Nothing.
    Nothing,
    /// Something else.
    Other,
    /// The site answered with another status than 200.
    Status(u16),
    /// There was no answer that counts.
    Fault(Fault),
}

impl Found {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Token => "ok",
            Self::Nothing => "not_found",
            Self::Other => "mismatch",
            Self::Status(_) => "status_refused",
            Self::Fault(fault) => fault.code(),
        }
    }
}

/// Where the token is looked for in the DNS: a TXT record at this name.
fn txt_name(domain: &Domain) -> String {
    format!("_xwms-challenge.{}", domain.root_domain)
}

/// Where it is looked for on the site.
fn url(domain: &Domain) -> String {
    format!("https://{}/.well-known/xwms-challenge", domain.root_domain)
}

/// What is to be published to prove that a domain is the client's, and how its proof stands.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Whether it is proven.
    pub ownership: Ownership,
    /// What to publish.
    pub token: String,
    /// Where in the DNS.
    pub txt_name: String,
    /// Where on the site.
    pub url: String,
    /// When it was last looked for.
    pub checked_at: Option<Timestamp>,
    /// How often in a row it was missed since it was found.
    pub missed: i32,
    /// When it is looked for again, while it is proven by having been found.
    pub next_at: Option<Timestamp>,
}

/// How the proof of a domain stands. Nothing is looked for.
///
/// # Errors
/// Those of [`super::permit`] for `domains:read`; [`Error::NotFound`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: DomainId) -> Result<Proof, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::DomainsRead)).await?;
    let domain = find(&mut reading.conn, client, id).await?;
    let wait = if domain.ownership_failures > 0 { AGAIN_MISSED } else { AGAIN };
    let looked = domain.ownership_checked_at.filter(|_| domain.ownership == Ownership::Proven);
    Ok(Proof {
        ownership: domain.ownership,
        txt_name: txt_name(&domain),
        url: url(&domain),
        checked_at: domain.ownership_checked_at,
        missed: domain.ownership_failures,
        next_at: looked.map(|at| at.after(wait)),
        token: domain.ownership_token,
    })
}

/// Looks for a domain's token now. Finding it in one of the two places proves ownership; missing it takes nothing away.
/// No connection to the database is held meanwhile.
///
/// # Errors
/// Those of [`super::permit`] for `domains:update`; [`Error::NotFound`]; [`Error::TooMany`] while the domain is being
/// checked, or after 30 checks of the client in an hour; the database's.
pub async fn check(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, DomainId),
    asked: Input<OwnershipCheck>,
) -> Result<Done<OwnershipView>, Error> {
    let ask = Ask::Client(client, Permission::DomainsUpdate);
    // What is kept for a repeat of the request is its answer, which is not known yet.
    let asks = Caller { once: None, ..caller.clone() };
    let found = runner::change(core, asks, ask, async move |change: &mut Change<'_>| {
        change.take(asked)?;
        Ok(Subject { domain: find(change.conn, client, id).await? })
    });
    let Done::Now(Subject { domain }) = found.await? else { return Err(DIED) };
    let under_way = core.ownership_checks.begin(id).ok_or(Error::TooMany { retry_after: LONGEST })?;
    throttle::count_for_client(core, "ownership", client, CHECKS, HOUR).await?;
    let (txt, url) = look(&core.outbound, &domain).await;
    drop(under_way);
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let found = find(change.conn, client, id).await?;
        let domain = match (txt == Found::Token || url == Found::Token, found.ownership) {
            (true, _) => set(change, found, Ownership::Proven).await?,
            (false, Ownership::Unproven) => set(change, found, Ownership::Unproven).await?,
            (false, Ownership::Proven) => found,
        };
        Ok(view(domain, (txt, url), change.now))
    })
    .await
}

/// The domain that is to be looked at. It is no answer.
#[derive(Serialize)]
struct Subject {
    #[serde(skip)]
    domain: Domain,
}

impl View for Subject {}

fn view(domain: Domain, (txt, site): (Found, Found), checked_at: Timestamp) -> OwnershipView {
    OwnershipView {
        ownership: domain.ownership,
        txt_name: txt_name(&domain),
        txt_result: txt.code(),
        url: url(&domain),
        url_result: site.code(),
        token: domain.ownership_token,
        checked_at,
    }
}

/// Looks again at what is due, in one small batch. Any number of servers may do so: each domain is looked at by one.
///
/// # Errors
/// The database's.
pub async fn check_again(core: &Core) -> Result<(), Error> {
    let now = core.clock.now();
    let due =
        domains::due_for_check(&mut core.db.read().await?, now.before(AGAIN), now.before(AGAIN_MISSED), ROUND).await?;
    if due.is_empty() {
        return Ok(());
    }
    let claimed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut claimed = Vec::with_capacity(due.len());
            for domain in due {
                if domains::claim_check(conn, &domain, now).await? {
                    claimed.push(domain);
                }
            }
            Ok::<_, Error>(claimed)
        })
        .await?;
    let mut looking = JoinSet::new();
    for domain in claimed {
        spawn_look(&mut looking, &core.outbound, domain);
    }
    while let Some(looked) = looking.join_next().await {
        let (domain, found) = looked.map_err(|_| DIED)?;
        settle(core, domain.client_id, domain.id, found, now).await?;
    }
    Ok(())
}

/// Looks again at domains that count as proven, before something rests on it; gives one whose token is not found now. What
/// the operator has vouched for is not looked at. Nothing is written: the weekly look decides what lapses.
///
/// # Errors
/// [`Error::Internal`] when a look died.
pub(crate) async fn missed(core: &Core, domains: impl Iterator<Item = Domain>) -> Result<Option<Domain>, Error> {
    let mut looking = JoinSet::new();
    for domain in domains.filter(|domain| domain.ownership_checked_at.is_some()) {
        spawn_look(&mut looking, &core.outbound, domain);
    }
    while let Some(looked) = looking.join_next().await {
        if let (domain, false) = looked.map_err(|_| DIED)? {
            return Ok(Some(domain));
        }
    }
    Ok(None)
}

/// Looks at a domain beside others; gives whether its token was found.
fn spawn_look(looking: &mut JoinSet<(Domain, bool)>, outbound: &Outbound, domain: Domain) {
    let outbound = outbound.clone();
    looking.spawn(async move {
        let (txt, url) = look(&outbound, &domain).await;
        (domain, txt == Found::Token || url == Found::Token)
    });
}

/// Writes what looking again has found; `at`: when it was claimed.
async fn settle(core: &Core, client: ClientId, id: DomainId, found: bool, at: Timestamp) -> Result<(), Error> {
    runner::change_as(core, Actor::Schedule, async move |change: &mut Change<'_>| {
        clients::hold(change.conn, client).await?;
        let domain = domains::find(change.conn, client, id).await?;
        // Somebody may have had it checked, or changed it, meanwhile: then that counts.
        let same = |domain: &Domain| domain.ownership == Ownership::Proven && domain.ownership_checked_at == Some(at);
        if let Some(domain) = domain.filter(same) {
            if found {
                set(change, domain, Ownership::Proven).await?;
            } else if domain.ownership_failures >= MISSES {
                let lapsed = set(change, domain, Ownership::Unproven).await?;
                tell_owners(change, &lapsed).await?;
            }
        }
        Ok(())
    })
    .await
}

/// Writes that the domain was looked at now, and what follows.
async fn set(change: &mut Change<'_>, old: Domain, ownership: Ownership) -> Result<Domain, Error> {
    let mut domain = Domain { ownership, ownership_checked_at: Some(change.now), ownership_failures: 0, ..old.clone() };
    let (client, root) = (domain.client_id, domain.root_domain.as_str());
    let told = (json!({ "ownership": old.ownership }), json!({ "ownership": ownership }));
    if change.updated(Some(client), "domain.updated", (domain.id, root), told) {
        change.publish(client, Some(domain.id), updated(&domain));
        domain.updated_at = change.version_after(old.updated_at);
    }
    domains::set_ownership(change.conn, &domain).await?;
    Ok(domain)
}

async fn tell_owners(change: &mut Change<'_>, domain: &Domain) -> Result<(), Error> {
    for user in members::owners_at(change.conn, domain.client_id, change.now).await? {
        change.notify(Notice {
            user,
            kind: "domain.ownership_lapsed".into(),
            object: Some(domain.id.to_string()),
            subject: text!("notice_proof_lapsed-subject"),
            text: text!("notice_proof_lapsed", root = domain.root_domain.as_str()),
        });
    }
    Ok(())
}

/// Looks in both places at once.
async fn look(outbound: &Outbound, domain: &Domain) -> (Found, Found) {
    let (name, address) = (txt_name(domain), url(domain));
    let token = domain.ownership_token.as_str();
    tokio::join!(in_dns(outbound, &name, token), on_site(outbound, &address, token))
}

async fn in_dns(outbound: &Outbound, name: &str, token: &str) -> Found {
    match outbound.texts(name, BOUNDS.time).await {
        Ok(texts) if texts.is_empty() => Found::Nothing,
        Ok(texts) if texts.iter().any(|text| text == token.as_bytes()) => Found::Token,
        Ok(_) => Found::Other,
        Err(fault) => Found::Fault(fault),
    }
}

async fn on_site(outbound: &Outbound, address: &str, token: &str) -> Found {
    let outgoing = Outgoing { method: Method::GET, url: address, headers: HeaderMap::new(), body: Bytes::new() };
    match outbound.send(outgoing, BOUNDS).await {
        Ok(reply) => match reply.status {
            200 if reply.body.trim_ascii() == token.as_bytes() => Found::Token,
            200 => Found::Other,
            404 | 410 => Found::Nothing,
            status => Found::Status(status),
        },
        Err(fault) => Found::Fault(fault),
    }
}

#[cfg(test)]
mod tests;

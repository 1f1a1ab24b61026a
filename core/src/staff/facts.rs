//! What the staff look at before they decide: how a client and an account stand. Nothing changes here.

use std::collections::HashMap;

use crate::clock::Timestamp;
use crate::contract::audit::EntryView;
use crate::contract::verification::VerificationView;
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::gate::standing;
use crate::id::{ClientId, DomainId, UserId};
use crate::manage::glance::{self, Glance};
use crate::manage::permit::{self, Caller};
use crate::manage::runner::{self, Ask};
use crate::manage::verifications::{WithItems, with_items_of};
use crate::model::account::{Plan, Staff};
use crate::model::day::Day;
use crate::model::root_domain::RootDomain;
use crate::model::stats::Dimension;
use crate::state::Core;
use crate::store::tables::audit::{self, Filter};
use crate::store::tables::clients::{self, Client};
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::scopes::{self, Scope};
use crate::store::tables::{attempts, login_stats, members, profiles, secrets, verifications};
use crate::text::Text;

const READ: Ask = Ask::Staff(Staff::Admin, Permission::StaffRead);
const REVIEW: Ask = Ask::Staff(Staff::Reviewer, Permission::StaffRead);
/// The newest lines of the audit log that are shown beside the facts.
const ENTRIES: i64 = 10;
/// Applications of a client that are shown at the most.
const APPLICATIONS: i64 = 50;

/// A client as it stands.
#[derive(Clone, Debug)]
pub struct ClientFacts {
    /// When it was made.
    pub made_at: Timestamp,
    /// Its domains.
    pub domains: Vec<DomainFacts>,
    /// Its billing owner.
    pub payer: Option<Payer>,
    /// The addresses of its owners.
    pub owners: Vec<String>,
    /// How many belong to it or are invited.
    pub members: usize,
    /// How it is used.
    pub usage: Usage,
    /// Its applications, oldest first.
    pub applications: Vec<VerificationView>,
    /// How many of its secrets were reported as leaked.
    pub leaked: usize,
    /// The newest lines of the audit log about it.
    pub entries: Vec<EntryView>,
    /// The scope catalog, which says what a scope opens.
    pub catalog: Vec<Scope>,
    /// An approval of it is in force.
    pub is_verified: bool,
    /// Why the caller decides nothing about it.
    pub conflict: Option<Text>,
}

/// A domain as it stands.
#[derive(Clone, Debug)]
pub struct DomainFacts {
    /// Its id.
    pub id: DomainId,
    /// Its root domain.
    pub root_domain: String,
    /// It is proven to be the partner's.
    pub is_proven: bool,
    /// When that was looked at last.
    pub checked_at: Option<Timestamp>,
    /// It is in use.
    pub active: bool,
    /// It is in test mode.
    pub test_mode: bool,
    /// The other clients with the same root domain, and whether it is proven to be theirs.
    pub elsewhere: Vec<(ClientId, bool)>,
}

/// Who pays for a client.
#[derive(Clone, Debug)]
pub struct Payer {
    /// Their number.
    pub sub: UserId,
    /// Their address.
    pub email: String,
    /// What they pay for.
    pub plan: Plan,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// How a client is used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// People who ever logged in.
    pub people: i64,
    /// Logins of the last 30 days.
    pub logins: i64,
    /// Refused attempts of the last 30 days.
    pub refused: i64,
}

/// An account as it stands.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    /// The clients that rest on it, each with how many people ever logged in there.
    pub clients: Vec<(ClientId, String, i64)>,
    /// The newest lines of the audit log about it.
    pub entries: Vec<EntryView>,
    /// Why the caller decides nothing about it.
    pub conflict: Option<Text>,
}

/// How a client stands.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn of_client(core: &Core, caller: &Caller, id: ClientId) -> Result<ClientFacts, Error> {
    let now = core.clock.now();
    let mut conn = runner::read(core, caller, REVIEW).await?.conn;
    let client = clients::find(&mut conn, id).await?.ok_or(Error::NotFound("client"))?;
    let applied = verifications::of_client(&mut conn, id, None, APPLICATIONS).await?;
    let applications = with_items_of(&mut conn, applied).await?.into_iter().map(WithItems::view).collect();
    let owners = members::owners_at(&mut conn, id, now).await?;
    let owners = profiles::addresses(&mut conn, &owners).await?.into_values().collect();
    let leaked = secrets::of_client(&mut conn, id).await?;
    let filter = Filter { client: Some(id), ..Filter::default() };
    Ok(ClientFacts {
        made_at: client.created_at,
        domains: domain_facts(&mut conn, id).await?,
        payer: payer(&mut conn, &client).await?,
        owners,
        members: members::of_client(&mut conn, id).await?.len(),
        usage: usage(&mut conn, id, now).await?,
        applications,
        leaked: leaked.iter().filter(|secret| standing::stays_off(secret.leaked_at)).count(),
        entries: entries(&mut conn, &filter).await?,
        catalog: scopes::all(&mut conn).await?,
        is_verified: verifications::coverage(&mut conn, id).await?.iter().any(|coverage| coverage.holds(now)),
        conflict: refusal(permit::refuse_own_interest(&mut conn, caller, id).await)?,
    })
}

/// What of these clients stands in a list.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub async fn of_clients(core: &Core, caller: &Caller, ids: &[ClientId]) -> Result<HashMap<ClientId, Glance>, Error> {
    let now = core.clock.now();
    let mut conn = runner::read(core, caller, READ).await?.conn;
    glance::of_clients(&mut conn, ids, now).await
}

/// How an account stands.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub async fn of_account(core: &Core, caller: &Caller, id: UserId) -> Result<AccountFacts, Error> {
    let mut conn = runner::read(core, caller, READ).await?.conn;
    let owned = clients::ids_owned(&mut conn, id).await?;
    let mut found = Vec::new();
    for client in clients::find_all(&mut conn, &owned).await? {
        let (people, _) = login_stats::ever(&mut conn, client.id).await?;
        found.push((client.id, client.name, people));
    }
    let filter = Filter { object: Some(id.to_string()), ..Filter::default() };
    Ok(AccountFacts {
        clients: found,
        entries: entries(&mut conn, &filter).await?,
        conflict: refusal(permit::refuse_own_account(&mut conn, caller, id).await)?,
    })
}

async fn domain_facts(conn: &mut Conn, client: ClientId) -> Result<Vec<DomainFacts>, Error> {
    let held = domains::of_client(conn, client).await?;
    let roots: Vec<RootDomain> = held.iter().map(|domain| domain.root_domain.clone()).collect();
    let others = domains::of_others(conn, client, &roots).await?;
    let elsewhere = |root: &RootDomain| {
        let same = others.iter().filter(|other| other.root_domain == *root);
        same.map(|other| (other.client_id, standing::is_proven(other.ownership))).collect()
    };
    let facts = |domain: Domain| DomainFacts {
        id: domain.id,
        elsewhere: elsewhere(&domain.root_domain),
        root_domain: domain.root_domain.to_string(),
        is_proven: standing::is_proven(domain.ownership),
        checked_at: domain.ownership_checked_at,
        active: domain.active,
        test_mode: domain.test_mode,
    };
    Ok(held.into_iter().map(facts).collect())
}

async fn payer(conn: &mut Conn, client: &Client) -> Result<Option<Payer>, Error> {
    let Some(id) = client.billing_owner else { return Ok(None) };
    let found = profiles::find(conn, id).await?;
    Ok(found.map(|account| Payer {
        sub: account.id,
        email: account.email,
        plan: account.plan,
        until: account.plan_valid_until,
    }))
}

async fn usage(conn: &mut Conn, client: ClientId, now: Timestamp) -> Result<Usage, Error> {
    let (people, _) = login_stats::ever(conn, client).await?;
    let today = Day::of(now).number();
    let days = login_stats::of_days(conn, client, Dimension::Total, glance::first_day(now), today).await?;
    let refused = attempts::count(conn, client).await?;
    Ok(Usage { people, logins: days.iter().map(|day| day.logins).sum(), refused })
}

async fn entries(conn: &mut Conn, filter: &Filter) -> Result<Vec<EntryView>, Error> {
    let found = audit::page(conn, filter, None, ENTRIES).await?;
    Ok(found.into_iter().map(EntryView::from).collect())
}

/// Why the caller decides nothing, when that is so.
fn refusal(may: Result<(), Error>) -> Result<Option<Text>, Error> {
    match may {
        Ok(()) => Ok(None),
        Err(Error::Refused(why)) => Ok(Some(why)),
        Err(other) => Err(other),
    }
}

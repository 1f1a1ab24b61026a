//! Which scopes are granted (SPEC §2.3).

use super::denial::Denial;
use super::snapshot::{Domain, Person, Snapshot};
use crate::clock::Timestamp;
use crate::model::scope::{EMAIL, PROFILE, PROVIDERS, ScopeSet, Tier, USERADDRESSES, USERINFO};

/// What a client may have on its own behalf, without a person.
const FOR_CLIENTS: [&str; 5] = [PROFILE, EMAIL, PROVIDERS, USERINFO, USERADDRESSES];

/// What of `requested` holds now: activated, consented to, and unlocked. Asked at each use, so that whatever is taken back
/// is gone at once.
pub fn granted(
    snapshot: &Snapshot,
    domain: &Domain,
    requested: &ScopeSet,
    consented: &ScopeSet,
    person: &Person,
    now: Timestamp,
) -> ScopeSet {
    let holds = |name: &&str| consented.contains(name) && unlocked(snapshot, domain, name, Some(person), now);
    requested.iter().filter(holds).collect()
}

/// What a client credentials token opens. `None` or an empty set asks for all that is to be had, which may be nothing.
///
/// A person's accepted access request unlocks nothing here: no person is known yet. In test mode every scope is unlocked,
/// and what a call returns is judged for its person.
///
/// # Errors
/// [`Denial::ScopeNotForClients`], [`Denial::ScopeNotActivated`] or [`Denial::ScopeLocked`], naming the scopes.
pub fn client_credentials(
    snapshot: &Snapshot,
    domain: &Domain,
    requested: Option<&ScopeSet>,
    now: Timestamp,
) -> Result<ScopeSet, Denial> {
    let opens = |name: &str| unlocked(snapshot, domain, name, None, now);
    let Some(requested) = requested.filter(|requested| !requested.is_empty()) else {
        return Ok(FOR_CLIENTS.into_iter().filter(|name| opens(name)).collect());
    };
    let without = |fits: &dyn Fn(&str) -> bool| requested.iter().filter(|name| !fits(name)).collect::<ScopeSet>();
    let foreign = without(&|name| FOR_CLIENTS.contains(&name));
    if !foreign.is_empty() {
        return Err(Denial::ScopeNotForClients(foreign));
    }
    let inactive = without(&|name| snapshot.scopes.contains_key(name));
    if !inactive.is_empty() {
        return Err(Denial::ScopeNotActivated(inactive));
    }
    let locked = without(&opens);
    if locked.is_empty() { Ok(requested.clone()) } else { Err(Denial::ScopeLocked(locked)) }
}

/// Whether this scope is activated and, when it is reserved, unlocked: by a verification that covers it on this domain, by
/// an access request that this person accepted, or by test mode for those it lets in (with no person: for the client).
///
/// A verification rests on the proof of ownership, so it covers nothing while a domain is unproven.
pub fn unlocked(
    snapshot: &Snapshot,
    domain: &Domain,
    name: &str,
    person: Option<&Person>,
    now: Timestamp,
) -> bool {
    match snapshot.scopes.get(name) {
        None => false,
        Some(Tier::Open) => true,
        Some(Tier::Verified) => {
            covered(snapshot, domain, name, now)
                || person.is_some_and(|person| person.accepted_access.contains(name))
                || (domain.test_mode && person.is_none_or(|person| domain.tested_by(person)))
        }
    }
}

fn covered(snapshot: &Snapshot, domain: &Domain, name: &str, now: Timestamp) -> bool {
    domain.proven
        && snapshot.coverage.iter().any(|coverage| {
            coverage.domain == domain.id && coverage.scope == name && coverage.until.is_none_or(|end| now < end)
        })
}

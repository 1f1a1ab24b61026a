//! Which scopes are granted (SPEC §2.3).

use super::denial::Denial;
use super::snapshot::{Domain, Person, Snapshot};
use crate::clock::Timestamp;
use crate::model::scope::{EMAIL, PROFILE, PROVIDERS, ScopeSet, Tier, USERADDRESSES, USERINFO};

/// What a client may have on its own behalf, without a person.
const FOR_CLIENTS: [&str; 5] = [PROFILE, EMAIL, PROVIDERS, USERINFO, USERADDRESSES];

/// What a login asks for, and what of it the person has agreed to.
#[derive(Clone, Copy, Debug)]
pub struct RequestedScopes<'a> {
    /// What is asked for.
    pub requested: &'a ScopeSet,
    /// What the person agreed to, at any time.
    pub consented: &'a ScopeSet,
}

/// What of the requested scopes holds now: activated, consented to, and unlocked. Asked at each use, so that whatever is taken back
/// is gone at once.
pub fn granted(
    snapshot: &Snapshot,
    domain: &Domain,
    scopes: RequestedScopes<'_>,
    person: &Person,
    now: Timestamp,
) -> ScopeSet {
    let RequestedScopes { requested, consented } = scopes;
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
pub fn unlocked(snapshot: &Snapshot, domain: &Domain, name: &str, person: Option<&Person>, now: Timestamp) -> bool {
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

/// Whether membership, or what the person has accepted, can decide about these scopes here: in test mode, and where one of
/// them is reserved. Otherwise neither need be read.
pub fn rests_on_relations(snapshot: &Snapshot, domain: Option<&Domain>, scope: &ScopeSet) -> bool {
    domain.is_some_and(|domain| domain.test_mode)
        || scope.iter().any(|name| snapshot.scopes.get(name) == Some(&Tier::Verified))
}

fn covered(snapshot: &Snapshot, domain: &Domain, name: &str, now: Timestamp) -> bool {
    domain.proven
        && snapshot
            .coverage
            .iter()
            .any(|coverage| coverage.domain == domain.id && coverage.scope == name && coverage.holds(now))
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::Tests;
    use super::super::tests::{LIVE, NOW, TEST, ada, days, good, scopes};
    use super::*;

    fn all(snapshot: &Snapshot, domain: usize, person: &Person) -> ScopeSet {
        let asked = scopes("openid profile userinfo useraddresses phone");
        granted(
            snapshot,
            &snapshot.domains[domain],
            RequestedScopes { requested: &asked, consented: &asked },
            person,
            NOW,
        )
    }

    #[test]
    fn granted_is_what_is_asked_activated_consented_and_unlocked() {
        let snapshot = good();
        assert_eq!(all(&snapshot, 0, &ada()), scopes("openid profile userinfo"));
        let grant = |requested: &str, consented: &str| {
            let (requested, consented) = (&scopes(requested), &scopes(consented));
            granted(&snapshot, &snapshot.domains[0], RequestedScopes { requested, consented }, &ada(), NOW)
        };
        assert_eq!(grant("openid email", "openid profile"), scopes("openid"));
        assert_eq!(grant("openid", ""), ScopeSet::default());
        assert_eq!(grant("", "openid"), ScopeSet::default());
    }

    #[test]
    fn a_reserved_scope_is_unlocked_by_one_of_three() {
        type Row = (fn(&mut Snapshot, &mut Person), usize, &'static str);
        let rows: [Row; 13] = [
            (|_, _| {}, 0, "userinfo"),
            (|s, _| s.coverage[0].until = None, 0, "userinfo"),
            (|s, _| s.coverage[0].until = Some(NOW), 0, ""),
            (|s, _| s.coverage.clear(), 0, ""),
            (|s, _| s.domains[0].proven = false, 0, ""),
            (|s, _| s.coverage[0].domain = TEST, 0, ""),
            (|s, _| s.coverage[0].scope = "useraddresses".to_owned(), 0, "useraddresses"),
            (|s, _| s.scopes.retain(|name, _| name != "userinfo"), 0, ""),
            (|_, p| p.accepted_access = scopes("useraddresses"), 0, "useraddresses userinfo"),
            (|_, p| p.member = true, 0, "userinfo"),
            (|_, _| {}, 1, ""),
            (|_, p| p.member = true, 1, "useraddresses userinfo"),
            (|_, p| p.tests = Tests::Domains(vec![TEST]), 1, "useraddresses userinfo"),
        ];
        for (change, domain, unlocked) in rows {
            let (mut snapshot, mut person) = (good(), ada());
            change(&mut snapshot, &mut person);
            let open = scopes("openid profile");
            assert_eq!(all(&snapshot, domain, &person).difference(&open), scopes(unlocked));
        }
        let mut snapshot = good();
        snapshot.domains[1].test_mode = false;
        let stranger = Person { tests: Tests::Domains(vec![LIVE]), ..ada() };
        assert_eq!(all(&snapshot, 1, &stranger), scopes("openid profile"));
    }

    #[test]
    fn a_client_has_five_scopes_at_most_on_its_own_behalf() {
        let snapshot = good();
        let (live, test) = (&snapshot.domains[0], &snapshot.domains[1]);
        let ask = |domain, text: &str| client_credentials(&snapshot, domain, Some(&scopes(text)), NOW);
        assert_eq!(
            client_credentials(&snapshot, live, None, NOW),
            Ok(scopes("email profile providers userinfo")),
            "all that is activated and unlocked"
        );
        assert_eq!(ask(live, ""), client_credentials(&snapshot, live, None, NOW));
        assert_eq!(
            client_credentials(&snapshot, test, None, NOW),
            Ok(scopes("email profile providers useraddresses userinfo"))
        );
        assert_eq!(ask(live, "userinfo email"), Ok(scopes("email userinfo")));
        assert_eq!(ask(test, "useraddresses"), Ok(scopes("useraddresses")));
        assert_eq!(ask(live, "useraddresses email"), Err(Denial::ScopeLocked(scopes("useraddresses"))));
        assert_eq!(
            ask(live, "openid offline_access email"),
            Err(Denial::ScopeNotForClients(scopes("offline_access openid")))
        );
        let mut less = good();
        less.scopes.remove("email");
        assert_eq!(
            client_credentials(&less, &less.domains[0], Some(&scopes("email profile")), NOW),
            Err(Denial::ScopeNotActivated(scopes("email")))
        );
        less.scopes.clear();
        assert_eq!(client_credentials(&less, &less.domains[0], None, NOW), Ok(ScopeSet::default()));
    }

    #[test]
    fn a_verification_covers_until_its_end() {
        let snapshot = good();
        let later = NOW.after(days(30));
        assert!(unlocked(&snapshot, &snapshot.domains[0], USERINFO, Some(&ada()), NOW) && snapshot.is_verified(NOW));
        assert!(
            !unlocked(&snapshot, &snapshot.domains[0], USERINFO, Some(&ada()), later) && !snapshot.is_verified(later)
        );
    }

    #[test]
    fn vw_04_a_verification_covers_nothing_and_shows_no_badge_while_ownership_is_unproven() {
        let mut snapshot = good();
        snapshot.domains[0].proven = false;
        assert!(!unlocked(&snapshot, &snapshot.domains[0], USERINFO, Some(&ada()), NOW));
        assert_eq!(
            client_credentials(&snapshot, &snapshot.domains[0], Some(&scopes("userinfo")), NOW),
            Err(Denial::ScopeLocked(scopes("userinfo")))
        );
        assert!(!snapshot.is_verified(NOW));
    }
}

//! How far a client is set up: a step is done when what it stands for is so, by the predicates that decide about logins, and
//! never because somebody ticked it.

use schemars::JsonSchema;
use serde::Serialize;

use super::client_authentication::{is_active, is_unexpired};
use super::redirect_uri;
use super::snapshot::{ClientSecret, Domain, Snapshot};
use crate::clock::Timestamp;
use crate::id::DomainId;
use crate::model::scope::Tier;
use crate::model::url::UrlKind;

/// What has to be there before somebody can log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A scope is activated.
    Scopes,
    /// A secret is on and has not expired.
    Secret,
    /// A domain is on, and logins may start there.
    Domain,
    /// Such a domain has a callback URL that is in use.
    CallbackUrl,
    /// Such a secret is linked to such a domain.
    Link,
    /// Somebody has logged in.
    FirstLogin,
}

/// How far a client is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    steps: Vec<(Step, bool)>,
    /// The domain that the steps about a domain go on with: the one that has come farthest.
    pub domain: Option<DomainId>,
}

impl Setup {
    /// The steps of this client in their order, each with whether it is done.
    pub fn steps(&self) -> &[(Step, bool)] {
        &self.steps
    }
}

/// Whether calls with this secret are let in, as far as it goes by the secret.
fn is_usable(secret: &ClientSecret, now: Timestamp) -> bool {
    is_active(secret).is_ok() && is_unexpired(secret, now).is_ok()
}

/// Whether logins may start at this domain, as far as it goes by its switches.
pub fn is_open(domain: &Domain) -> bool {
    domain.active && domain.allow_login
}

/// Whether a callback URL of this domain is in use.
pub fn has_callback(snapshot: &Snapshot, domain: &Domain) -> bool {
    let mut callbacks = domain.urls.iter().filter(|url| url.kind == UrlKind::Callback);
    callbacks.any(|url| redirect_uri::in_use(&snapshot.client, domain, url).is_ok())
}

/// Whether a secret that is good now is linked to this domain.
pub fn is_linked(snapshot: &Snapshot, domain: &Domain, now: Timestamp) -> bool {
    let mut usable = snapshot.secrets.iter().filter(|secret| is_usable(secret, now));
    usable.any(|secret| secret.is_linked_to(domain))
}

/// How far a client is set up now. `has_users`: whether anybody has logged in.
pub fn setup(snapshot: &Snapshot, has_users: bool, now: Timestamp) -> Setup {
    let has_callback = |domain: &Domain| is_open(domain) && has_callback(snapshot, domain);
    let is_linked = |domain: &Domain| has_callback(domain) && is_linked(snapshot, domain, now);
    let any = |test: &dyn Fn(&Domain) -> bool| snapshot.domains.iter().find(|domain| test(domain));
    let (open, callback, linked) = (any(&is_open), any(&has_callback), any(&is_linked));
    let farthest = linked.or(callback).or(open).or(snapshot.domains.first());
    let steps = [
        (Step::Scopes, !snapshot.scopes.is_empty()),
        (Step::Secret, snapshot.secrets.iter().any(|secret| is_usable(secret, now))),
        (Step::Domain, open.is_some()),
        (Step::CallbackUrl, callback.is_some()),
        (Step::Link, linked.is_some()),
        (Step::FirstLogin, has_users),
    ];
    // A public client has no secrets.
    let is_its = |(step, _): &(Step, bool)| !snapshot.client.is_public() || !matches!(step, Step::Secret | Step::Link);
    Setup { steps: steps.into_iter().filter(is_its).collect(), domain: farthest.map(|domain| domain.id) }
}

/// What is good to have before real people come; nothing of it is asked for by a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// No active domain is in test mode.
    Live,
    /// Each active domain that may be called from servers says from which.
    ServerIps,
    /// Each active domain is shown to be the client's.
    Ownership,
    /// People can look up who asks: a logo, the privacy policy and the terms.
    Presentation,
    /// A second owner can step in.
    SecondOwner,
    /// A webhook tells the partner's servers what happens.
    Webhook,
    /// The reserved scopes are approved wherever they are used.
    Verification,
}

/// Each piece of advice with whether it is followed. `owners`: how many the client has.
pub fn advice(snapshot: &Snapshot, owners: usize) -> [(Advice, bool); 7] {
    let all = |test: &dyn Fn(&Domain) -> bool| snapshot.domains.iter().filter(|domain| domain.active).all(test);
    let client = &snapshot.client;
    let has_webhook = |domain: &Domain| domain.urls.iter().any(|url| url.kind == UrlKind::Webhook && url.active);
    let mut reserved = snapshot.scopes.iter().filter(|(_, tier)| **tier == Tier::Verified).map(|(name, _)| name);
    let is_approved = |scope: &String| {
        let covers = |domain: &Domain| snapshot.coverage.iter().any(|it| it.domain == domain.id && it.scope == *scope);
        all(&covers)
    };
    [
        (Advice::Live, all(&|domain| !domain.test_mode)),
        (Advice::ServerIps, all(&|domain| !domain.allow_api || !domain.server_ips.is_empty())),
        (Advice::Ownership, all(&|domain| domain.proven)),
        (Advice::Presentation, client.logo.is_some() && client.privacy_url.is_some() && client.terms_url.is_some()),
        (Advice::SecondOwner, owners > 1),
        (Advice::Webhook, snapshot.domains.iter().any(|domain| domain.active && has_webhook(domain))),
        (Advice::Verification, reserved.all(is_approved)),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::{LIVE, LOOPBACK, NOW, TEST, good};
    use super::*;
    use crate::model::client::ClientType;

    /// What undoes a step, and what is to do then.
    type Row = (fn(&mut Snapshot), &'static [Step]);

    /// The steps that are still to do.
    fn left(snapshot: &Snapshot, has_users: bool) -> Vec<Step> {
        let setup = setup(snapshot, has_users, NOW);
        setup.steps().iter().filter(|(_, done)| !done).map(|(step, _)| *step).collect()
    }

    #[test]
    fn a_step_is_undone_by_what_undoes_it() {
        let off = |s: &mut Snapshot| s.domains.iter_mut().for_each(|domain| domain.active = false);
        let rows: [Row; 5] = [
            (|_| {}, &[]),
            (|s| s.scopes.clear(), &[Step::Scopes]),
            (|s| s.secrets.iter_mut().for_each(|secret| secret.expires_at = Some(NOW)), &[Step::Secret, Step::Link]),
            (
                |s| s.domains.iter_mut().for_each(|domain| domain.allow_login = false),
                &[Step::Domain, Step::CallbackUrl, Step::Link],
            ),
            (|s| s.secrets.iter_mut().for_each(|secret| secret.links.clear()), &[Step::Link]),
        ];
        for (change, expected) in rows {
            let mut broken = good();
            change(&mut broken);
            assert_eq!(left(&broken, true), expected);
        }
        let mut broken = good();
        off(&mut broken);
        assert_eq!(left(&broken, false), [Step::Domain, Step::CallbackUrl, Step::Link, Step::FirstLogin]);
    }

    #[test]
    fn an_http_callback_counts_in_test_mode_alone() {
        let mut only_test = good();
        only_test.domains.retain(|domain| domain.id == TEST);
        only_test.domains[0].urls.retain(|url| url.url == LOOPBACK);
        assert!(!left(&only_test, true).contains(&Step::CallbackUrl));
        only_test.domains[0].test_mode = false;
        assert!(left(&only_test, true).contains(&Step::CallbackUrl));
    }

    #[test]
    fn a_public_client_needs_no_secret() {
        let mut public = good();
        public.client.client_type = ClientType::Public;
        public.secrets.clear();
        assert_eq!(left(&public, true), []);
        let steps: Vec<Step> = setup(&public, false, NOW).steps().iter().map(|(step, _)| *step).collect();
        assert_eq!(steps, [Step::Scopes, Step::Domain, Step::CallbackUrl, Step::FirstLogin]);
    }

    #[test]
    fn it_goes_on_with_the_domain_that_has_come_farthest() {
        let mut partly = good();
        for domain in &mut partly.domains {
            domain.active = domain.id == LIVE;
        }
        assert_eq!(setup(&partly, false, NOW).domain, Some(LIVE));
    }

    /// What is not followed.
    fn missing(snapshot: &Snapshot, owners: usize) -> Vec<Advice> {
        advice(snapshot, owners).into_iter().filter(|(_, followed)| !followed).map(|(advice, _)| advice).collect()
    }

    /// What one row takes away from a client that follows all advice.
    type Change = fn(&mut Snapshot);

    #[test]
    fn advice_is_followed_by_what_is_so() {
        let mut ready = good();
        ready.domains.retain(|domain| domain.id == LIVE);
        ready.domains[0].proven = true;
        ready.scopes.retain(|_, tier| *tier == Tier::Open);
        let rows: [(Change, Advice); 4] = [
            (|s| s.domains[0].test_mode = true, Advice::Live),
            (|s| s.domains[0].proven = false, Advice::Ownership),
            (|s| s.scopes.extend([("userinfo".to_owned(), Tier::Verified)]), Advice::Verification),
            (|s| s.domains[0].server_ips.clear(), Advice::ServerIps),
        ];
        for (change, advice) in rows {
            assert!(!missing(&ready, 2).contains(&advice), "{advice:?}");
            let mut lacking = ready.clone();
            change(&mut lacking);
            lacking.coverage.clear();
            assert!(missing(&lacking, 2).contains(&advice), "{advice:?}");
        }
        assert!(
            missing(&ready, 1).contains(&Advice::SecondOwner) && !missing(&ready, 2).contains(&Advice::SecondOwner)
        );
    }
}

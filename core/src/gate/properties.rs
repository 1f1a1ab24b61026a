//! What holds of every client, attempt and person: properties over generated ones.

use std::net::IpAddr;

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use super::client_authentication::{Authenticated, Presented, Purpose, authenticate, identify};
use super::error_return::{Failure, Return, decide, domain_of};
use super::login::{Login, LoginKind, login, may_answer, person, still_holds};
use super::snapshot::{Client, ClientSecret, Coverage, Domain, Person, Snapshot, Tests, Url};
use super::tests::{
    CALLBACK, CHALLENGE, LIVE, LOOPBACK, NOW, SECRET, SERVER, TEST, ada, domain, good, good_login, secret, url,
};
use super::{pkce, redirect_uri, scope};
use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::id::DomainId;
use crate::model::client::{ClientType, Pkce};
use crate::model::host::Host;
use crate::model::scope::{ScopeSet, Tier};
use crate::model::server_ip::ServerIp;
use crate::model::url::UrlKind;

const ROOTS: [&str; 4] = ["engines.example", "app.engines.example", "looms.example", "mills.example"];
const URLS: [&str; 9] = [
    CALLBACK,
    "https://app.engines.example/cb?x=1",
    "https://engines.example/bye",
    "https://looms.example/cb",
    LOOPBACK,
    "http://[::1]/callback",
    "http://localhost:8081/callback",
    "http://looms.example/cb",
    APP,
];
/// A callback of an app.
const APP: &str = "example.looms:/cb";
const SENT: [&str; 8] = [
    CALLBACK,
    "https://looms.example/cb",
    LOOPBACK,
    "http://127.0.0.1:9999/callback",
    "http://[::1]:1/callback",
    "http://localhost:9999/callback",
    "https://evil.test/cb",
    APP,
];
const NAMES: [&str; 7] =
    ["engines.example", "x.app.engines.example", "looms.example", "127.0.0.1", "localhost", "evil.test", ""];
const SCOPES: [&str; 6] = ["openid", "profile", "offline_access", "userinfo", "useraddresses", "phone"];
const ADDRESSES: [&str; 4] = ["192.0.2.7", "::ffff:192.0.2.8", "2001:db8::1", "198.51.100.1"];

/// True more often than not, so that most of a generated client is in order.
fn mostly() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.85)
}

fn moment() -> impl Strategy<Value = Option<Timestamp>> {
    prop_oneof![
        3 => Just(None),
        1 => (-20_i64..20).prop_map(|days| Some(Timestamp::from_seconds(NOW.seconds() + days * 86_400))),
    ]
}

fn any_url() -> impl Strategy<Value = Url> {
    let kind = prop_oneof![4 => Just(UrlKind::Callback), 1 => Just(UrlKind::Logout), 1 => Just(UrlKind::Webhook)];
    (kind, select(&URLS[..]), mostly()).prop_map(|(kind, text, active)| Url { active, ..url(9, kind, text) })
}

fn any_domain(number: usize) -> impl Strategy<Value = Domain> {
    let toggles = (mostly(), mostly(), mostly(), any::<bool>(), any::<bool>());
    let ips = subsequence(vec!["192.0.2.0/24", "2001:db8::1"], 0..=2);
    let fallback = prop::option::of(Just(format!("https://{}/sorry?a=1", ROOTS[number])));
    (toggles, prop::collection::vec(any_url(), 2..9), ips, fallback).prop_map(
        move |(toggles, urls, ips, fallback_uri)| {
            let (active, allow_login, allow_api, test_mode, proven) = toggles;
            let server_ips = ips.into_iter().map(|ip| ServerIp::parse(ip).unwrap()).collect();
            let id = DomainId::from_bytes([number as u8 + 1; 16]);
            let (primary, root) = (number == 0, ROOTS[number]);
            let base = domain(id, root, urls);
            Domain { active, allow_login, allow_api, primary, test_mode, proven, fallback_uri, server_ips, ..base }
        },
    )
}

fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    let domains = (any_domain(0), any_domain(1), any_domain(2), any_domain(3));
    let ids: Vec<DomainId> = (1..=4).map(|number| DomainId::from_bytes([number; 16])).collect();
    let one_secret = (mostly(), moment(), subsequence(ids.clone(), 0..=4));
    let secrets = prop::collection::vec(one_secret, 1..4);
    let covered = (select(ids), select(&SCOPES[..]), moment());
    let coverage = prop::collection::vec(covered, 0..6);
    let activated = subsequence(SCOPES.to_vec(), 2..=SCOPES.len());
    let settings = (select(Pkce::ALL), select(ClientType::ALL));
    let client = (prop::bool::weighted(0.05), prop::bool::weighted(0.1), moment(), settings);
    (domains, secrets, coverage, activated, client).prop_map(|(domains, secrets, coverage, activated, client)| {
        let mut snapshot = good();
        let (deleted, suspended, entitled_until, (pkce, client_type)) = client;
        snapshot.client = Client { deleted, suspended, entitled_until, pkce, client_type, ..snapshot.client };
        snapshot.domains = vec![domains.0, domains.1, domains.2, domains.3];
        let numbered = secrets.into_iter().zip(1..);
        snapshot.secrets = numbered
            .map(|((active, expires_at, links), number)| ClientSecret {
                active,
                expires_at,
                ..secret(number, StoredDigest::from_bytes([number; 32]), links)
            })
            .collect();
        let cover = |(domain, scope, until): (DomainId, &str, _)| Coverage { domain, scope: scope.to_owned(), until };
        snapshot.coverage = coverage.into_iter().map(cover).collect();
        let tier = |name: &str| if name.starts_with("user") { Tier::Verified } else { Tier::Open };
        snapshot.scopes = activated.into_iter().map(|name| (name.to_owned(), tier(name))).collect();
        snapshot
    })
}

fn any_scopes() -> impl Strategy<Value = ScopeSet> {
    subsequence(SCOPES.to_vec(), 0..=SCOPES.len()).prop_map(|names| names.into_iter().collect())
}

fn any_person() -> impl Strategy<Value = Person> {
    let here = vec![LIVE, TEST];
    let tests = prop_oneof![Just(Tests::None), Just(Tests::All), subsequence(here, 0..=2).prop_map(Tests::Domains),];
    (prop::bool::weighted(0.1), mostly(), prop::bool::weighted(0.2), tests, any_scopes()).prop_map(
        |(suspended, email_verified, member, tests, accepted_access)| Person {
            suspended,
            email_verified,
            member,
            tests,
            accepted_access,
            ..ada()
        },
    )
}

/// An attempt, owned.
#[derive(Clone, Debug)]
struct Attempt {
    redirect_uri: &'static str,
    response_type: Option<&'static str>,
    challenge: Option<&'static str>,
    method: Option<&'static str>,
    nonce: Option<&'static str>,
    scope: Option<ScopeSet>,
    kind: LoginKind,
}

impl Attempt {
    fn as_login(&self) -> Login<'_> {
        Login {
            redirect_uri: self.redirect_uri,
            now: NOW,
            response_type: self.response_type,
            code_challenge: self.challenge,
            code_challenge_method: self.method,
            nonce: self.nonce,
            scope: self.scope.as_ref(),
            resources: None,
            kind: self.kind,
        }
    }
}

fn any_attempt() -> impl Strategy<Value = Attempt> {
    let response_type = prop_oneof![8 => Just(Some("code")), 1 => Just(Some("token")), 1 => Just(None)];
    let pkce = prop_oneof![
        6 => Just((Some(CHALLENGE), Some("S256"))),
        3 => Just((None, None)),
        1 => (select(&[Some(CHALLENGE), Some("short"), None][..]), select(&[Some("S256"), Some("plain"), None][..])),
    ];
    let nonce = prop::option::of(Just("n-0S6_WzA2Mj"));
    let few = subsequence(SCOPES.to_vec(), 0..=2).prop_map(|names| names.into_iter().collect::<ScopeSet>());
    let kind = prop_oneof![Just(LoginKind::Authorize), Just(LoginKind::Native)];
    (select(&SENT[..]), response_type, pkce, nonce, prop::option::of(few), kind).prop_map(
        |(redirect_uri, response_type, (challenge, method), nonce, scope, kind)| Attempt {
            redirect_uri,
            response_type,
            challenge,
            method,
            nonce,
            scope,
            kind,
        },
    )
}

#[derive(Clone, Debug)]
enum Asked {
    Through(DomainId),
    Unknown,
    Credentials(Option<String>),
    Native(Option<String>, bool),
    About(Option<DomainId>),
}

impl Asked {
    fn as_purpose(&self) -> Purpose<'_> {
        match self {
            Self::Through(id) => Purpose::IssuedThrough(*id),
            Self::Unknown => Purpose::Unknown,
            Self::Credentials(named) => Purpose::ClientCredentials { named: named.as_deref() },
            Self::Native(named, user_api) => Purpose::Native { named: named.as_deref(), user_api: *user_api },
            Self::About(id) => Purpose::About(*id),
        }
    }
}

fn any_asked() -> impl Strategy<Value = Asked> {
    let id = (1_u8..=5).prop_map(|number| DomainId::from_bytes([number; 16]));
    let text = prop_oneof![select(&NAMES[..]).prop_map(str::to_owned), id.clone().prop_map(|id| id.to_string())];
    let named = prop::option::of(text);
    prop_oneof![
        id.clone().prop_map(Asked::Through),
        prop::option::of(id).prop_map(Asked::About),
        Just(Asked::Unknown),
        named.clone().prop_map(Asked::Credentials),
        (named, any::<bool>()).prop_map(|(named, user_api)| Asked::Native(named, user_api)),
    ]
}

/// The facts that a live client needs, said once more and otherwise.
fn client_is_live(snapshot: &Snapshot) -> bool {
    let client = &snapshot.client;
    let paid = client.entitled_until.is_none_or(|end| NOW < end.after(snapshot.login_grace));
    paid && !client.deleted && !client.suspended
}

/// `url` without its port, when it is on a literal loopback address.
fn portless(text: &str) -> Option<String> {
    let mut parsed = url::Url::parse(text).ok()?;
    matches!(parsed.host_str(), Some("127.0.0.1" | "[::1]")).then_some(())?;
    parsed.set_port(None).ok()?;
    Some(parsed.into())
}

fn switch_something_off(snapshot: &mut Snapshot, what: usize, which: Index) {
    let chosen = which.index(snapshot.domains.len());
    let domain = &mut snapshot.domains[chosen];
    match what {
        0 => domain.active = false,
        1 => domain.allow_login = false,
        2 => domain.allow_api = false,
        3 => {
            if !domain.urls.is_empty() {
                let chosen = which.index(domain.urls.len());
                domain.urls[chosen].active = false;
            }
        }
        4 => {
            let chosen = which.index(snapshot.secrets.len());
            snapshot.secrets[chosen].active = false;
        }
        5 => {
            let names: Vec<String> = snapshot.scopes.keys().cloned().collect();
            snapshot.scopes.remove(&names[which.index(names.len())]);
        }
        6 => snapshot.client.suspended = true,
        8 => snapshot.client.pkce = Pkce::Required,
        7 => snapshot.coverage.clear(),
        _ => domain.proven = false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_login_is_admitted_while_any_required_fact_is_false(
        snapshot in any_snapshot(),
        attempt in any_attempt(),
        who in any_person(),
    ) {
        let Ok(admitted) = login(&snapshot, &attempt.as_login()) else { return Ok(()) };
        let domain = admitted.domain;
        prop_assert!(client_is_live(&snapshot));
        prop_assert!(domain.active && domain.allow_login);
        let met = domain.urls.iter().any(|url| {
            let same = url.url == attempt.redirect_uri;
            let any_port = portless(&url.url).is_some() && portless(&url.url) == portless(attempt.redirect_uri);
            let any_port = any_port && (domain.test_mode || snapshot.client.is_public());
            url.kind == UrlKind::Callback && url.active && (same || any_port)
        });
        prop_assert!(met);
        let at_home = attempt.redirect_uri.starts_with("https://");
        let app = snapshot.client.is_public() && portless(attempt.redirect_uri).is_some();
        let app = app || (snapshot.client.is_public() && attempt.redirect_uri == APP);
        prop_assert!(domain.test_mode || at_home || app);
        prop_assert!(attempt.redirect_uri != APP || app);
        prop_assert!(!admitted.scope.is_empty());
        prop_assert!(admitted.scope.iter().all(|name| snapshot.scopes.contains_key(name)));
        prop_assert!(attempt.challenge.is_none() || attempt.challenge == Some(CHALLENGE));
        prop_assert!(attempt.method != Some("plain") || attempt.challenge.is_none());
        if attempt.kind == LoginKind::Authorize {
            prop_assert_eq!(attempt.response_type, Some("code"));
            let challenged = attempt.challenge == Some(CHALLENGE) && attempt.method == Some("S256");
            let by_nonce = attempt.challenge.is_none() && attempt.method.is_none() && attempt.nonce.is_some();
            let openid = attempt.scope.as_ref().is_some_and(|scope| scope.contains("openid"));
            let either = snapshot.client.pkce == Pkce::OrNonce && !snapshot.client.is_public();
            prop_assert!(challenged || (by_nonce && openid && either));
            prop_assert!(pkce::binding(&snapshot.client, attempt.challenge, attempt.nonce).is_some());
            prop_assert_eq!(attempt.scope.clone(), Some(admitted.scope.clone()));
        }
        prop_assert_eq!(may_answer(&snapshot, &attempt.as_login()).unwrap().id, domain.id);
        if person(&snapshot, domain, &who).is_ok() {
            let on_list = who.tests == Tests::All
                || matches!(&who.tests, Tests::Domains(domains) if domains.contains(&domain.id));
            prop_assert!(!who.suspended && who.email_verified);
            prop_assert!(!domain.test_mode || who.member || on_list);
            prop_assert!(still_holds(&snapshot, domain.id, &who, NOW).is_ok());
        }
    }

    #[test]
    fn no_client_authenticates_while_any_required_fact_is_false(
        snapshot in any_snapshot(),
        number in 1_u8..5,
        asked in any_asked(),
        address in select(&ADDRESSES[..]),
    ) {
        let digest = StoredDigest::from_bytes([number; 32]);
        let address: IpAddr = address.parse().unwrap();
        let purpose = asked.as_purpose();
        let presented = Presented { secret: &digest, purpose, address, now: NOW };
        let Ok(Authenticated { secret, domain }) = authenticate(&snapshot, &presented) else { return Ok(()) };
        prop_assert!(client_is_live(&snapshot) && !snapshot.client.is_public());
        let secret = snapshot.secrets.iter().find(|known| known.id == secret).unwrap();
        prop_assert!(secret.digest == digest && secret.active);
        prop_assert!(secret.expires_at.is_none_or(|end| NOW < end));
        let Some(domain) = domain.map(|id| snapshot.domain(id).unwrap()) else {
            let gone = matches!(&asked, Asked::Through(id) | Asked::About(Some(id)) if snapshot.domain(*id).is_none());
            prop_assert!(gone || matches!(asked, Asked::Unknown | Asked::About(None)));
            prop_assert!(snapshot.domains.iter().any(|domain| domain.active && secret.links.contains(&domain.id)));
            return Ok(());
        };
        prop_assert!(domain.active && secret.links.contains(&domain.id));
        let free = domain.test_mode || domain.server_ips.is_empty();
        prop_assert!(free || domain.server_ips.iter().any(|ip| ip.contains(address.to_canonical())));
        let (named, api) = match &asked {
            Asked::Credentials(named) => (named.as_deref(), true),
            Asked::Native(named, user_api) => (named.as_deref(), *user_api),
            Asked::Through(id) | Asked::About(Some(id)) => {
                prop_assert_eq!(*id, domain.id);
                (None, false)
            }
            Asked::Unknown | Asked::About(None) => (None, false),
        };
        prop_assert!(domain.allow_api || !api);
        if let Some(host) = named.and_then(|text| Host::parse(text).ok()) {
            prop_assert!(host.is_or_is_under(&domain.root) || (host.is_loopback() && domain.test_mode));
        }
    }

    #[test]
    fn a_client_is_taken_at_its_word_only_when_it_is_public_and_for_what_it_was_given(
        snapshot in any_snapshot(),
        asked in any_asked(),
        address in select(&ADDRESSES[..]),
    ) {
        let address: IpAddr = address.parse().unwrap();
        let Ok(domain) = identify(&snapshot, asked.as_purpose(), address, NOW) else { return Ok(()) };
        prop_assert!(client_is_live(&snapshot) && snapshot.client.is_public());
        prop_assert!(matches!(asked, Asked::Through(_) | Asked::Unknown));
        if let Some(domain) = domain.map(|id| snapshot.domain(id).unwrap()) {
            let free = domain.test_mode || domain.server_ips.is_empty();
            prop_assert!(domain.active);
            prop_assert!(free || domain.server_ips.iter().any(|ip| ip.contains(address.to_canonical())));
        }
    }

    #[test]
    fn switching_something_off_never_admits_more(
        before in any_snapshot(),
        what in 0_usize..10,
        which in any::<Index>(),
        attempt in any_attempt(),
        who in any_person(),
        number in 1_u8..5,
        asked in any_asked(),
        address in select(&ADDRESSES[..]),
        wanted in any_scopes(),
    ) {
        let mut after = before.clone();
        switch_something_off(&mut after, what, which);
        if login(&after, &attempt.as_login()).is_ok() {
            prop_assert!(login(&before, &attempt.as_login()).is_ok());
        }
        let digest = StoredDigest::from_bytes([number; 32]);
        let address = address.parse().unwrap();
        let presented = |purpose| Presented { secret: &digest, purpose, address, now: NOW };
        if let Ok(authenticated) = authenticate(&after, &presented(asked.as_purpose())) {
            // Where a domain is left to be guessed, fewer choices may make one clear; by its name it was open before.
            let name = authenticated.domain.map(|id| id.to_string());
            let purpose = match asked.as_purpose() {
                Purpose::ClientCredentials { .. } => Purpose::ClientCredentials { named: name.as_deref() },
                Purpose::Native { user_api, .. } => Purpose::Native { named: name.as_deref(), user_api },
                purpose => purpose,
            };
            prop_assert_eq!(authenticate(&before, &presented(purpose)), Ok(authenticated));
        }
        for (domain_before, domain_after) in before.domains.iter().zip(&after.domains) {
            let both = scope::RequestedScopes { requested: &wanted, consented: &wanted };
            let held = scope::granted(&before, domain_before, both, &who, NOW);
            prop_assert!(scope::granted(&after, domain_after, both, &who, NOW).is_subset(&held));
            let held = still_holds(&before, domain_before.id, &who, NOW).is_ok();
            prop_assert!(held || still_holds(&after, domain_after.id, &who, NOW).is_err());
        }
    }

    #[test]
    fn granted_is_within_requested_activated_and_consented(
        snapshot in any_snapshot(),
        which in any::<Index>(),
        requested in any_scopes(),
        consented in any_scopes(),
        who in any_person(),
    ) {
        let domain = &snapshot.domains[which.index(snapshot.domains.len())];
        let granted = scope::granted(&snapshot, domain, scope::RequestedScopes { requested: &requested, consented: &consented }, &who, NOW);
        prop_assert!(granted.is_subset(&requested) && granted.is_subset(&consented));
        for name in granted.iter() {
            let verified = snapshot.coverage.iter().any(|covered| {
                covered.domain == domain.id && covered.scope == name && covered.until.is_none_or(|end| NOW < end)
            });
            let whole = Person { suspended: false, email_verified: true, ..who.clone() };
            let invited = domain.test_mode && person(&snapshot, domain, &whole).is_ok();
            let free = snapshot.scopes[name] == Tier::Open;
            prop_assert!(free || verified || invited || who.accepted_access.contains(name));
        }
        if let Ok(own) = scope::client_credentials(&snapshot, domain, Some(&requested), NOW) {
            prop_assert!(own.iter().all(|name| snapshot.scopes.contains_key(name)));
            prop_assert!(requested.is_empty() || own == requested);
        }
    }

    #[test]
    fn an_error_goes_nowhere_but_to_what_the_client_has_registered(
        snapshot in any_snapshot(),
        attempt in any_attempt(),
        silent: bool,
        signed_in: bool,
        state in prop::option::of(".*"),
    ) {
        let Err(denial) = login(&snapshot, &attempt.as_login()) else { return Ok(()) };
        let failure = Failure {
            denial: &denial,
            redirect_uri: attempt.redirect_uri,
            state: state.as_deref(),
            issuer: Some("https://id.example"),
            reference: "abcdefgh2345",
            signed_in,
            silent,
        };
        let (target, automatic) = match decide(&snapshot, &failure) {
            Return::Page => return Ok(()),
            Return::Callback { uri, automatic } => {
                let domain = redirect_uri::find(&snapshot, UrlKind::Callback, attempt.redirect_uri).unwrap();
                prop_assert!(uri.starts_with(attempt.redirect_uri) && !snapshot.client.deleted);
                let sent = url::Url::parse(&uri).unwrap();
                let given_back = sent.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
                prop_assert_eq!(&given_back, &state);
                (uri, (automatic, domain.proven))
            }
            Return::Fallback { uri, automatic } => {
                let is_its = |domain: &&Domain| domain.fallback_uri.as_deref().is_some_and(|own| uri.starts_with(own));
                let domain = snapshot.domains.iter().find(is_its).unwrap();
                prop_assert!(domain.active && !uri.contains("state="));
                (uri, (automatic, domain.proven))
            }
        };
        let (automatic, proven) = automatic;
        let local = Host::of_url(&target).is_some_and(|host| host.is_loopback());
        prop_assert!(!automatic || proven || local || signed_in);
        prop_assert!(target.is_ascii() && !target.contains(['#', ' ', '\r', '\n']));
    }

    #[test]
    fn no_text_makes_the_gate_fail(snapshot in any_snapshot(), text in ".*", domain in ".*") {
        let attempt = Login {
            redirect_uri: &text,
            code_challenge: Some(&text),
            code_challenge_method: Some(&text),
            response_type: Some(&text),
            ..good_login()
        };
        prop_assert!(login(&snapshot, &attempt).is_err());
        let asked = Purpose::Native { named: Some(&domain), user_api: false };
        let presented = Presented { secret: &SECRET, purpose: asked, address: SERVER, now: NOW };
        let _ = authenticate(&snapshot, &presented);
        let _ = domain_of(&snapshot, &text);
    }
}

//! The client, the login and the person that the tests of the gate break.

use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::Duration;

use super::login::{Login, LoginKind};
use super::snapshot::{Client, ClientSecret, Coverage, Domain, Person, Snapshot, Tests, Url};
use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::id::{ClientId, DomainId, SecretId, UrlId};
use crate::model::client::{ClientType, IdTokenClaims, Pkce, SigningAlg, SubjectType};
use crate::model::root_domain::RootDomain;
use crate::model::scope::{ScopeSet, Tier};
use crate::model::server_ip::ServerIp;
use crate::model::url::UrlKind;

/// When the tests play.
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_769_860_800);
/// The live site, proven: `engines.example`.
pub(super) const LIVE: DomainId = DomainId::from_bytes([1; 16]);
/// The site in test mode: `looms.example`.
pub(super) const TEST: DomainId = DomainId::from_bytes([2; 16]);
/// A challenge of RFC 7636, appendix B.
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The callback of the live site.
pub(super) const CALLBACK: &str = "https://app.engines.example/cb";
/// The callback of the site in test mode.
pub(super) const LOOPBACK: &str = "http://127.0.0.1:8081/callback";
/// The secret that is linked to both sites.
pub(super) const SECRET: StoredDigest = StoredDigest::from_bytes([1; 32]);
/// The secret that is linked to the site in test mode.
pub(super) const TEST_SECRET: StoredDigest = StoredDigest::from_bytes([2; 32]);
/// One of the live site's servers.
pub(super) const SERVER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

/// What the good login asks for.
static SIGN_IN: LazyLock<ScopeSet> = LazyLock::new(|| scopes("openid profile"));

/// Days as a duration.
pub(super) const fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

/// A set of scopes.
pub(super) fn scopes(text: &str) -> ScopeSet {
    ScopeSet::parse(text).unwrap()
}

/// An active URL.
pub(super) fn url(number: u8, kind: UrlKind, url: &str) -> Url {
    Url { id: UrlId::from_bytes([number; 16]), kind, url: url.to_owned(), active: true }
}

/// An active domain with every toggle on, not in test mode, and not proven.
pub(super) fn domain(id: DomainId, root: &str, urls: Vec<Url>) -> Domain {
    Domain {
        id,
        root: RootDomain::parse(root).unwrap(),
        internal_name: None,
        fallback_uri: None,
        fallback_response: None,
        active: true,
        allow_login: true,
        allow_api: true,
        primary: false,
        test_mode: false,
        proven: false,
        server_ips: Vec::new(),
        urls,
        created_at: NOW.before(days(100)),
    }
}

/// An active secret that does not expire.
pub(super) fn secret(number: u8, digest: StoredDigest, links: Vec<DomainId>) -> ClientSecret {
    ClientSecret { id: SecretId::from_bytes([number; 16]), digest, active: true, expires_at: None, links }
}

/// A client to which nothing is lacking.
pub(super) fn good() -> Snapshot {
    let live = vec![
        url(1, UrlKind::Callback, CALLBACK),
        url(2, UrlKind::Logout, "https://engines.example/bye"),
        url(3, UrlKind::Webhook, "https://engines.example/hook"),
    ];
    let test = vec![
        url(4, UrlKind::Callback, LOOPBACK),
        url(5, UrlKind::Callback, "http://localhost:8081/callback"),
        url(6, UrlKind::Callback, "https://looms.example/cb"),
        url(7, UrlKind::Logout, "http://[::1]:8081/"),
    ];
    let open = ["openid", "profile", "email", "offline_access", "providers"].map(|name| (name.to_owned(), Tier::Open));
    let reserved = ["userinfo", "useraddresses"].map(|name| (name.to_owned(), Tier::Verified));
    Snapshot {
        client: Client {
            id: ClientId::from_bytes([1; 16]),
            name: "Analytical Engines".to_owned(),
            logo: None,
            reviewed_name: None,
            reviewed_logo: None,
            homepage_url: None,
            privacy_url: None,
            terms_url: None,
            subject_type: SubjectType::Public,
            id_token_alg: SigningAlg::Rs256,
            id_token_claims: IdTokenClaims::Full,
            pkce: Pkce::Required,
            client_type: ClientType::Confidential,
            deleted: false,
            suspended: false,
            entitled_until: Some(NOW.after(days(30))),
            billing_owner: ada().id,
        },
        domains: vec![
            Domain {
                primary: true,
                proven: true,
                server_ips: vec![ServerIp::parse("192.0.2.0/24").unwrap()],
                ..domain(LIVE, "engines.example", live)
            },
            Domain { test_mode: true, ..domain(TEST, "looms.example", test) },
        ],
        secrets: vec![secret(1, SECRET, vec![LIVE, TEST]), secret(2, TEST_SECRET, vec![TEST])],
        at_login: open.iter().map(|(name, _)| name.as_str()).collect(),
        scopes: open.into_iter().chain(reserved).collect(),
        coverage: vec![Coverage { domain: LIVE, scope: "userinfo".to_owned(), until: Some(NOW.after(days(30))) }],
        login_grace: days(14),
    }
}

/// A login at the live site to which nothing is lacking.
pub(super) fn good_login() -> Login<'static> {
    Login {
        redirect_uri: CALLBACK,
        now: NOW,
        response_type: Some("code"),
        code_challenge: Some(CHALLENGE),
        code_challenge_method: Some("S256"),
        nonce: None,
        scope: Some(&SIGN_IN),
        resources: None,
        kind: LoginKind::Authorize,
    }
}

/// A person who belongs to nobody's organisation and tests nothing.
pub(super) fn ada() -> Person {
    Person {
        id: "1000000000001".parse().unwrap(),
        suspended: false,
        email_verified: true,
        member: false,
        tests: Tests::None,
        accepted_access: ScopeSet::default(),
    }
}

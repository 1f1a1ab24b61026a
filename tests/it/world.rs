//! What is given: a platform with one partner and two people, on either database, with a clock that is moved by hand.

use std::time::Duration;

use axum::Router;
use tempfile::TempDir;
use xwms::metrics::Metrics;
use xwms_core::clock::{Clock, Timestamp};
use xwms_core::config::Config;
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::id::ClientId;
use xwms_core::state::Core;

use crate::browser::{Answer, Browser};
use crate::postgres;

pub const ISSUER: &str = "http://127.0.0.1:8080";
pub const CALLBACK: &str = "https://app.engines.example/cb";
pub const CLIENT: &str = "client_01jd3v8m1efb9rkyq9wzvw2x4a";
pub const OTHER_CLIENT: &str = "client_01jd3v8m1efb9rkyq9wzvw2x4b";
pub const PASSWORD: &str = "correct horse battery staple";
/// RFC 7636's example pair.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[derive(Clone, Copy, Debug)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// Runs a test on both databases. PostgreSQL's half is left out, and says so, where its programs are missing.
macro_rules! on_both {
    ($name:ident, $test:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "not every test needs every name")]
            use super::*;

            #[test]
            fn on_sqlite() {
                $crate::world::run($crate::world::Backend::Sqlite, $test);
            }

            #[test]
            fn on_postgres() {
                $crate::world::run($crate::world::Backend::Postgres, $test);
            }
        }
    };
}
pub(crate) use on_both;

pub struct World {
    pub core: Core,
    pub clock: Clock,
    pub router: Router,
    pub secret: String,
    pub other_secret: String,
    pub folder: TempDir,
}

/// Makes a world and runs the test in it, in bounded time.
pub fn run(backend: Backend, test: impl AsyncFnOnce(World)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        if let Some(world) = World::new(backend).await {
            tokio::time::timeout(Duration::from_secs(120), test(world)).await.expect("the test ends in time");
        }
    });
}

/// The configuration of a test: the smallest password cost, everything else as shipped.
pub fn config(database: &str, folder: &std::path::Path) -> Config {
    let folder = folder.display();
    let settings = [
        ("DATABASE__URL", database.to_owned()),
        ("DATABASE__CONNECTIONS", "4".to_owned()),
        ("KEYS__MASTER_KEY_FILE", format!("{folder}/master.key")),
        ("MAIL__DIR", format!("{folder}/mail")),
        ("PASSWORDS__MEMORY_KIB", "8".to_owned()),
        ("PASSWORDS__ITERATIONS", "1".to_owned()),
    ];
    let settings = settings.into_iter().map(|(key, value)| (format!("XWMS__{key}"), value));
    Config::load(None, settings).unwrap()
}

impl World {
    async fn new(backend: Backend) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let database = match backend {
            Backend::Sqlite => format!("sqlite://{}", folder.path().join("xwms.db").display()),
            Backend::Postgres => postgres::fresh_database()?,
        };
        let clock = Clock::manual(Timestamp::parse("2026-03-01T12:00:00Z").unwrap());
        let core = xwms::wire::core(config(&database, folder.path()), clock.clone()).await.unwrap();
        let secrets = given_partners(&core).await;
        let router = xwms::http::router(&core, &Metrics::default());
        let [secret, other_secret] = secrets;
        Some(Self { core, clock, router, secret, other_secret, folder })
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), ISSUER)
    }

    /// The path of an authorization request that is right but for `changes`; an empty value leaves a parameter out.
    pub fn authorize(&self, changes: &[(&str, &str)]) -> String {
        let mut parameters = vec![
            ("client_id", CLIENT),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid profile email offline_access"),
            ("state", "st&te"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("/oauth/authorize?{query}")
    }

    /// A person who has gone through login and consent in a browser, and the code it gave.
    pub async fn given_code(&self, email: &str, changes: &[(&str, &str)]) -> (Browser, String) {
        let mut browser = self.browser();
        let code = self.code_in(&mut browser, email, changes).await;
        (browser, code)
    }

    /// The code of one more login in this browser, through whatever pages it takes.
    pub async fn code_in(&self, browser: &mut Browser, email: &str, changes: &[(&str, &str)]) -> String {
        let mut answer = browser.open(&self.authorize(changes)).await;
        if answer.path.starts_with("/login") {
            answer = browser.sign_in(&answer, email, PASSWORD).await;
        }
        if answer.path.starts_with("/consent") {
            answer = browser.consent(&answer, "allow").await;
        }
        answer.parameter("code").unwrap_or_else(|| panic!("no code: {answer:?}"))
    }

    /// A call of an endpoint that a client authenticates at, with the partner's own credentials.
    pub async fn client_post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("client_id", CLIENT), ("client_secret", self.secret.as_str())];
        all.extend(fields);
        self.browser().post(path, &all).await
    }

    pub async fn redeem(&self, code: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.client_post("/oauth/token", &fields).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.client_post("/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Code, tokens and all: the token answer of a login with consent.
    pub async fn given_login(&self, email: &str) -> serde_json::Value {
        let (_, code) = self.given_code(email, &[]).await;
        let answer = self.redeem(&code).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    pub async fn userinfo(&self, access_token: &str) -> Answer {
        let mut browser = self.browser();
        browser.headers.push(("authorization".to_owned(), format!("Bearer {access_token}")));
        browser.get("/oauth/userinfo").await
    }

    pub async fn introspect(&self, token: &str) -> serde_json::Value {
        self.client_post("/oauth/introspect", &[("token", token)]).await.json()
    }

    pub async fn snapshot(&self) -> std::sync::Arc<Snapshot> {
        let id: ClientId = CLIENT.parse().unwrap();
        self.core.snapshots.get(id).await.unwrap().unwrap()
    }
}

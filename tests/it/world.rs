//! What is given: a platform with one partner and two people, on either database, with a clock that is moved by hand.

use std::sync::Arc;
use std::time::Duration;

use diesel_async::SimpleAsyncConnection as _;
use tempfile::TempDir;
use xwms::http::Site;
use xwms::metrics::Metrics;
use xwms_core::clock::{Clock, Timestamp};
use xwms_core::config::Config;
use xwms_core::database::{Conn, Db, Options as DbOptions};
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::id::ClientId;
use xwms_core::outbound::Dns;
use xwms_core::provision::{Options, apply as apply_file};
use xwms_core::state::Core;
use xwms_core::testing::{self, Attempt, Statements};

use crate::browser::{Answer, Browser};
use crate::dns::TestDns;
use crate::postgres;

pub const ISSUER: &str = "http://127.0.0.1:8080";
pub const CALLBACK: &str = "https://app.engines.example/cb";
pub const CLIENT: &str = "client_01jd3v8m1efb9rkyq9wzvw2x4a";
pub const SECOND_CALLBACK: &str = "https://app.more-engines.example/cb";
pub const SECRET: &str = "xwms_sk_6FnpNkvNqexGKwnO2Yy7AwvDgKaap6CJV9P0CUCwVQ82JeSzt";
pub const SECOND_SECRET: &str = "xwms_sk_4EMN8Oxch0gVn4rwPOlOU9bNerlOBVZGJTrWOVfQ32f26O5AP";
pub const OTHER_SECRET: &str = "xwms_sk_YRmmoFOFtKJKjoqMVjqh2FB0KJklR0I4X92ZQyRx1LW2XOCxQ";
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
/// Between name and test may stand what is given otherwise than by default.
macro_rules! on_both {
    ($name:ident, $test:expr) => {
        $crate::world::on_both!($name, $crate::world::Given::default(), $test);
    };
    ($name:ident, $given:expr, $test:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "not every test needs every name")]
            use super::*;

            #[test]
            fn on_sqlite() {
                $crate::world::run($crate::world::Backend::Sqlite, $given, $test);
            }

            #[test]
            fn on_postgres() {
                $crate::world::run($crate::world::Backend::Postgres, $given, $test);
            }
        }
    };
}
pub(crate) use on_both;

/// What is not as by default.
#[derive(Default)]
pub struct Given {
    /// Settings as the environment names them, without `XWMS__`.
    pub settings: &'static [(&'static str, &'static str)],
    /// Whether what runs on the database is taken down.
    pub recorded: bool,
}

pub struct World {
    pub core: Core,
    pub clock: Clock,
    pub site: Site,
    pub secret: String,
    pub other_secret: String,
    pub folder: TempDir,
    /// What ran on the database, where that is taken down.
    pub statements: Statements,
    /// What the DNS says: nothing, until a test does.
    pub dns: Arc<TestDns>,
}

/// Makes a world and runs the test in it, in bounded time.
pub fn run(backend: Backend, given: Given, test: impl AsyncFnOnce(World)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        if let Some(world) = World::new(backend, given).await {
            tokio::time::timeout(Duration::from_secs(900), test(world)).await.expect("the test ends in time");
        }
    });
}

/// The configuration of a test: the smallest password cost, everything else as shipped.
pub fn config(database: &str, folder: &std::path::Path) -> Config {
    config_with(database, folder, &[])
}

/// The same, with settings of the test's own.
pub fn config_with(database: &str, folder: &std::path::Path, more: &[(&str, &str)]) -> Config {
    let folder = folder.display();
    let settings = [
        ("DATABASE__URL", database.to_owned()),
        ("DATABASE__CONNECTIONS", "4".to_owned()),
        ("KEYS__MASTER_KEY_FILE", format!("{folder}/master.key")),
        ("MAIL__DIR", format!("{folder}/mail")),
        ("PASSWORDS__MEMORY_KIB", "8".to_owned()),
        ("PASSWORDS__ITERATIONS", "1".to_owned()),
    ];
    let more = more.iter().map(|(key, value)| (*key, (*value).to_owned()));
    let settings = settings.into_iter().chain(more).map(|(key, value)| (format!("XWMS__{key}"), value));
    Config::load(None, settings).unwrap()
}

impl World {
    async fn new(backend: Backend, given: Given) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let database = match backend {
            Backend::Sqlite => format!("sqlite://{}", folder.path().join("xwms.db").display()),
            Backend::Postgres => postgres::fresh_database()?,
        };
        let clock = Clock::manual(Timestamp::parse("2026-03-01T12:00:00Z").unwrap());
        let config = config_with(&database, folder.path(), given.settings);
        let statements = Statements::default();
        let recorded = given.recorded.then(|| statements.clone());
        let options = DbOptions { statements: recorded, ..xwms::wire::database_options(&config) };
        let db = Db::open(&options).await.unwrap();
        let dns = Arc::new(TestDns::default());
        let core = xwms::wire::core_asking(Arc::clone(&dns) as Arc<dyn Dns>, db, config, clock).await.unwrap();
        given_partners(&core).await;
        Some(Self { statements, dns, ..Self::of(core, folder) })
    }

    /// A server of these parts.
    pub fn of(core: Core, folder: TempDir) -> Self {
        let site = Site::new(&core, &Metrics::default());
        let (secret, other_secret) = (SECRET.to_owned(), OTHER_SECRET.to_owned());
        Self {
            clock: core.clock.clone(),
            core,
            site,
            secret,
            other_secret,
            folder,
            statements: Statements::default(),
            dns: Arc::default(),
        }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.site.clone(), ISSUER)
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

    pub async fn snapshot(&self) -> Arc<Snapshot> {
        let id: ClientId = CLIENT.parse().unwrap();
        self.core.snapshots.get(id).await.unwrap().unwrap()
    }

    /// Applies a provisioning text, as the operator would, beside the running server.
    pub async fn apply(&self, text: &str) {
        apply(&self.core, text).await;
    }

    /// Sets keys of the partner's first domain.
    pub async fn change_domain(&self, keys: &str) {
        self.apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.domains]]\nroot_domain = \"engines.example\"\n{keys}\n\
             [[clients.domains]]\nroot_domain = \"more-engines.example\"\n"
        ))
        .await;
    }

    /// Gives a domain a webhook URL that nobody answers at, so that what happens is an event.
    pub async fn given_webhook(&self, root: &str) {
        let sqlite = crate::database::is_sqlite(&self.core.db).await;
        let id = if sqlite { "randomblob(16)" } else { "decode(md5(random()::text), 'hex')" };
        let columns = "id, domain_id, kind, url, active, created_at, updated_at";
        self.sql(&format!(
            "INSERT INTO domain_urls ({columns}) SELECT {id}, id, 'webhook', 'https://' || root_domain || '/hook', TRUE, 0, 0 \
             FROM domains WHERE root_domain = '{root}'"
        ))
        .await;
        self.core.snapshots.forget_all();
    }

    /// The secret of the partner that is linked to the second domain only.
    pub async fn second_domains_secret(&self) -> String {
        SECOND_SECRET.to_owned()
    }

    /// Refused attempts of the partner, newest first.
    pub async fn attempts(&self) -> Vec<Attempt> {
        xwms_core::jobs::flush(&self.core).await.unwrap();
        testing::attempts(&self.core.db, CLIENT.parse().unwrap()).await.unwrap()
    }

    /// Every mail sent so far, one after the other, once the background work is done.
    pub async fn mail(&self) -> String {
        let folder = self.folder.path().join("mail");
        let list =
            || std::fs::read_dir(&folder).map(|all| all.map(|it| it.unwrap().path()).collect()).unwrap_or_default();
        let mut files: Vec<std::path::PathBuf> = list();
        let mut before = usize::MAX;
        while files.len() != before {
            before = files.len();
            tokio::time::sleep(Duration::from_millis(300)).await;
            files = list();
        }
        files.sort();
        // Long lines are folded with `=` at their ends.
        let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
        texts.collect::<String>().replace("=\r\n", "").replace("=3D", "=")
    }

    /// Makes one fact about Ada, her consent, or the partner's configuration false (or, undone, true again).
    pub async fn change_fact(&self, fact: &str) {
        self.fact(fact, true).await;
    }

    pub async fn undo_fact(&self, fact: &str) {
        self.fact(fact, false).await;
    }

    async fn fact(&self, fact: &str, gone: bool) {
        let client: ClientId = CLIENT.parse().unwrap();
        let now = self.core.clock.now();
        let at = if gone { now.milliseconds().to_string() } else { "NULL".to_owned() };
        let ada = "(SELECT id FROM users WHERE email = 'ada@example.test')";
        let owner = "(SELECT id FROM users WHERE email = 'charles@example.test')";
        let consent = format!("user_id = {ada}");
        match fact {
            "user suspended" => self.sql(&format!("UPDATE users SET suspended_at = {at} WHERE id = {ada}")).await,
            "owner suspended" => self.sql(&format!("UPDATE users SET suspended_at = {at} WHERE id = {owner}")).await,
            "consent ended" => self.sql(&format!("UPDATE consents SET ended_at = {at} WHERE {consent}")).await,
            "client suspended" => self.sql(&format!("UPDATE clients SET suspended_at = {at}")).await,
            "plan lapsed" => {
                let until = if gone {
                    now.before(Duration::from_secs(15 * 86_400)).milliseconds().to_string()
                } else {
                    "NULL".to_owned()
                };
                self.sql(&format!("UPDATE users SET plan_valid_until = {until} WHERE id = {owner}")).await;
            }
            "domain off" => self.change_domain(&format!("active = {}", !gone)).await,
            "api off" => self.change_domain(&format!("allow_api = {}", !gone)).await,
            "login off" => self.change_domain(&format!("allow_login = {}", !gone)).await,
            "secret inactive" => self.sql(&format!("UPDATE client_secrets SET active = {}", !gone)).await,
            "secret unlinked" => {
                let links = if gone { "[]" } else { "[\"Standard Key\"]" };
                self.change_domain(&format!("secrets = {links}")).await;
            }
            "secret expires in a minute" => {
                let end = now.after(Duration::from_secs(60)).milliseconds();
                self.sql(&format!("UPDATE client_secrets SET expires_at = {end}")).await;
            }
            _ => panic!("no such fact: {fact}"),
        }
        self.core.snapshots.forget(client);
    }

    /// A statement straight to the database, for facts that no use case changes yet.
    pub async fn sql(&self, statement: &str) {
        let statement = statement.to_owned();
        let change = testing::change(&self.core.db, async move |conn: &mut Conn| {
            match conn {
                Conn::Sqlite(conn) => conn.batch_execute(&statement).await?,
                Conn::Postgres(conn) => conn.batch_execute(&statement).await?,
            }
            Ok(())
        });
        change.await.unwrap();
    }

    /// A world that shares this one's server, for requests that race.
    pub fn racer(&self) -> Racer {
        Racer { site: self.site.clone(), secret: self.secret.clone() }
    }
}

/// One of many callers at the same time.
#[derive(Clone)]
pub struct Racer {
    site: Site,
    secret: String,
}

impl Racer {
    pub async fn client_post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("client_id", CLIENT), ("client_secret", self.secret.as_str())];
        all.extend(fields);
        Browser::new(self.site.clone(), ISSUER).post(path, &all).await
    }

    /// A call with a secret of its own among the fields.
    pub async fn guess(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("client_id", CLIENT)];
        all.extend(fields);
        Browser::new(self.site.clone(), ISSUER).post(path, &all).await
    }

    pub async fn redeem(&self, code: &str) -> Answer {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
        self.client_post("/oauth/token", &fields).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.client_post("/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn verify(&self, token: &str) -> Answer {
        let mut caller = Browser::new(self.site.clone(), ISSUER);
        caller.headers = native_headers(&self.secret);
        caller.post_json("/api/sign-token-verify", &serde_json::json!({ "token": token })).await
    }
}

/// `Authorization: Basic` of these credentials.
pub fn basic(id: &str, secret: &str) -> (String, String) {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    ("authorization".to_owned(), format!("Basic {encoded}"))
}

/// The headers of a native call of the partner.
pub fn native_headers(secret: &str) -> Vec<(String, String)> {
    vec![("x-client-id".to_owned(), CLIENT.to_owned()), ("x-client-secret".to_owned(), secret.to_owned())]
}

async fn apply(core: &Core, text: &str) {
    let applied = apply_file(core, text, Options::default()).await;
    if let Err(error) = applied {
        panic!("{error:?} in {text}");
    }
    core.snapshots.forget_all();
}

/// Two partners of one owner (Charles), and Ada, who has a password and a verified address.
#[expect(clippy::too_many_lines, reason = "a provisioning file stands in it whole")]
pub async fn given_partners(core: &Core) {
    apply(
        core,
        &format!(
            r#"
[[users]]
email = "charles@example.test"
password = "{PASSWORD}"
given_name = "Charles"
family_name = "Babbage"
email_verified = true
plan = "paid"

[[users]]
email = "ada@example.test"
password = "{PASSWORD}"
given_name = "Ada"
family_name = "Lovelace"
email_verified = true

[[users]]
email = "unverified@example.test"
password = "{PASSWORD}"
email_verified = false

[[clients]]
id = "{CLIENT}"
name = "Analytical Engines"
owner = "charles@example.test"
scopes = ["openid", "profile", "email", "offline_access", "userinfo"]
  [[clients.secrets]]
  label = "Standard Key"
  value = "{SECRET}"
  [[clients.secrets]]
  label = "Second Key"
  value = "{SECOND_SECRET}"
  [[clients.domains]]
  root_domain = "engines.example"
  allow_login = true
  allow_api = true
  active = true
  primary = true
  ownership = "proven"
  secrets = ["Standard Key"]
  urls = [{{ kind = "callback", url = "{CALLBACK}" }}, {{ kind = "logout", url = "https://app.engines.example/" }}]
  [[clients.domains]]
  root_domain = "more-engines.example"
  allow_login = true
  allow_api = true
  active = true
  ownership = "proven"
  secrets = ["Second Key"]
  urls = [{{ kind = "callback", url = "{SECOND_CALLBACK}" }}]

[[clients]]
id = "{OTHER_CLIENT}"
name = "Notes"
owner = "charles@example.test"
scopes = ["openid", "profile"]
  [[clients.secrets]]
  label = "Standard Key"
  value = "{OTHER_SECRET}"
  [[clients.domains]]
  root_domain = "notes.example"
  allow_login = true
  allow_api = true
  active = true
  secrets = ["Standard Key"]
  urls = [{{ kind = "callback", url = "https://shop.notes.example/cb" }}]
"#
        ),
    )
    .await;
}

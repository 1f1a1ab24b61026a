//! `kill -9` in the middle of logins and refreshes (SPEC §10).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use xwms_core::crypto::random;
use xwms_core::store::db::{Db, Options};

use crate::database::{count, texts};
use crate::server::{Server, Visitor};
use crate::world::{Backend, CALLBACK, CHALLENGE, CLIENT, SECRET, VERIFIER};

/// Partners' servers that work at the same time.
const WORKERS: usize = 8;
/// Answers to wait for between a restart and the next kill.
const ANSWERS: u32 = 60;

#[test]
fn st_07_a_kill_loses_nothing_and_nothing_works_twice_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn st_07_a_kill_loses_nothing_and_nothing_works_twice_on_postgres() {
    run(Backend::Postgres);
}

fn kills() -> u32 {
    std::env::var("XWMS_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(5)
}

fn run(backend: Backend) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(mut server) = Server::start(backend).await else { return };
        let limit = Duration::from_secs(120 + 20 * u64::from(kills()));
        let logins = tokio::time::timeout(limit, under_load(&mut server)).await.expect("the load ends in time");
        then_all_is_there(&server, &logins).await;
    });
}

/// What a worker may do. It changes with every restart.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// The server was started for the n-th time.
    Up(u32),
    /// It stays up; come to an end.
    Done,
}

/// One login, as the partner's server knows it: what was acknowledged.
#[derive(Debug)]
struct Login {
    code: String,
    access: Vec<String>,
    /// Each but the last was used for the next one.
    refresh: Vec<String>,
}

/// Kills the server again and again while logins and refreshes go on, and returns them.
async fn under_load(server: &mut Server) -> Vec<Login> {
    let (phase, phases) = watch::channel(Phase::Up(0));
    let answers = Arc::new(AtomicU32::new(0));
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..WORKERS {
        let mut visitor = Visitor::new(&server.issuer);
        // The consent page is for the first login only, the login page for the first of each browser.
        let back = visitor.log_in(&authorization_path()).await;
        assert!(back.starts_with(CALLBACK), "{back}");
        let worker = Worker { partner: Partner::new(&server.issuer), phases: phases.clone(), answers: answers.clone() };
        workers.spawn(worker.work(visitor, number));
    }
    for kill in 1..=kills() {
        busy(&answers, server).await;
        let [delay] = random::bytes::<1>();
        tokio::time::sleep(Duration::from_millis(u64::from(delay))).await;
        server.kill();
        server.restart().await;
        phase.send(Phase::Up(kill)).unwrap();
    }
    busy(&answers, server).await;
    phase.send(Phase::Done).unwrap();
    let logins: Vec<Login> = workers.join_all().await.into_iter().flatten().collect();
    let exchanges: usize = logins.iter().map(|login| login.access.len()).sum();
    assert!(exchanges as u32 > ANSWERS * kills(), "{exchanges} exchanges and refreshes");
    logins
}

async fn busy(answers: &AtomicU32, server: &Server) {
    let before = answers.load(Ordering::SeqCst);
    for _ in 0..600 {
        if answers.load(Ordering::SeqCst) >= before + ANSWERS {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing is going on: {}", server.log());
}

/// Everything acknowledged is there, everything else is whole or absent, and nothing works twice.
async fn then_all_is_there(server: &Server, logins: &[Login]) {
    let options =
        Options { url: server.database.clone(), connections: 1, wait: Duration::from_secs(5), statements: None };
    let db = Db::connect(&options).await.unwrap();
    let twice = "SELECT CAST(count(*) AS TEXT) AS text FROM refresh_tokens WHERE parent_key IS NOT NULL \
                 GROUP BY parent_key HAVING count(*) > 1";
    assert_eq!(texts(&db, twice).await, [""; 0], "a refresh token has one child");
    let given = "EXISTS (SELECT 1 FROM refresh_tokens WHERE refresh_tokens.grant_id = codes.grant_id)";
    assert_eq!(count(&db, "codes", &format!("used_at IS NOT NULL AND NOT {given}")).await, 0, "half an exchange");
    assert_eq!(count(&db, "codes", &format!("used_at IS NULL AND {given}")).await, 0, "half an exchange");
    let orphan = "used_at IS NULL AND token_key IN (SELECT parent_key FROM refresh_tokens)";
    assert_eq!(count(&db, "refresh_tokens", orphan).await, 0, "half a rotation");

    let partner = Partner::new(&server.issuer);
    for login in logins {
        for token in &login.access {
            let found = partner.post("/oauth/introspect", &[("token", token)]).await.unwrap();
            assert_eq!(found.body["active"], true, "an acknowledged access token is lost: {found:?}");
        }
        let Some(newest) = login.refresh.last() else { continue };
        let next = partner.refresh(newest, &[]).await.unwrap();
        assert_eq!(next.status, 200, "an acknowledged refresh token is lost: {next:?}");
        let next = next.text("refresh_token");
        // Another request than the one that spent it: no repetition of that one.
        let spent = &login.refresh[login.refresh.len() / 2];
        let again = partner.refresh(spent, &[("scope", "openid email")]).await.unwrap();
        assert_eq!(again.error(), "invalid_grant", "a refresh token worked twice");
        let ended = partner.refresh(&next, &[]).await.unwrap();
        assert_eq!(ended.error(), "invalid_grant", "a reuse ends the family");
    }
    for login in logins {
        assert_eq!(partner.redeem(&login.code).await.unwrap().error(), "invalid_grant", "a code worked twice");
    }
}

struct Worker {
    partner: Partner,
    phases: watch::Receiver<Phase>,
    answers: Arc<AtomicU32>,
}

impl Worker {
    async fn work(mut self, mut visitor: Visitor, number: usize) -> Vec<Login> {
        let mut logins = Vec::new();
        for round in number.. {
            let phase = *self.phases.borrow_and_update();
            if phase == Phase::Done {
                break;
            }
            let Ok(answer) = visitor.get(&authorization_path()).await else {
                self.next(phase).await;
                continue;
            };
            let code = answer.parameter("code").unwrap_or_else(|| panic!("the session is lost: {answer:?}"));
            let mut login = self.exchange(code, round % 3 == 0).await;
            while login.refresh.len() == 1 || (login.refresh.len() == 2 && round % 2 == 0) {
                self.rotate(&mut login, round % 4 == 0).await;
            }
            logins.push(login);
        }
        logins
    }

    /// Redeems a code, if need be again after a restart; as `twins`, with two requests at the same time.
    async fn exchange(&mut self, code: String, twins: bool) -> Login {
        let mut login = Login { code, access: Vec::new(), refresh: Vec::new() };
        let mut cut = false;
        loop {
            let phase = *self.phases.borrow_and_update();
            let request = || self.partner.redeem(&login.code);
            let answers = if twins {
                let (first, second) = tokio::join!(request(), request());
                vec![first, second]
            } else {
                vec![request().await]
            };
            let missing = answers.iter().any(Result::is_err);
            for answer in answers.into_iter().flatten() {
                if answer.status == 200 {
                    login.access.push(answer.text("access_token"));
                    login.refresh.push(answer.text("refresh_token"));
                    self.answers.fetch_add(1, Ordering::SeqCst);
                } else {
                    assert_eq!(answer.error(), "invalid_grant", "{answer:?}");
                }
            }
            assert!(login.access.len() <= 1, "a code worked twice");
            if !login.access.is_empty() || (cut && !missing) {
                return login;
            }
            // Whether it was spent is open: the answer may have been lost.
            assert!(missing, "a fresh code was refused");
            cut = true;
            self.next(phase).await;
        }
    }

    /// Uses the newest refresh token. The same request again, when its answer was lost, gives the same child.
    async fn rotate(&mut self, login: &mut Login, twins: bool) {
        let token = login.refresh.last().unwrap().clone();
        let mut child: Option<String> = None;
        loop {
            let phase = *self.phases.borrow_and_update();
            let request = || self.partner.refresh(&token, &[]);
            let answers = if twins {
                let (first, second) = tokio::join!(request(), request());
                vec![first, second]
            } else {
                vec![request().await]
            };
            for answer in answers.into_iter().flatten() {
                assert_eq!(answer.status, 200, "a refresh token is lost: {answer:?}");
                login.access.push(answer.text("access_token"));
                let given = answer.text("refresh_token");
                assert_eq!(child.get_or_insert(given.clone()), &given, "a refresh token has one child");
                self.answers.fetch_add(1, Ordering::SeqCst);
            }
            if let Some(child) = child {
                login.refresh.push(child);
                return;
            }
            self.next(phase).await;
        }
    }

    /// Waits for the restart after the phase in which a connection broke.
    async fn next(&mut self, broken: Phase) {
        assert_ne!(broken, Phase::Done, "the server stays up");
        self.phases.wait_for(|phase| *phase != broken).await.unwrap();
    }
}

/// An answer of a JSON endpoint, received whole.
#[derive(Debug)]
struct Told {
    status: u16,
    body: Value,
}

impl Told {
    fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name}: {self:?}")).to_owned()
    }

    fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or("none")
    }
}

/// The partner's server.
struct Partner {
    http: reqwest::Client,
    issuer: String,
}

impl Partner {
    fn new(issuer: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
        Self { http, issuer: issuer.to_owned() }
    }

    async fn redeem(&self, code: &str) -> reqwest::Result<Told> {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
        self.post("/oauth/token", &fields).await
    }

    async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> reqwest::Result<Told> {
        let fields = [&[("grant_type", "refresh_token"), ("refresh_token", token)], more].concat();
        self.post("/oauth/token", &fields).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Result<Told> {
        let fields = [&[("client_id", CLIENT), ("client_secret", SECRET)], fields].concat();
        let answer = self.http.post(format!("{}{path}", self.issuer)).form(&fields).send().await?;
        Ok(Told { status: answer.status().as_u16(), body: answer.json().await? })
    }
}

fn authorization_path() -> String {
    let parameters = [
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email offline_access"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/oauth/authorize?{query}")
}

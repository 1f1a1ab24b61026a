//! Logins and refreshes by several partners' servers at the same time, while something underneath breaks; and what must
//! be true afterwards: all that was acknowledged is there, and nothing works twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use xwms_core::database::{Db, Options};

use crate::database::{count, texts};
use crate::server::{Server, Visitor};
use crate::world::{CALLBACK, CHALLENGE, CLIENT, SECRET, VERIFIER};

/// Partners' servers that work at the same time.
const WORKERS: usize = 8;
/// Answers to wait for before the next thing breaks.
const ANSWERS: u32 = 60;

/// What a request may meet while something is broken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gap {
    /// The server is gone: its connections break, and every answer that comes is a true one.
    Broken,
    /// The server stands and its database is gone: it says so, 503.
    Unavailable,
}

/// What a worker may do. It changes with every interruption that ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// All works, after so many interruptions.
    Up(u32),
    /// It stays so; come to an end.
    Done,
}

/// One login, as the partner's server knows it: what was acknowledged.
#[derive(Debug)]
pub struct Login {
    pub code: String,
    pub access: Vec<String>,
    /// Each but the last was used for the next one.
    pub refresh: Vec<String>,
}

/// The work that goes on.
pub struct Load {
    phase: watch::Sender<Phase>,
    answers: Arc<AtomicU32>,
    workers: JoinSet<Vec<Login>>,
    interruptions: u32,
}

impl Load {
    /// Begins. `gap` is what may be seen between an interruption and its end.
    pub async fn start(server: &Server, gap: Gap) -> Self {
        let (phase, phases) = watch::channel(Phase::Up(0));
        let answers = Arc::new(AtomicU32::new(0));
        let mut workers = JoinSet::new();
        for number in 0..WORKERS {
            let mut visitor = Visitor::new(&server.issuer);
            // The consent page is for the first login only, the login page for the first of each browser.
            let back = visitor.log_in(&authorization_path()).await;
            assert!(back.starts_with(CALLBACK), "{back}");
            let partner = Partner::new(&server.issuer);
            let worker = Worker { partner, gap, phases: phases.clone(), answers: answers.clone() };
            workers.spawn(worker.work(visitor, number));
        }
        Self { phase, answers, workers, interruptions: 0 }
    }

    /// Waits until the work is in full swing.
    pub async fn busy(&self, server: &Server) {
        let before = self.answers.load(Ordering::SeqCst);
        for _ in 0..600 {
            if self.answers.load(Ordering::SeqCst) >= before + ANSWERS {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nothing is going on: {}", server.log());
    }

    /// What was interrupted works again: from here on every request is answered.
    pub fn goes_on(&mut self) {
        self.interruptions += 1;
        self.phase.send(Phase::Up(self.interruptions)).unwrap();
    }

    /// Comes to an end, and tells what was acknowledged.
    pub async fn end(self) -> Vec<Login> {
        self.phase.send(Phase::Done).unwrap();
        let logins: Vec<Login> = self.workers.join_all().await.into_iter().flatten().collect();
        let exchanges: usize = logins.iter().map(|login| login.access.len()).sum();
        assert!(exchanges as u32 > ANSWERS * self.interruptions, "{exchanges} exchanges and refreshes");
        logins
    }
}

/// Everything acknowledged is there, everything else is whole or absent, and nothing works twice.
pub async fn then_all_is_there(server: &Server, logins: &[Login]) {
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
    gap: Gap,
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
            let answer = visitor.get(&authorization_path()).await;
            let Some(answer) = self.received(answer, |answer| answer.status.as_u16()) else {
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
            let answers = answers.into_iter().map(|answer| self.received(answer, |told| told.status));
            let answers: Vec<Option<Told>> = answers.collect();
            let missing = answers.iter().any(Option::is_none);
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
            let answers = answers.into_iter().filter_map(|answer| self.received(answer, |told| told.status));
            for answer in answers {
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

    /// The answer, unless it is lost in a gap of the kind that there may be.
    fn received<T>(&self, answer: reqwest::Result<T>, status: impl Fn(&T) -> u16) -> Option<T> {
        match self.gap {
            Gap::Broken => answer.ok(),
            Gap::Unavailable => Some(answer.expect("the server stands")).filter(|answer| status(answer) != 503),
        }
    }

    /// Waits for the end of the gap that began in this phase.
    async fn next(&mut self, broken: Phase) {
        assert_ne!(broken, Phase::Done, "nothing breaks any more");
        self.phases.wait_for(|phase| *phase != broken).await.unwrap();
    }
}

/// An answer of a JSON endpoint, received whole.
#[derive(Debug)]
pub struct Told {
    pub status: u16,
    pub body: Value,
}

impl Told {
    pub fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name}: {self:?}")).to_owned()
    }

    pub fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or("none")
    }
}

/// The partner's server.
pub struct Partner {
    http: reqwest::Client,
    issuer: String,
}

impl Partner {
    pub fn new(issuer: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
        Self { http, issuer: issuer.to_owned() }
    }

    pub async fn redeem(&self, code: &str) -> reqwest::Result<Told> {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
        self.post("/oauth/token", &fields).await
    }

    pub async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> reqwest::Result<Told> {
        let fields = [&[("grant_type", "refresh_token"), ("refresh_token", token)], more].concat();
        self.post("/oauth/token", &fields).await
    }

    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Result<reqwest::Response> {
        let fields = [&[("client_id", CLIENT), ("client_secret", SECRET)], fields].concat();
        self.http.post(format!("{}{path}", self.issuer)).form(&fields).send().await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Result<Told> {
        let answer = self.send(path, fields).await?;
        Ok(Told { status: answer.status().as_u16(), body: answer.json().await? })
    }
}

pub fn authorization_path() -> String {
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

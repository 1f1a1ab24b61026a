//! The program itself, in a process of its own on a free port of loopback. It ends with the test, however that ends.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode, header};
use tempfile::TempDir;

use crate::browser::Answer;
use crate::postgres;
use crate::world::{Backend, CALLBACK, CLIENT, OTHER_SECRET, PASSWORD, SECRET};

/// Where the partner has its people sent after a logout.
pub const LOGGED_OUT: &str = "https://app.engines.example/";

/// A client without a secret, with the address of a resource server.
const PUBLIC_CLIENT: &str = "client_01jd3v8m1efb9rkyq9wzvw2x4c";
const API: &str = "https://api.engines.example/";
/// A client of software that knows no PKCE.
const NONCE_CLIENT: &str = "client_01jd3v8m1efb9rkyq9wzvw2x4d";

/// How long the program may take to start, or to end once it is asked to.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is gone with this value, and with this whole test run when that is killed: it has a shell above it,
/// which holds it as long as standard input is open.
pub struct Leashed {
    shell: Child,
    log: PathBuf,
}

impl Leashed {
    /// Starts the program. `signal` is what ends it; its standard error goes to the file `log`.
    pub fn start(program: &Command, signal: &str, output: Stdio, log: &Path) -> Self {
        let script = format!(
            "exec 3<&0; \"$@\" </dev/null 3<&- & program=$!; \
             {{ cat <&3 >/dev/null; kill -{signal} $program; }} 2>/dev/null & wait $program"
        );
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script).arg("sh").arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        if let Some(folder) = program.get_current_dir() {
            shell.current_dir(folder);
        }
        let errors = File::options().create(true).append(true).open(log).unwrap();
        let shell = shell.stdin(Stdio::piped()).stdout(output).stderr(errors).spawn().unwrap();
        Self { shell, log: log.to_owned() }
    }

    pub fn output(&mut self) -> std::process::ChildStdout {
        self.shell.stdout.take().unwrap()
    }

    /// Ends the program with its signal and waits until it is gone.
    pub fn end(&mut self) {
        drop(self.shell.stdin.take());
        let deadline = Instant::now() + PATIENCE;
        while self.shell.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "the program does not end:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn has_ended(&mut self) -> bool {
        self.shell.try_wait().unwrap().is_some()
    }

    /// The end of what it said on standard error.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // The shell ends with the program; a program that does not is left to the signal it was sent.
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.shell.try_wait().is_ok_and(|ended| ended.is_none()) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The program, without settings from this process's environment.
pub fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_xwms"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("XWMS__")) {
        program.env_remove(name);
    }
    program
}

/// `xwms serve` with one partner and Ada.
pub struct Server {
    pub issuer: String,
    pub database: String,
    folder: TempDir,
    process: Option<Leashed>,
}

impl Server {
    /// Provisions and starts one; `None` where PostgreSQL's programs are missing.
    pub async fn start(backend: Backend) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let database = match backend {
            Backend::Sqlite => format!("sqlite://{}", folder.path().join("xwms.db").display()),
            Backend::Postgres => postgres::fresh_database()?,
        };
        Some(Self::start_on(database, folder).await)
    }

    /// Provisions and starts one on this empty database, with its files in `folder`.
    pub async fn start_on(database: String, folder: TempDir) -> Self {
        Self::start_at("127.0.0.1", database, folder).await
    }

    /// The same, known by this name of loopback.
    pub async fn start_at(host: &str, database: String, folder: TempDir) -> Self {
        let port = quiet_port();
        let (address, issuer) = (format!("127.0.0.1:{port}"), format!("http://{host}:{port}"));
        let place = folder.path().display();
        // A request that is cut by a kill is tried again after the restart, which may take a while here.
        let config = format!(
            "[server]\nlisten = \"{address}\"\nissuer = \"{issuer}\"\n\
             [database]\nurl = \"{database}\"\n\
             [log]\nfilter = \"warn\"\n\
             [keys]\nmaster_key_file = \"{place}/master.key\"\n\
             [mail]\ndir = \"{place}/mail\"\n\
             [passwords]\nmemory_kib = 8\niterations = 1\n\
             [tokens]\nrefresh_retry_seconds = 60\ncode_reuse_grace_seconds = 30\n"
        );
        std::fs::write(folder.path().join("xwms.toml"), config).unwrap();
        std::fs::write(folder.path().join("partner.toml"), partner()).unwrap();
        let mut server = Self { issuer, database, folder, process: None };
        server.run(&["apply", "partner.toml"]);
        server.restart().await;
        server
    }

    /// Runs a command beside the server, and returns what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "xwms {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Brings its platform to what a provisioning file says.
    pub fn apply(&self, file: &str) {
        std::fs::write(self.folder.path().join("more.toml"), file).unwrap();
        self.run(&["apply", "more.toml"]);
    }

    /// Kills it where it stands (`kill -9`).
    pub fn kill(&mut self) {
        self.process.take().expect("a running server").end();
    }

    /// Starts it once more at the same address, and waits until it is ready.
    pub async fn restart(&mut self) {
        let log = self.folder.path().join("log");
        self.process = Some(Leashed::start(&self.program(&["serve"]), "KILL", Stdio::null(), &log));
        self.ready().await;
    }

    /// Waits until it says that it is ready.
    pub async fn ready(&mut self) {
        let process = self.process.as_mut().expect("a running server");
        let ready = format!("{}/readyz", self.issuer);
        let deadline = Instant::now() + PATIENCE;
        while !reqwest::get(&ready).await.is_ok_and(|answer| answer.status() == StatusCode::OK) {
            let waits = !process.has_ended() && Instant::now() < deadline;
            assert!(waits, "the server does not become ready:\n{}", process.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The end of its log.
    pub fn log(&self) -> String {
        self.process.as_ref().map(Leashed::log).unwrap_or_default()
    }

    /// What the scripts of `tests/clients` are told about the partner.
    pub fn told(&self) -> Vec<(&'static str, String)> {
        vec![
            ("XWMS_ISSUER", self.issuer.clone()),
            ("CLIENT_ID", CLIENT.to_owned()),
            ("CLIENT_SECRET", SECRET.to_owned()),
            ("REDIRECT_URI", CALLBACK.to_owned()),
            ("LOGOUT_URI", LOGGED_OUT.to_owned()),
            ("PUBLIC_CLIENT_ID", PUBLIC_CLIENT.to_owned()),
            ("API_URL", API.to_owned()),
            ("NONCE_CLIENT_ID", NONCE_CLIENT.to_owned()),
            ("NONCE_CLIENT_SECRET", OTHER_SECRET.to_owned()),
            ("NONCE_REDIRECT_URI", "https://shop.notes.example/cb".to_owned()),
            ("EMAIL", "ada@example.test".to_owned()),
            ("PASSWORD", PASSWORD.to_owned()),
        ]
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut program = program();
        program.current_dir(self.folder.path()).args(["--config", "xwms.toml"]).args(arguments);
        program
    }
}

/// A person with a browser at a running server: keeps cookies, and follows redirects as long as they stay there.
pub struct Visitor {
    http: reqwest::Client,
    issuer: String,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub fn new(issuer: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { http, issuer: issuer.to_owned(), cookies: BTreeMap::new() }
    }

    /// One request, redirects not followed.
    pub async fn get(&mut self, url: &str) -> reqwest::Result<Answer> {
        let request = self.http.get(self.absolute(url));
        self.send(request).await
    }

    /// Goes through login and consent, as far as they are asked for; where the browser is sent then.
    pub async fn log_in(&mut self, authorization_url: &str) -> String {
        let mut answer = self.open(authorization_url).await;
        if answer.path.starts_with("/login") {
            answer = self.submit(&answer, "/login", &[("email", "ada@example.test"), ("password", PASSWORD)]).await;
        }
        if answer.path.starts_with("/consent") {
            answer = self.submit(&answer, "/consent", &[("decision", "allow")]).await;
        }
        assert!(!answer.location().is_empty(), "the login goes nowhere: {answer:?}");
        answer.location().to_owned()
    }

    async fn open(&mut self, url: &str) -> Answer {
        let answer = self.get(url).await.unwrap();
        self.follow(answer).await
    }

    async fn submit(&mut self, page: &Answer, path: &str, answers: &[(&str, &str)]) -> Answer {
        // What the form carries along; not every form carries a scope.
        let hidden = ["flow", "scope", "csrf"].map(|name| (name, page.hidden(name)));
        let hidden = hidden.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let fields: Vec<(&str, &str)> = hidden.chain(answers.iter().copied()).collect();
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(self.absolute(path)).body(body);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.send(request).await.unwrap();
        self.follow(answer).await
    }

    async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            let location = answer.location().to_owned();
            if !location.starts_with('/') && !location.starts_with(&format!("{}/", self.issuer)) {
                return answer;
            }
            answer = self.get(&location).await.unwrap();
        }
        panic!("the redirects go round in circles: {answer:?}");
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(header::COOKIE, cookies.join("; ")).send().await?;
        let path = answer.url().as_str().strip_prefix(&self.issuer).unwrap_or_default().to_owned();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.text().await?;
        self.keep(&headers);
        Ok(Answer { status, headers, body, path })
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn absolute(&self, url: &str) -> String {
        if url.starts_with('/') { format!("{}{url}", self.issuer) } else { url.to_owned() }
    }
}

/// A port that nobody is given by chance, so that it is still free when a server comes back to it.
pub fn quiet_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Below the range of which the system gives ports to outgoing connections.
    let first = 20_000 + u16::try_from(std::process::id() % 97).unwrap() * 100;
    let mut ports = (0..100).map(|_| first + NEXT.fetch_add(1, Ordering::SeqCst) % 100);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}

fn partner() -> String {
    format!(
        r#"
[[users]]
email = "charles@example.test"
given_name = "Charles"
email_verified = true
plan = "paid"

[[users]]
email = "ada@example.test"
password = "{PASSWORD}"
given_name = "Ada"
family_name = "Lovelace"
email_verified = true

[[clients]]
id = "{CLIENT}"
name = "Analytical Engines"
owner = "charles@example.test"
scopes = ["openid", "profile", "email", "offline_access"]
  [[clients.secrets]]
  label = "Standard Key"
  value = "{SECRET}"
  [[clients.domains]]
  root_domain = "engines.example"
  allow_login = true
  allow_api = true
  active = true
  primary = true
  ownership = "proven"
  secrets = ["Standard Key"]
  urls = [{{ kind = "callback", url = "{CALLBACK}" }}, {{ kind = "logout", url = "{LOGGED_OUT}" }}]

[[clients]]
id = "{PUBLIC_CLIENT}"
name = "Engines on the desk"
owner = "charles@example.test"
type = "public"
scopes = ["openid", "profile", "email", "offline_access"]
  [[clients.domains]]
  root_domain = "engines.example"
  allow_login = true
  active = true
  ownership = "proven"
  urls = [{{ kind = "callback", url = "http://127.0.0.1/cb" }}, {{ kind = "api", url = "{API}" }}]

[[clients]]
id = "{NONCE_CLIENT}"
name = "Notes"
owner = "charles@example.test"
pkce = "or_nonce"
scopes = ["openid", "profile", "email"]
  [[clients.secrets]]
  label = "Standard Key"
  value = "{OTHER_SECRET}"
  [[clients.domains]]
  root_domain = "notes.example"
  allow_login = true
  active = true
  ownership = "proven"
  secrets = ["Standard Key"]
  urls = [{{ kind = "callback", url = "https://shop.notes.example/cb" }}]
"#
    )
}

//! Relying parties that somebody else wrote, against the running server (`tests/clients`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IntrospectionUrl, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, RequestTokenError, Scope,
    TokenIntrospectionResponse as _, TokenResponse as _,
};

use crate::browser::parameter;
use crate::server::{Server, Visitor};
use crate::skipped;
use crate::world::{Backend, CALLBACK, CLIENT, SECRET};

#[tokio::test(flavor = "multi_thread")]
async fn the_openidconnect_crate_on_sqlite() {
    openidconnect(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_openidconnect_crate_on_postgres() {
    openidconnect(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_on_sqlite() {
    openid_client(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_on_postgres() {
    openid_client(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn products_on_sqlite() {
    products(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn products_on_postgres() {
    products(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_on_sqlite() {
    authlib(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_on_postgres() {
    authlib(Backend::Postgres).await;
}

/// Discovery, code with PKCE, ID token, userinfo, refresh and introspection with the crate's own types and checks.
async fn openidconnect(backend: Backend) {
    let Some(server) = Server::start(backend).await else { return };
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let issuer = IssuerUrl::new(server.issuer.clone()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
    let (token, userinfo) = (metadata.token_endpoint().cloned(), metadata.userinfo_endpoint().cloned());
    let secret = ClientSecret::new(SECRET.to_owned());
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(CLIENT.to_owned()), Some(secret))
        .set_token_uri(token.unwrap())
        .set_user_info_url(userinfo.unwrap())
        .set_introspection_url(IntrospectionUrl::new(format!("{}/oauth/introspect", server.issuer)).unwrap())
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let (url, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let back = Visitor::new(&server.issuer).log_in(url.as_str()).await;
    assert_eq!(parameter(&back, "state").as_ref(), Some(state.secret()));
    assert_eq!(parameter(&back, "iss").as_ref(), Some(&server.issuer));
    let code = AuthorizationCode::new(parameter(&back, "code").unwrap());
    let secret = verifier.secret().clone();
    let tokens = client.exchange_code(code.clone()).set_pkce_verifier(verifier).request_async(&http).await.unwrap();

    let id_token = tokens.id_token().unwrap();
    let verifies = client.id_token_verifier();
    let claims = id_token.claims(&verifies, &nonce).unwrap();
    let key = id_token.signing_key(&verifies).unwrap();
    let hash = AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg().unwrap(), key).unwrap();
    assert_eq!(Some(&hash), claims.access_token_hash());
    let person: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(person.email().map(|email| email.as_str()), Some("ada@example.test"));
    assert_eq!(person.email_verified(), Some(true));

    let refreshed = client.exchange_refresh_token(tokens.refresh_token().unwrap()).request_async(&http).await.unwrap();
    let again = refreshed.id_token().unwrap();
    let without_nonce = |nonce: Option<&Nonce>| if nonce.is_none() { Ok(()) } else { Err("a nonce".to_owned()) };
    assert_eq!(again.claims(&verifies, without_nonce).unwrap().subject(), claims.subject());
    let introspected = client.introspect(refreshed.access_token()).request_async(&http).await.unwrap();
    assert!(introspected.active());
    assert_eq!(introspected.client_id(), Some(&ClientId::new(CLIENT.to_owned())));

    let verifier = openidconnect::PkceCodeVerifier::new(secret);
    let twice = client.exchange_code(code).set_pkce_verifier(verifier).request_async(&http).await.unwrap_err();
    let RequestTokenError::ServerResponse(refusal) = twice else { panic!("{twice:?}") };
    assert_eq!(refusal.error().as_ref(), "invalid_grant");
}

async fn openid_client(backend: Backend) {
    let Some(folder) = node() else { return };
    let Some(server) = Server::start(backend).await else { return };
    script(Command::new("node").arg(folder.join("openid_client.mjs")).envs(server.told()), || server.log());
}

/// A public client, and software that knows no PKCE.
async fn products(backend: Backend) {
    let Some(folder) = product_scripts() else { return };
    let Some(server) = Server::start(backend).await else { return };
    for name in ["public_client.mjs", "passport.mjs"] {
        script(Command::new("node").arg(folder.join(name)).envs(server.told()), || server.log());
    }
}

async fn authlib(backend: Backend) {
    let Some(folder) = python() else { return };
    let Some(server) = Server::start(backend).await else { return };
    let interpreter = folder.join("venv/bin/python");
    script(Command::new(interpreter).arg(folder.join("authlib_client.py")).envs(server.told()), || server.log());
}

/// Runs a script to its end, in bounded time; what it printed and the server's log tell what went wrong.
pub fn script(command: &mut Command, log: impl FnOnce() -> String) {
    script_within(command, 180, log);
}

/// The same for one that takes up to so many seconds.
pub fn script_within(command: &mut Command, seconds: u32, log: impl FnOnce() -> String) {
    let output = bounded(command, seconds).output().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{said}\n{errors}\nthe server's log:\n{}", log());
    assert!(said.lines().count() >= 4, "{said}");
}

/// `tests/clients/node` with its packages; `None`, said once, where they can't be had.
pub fn node() -> Option<PathBuf> {
    static NODE: OnceLock<Option<PathBuf>> = OnceLock::new();
    NODE.get_or_init(|| in_node("node", "the clients in Node.js")).clone()
}

/// `tests/clients/products` with its packages, and what all scripts share.
fn product_scripts() -> Option<PathBuf> {
    static PRODUCTS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let prepared = || {
        let folder = in_node("products", "the products in Node.js")?;
        let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/node");
        for file in ["person.mjs", "steps.mjs"] {
            std::fs::copy(shared.join(file), folder.join(file)).unwrap();
        }
        Some(folder)
    };
    PRODUCTS.get_or_init(prepared).clone()
}

fn in_node(name: &str, what: &str) -> Option<PathBuf> {
    let folder = copied(name);
    let mut install = Command::new("npm");
    install.args(["ci", "--prefix"]).arg(&folder);
    let installed = ran(Command::new("node").arg("--version"), 30)
        .and_then(|()| installed(&folder, "package-lock.json", "node_modules", &[&mut install]));
    told(installed, what)?;
    Some(folder)
}

/// `tests/clients/python` with its packages in an environment of their own.
fn python() -> Option<PathBuf> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(|| in_python("python", "the client in Python")).clone()
}

/// `tests/clients/schemathesis` with it, in an environment of its own.
pub fn schemathesis() -> Option<PathBuf> {
    static SCHEMATHESIS: OnceLock<Option<PathBuf>> = OnceLock::new();
    SCHEMATHESIS.get_or_init(|| in_python("schemathesis", "the tester of the management API")).clone()
}

fn in_python(name: &str, what: &str) -> Option<PathBuf> {
    let folder = copied(name);
    let venv = folder.join("venv");
    let pip = ["install", "--quiet", "--disable-pip-version-check", "--requirement"];
    let installed = installed(
        &folder,
        "requirements.txt",
        "venv",
        &[
            Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv),
            Command::new(venv.join("bin/pip")).args(pip).arg(folder.join("requirements.txt")),
        ],
    );
    told(installed, what)?;
    Some(folder)
}

fn told(installed: Result<(), String>, what: &str) -> Option<()> {
    installed.map_err(|why| skipped(what, &why)).ok()
}

/// Copies a folder of scripts to where packages may be installed: never into the checkout.
fn copied(name: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name);
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("clients-{name}"));
    std::fs::create_dir_all(&to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let file = entry.unwrap().path();
        if file.is_file() {
            std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    }
    to
}

/// Runs the commands that fill `made`, unless they have been run for this very `list` of versions.
fn installed(folder: &Path, list: &str, made: &str, commands: &[&mut Command]) -> Result<(), String> {
    let wanted = std::fs::read_to_string(folder.join(list)).unwrap();
    let stamp = folder.join("installed");
    if folder.join(made).exists() && std::fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == wanted) {
        return Ok(());
    }
    commands.iter().try_for_each(|command| ran(command, 300))?;
    std::fs::write(stamp, wanted).unwrap();
    Ok(())
}

/// Runs a command to its end; what it said last when it fails.
fn ran(command: &Command, seconds: u32) -> Result<(), String> {
    let ran = bounded(command, seconds).output().map_err(|why| format!("{command:?}: {why}"))?;
    if ran.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&ran.stderr);
    let last = errors.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it failed");
    Err(format!("{}: {last}", command.get_program().display()))
}

/// The same command, ended after so many seconds.
pub fn bounded(command: &Command, seconds: u32) -> Command {
    let mut bounded = Command::new("timeout");
    bounded.arg("--kill-after=5").arg(seconds.to_string()).arg(command.get_program()).args(command.get_args());
    bounded.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    bounded.stdin(std::process::Stdio::null());
    bounded
}

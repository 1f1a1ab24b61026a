//! The public pages: people who sign in, register and forget their password, and others who try to.

mod account;
mod account_settings;
mod at_a_glance;
mod bites;
mod consent;
mod csrf;
mod desk;
mod forms;
mod headers;
mod languages;
mod login;
mod passkeys;
mod recovery;
pub mod second_factor;
mod registration;
pub mod routes;
mod sessions;
mod standing;
mod step_up;
mod throttle;
mod told;
mod usage;

use std::time::Duration;

use crate::browser::{Answer, Browser};
use crate::world::{PASSWORD, World};

pub const ADA: &str = "ada@example.test";
pub const CHARLES: &str = "charles@example.test";
pub const NEW_PASSWORD: &str = "note G, 1843: Bernoulli";
const WRONG: &str = "wrong horse battery staple";

/// One mail, as it left.
pub struct Mail {
    pub to: String,
    pub text: String,
}

impl Mail {
    /// The path and query of the link to this page.
    pub fn link(&self, page: &str) -> String {
        let start = format!("{}{page}", crate::world::ISSUER);
        let link = self.text.lines().find(|line| line.starts_with(&start));
        link.unwrap_or_else(|| panic!("no link to {page} in {}", self.text))[crate::world::ISSUER.len()..].to_owned()
    }
}

/// The mails sent so far, oldest first, once there are this many. They leave in the background.
pub async fn mails(world: &World, count: usize) -> Vec<Mail> {
    let mut mails = Vec::new();
    for _ in 0..250 {
        mails = written(world);
        if mails.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(mails.len() >= count, "{} mails of {count}", mails.len());
    mails
}

/// All mails, when there are no more than this many: also a little later.
pub async fn mails_at_most(world: &World, count: usize) -> Vec<Mail> {
    mails(world, count).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mails = written(world);
    assert_eq!(mails.len(), count, "the last one: {:?}", mails.last().map(|mail| &mail.text));
    mails
}

fn written(world: &World) -> Vec<Mail> {
    let Ok(folder) = std::fs::read_dir(world.folder.path().join("mail")) else { return Vec::new() };
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
    files.sort();
    let mail = |file| {
        let raw = std::fs::read_to_string(file).unwrap().replace("=\r\n", "").replace("=3D", "=");
        let (headers, text) = raw.split_once("\r\n\r\n").unwrap();
        let to = headers.lines().find_map(|line| line.strip_prefix("To: ")).unwrap().to_owned();
        Mail { to, text: text.to_owned() }
    };
    files.iter().map(mail).collect()
}

/// A browser in which this person is signed in to XWMS.
pub async fn signed_in(world: &World, email: &str) -> Browser {
    let mut browser = world.browser();
    let page = browser.open("/login").await;
    let answer = browser.sign_in(&page, email, PASSWORD).await;
    assert!(answer.body.contains("Signed in as"), "{answer:?}");
    browser
}

/// Whose session a browser has: their address, or nothing.
pub async fn who(browser: &mut Browser) -> Option<String> {
    let page = browser.get("/").await;
    assert_eq!(page.status, 200, "{page:?}");
    let (_, rest) = page.body.split_once("Signed in as")?;
    rest.split(['<', '>', ' ']).find(|word| word.contains('@')).map(str::to_owned)
}

/// Sends the form of a page: its hidden fields, and what a person types.
pub async fn submit(browser: &mut Browser, page: &Answer, path: &str, typed: &[(&str, &str)]) -> Answer {
    let names = ["flow", "token", "scope", "csrf"];
    let hidden: Vec<_> = names.iter().filter_map(|name| Some((*name, page.hidden(name)?))).collect();
    let hidden = hidden.iter().map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<_> = hidden.chain(typed.iter().copied()).collect();
    browser.post(path, &fields).await
}

/// One try to sign in from this browser, redirects not followed.
async fn try_in(browser: &mut Browser, email: &str, password: &str) -> Answer {
    let page = browser.get("/login?other=1").await;
    submit(browser, &page, "/login", &[("email", email), ("password", password)]).await
}

/// How a try ended: `in`, `wrong`, `wait` or `busy`.
fn word(answer: &Answer) -> &'static str {
    match answer.status.as_u16() {
        303 => "in",
        422 => "wrong",
        429 => "wait",
        503 => "busy",
        _ => panic!("{answer:?}"),
    }
}

/// A browser somewhere else on the network.
fn browser_at(world: &World, address: &str) -> Browser {
    let mut browser = world.browser();
    browser.peer = std::net::SocketAddr::new(address.parse().unwrap(), 40_000);
    browser
}

/// Sends a form from fresh browsers, once for each address, and says that nobody could tell the answers apart: status,
/// headers, cookies and page are the same but for the address typed.
async fn assert_alike(world: &World, path: &str, emails: &[&str], typed: &[(&str, &str)]) {
    let mut seen: Option<(String, String)> = None;
    for email in emails {
        let mut browser = world.browser();
        let page = browser.get(path).await;
        let csrf = page.hidden("csrf").unwrap();
        let fields: Vec<_> = [("email", *email)].iter().chain(typed).copied().collect();
        let answer = submit(&mut browser, &page, path, &fields).await;
        let looks = looks(&answer).replace(email, "EMAIL").replace(&csrf, "CSRF");
        match &seen {
            None => seen = Some(((*email).to_owned(), looks)),
            Some((first, expected)) => assert_eq!(&looks, expected, "{path}: {email} and {first} can be told apart"),
        }
    }
}

/// All that a browser sees of an answer, but for what is drawn anew each time, and the length of the address typed.
fn looks(answer: &Answer) -> String {
    let drawn_anew = ["x-request-id", "set-cookie", "content-length"];
    let headers = answer.headers.iter().filter(|(name, _)| !drawn_anew.contains(&name.as_str()));
    let mut headers: Vec<String> =
        headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.extend(cookie_names(answer).into_iter().map(|name| format!("cookie {name}")));
    headers.sort();
    format!("{}\n{}\n{}", answer.status, headers.join("\n"), answer.body)
}

pub fn cookie_names(answer: &Answer) -> Vec<String> {
    let set = answer.headers.get_all("set-cookie").iter();
    set.map(|cookie| cookie.to_str().unwrap().split('=').next().unwrap().to_owned()).collect()
}

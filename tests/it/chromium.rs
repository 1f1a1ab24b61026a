//! People with a real browser: from the sample site to login and consent, and back to it, in both ways; and at every page
//! of whoever is signed in.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::pages::routes::desk_routes;
use crate::server::{Leashed, program};
use crate::{clients, skipped};

/// The people of the demo, and where they begin.
const PEOPLE: [(&str, &str); 3] = [
    ("ada@example.test", "/account"),
    ("charles@example.test", "/account"),
    ("mary@example.test", "/staff/verifications"),
];
/// Every page of theirs is looked at in several ways.
const WALK_SECONDS: u32 = 900;

#[test]
fn chromium_goes_through_login_and_consent_in_both_ways() {
    let Some((chromium, scripts)) = browser() else { return };
    let mut demo = Demo::start();
    // The second person of the demo is no member of the client: a tester, whose account has not used it yet.
    let email = "charles@example.test";
    let mut browser = Command::new("node");
    browser
        .arg(scripts.join("browser.mjs"))
        .env("PARTNER_URL", demo.word_after("Engines"))
        .env("EMAIL", email)
        .env("PASSWORD", demo.password_of(email))
        .env("CHROMIUM", chromium)
        .env("HOME", demo.folder.path());
    clients::script(&mut browser, || demo.program.log());
    demo.program.end();
}

#[test]
fn chromium_walks_every_page_of_whoever_is_signed_in() {
    let Some((chromium, scripts)) = browser() else { return };
    let mut demo = Demo::start();
    let people = PEOPLE.map(|(email, start)| (email, demo.password_of(email), start));
    let shown = desk_routes().into_iter().filter(|route| route.get && !route.leads_back()).map(|route| route.path);
    let routes: Vec<String> = shown.collect();
    let mut walk = Command::new("node");
    walk.arg(scripts.join("walk.mjs"))
        .env("ISSUER", demo.word_after("XWMS"))
        .env("PEOPLE", serde_json::to_string(&people).unwrap())
        .env("ROUTES", serde_json::to_string(&routes).unwrap())
        .env("CHROMIUM", chromium)
        .env("HOME", demo.folder.path());
    clients::script_within(&mut walk, WALK_SECONDS, || demo.program.log());
    demo.program.end();
}

/// The demo, which has told whom to sign in as.
struct Demo {
    program: Leashed,
    told: Vec<String>,
    folder: TempDir,
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut demo = program();
        demo.args(["demo", "--listen", "127.0.0.1:0", "--partner-listen", "127.0.0.1:0"]);
        demo.env("TMPDIR", folder.path()).current_dir(folder.path());
        let mut program = Leashed::start(&demo, "TERM", Stdio::piped(), &folder.path().join("log"));
        let lines = BufReader::new(program.output()).lines().map(Result::unwrap);
        let told = lines.take_while(|line| !line.contains("Ctrl-C")).collect();
        Self { program, told, folder }
    }

    fn word_after(&self, start: &str) -> String {
        let mut words = self.told.iter().flat_map(|line| line.split_whitespace()).skip_while(|word| *word != start);
        words.nth(1).unwrap_or_else(|| panic!("no {start} in {:?}: {}", self.told, self.program.log())).to_owned()
    }

    fn password_of(&self, email: &str) -> String {
        let line = self.told.iter().find(|line| line.contains(email)).expect("an account");
        line.split_whitespace().last().expect("a password").to_owned()
    }
}

/// Chromium, and the scripts that drive it; `None`, said once, where one of them can't be had.
pub fn browser() -> Option<(PathBuf, PathBuf)> {
    let Some(chromium) = chromium() else {
        skipped("the browser", "Chromium is not installed (CHROMIUM names it, else /usr/bin/chromium)");
        return None;
    };
    Some((chromium, clients::node()?))
}

fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("CHROMIUM").map_or_else(|| Path::new("/usr/bin/chromium").to_owned(), PathBuf::from);
    path.exists().then_some(path)
}

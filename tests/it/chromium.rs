//! A person with a real browser: from the sample site to login and consent, and back to it, in both ways.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::server::{Leashed, program};
use crate::{clients, skipped};

#[test]
fn chromium_goes_through_login_and_consent_in_both_ways() {
    let Some(chromium) = chromium() else {
        return skipped("the browser", "Chromium is not installed (CHROMIUM names it, else /usr/bin/chromium)");
    };
    let Some(scripts) = clients::node() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut demo = program();
    demo.args(["demo", "--listen", "127.0.0.1:0", "--partner-listen", "127.0.0.1:0"]);
    demo.env("TMPDIR", folder.path()).current_dir(folder.path());
    let mut demo = Leashed::start(&demo, "TERM", Stdio::piped(), &folder.path().join("log"));
    let lines = BufReader::new(demo.output()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.take_while(|line| !line.contains("Ctrl-C")).collect();
    let word_after = |start: &str| {
        let mut words = told.iter().flat_map(|line| line.split_whitespace()).skip_while(|word| *word != start);
        words.nth(1).unwrap_or_else(|| panic!("no {start} in {told:?}: {}", demo.log())).to_owned()
    };
    // The second person of the demo is no member of the client: a tester, whose account has not used it yet.
    let email = "charles@example.test";
    let password = told.iter().find(|line| line.contains(email)).and_then(|line| line.split_whitespace().last());
    let mut browser = Command::new("node");
    browser
        .arg(scripts.join("browser.mjs"))
        .env("PARTNER_URL", word_after("Engines"))
        .env("EMAIL", email)
        .env("PASSWORD", password.expect("a password"))
        .env("CHROMIUM", chromium)
        .env("HOME", folder.path());
    clients::script(&mut browser, || demo.log());
    demo.end();
}

fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("CHROMIUM").map_or_else(|| Path::new("/usr/bin/chromium").to_owned(), PathBuf::from);
    path.exists().then_some(path)
}

//! A partner's story in a real browser, from an empty paid account to a Verified Partner, with their tester and the staff;
//! and the stopwatch of its beginning.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use xwms_partner_site::{Settings, serve};

use crate::chromium::browser;
use crate::clients::bounded;
use crate::server::Server;
use crate::world::{Backend, PASSWORD};

/// A story has so long.
const SECONDS: u32 = 300;

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_tells_it_at_a_desk() {
    story(Backend::Sqlite, "desktop").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_tells_it_on_a_phone_without_javascript() {
    story(Backend::Postgres, "phone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_with_a_passkey_loses_it_and_recovers() {
    let Some((chromium, scripts)) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("xwms.db").display());
    // Browsers make passkeys for names alone.
    let server = Server::start_at("localhost", database, folder).await;
    let mut script = Command::new("node");
    script
        .arg(scripts.join("passkeys.mjs"))
        .env("ISSUER", &server.issuer)
        .env("EMAIL", "ada@example.test")
        .env("PASSWORD", PASSWORD)
        .env("CHROMIUM", chromium);
    crate::clients::script(&mut script, || server.log());
}

/// The people of the story. Whoever tests has a name, by which the partner sees them.
fn people(how: &str) -> String {
    let account = |who: &str, more: &str| {
        format!(
            "[[users]]\nemail = \"{who}-{how}@example.test\"\npassword = \"{PASSWORD}\"\nemail_verified = true\n{more}\n"
        )
    };
    [
        account("owner", "plan = \"paid\""),
        account("tester", "given_name = \"Tester\"\nfamily_name = \"Example\""),
        account("staff", "staff = \"admin\""),
    ]
    .concat()
}

async fn story(backend: Backend, how: &'static str) {
    let Some((chromium, scripts)) = browser() else { return };
    let Some(server) = Server::start(backend).await else { return };
    server.apply(&people(how));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let site = listener.local_addr().unwrap();
    let mut listener = Some(tokio::net::TcpListener::from_std(listener).unwrap());

    let mut script = Command::new("node");
    script
        .arg(scripts.join("story.mjs"))
        .env("ISSUER", &server.issuer)
        .env("SITE", format!("http://{site}"))
        .env("HOW", how)
        .env("PASSWORD", PASSWORD)
        .env("CHROMIUM", chromium);
    for who in ["OWNER", "TESTER", "STAFF"] {
        script.env(who, format!("{}-{how}@example.test", who.to_lowercase()));
    }
    let mut script = bounded(&script, SECONDS);
    let mut script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut told, asked) = (script.stdin.take().unwrap(), BufReader::new(script.stdout.take().unwrap()));
    let mut said = String::new();
    for line in asked.lines() {
        let line = line.unwrap();
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["ask", "site", client, secret] => {
                let root = format!("{how}.example");
                let settings = Settings::read(|name| match name {
                    "PARTNER_LISTEN" => Some(site.to_string()),
                    "PARTNER_ISSUER" => Some(server.issuer.clone()),
                    "PARTNER_CLIENT_ID" => Some(client.to_owned()),
                    "PARTNER_CLIENT_SECRET" => Some(secret.to_owned()),
                    "PARTNER_DOMAIN" => Some(root.clone()),
                    _ => None,
                });
                tokio::spawn(serve(settings.unwrap(), listener.take().unwrap(), std::future::pending()));
                writeln!(told, "done").unwrap();
            }
            ["ask", "prove", client, root] => {
                server.apply(&format!(
                    "[[clients]]\nid = \"{client}\"\n[[clients.domains]]\nroot_domain = \"{root}\"\nownership = \"proven\"\n"
                ));
                writeln!(told, "done").unwrap();
            }
            _ => said.push_str(&format!("{line}\n")),
        }
    }
    let output = script.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}\nthe server's log:\n{}", server.log());
    assert!(said.lines().count() >= 8, "{said}");
}

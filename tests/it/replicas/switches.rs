//! Whatever is switched through one server is in force on the other (SPEC §9, "At once"): every switch is a row.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::json;
use xwms_core::clock::Clock;
use xwms_core::id::ClientId;

use super::cable::{Cable, Whose};
use super::switch_table::{BY_FILE, BY_REQUEST, Change, PROFILE, SCOPES, Shows, Switch, URL_ON, VERIFICATIONS};
use super::{Pair, until};
use crate::admin::{ask, given_signed_in, given_staff, path_of};
use crate::browser::Browser;
use crate::server::program;
use crate::world::{CALLBACK, CHALLENGE, PASSWORD, World};

/// A client of its own for each switch, so that all can be tried at once.
struct Partner {
    id: ClientId,
    owner: String,
    secret: String,
    /// What stands in braces in the paths of changes.
    paths: Vec<(&'static str, String)>,
    /// Its owner, signed in.
    browser: Browser,
    staff: Browser,
}

impl Partner {
    async fn given(world: &World, staff: &Browser) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let id = ClientId::generate(world.clock.now());
        let owner = format!("owner{}@example.test", NUMBER.fetch_add(1, Ordering::SeqCst));
        let file = format!(
            r#"
[[users]]
email = "{owner}"
password = "{PASSWORD}"
email_verified = true
plan = "paid"
[[clients]]
id = "{id}"
name = "Analytical Engines"
owner = "{owner}"
{SCOPES}
secrets = [{{ label = "Standard Key" }}]
{VERIFICATIONS}
  [[clients.domains]]
  root_domain = "engines.example"
  active = true
  allow_login = true
  allow_api = true
  ownership = "proven"
  secrets = ["Standard Key"]
  {URL_ON}
  [[clients.domains]]
  root_domain = "test.example"
  active = true
  allow_api = true
  test_mode = true
  server_ips = ["192.0.2.1"]
  secrets = ["Standard Key"]
"#
        );
        let made = xwms_core::provision::apply(&world.core, &file, Default::default()).await;
        let made = made.unwrap_or_else(|why| panic!("{why:?}")).json();
        let secret = made["clients"][0]["secrets"][0]["value"].as_str().unwrap().to_owned();
        let mut partner = Self {
            browser: given_signed_in(world, &owner).await,
            staff: staff.clone(),
            paths: Vec::new(),
            id,
            owner,
            secret,
        };
        partner.find_paths().await;
        partner
    }

    /// Looks for what changes are about.
    async fn find_paths(&mut self) {
        const STAFF: &str = "/admin/v1/staff";
        let (id, owner) = (self.id, self.owner.clone());
        let client = format!("/admin/v1/clients/{id}");
        let (domains, browser) = (format!("{client}/domains"), &mut self.browser);
        let domain = path_of(browser, &domains, "root_domain", "engines.example").await;
        let test = path_of(browser, &domains, "root_domain", "test.example").await;
        let url = path_of(browser, &format!("{domain}/urls"), "kind", "callback").await;
        let secret = path_of(browser, &format!("{client}/secrets"), "label", "Standard Key").await;
        let approval = path_of(browser, &format!("{client}/verifications"), "status", "approved").await;
        let found = self.staff.get(&format!("{STAFF}/users?q={owner}")).await.json();
        let last = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        self.paths = vec![
            ("{link}", format!("{domain}/secrets/{}", last(&secret))),
            ("{approval}", format!("{STAFF}/verifications/{}", last(&approval))),
            ("{account}", format!("{STAFF}/users/{}", found["data"][0]["sub"].as_str().unwrap())),
            ("{staff}", format!("{STAFF}/clients/{id}")),
            ("{client}", client),
            ("{domain}", domain),
            ("{test}", test),
            ("{url}", url),
            ("{secret}", secret),
        ];
    }

    /// The file that makes a change; `None` for a request.
    fn file(&self, change: Change) -> Option<String> {
        let (id, owner) = (self.id, &self.owner);
        let domains = |live: &str, test: &str| {
            format!(
                "[[clients]]\nid = \"{id}\"\n[[clients.domains]]\nroot_domain = \"engines.example\"\n{live}\n\
                 [[clients.domains]]\nroot_domain = \"test.example\"\n{test}\n"
            )
        };
        Some(match change {
            Change::Client(keys) => format!("[[clients]]\nid = \"{id}\"\n{keys}\n"),
            Change::Domain(keys) => domains(keys, ""),
            Change::TestDomain(keys) => domains("", keys),
            Change::Owner(keys) => format!("[[users]]\nemail = \"{owner}\"\n{keys}\n"),
            Change::ByOwner(..) | Change::ByStaff(..) => return None,
        })
    }

    async fn make(&self, world: &World, change: Change) {
        let (caller, (method, path, body)) = match change {
            Change::ByOwner(method, path, body) => (&self.browser, (method, path, body)),
            Change::ByStaff(method, path, body) => (&self.staff, (method, path, body)),
            Change::Client(_) | Change::Domain(_) | Change::TestDomain(_) | Change::Owner(_) => {
                let file = self.file(change).unwrap();
                let made = xwms_core::provision::apply(&world.core, &file, Default::default()).await;
                made.unwrap_or_else(|why| panic!("{why:?} in {file}"));
                return;
            }
        };
        let path = self.paths.iter().fold(path.to_owned(), |path, (name, known)| path.replace(name, known));
        let body = serde_json::from_str(body).unwrap_or_default();
        let method: Method = method.parse().unwrap();
        let answer = ask(&mut caller.clone(), method.clone(), &path, &body).await;
        assert!(answer.status.is_success(), "{method} {path} with {body}: {answer:?}");
    }

    /// Whether it works on this server.
    async fn works(&self, world: &World, what: Shows) -> bool {
        let id = self.id.to_string();
        let (domain, scope) = match what {
            Shows::Login => return self.may_log_in(world).await,
            Shows::Credentials(scope) => ("engines.example", scope),
            Shows::TestCredentials => ("test.example", "profile"),
        };
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &*id),
            ("client_secret", &*self.secret),
            ("domain", domain),
            ("scope", scope),
        ];
        let answer = world.browser().post("/oauth/token", &fields).await;
        assert!(matches!(answer.status.as_u16(), 200 | 400 | 401), "{answer:?}");
        answer.status == 200
    }

    async fn may_log_in(&self, world: &World) -> bool {
        let id = self.id.to_string();
        let changes =
            [("client_id", &*id), ("scope", "openid profile"), ("redirect_uri", CALLBACK), ("prompt", "none")];
        let path = world.authorize(&[&changes[..], &[("code_challenge", CHALLENGE)]].concat());
        let answer = world.browser().get(&path).await;
        assert!(answer.status.as_u16() < 500, "{answer:?}");
        // Nobody is signed in, so that is all that may stand in the way.
        answer.parameter("error").as_deref() == Some("login_required")
    }
}

/// Switches everything off at once, then on again; `within`: how soon the other server must know of it. Says how often it
/// did not know yet.
async fn try_all(pair: &Pair, within: Duration) -> u32 {
    let (mut partners, mut stale) = (Vec::new(), 0);
    let staff = given_staff(&pair.one, "admin").await;
    let switches = || BY_FILE.iter().chain(&BY_REQUEST);
    for Switch { name, shows, .. } in switches() {
        let partner = Partner::given(&pair.one, &staff).await;
        assert!(partner.works(&pair.one, *shows).await && partner.works(&pair.other, *shows).await, "{name}");
        partners.push(partner);
    }
    for works in [false, true] {
        let mut made = Vec::new();
        for (switch, partner) in switches().zip(&partners) {
            let Some(change) = (if works { switch.on } else { Some(switch.off) }) else { continue };
            partner.make(&pair.one, change).await;
            made.push((switch, partner, Instant::now()));
            let here = partner.works(&pair.one, switch.shows).await;
            assert_eq!(here, works, "{}: the next request on the same server", switch.name);
        }
        while !made.is_empty() {
            let mut waiting = Vec::new();
            for (switch, partner, since) in made {
                if partner.works(&pair.other, switch.shows).await != works {
                    stale += 1;
                    let waits = since.elapsed();
                    assert!(waits <= within, "{}: unknown to the other server after {waits:?}", switch.name);
                    waiting.push((switch, partner, since));
                }
            }
            made = waiting;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    stale
}

#[test]
fn a_switch_is_in_force_on_the_other_server_within_a_second() {
    Pair::test(Clock::system(), &[], async |pair| {
        try_all(pair, Duration::from_secs(1)).await;
    });
}

#[test]
fn a_scope_that_the_staff_reserve_is_reserved_for_all_clients_on_the_other_server_within_a_second() {
    Pair::test(Clock::system(), &[], async |pair| {
        let mut staff = given_staff(&pair.one, "admin").await;
        let partners = [Partner::given(&pair.one, &staff).await, Partner::given(&pair.one, &staff).await];
        for (tier, works) in [("verified", false), ("open", true)] {
            for partner in &partners {
                assert_eq!(partner.works(&pair.other, PROFILE).await, !works, "before it is {tier}");
            }
            let body = json!({ "tier": tier, "reason": "It says much" });
            let changed = ask(&mut staff, Method::PATCH, "/admin/v1/staff/scopes/profile", &body).await;
            assert_eq!(changed.status, 200, "{changed:?}");
            for partner in &partners {
                assert_eq!(partner.works(&pair.one, PROFILE).await, works, "{tier} on the same server");
                let took = until(works, async || partner.works(&pair.other, PROFILE).await).await;
                assert!(took <= Duration::from_secs(1), "{tier}: {took:?}");
            }
        }
    });
}

#[test]
fn a_switch_is_in_force_within_five_seconds_when_the_listener_is_cut_off() {
    without_notices(Cable::Cut(Whose::TheListeners));
}

#[test]
fn a_switch_is_in_force_within_five_seconds_when_the_listener_hears_nothing_and_does_not_know() {
    without_notices(Cable::Clogged(Whose::TheListeners));
}

fn without_notices(cable: Cable) {
    Pair::test(Clock::system(), &[], async |pair| {
        pair.cable.set(cable);
        let stale = try_all(pair, Duration::from_secs(5)).await;
        assert!(pair.cable.has_deafened() && stale > 0, "something was heard in spite of {cable:?}");

        // It listens again by itself, and then it is told at once.
        pair.cable.set(Cable::Whole);
        let staff = given_staff(&pair.one, "admin").await;
        let partner = Partner::given(&pair.one, &staff).await;
        until(true, async || {
            assert!(partner.works(&pair.other, PROFILE).await);
            partner.make(&pair.one, Change::Domain("active = false")).await;
            let took = until(false, async || partner.works(&pair.other, PROFILE).await).await;
            partner.make(&pair.one, Change::Domain("active = true")).await;
            until(true, async || partner.works(&pair.other, PROFILE).await).await;
            took < Duration::from_secs(1)
        })
        .await;
    });
}

#[test]
fn a_command_beside_the_servers_is_heard_too() {
    Pair::test(Clock::system(), &[], async |pair| {
        let staff = given_staff(&pair.one, "admin").await;
        let partner = Partner::given(&pair.one, &staff).await;
        let folder = tempfile::tempdir().unwrap();
        for (keys, works) in [("active = false", false), ("active = true", true)] {
            let file = folder.path().join("change.toml");
            std::fs::write(&file, partner.file(Change::Domain(keys)).unwrap()).unwrap();
            for world in [&pair.one, &pair.other] {
                assert_eq!(partner.works(world, PROFILE).await, !works);
            }
            let mut command = tokio::process::Command::from(program());
            command.current_dir(&folder).arg("apply").arg(&file);
            command.env("XWMS__DATABASE__URL", pair.one.core.config.database.url.expose());
            let output = command.output().await.unwrap();
            assert!(output.status.success(), "{output:?}");
            for world in [&pair.one, &pair.other] {
                let took = until(works, async || partner.works(world, PROFILE).await).await;
                assert!(took <= Duration::from_secs(1), "{took:?}");
            }
        }
    });
}

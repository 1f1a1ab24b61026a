//! A platform that has a row in every table, and what only its owner knows of it.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::audit::sealing;
use xwms_core::text::Text;
use xwms_core::{jobs, login_stats};

use super::dump::Kept;
use crate::admin::logos::png;
use crate::admin::person::{ADA, CHARLES, Person, given_people};
use crate::database::{count, is_sqlite, tables, texts};
use crate::world::{CLIENT, OTHER_CLIENT, PASSWORD, World};

pub const MEMBER: &str = "dorothy@example.test";
pub const TEST_SITE: &str = "third-engines.example";
pub const WEBHOOK: &str = "https://app.engines.example/hook";
pub const ROLE: &str = "Night shift";
pub const TOKEN: &str = "Deployment";
pub const IDEMPOTENCY_KEY: &str = "order-1";

const STAFF: &str = "staff@example.test";
const REQUESTS: &str = "/account/requests";

/// A token of the client that may read everything.
pub fn token() -> Value {
    let resources = [
        "client",
        "domains",
        "urls",
        "scopes",
        "secrets",
        "links",
        "users",
        "requests",
        "verifications",
        "roles",
        "members",
        "stats",
        "attempts",
        "audit",
        "tokens",
    ];
    json!({ "label": TOKEN, "permissions": resources.map(|resource| format!("{resource}:read")) })
}

/// Fills a world; every table has a row then.
pub async fn fill(world: &World) -> Kept {
    let mut kept = Kept::new();
    given_people(world, &["dorothy", "edith"]).await;
    let mut charles = Person::new(world, CHARLES).await;
    logins(world).await;
    client(world, &mut charles).await;
    organisation(world, &mut charles).await;
    requests(&mut charles, world).await;
    verification(world, &mut charles).await;
    unused(world).await;
    people(world).await;
    kept.insert("letter's object", left_over_letter(world, &mut charles).await);

    charles.browser.headers.push(("idempotency-key".to_owned(), IDEMPOTENCY_KEY.to_owned()));
    let made = charles.post("tokens", token()).await.json();
    charles.browser.headers.pop();
    kept.insert("api token", text(&made, "value"));
    kept.insert("api token's id", text(&made, "id"));
    sealing::seal_all(&world.core).await.unwrap();
    let seal = if is_sqlite(&world.core.db).await { "lower(hex(seal))" } else { "encode(seal, 'hex')" };
    let newest = texts(&world.core.db, &format!("SELECT {seal} AS text FROM audit_seals ORDER BY number")).await;
    kept.insert("seal", newest[0].clone());
    // This entry waits for its seal.
    charles.made("domains", json!({ "root_domain": "fourth-engines.example" })).await;

    let (revoked, tokens) = (world.given_login(ADA).await, world.given_login(ADA).await);
    let revoked = text(&revoked, "access_token");
    assert_eq!(world.client_post("/oauth/revoke", &[("token", &revoked)]).await.status, 200);
    kept.insert("revoked token", revoked);
    kept.insert("access token", text(&tokens, "access_token"));
    kept.insert("refresh token", text(&tokens, "refresh_token"));
    let told = "SELECT message AS text FROM notifications WHERE kind = 'domain.test_mode'";
    let told: Text = serde_json::from_str(&texts(&world.core.db, told).await[0]).unwrap();
    kept.insert("notification", told.to_string());
    let key = std::fs::read_to_string(world.folder.path().join("master.key")).unwrap();
    kept.insert("master key", key.trim().to_owned());
    kept.insert("now", world.clock.now().to_string());
    // What is done after an answer is done.
    world.mail().await;
    for table in tables(&world.core.db).await {
        assert!(count(&world.core.db, &table, "1 = 1").await > 0, "{table} is empty");
    }
    kept
}

fn text(object: &Value, member: &str) -> String {
    object[member].as_str().unwrap_or_else(|| panic!("no {member} in {object}")).to_owned()
}

/// Somebody who has logged in and is counted, somebody on the way, a refused try, a wrong password, a forgotten one.
async fn logins(world: &World) {
    world.given_login(ADA).await;
    world.clock.advance(Duration::from_secs(60));
    login_stats::fold(&world.core).await.unwrap();
    world.browser().open(&world.authorize(&[])).await;
    world.browser().get(&world.authorize(&[("redirect_uri", "https://elsewhere.example/")])).await;
    jobs::flush(&world.core).await.unwrap();
    let mut browser = world.browser();
    let login = browser.open("/login").await;
    browser.sign_in(&login, ADA, "wrong horse battery staple").await;
    let page = browser.get("/forgot").await;
    browser.post("/forgot", &[("email", CHARLES), ("csrf", &page.hidden("csrf").unwrap())]).await;
}

async fn client(world: &World, charles: &mut Person) {
    let client = format!("/admin/v1/clients/{CLIENT}");
    let about = json!({
        "homepage_url": "https://engines.example/", "privacy_url": "https://engines.example/privacy",
        "contact_email": "hello@engines.example",
    });
    assert_eq!(charles.patch(&client, about).await.status, 200);
    let logo = charles.browser.send(Method::PUT, &format!("{client}/logo"), Some("image/png"), png(1)).await;
    assert_eq!(logo.status, 200, "{logo:?}");
    let first = world.snapshot().await.domains.iter().find(|it| it.root.as_str() == "engines.example").unwrap().id;
    charles.made(&format!("domains/{first}/urls"), json!({ "kind": "webhook", "url": WEBHOOK })).await;
    let site = json!({
        "root_domain": TEST_SITE, "internal_name": "Third", "server_ips": ["192.0.2.0/24", "2001:db8::7"],
        "fallback_uri": format!("https://{TEST_SITE}/sorry"), "fallback_response": "Call us.",
    });
    let site = charles.made("domains", site).await;
    // Its owner is told.
    assert_eq!(charles.patch(&format!("domains/{site}"), json!({ "test_mode": true })).await.status, 200);
}

/// A role in a group, a member, an invitation.
async fn organisation(world: &World, charles: &mut Person) {
    let role = json!({
        "name": ROLE, "description": "Looks after secrets", "permissions": ["secrets:read", "domains:read"],
        "group": "Operations", "level": 20,
    });
    let role = charles.made("roles", role).await;
    charles.given_member(world, MEMBER, "admin").await;
    charles.made("members", json!({ "email": "edith@example.test", "role": role })).await;
}

/// A request that was accepted, one that waits, and one whose sender is heard no more.
async fn requests(charles: &mut Person, world: &World) {
    let asked = json!({ "kind": "access", "email": ADA, "scopes": ["userinfo"], "reason": "To greet you." });
    let access = charles.made("requests", asked).await;
    charles.made("requests", json!({ "kind": "test", "email": ADA })).await;
    let elsewhere = format!("/admin/v1/clients/{OTHER_CLIENT}/requests");
    let unwanted = charles.made(&elsewhere, json!({ "kind": "test", "email": ADA })).await;
    world.mail().await;
    let mut ada = Person::new(world, ADA).await;
    for (answer, word, request) in [("accept", "accepted", access), ("block", "blocked", unwanted)] {
        let answered = ada.form(REQUESTS, &[("answer", answer), ("request", &request)]).await;
        assert!(answered.location().starts_with(&format!("{REQUESTS}?done={word}.")), "{answered:?}");
    }
}

/// The first domain is approved for personal details.
async fn verification(world: &World, charles: &mut Person) {
    world
        .apply(&format!(
            "[[users]]\nemail = \"{STAFF}\"\npassword = \"{PASSWORD}\"\nemail_verified = true\nstaff = \"admin\"\n"
        ))
        .await;
    let snapshot = world.snapshot().await;
    let first = snapshot.domains.iter().find(|it| it.root.as_str() == "engines.example").unwrap().id.to_string();
    let application = json!({ "domains": [first], "scopes": ["userinfo"], "notes": "Birthdays." });
    let made = charles.made("verifications", application).await;
    let mut staff = Person::new(world, STAFF).await;
    let queued = format!("/admin/v1/staff/verifications/{made}");
    let version = staff.get(&queued).await.json()["version"].clone();
    let item = json!({ "domain": first, "scope": "userinfo", "decision": "approve", "reason": "As described." });
    let decided = staff.post(&format!("{queued}/decision"), json!({ "version": version, "items": [item] })).await;
    assert_eq!(decided.status, 200, "{decided:?}");
}

/// What is written and not delivered, as if its server had died.
async fn left_over_letter(world: &World, charles: &mut Person) -> String {
    world.mail().await;
    world.sql("ALTER TABLE notifications RENAME TO notifications_away").await;
    let elsewhere = charles.made("requests", json!({ "kind": "test", "email": "edith@example.test" })).await;
    world.mail().await;
    world.sql("ALTER TABLE notifications_away RENAME TO notifications").await;
    elsewhere
}

/// More of Ada than her login needs.
async fn people(world: &World) {
    world.apply(&format!("[[users]]\nemail = \"{ADA}\"\ngender = \"countess\"\nbirth_date = \"1815-12-10\"\n")).await;
    // A code that nobody redeems.
    world.given_code(CHARLES, &[]).await;
}

/// Rows of tables that nothing in the program writes yet.
async fn unused(world: &World) {
    let ada = format!("(SELECT id FROM users WHERE email = '{ADA}')");
    let id = if is_sqlite(&world.core.db).await {
        "x'0197d5c2a7f07000800000000000000a'"
    } else {
        "'\\x0197d5c2a7f07000800000000000000a'::bytea"
    };
    for insert in [
        format!("INSERT INTO user_socials VALUES ({ada}, 'mastodon', 'ada', 'https://social.example/@ada')"),
        format!("INSERT INTO user_providers VALUES ('elsewhere', '17', {ada}, 1772366400000)"),
        format!(
            "INSERT INTO addresses (id, user_id, kind, city, country, created_at, updated_at) \
             VALUES (1, {ada}, 'standard', 'London', 'GB', 1772366400000, 1772366400000)"
        ),
        format!(
            "INSERT INTO deliveries (id, outbox_id, url_id, status, next_try_at, created_at, client_id, event, gives_up_at) \
             SELECT {id}, outbox.id, domain_urls.id, 'waiting', 1772366400000, 1772366400000, outbox.client_id, \
             outbox.event, 1772452800000 FROM outbox, domain_urls WHERE url = '{WEBHOOK}' ORDER BY outbox.id LIMIT 1"
        ),
        format!("INSERT INTO delivery_tries VALUES ({id}, 1, 1772366400000, 503, 17, NULL)"),
        format!("INSERT INTO webhook_queues SELECT id, 1772366400000, 0 FROM domain_urls WHERE url = '{WEBHOOK}'"),
    ] {
        world.sql(&insert).await;
    }
}

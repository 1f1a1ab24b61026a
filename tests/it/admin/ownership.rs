//! `/admin/v1/clients/{client}/domains/{domain}/ownership`, and what follows when a proof lapses.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::id::{ClientId, DomainId};
use xwms_core::manage::ownership;
use xwms_core::testing;

use super::{given_signed_in, problem};
use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, OTHER_CLIENT, World, on_both};

const NOTES: &str = "_xwms-challenge.notes.example";
const ENGINES: &str = "_xwms-challenge.engines.example";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn domain(world: &World, client: &str, root: &str) -> DomainId {
    let client: ClientId = client.parse().unwrap();
    let snapshot = world.core.snapshots.get(client).await.unwrap().unwrap();
    snapshot.domains.iter().find(|domain| domain.root.as_str() == root).unwrap().id
}

async fn is_proven(world: &World, client: &str, root: &str) -> bool {
    let id = domain(world, client, root).await;
    let client: ClientId = client.parse().unwrap();
    world.core.snapshots.get(client).await.unwrap().unwrap().domain(id).unwrap().proven
}

async fn path(world: &World, client: &str, root: &str) -> String {
    format!("/admin/v1/clients/{client}/domains/{}/ownership", domain(world, client, root).await)
}

async fn check(browser: &mut Browser, path: &str) -> Value {
    let answer = browser.send(Method::POST, path, None, Vec::new()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn found(answer: &Value) -> (&str, &str, &str) {
    let text = |name: &str| answer[name].as_str().unwrap();
    (text("ownership"), text("txt_result"), text("url_result"))
}

async fn events(world: &World, client: &str) -> Vec<String> {
    let events = testing::published(&world.core.db, client.parse().unwrap()).await.unwrap();
    events.into_iter().map(|row| format!("{} {}", row.event, row.body)).collect()
}

on_both!(a_domain_is_proven_by_publishing_its_token, async |world: World| {
    world.given_webhook("notes.example").await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = path(&world, OTHER_CLIENT, "notes.example").await;
    let first = check(&mut owner, &path).await;
    assert_eq!(found(&first), ("unproven", "not_found", "host_unknown"));
    assert_eq!(first["txt_name"], json!(NOTES));
    assert_eq!(first["url"], json!("https://notes.example/.well-known/xwms-challenge"));
    assert_eq!(first["checked_at"], json!("2026-03-01T12:00:00Z"));
    let token = first["token"].as_str().unwrap();
    assert_eq!(token.len(), 43);
    assert!(!is_proven(&world, OTHER_CLIENT, "notes.example").await && events(&world, OTHER_CLIENT).await.is_empty());

    world.dns.set_texts(NOTES, &["v=spf1 -all", token]);
    let answer = owner.post_json(&path, &json!({})).await.json();
    assert_eq!(found(&answer), ("proven", "ok", "host_unknown"));
    assert_eq!(answer["token"], first["token"]);
    // In force at once, told once, audited once.
    assert!(is_proven(&world, OTHER_CLIENT, "notes.example").await);
    let told = events(&world, OTHER_CLIENT).await;
    assert!(told.len() == 1 && told[0].starts_with("domain.updated ") && told[0].contains("proven"), "{told:?}");
    // Missing it once takes nothing away.
    world.dns.clear();
    assert_eq!(found(&check(&mut owner, &path).await), ("proven", "not_found", "host_unknown"));
    assert_eq!(events(&world, OTHER_CLIENT).await.len(), 1);
});

on_both!(dv_08_a_token_proves_its_own_domain_only, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    world
        .apply(&format!(
            "[[clients]]\nid = \"{OTHER_CLIENT}\"\n[[clients.domains]]\nroot_domain = \"notes.example\"\n\
             [[clients.domains]]\nroot_domain = \"engines.example\"\n"
        ))
        .await;
    let (own, foreign) =
        (path(&world, CLIENT, "engines.example").await, path(&world, OTHER_CLIENT, "engines.example").await);
    let token = check(&mut owner, &own).await["token"].as_str().unwrap().to_owned();
    world.dns.set_texts(ENGINES, &[&token]);
    world.dns.set_texts(NOTES, &[&token]);
    assert_eq!(found(&check(&mut owner, &own).await).1, "ok");
    assert_eq!(found(&check(&mut owner, &foreign).await), ("unproven", "mismatch", "host_unknown"));
    let notes = path(&world, OTHER_CLIENT, "notes.example").await;
    assert_eq!(found(&check(&mut owner, &notes).await), ("unproven", "mismatch", "host_unknown"));
    assert!(!is_proven(&world, OTHER_CLIENT, "engines.example").await);
});

on_both!(dv_10_a_site_that_leads_inside_is_not_asked, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = path(&world, OTHER_CLIENT, "notes.example").await;
    world.dns.set_texts("_xwms-challenge.example", &["the parent's"]);
    for addresses in [&["127.0.0.1"][..], &["93.184.216.34", "::1"], &["169.254.169.254"], &["::ffff:10.0.0.1"]] {
        world.dns.set_host("notes.example", addresses);
        let answer = check(&mut owner, &path).await;
        assert_eq!(found(&answer), ("unproven", "not_found", "address_refused"), "{addresses:?}");
    }
});

on_both!(whoever_may_not_has_nothing_checked, async |world: World| {
    let path = path(&world, OTHER_CLIENT, "notes.example").await;
    let post = async |browser: &mut Browser, path: &str| -> Answer {
        browser.send(Method::POST, path, None, Vec::new()).await
    };
    assert_eq!(problem(&post(&mut world.browser(), &path).await), (401, "not_signed_in".to_owned()));
    let mut ada = given_signed_in(&world, "ada@example.test").await;
    assert_eq!(problem(&post(&mut ada, &path).await), (404, "not_found".to_owned()));
    let member = format!(
        "[[clients]]\nid = \"{OTHER_CLIENT}\"\n[[clients.members]]\nemail = \"ada@example.test\"\nrole = \"viewer\"\n\
         [[clients.members]]\nemail = \"charles@example.test\"\nrole = \"owner\"\n"
    );
    world.apply(&member).await;
    assert_eq!(problem(&post(&mut ada, &path).await), (403, "permission_missing".to_owned()));

    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let engines = domain(&world, CLIENT, "engines.example").await;
    for id in [engines.to_string(), "domain_01jd3v8m1efb9rkyq9wzvw2x4z".to_owned(), "nonsense".to_owned()] {
        let foreign = format!("/admin/v1/clients/{OTHER_CLIENT}/domains/{id}/ownership");
        assert_eq!(problem(&post(&mut owner, &foreign).await), (404, "not_found".to_owned()), "{id}");
    }
    for body in [json!({ "ownership": "proven" }), json!({ "token": "x" })] {
        let refused = owner.post_json(&path, &body).await;
        assert_eq!(problem(&refused), (422, "invalid".to_owned()));
        assert_eq!(refused.json()["errors"][0]["code"], json!("unknown_field"));
    }
    for _ in 0..30 {
        check(&mut owner, &path).await;
    }
    let refused = post(&mut owner, &path).await;
    assert_eq!(problem(&refused), (429, "too_many".to_owned()));
    assert!(refused.headers.contains_key("retry-after"));
    world.clock.advance(Duration::from_secs(60 * 60));
    check(&mut owner, &path).await;
});

on_both!(vw_04_a_proof_that_is_missed_three_days_lapses_and_so_do_verified_scopes, async |world: World| {
    world.given_webhook("engines.example").await;
    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.verifications]]\ndomains = [\"engines.example\"]\n\
             scopes = [\"userinfo\"]\nstate = \"approved\"\n"
        ))
        .await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = path(&world, CLIENT, "engines.example").await;
    let credentials = async || {
        let fields = [("grant_type", "client_credentials"), ("scope", "userinfo"), ("domain", "engines.example")];
        world.client_post("/oauth/token", &fields).await.status.as_u16()
    };
    let again = async |days: u32| {
        world.clock.advance(DAY * days);
        ownership::check_again(&world.core).await.unwrap();
        is_proven(&world, CLIENT, "engines.example").await
    };
    // The operator has vouched for it: it is not looked at.
    assert!(again(10).await);
    let token = check(&mut owner, &path).await["token"].as_str().unwrap().to_owned();
    world.dns.set_texts(ENGINES, &[&token]);
    assert_eq!(found(&check(&mut owner, &path).await).1, "ok");
    // It is found again a week later, which starts another week.
    assert!(again(7).await);
    world.dns.clear();
    assert!(again(6).await && again(1).await && again(0).await && again(1).await);
    assert_eq!((credentials().await, world.mail().await.contains("has lapsed")), (200, false));
    assert!(!again(1).await);
    assert_eq!(credentials().await, 400);
    assert!(!world.snapshot().await.is_verified(world.core.clock.now()));
    let mail = world.mail().await;
    assert!(mail.contains("charles@example.test") && mail.contains("has lapsed"), "{mail}");
    assert!(events(&world, CLIENT).await[0].contains("unproven"));
    // Publishing it again brings all of it back.
    world.dns.set_texts(ENGINES, &[&token]);
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    assert_eq!(found(&check(&mut owner, &path).await).0, "proven");
    assert_eq!(credentials().await, 200);
});

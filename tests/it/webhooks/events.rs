//! Every event, from what it tells of to an ordinary library that verifies it.

use serde_json::{Value, json};
use xwms_core::testing;

use super::receiver::Message;
use super::{LOOPBACK, Receiver, absolute, deliver, deliveries, given_hook, given_owner, ping, seconds, urls_of};
use crate::admin::given_staff;
use crate::admin::person::{ADA, CHARLES, Person};
use crate::admin::verifications::decide;
use crate::database::count;
use crate::world::{CLIENT, World, on_both};

on_both!(wh_07_a_login_is_told_and_an_ordinary_library_verifies_it, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let (receiver, other) = (Receiver::new().await, Receiver::new().await);
    let hook = given_hook(&mut owner, &receiver.url).await;
    let second = given_hook(&mut owner, &other.url).await;
    assert!(hook.secret.starts_with("whsec_") && hook.secret != second.secret);
    world.given_login(CHARLES).await;
    deliver(&world).await;
    let (got, beside) = (receiver.take(), other.take());
    assert_eq!((got.len(), beside.len()), (1, 1));
    let message = &got[0];
    assert_eq!(message.head, "POST /hook HTTP/1.1");
    assert_eq!(message.header("content-type"), "application/json");
    assert!(message.is_good(&hook.secret) && !message.is_good(&second.secret));
    assert!(!message.is_good_as(&hook.secret, &message.body.replace("user.login", "user.logim")));
    let mut moved = message.clone();
    moved.headers.insert("webhook-id", "delivery_x".parse().unwrap());
    assert!(!moved.is_good(&hook.secret));
    let told = message.json();
    let sub = owner.get("users").await.json()["data"][0]["sub"].clone();
    assert_eq!(
        (&told["type"], &told["data"]["client"], &told["data"]["sub"]),
        (&json!("user.login"), &json!(CLIENT), &sub)
    );
    let domains = owner.get("domains").await.json();
    assert!(domains["data"].as_array().unwrap().iter().any(|domain| domain["id"] == told["data"]["domain"]));
    assert_eq!(told["data"]["scopes"], json!(["email", "offline_access", "openid", "profile"]));
});

on_both!(wh_07_while_a_secret_is_replaced_both_verify_and_the_old_one_not_after, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::new().await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    let rotated = owner.post(&format!("{}/rotate", hook.path), json!({ "overlap_seconds": 60 })).await;
    assert_eq!((rotated.status.as_u16(), rotated.headers["cache-control"].to_str().unwrap()), (200, "no-store"));
    let new = rotated.json()["value"].as_str().unwrap().to_owned();
    assert_eq!(rotated.json()["hint"], json!(new[new.len() - 4..]));
    ping(&mut owner, &hook).await;
    deliver(&world).await;
    let both = receiver.take().remove(0);
    assert!(both.is_good(&hook.secret) && both.is_good(&new), "{both:?}");
    seconds(&world, 60).await;
    ping(&mut owner, &hook).await;
    deliver(&world).await;
    let one = receiver.take().remove(0);
    assert!(!one.is_good(&hook.secret) && one.is_good(&new));
    // At once, when it is said so.
    let rotated = owner.post(&format!("{}/rotate", hook.path), json!({ "overlap_seconds": 0 })).await.json();
    ping(&mut owner, &hook).await;
    deliver(&world).await;
    let last = receiver.take().remove(0);
    assert!(!last.is_good(&new) && last.is_good(rotated["value"].as_str().unwrap()));
});

on_both!(nothing_is_written_for_a_client_without_a_webhook_in_use, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    world.given_login(ADA).await;
    let urls = urls_of(&mut owner, "engines.example").await;
    let off = json!({ "kind": "webhook", "url": "https://engines.example/hook", "active": false });
    owner.made(&urls, off).await;
    world.given_login(ADA).await;
    owner.patch(&absolute(urls.trim_end_matches("/urls")), json!({ "internal_name": "Shop" })).await;
    assert_eq!(count(&world.core.db, "outbox", "1 = 1").await, 0);
    world.given_webhook("more-engines.example").await;
    world.given_login(ADA).await;
    assert_eq!(count(&world.core.db, "outbox", "1 = 1").await, 1);
});

on_both!(a_client_with_subjects_of_its_own_is_told_those, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nsubject_type = \"pairwise\"\n")).await;
    let receiver = Receiver::new().await;
    given_hook(&mut owner, &receiver.url).await;
    // The second login goes by the number that the first one gave.
    for _ in 0..2 {
        let mut browser = world.browser();
        world.code_in(&mut browser, CHARLES, &[]).await;
        world.code_in(&mut browser, CHARLES, &[]).await;
    }
    deliver(&world).await;
    let sub = owner.get("users").await.json()["data"][0]["sub"].clone();
    let told: Vec<Value> = receiver.take().iter().map(|message| message.json()["data"]["sub"].clone()).collect();
    assert_eq!(told, vec![sub; 4]);
});

/// What came, by its type.
fn of<'m>(got: &'m [Message], event: &str) -> &'m Message {
    got.iter().find(|message| message.event() == event).unwrap_or_else(|| panic!("no {event} in {got:?}"))
}

on_both!(every_event_comes_from_what_it_tells_of, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::new().await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    let mut ada = Person::new(&world, ADA).await;
    world.apply(&format!(
        "[[clients]]\nid = \"{CLIENT}\"\nrequests = [{{ kind = \"test\", email = \"{ADA}\", state = \"accepted\" }}]\n"
    ))
    .await;
    world.given_login(ADA).await;

    let general = [("given_name", "Augusta Ada"), ("family_name", "Lovelace")];
    assert_eq!(ada.form("/account/general", &general).await.status, 303);
    for answer in ["accept", "decline"] {
        let body = json!({ "kind": "access", "email": ADA, "scopes": ["userinfo"] });
        let request = owner.made("requests", body).await;
        ada.form("/account/requests", &[("answer", answer), ("request", &request)]).await;
        if answer == "accept" {
            ada.form("/account/requests", &[("answer", "end"), ("request", &request)]).await;
        }
    }
    let mut staff = given_staff(&world, "admin").await;
    world.change_domain("ownership = \"proven\"\ninternal_name = \"Shop\"").await;
    let urls = urls_of(&mut owner, "engines.example").await;
    let domain = urls.split('/').nth(1).unwrap();
    let made = owner.made("verifications", json!({ "domains": [domain], "scopes": ["userinfo"] })).await;
    decide(&mut staff, &format!("/admin/v1/staff/verifications/{made}"), "reject").await;
    let end = xwms_core::clock::Timestamp::from_seconds(world.clock.now().seconds() + 6 * 86_400);
    owner.made("secrets", json!({ "label": "Short-lived", "expires_at": end })).await;
    for _ in 0..2 {
        xwms_core::manage::secrets::remind(&world.core).await.unwrap();
    }
    ping(&mut owner, &hook).await;
    assert_eq!(ada.form("/account/apps", &[("client", CLIENT)]).await.status, 303);
    deliver(&world).await;

    let got = receiver.take();
    let told = [
        "user.login",
        "user.updated",
        "consent.revoked",
        "request.accepted",
        "request.declined",
        "verification.decided",
        "secret.expiring",
        "domain.updated",
        "ping",
    ];
    for event in told {
        let message = of(&got, event);
        assert!(message.is_good(&hook.secret), "{message:?}");
        assert_eq!(message.json()["data"]["client"], json!(CLIENT));
        // It is as the schema of its type says.
        let schema = world.browser().get(&format!("/docs/events/{event}.v1.json")).await.json();
        assert_eq!(schema["properties"]["type"]["const"], json!(event));
        let members = schema["properties"]["data"]["properties"].as_object().unwrap();
        let data = message.json()["data"].clone();
        assert!(
            data.as_object().unwrap().keys().all(|member| members.contains_key(member)),
            "{event}: {data} {schema}"
        );
        for needed in schema["properties"]["data"]["required"].as_array().unwrap() {
            assert!(data.get(needed.as_str().unwrap()).is_some(), "{event}: no {needed} in {data}");
        }
    }
    let count = |event: &str| got.iter().filter(|message| message.event() == event).count();
    assert_eq!((count("secret.expiring"), count("user.updated"), count("consent.revoked")), (1, 1, 1));
    let data = |event: &str| of(&got, event).json()["data"].clone();
    let sub = data("user.login")["sub"].clone();
    for event in ["user.updated", "consent.revoked", "request.accepted", "request.declined"] {
        assert_eq!(data(event)["sub"], sub, "{event}");
    }
    assert_eq!(data("secret.expiring")["expires_at"], json!(end));
    assert_eq!(data("verification.decided")["status"], json!("rejected"));
    assert_eq!(data("domain.updated")["root_domain"], json!("engines.example"));
    assert!(world.mail().await.contains("Short-lived"));
});

on_both!(only_what_a_client_sees_of_somebody_is_told_as_changed, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    given_hook(&mut owner, &Receiver::new().await.url).await;
    world.given_code(CHARLES, &[("scope", "openid email")]).await;
    let updates = async || count(&world.core.db, "outbox", "event = 'user.updated'").await;
    // The name is by `profile`, which this client has no consent for.
    owner.form("/account/general", &[("given_name", "Charlie")]).await;
    assert_eq!(updates().await, 0);
    world.given_code(CHARLES, &[("scope", "openid profile")]).await;
    owner.form("/account/general", &[("given_name", "Charles")]).await;
    assert_eq!(updates().await, 1);
});

on_both!(an_event_stands_or_falls_with_the_change_that_it_tells_of, async |world: World| {
    world.given_webhook("engines.example").await;
    let mut owner = Person::new(&world, CHARLES).await;
    let path = urls_of(&mut owner, "engines.example").await;
    world.sql("ALTER TABLE audit_entries RENAME TO audit_entries_away").await;
    let failed = owner.patch(&absolute(path.trim_end_matches("/urls")), json!({ "internal_name": "Shop" })).await;
    assert!(failed.status.is_server_error(), "{failed:?}");
    world.sql("ALTER TABLE audit_entries_away RENAME TO audit_entries").await;
    assert_eq!(count(&world.core.db, "outbox", "1 = 1").await, 0);
    owner.patch(&absolute(path.trim_end_matches("/urls")), json!({ "internal_name": "Shop" })).await;
    let written = testing::published(&world.core.db, CLIENT.parse().unwrap()).await.unwrap();
    assert_eq!((written.len(), written[0].event.as_str()), (1, "domain.updated"));
    assert!(deliveries(&mut owner, "").await.is_empty(), "its deliveries are made after it");
});

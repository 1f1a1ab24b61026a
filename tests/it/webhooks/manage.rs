//! `/admin/v1/clients/{client}/webhooks`, and what only webhook URLs have.

use serde_json::{Value, json};

use super::receiver::status;
use super::{LOOPBACK, Receiver, absolute, deliver, deliveries, given_hook, given_owner, ping, seconds, urls_of};
use crate::admin::person::{CHARLES, faults, outcome};
use crate::world::{OTHER_CLIENT, World, on_both};

on_both!(deliveries_are_listed_by_url_type_and_status, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let (good, bad) = (Receiver::new().await, Receiver::answering(&status(500)).await);
    let (first, second) = (given_hook(&mut owner, &good.url).await, given_hook(&mut owner, &bad.url).await);
    world.given_login(CHARLES).await;
    ping(&mut owner, &first).await;
    deliver(&world).await;
    for (query, number) in [
        (String::new(), 3),
        (format!("?url={}", first.id), 2),
        ("?type=user.login".to_owned(), 2),
        ("?type=ping".to_owned(), 1),
        ("?status=delivered".to_owned(), 2),
        ("?status=waiting".to_owned(), 1),
        (format!("?status=waiting&url={}&type=user.login", second.id), 1),
        ("?status=parked".to_owned(), 0),
    ] {
        assert_eq!(deliveries(&mut owner, &query).await.len(), number, "{query}");
    }
    let page = owner.get("webhooks/deliveries?limit=2").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(deliveries(&mut owner, &format!("?cursor={cursor}")).await.len(), 1);
    let shown = deliveries(&mut owner, "?type=ping").await.remove(0);
    let mut members: Vec<&String> = shown.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["id", "next_try_at", "status", "tries", "type", "url"]);
    assert_eq!((&shown["tries"][0]["status"], &shown["next_try_at"]), (&json!(204), &Value::Null));
    for (query, field, code) in [
        ("?url=engines", "url", "not_an_id"),
        ("?type=user", "type", "unknown_value"),
        ("?status=lost", "status", "unknown_value"),
        ("?event=ping", "event", "unknown_field"),
        ("?limit=0", "limit", "range"),
    ] {
        let refused = owner.get(&format!("webhooks/deliveries{query}")).await;
        assert_eq!(faults(&refused), [(field.to_owned(), code.to_owned())], "{query}");
    }
});

on_both!(all_that_is_parked_is_sent_again_by_url_and_type, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let (one, two) = (Receiver::answering(&status(410)).await, Receiver::answering(&status(410)).await);
    let (first, second) = (given_hook(&mut owner, &one.url).await, given_hook(&mut owner, &two.url).await);
    for hook in [&first, &second] {
        ping(&mut owner, hook).await;
    }
    world.given_login(CHARLES).await;
    deliver(&world).await;
    assert_eq!(deliveries(&mut owner, "?status=parked").await.len(), 4);
    for hook in [&first, &second] {
        owner.patch(&absolute(&hook.path), json!({ "active": true })).await;
    }
    one.take();
    two.take();
    one.answers(&status(200));
    two.answers(&status(200));
    let rows = [
        (json!({ "url": first.id, "type": "ping" }), 1, (1, 0)),
        (json!({ "url": first.id }), 1, (1, 0)),
        (json!({ "type": "secret.expiring" }), 0, (0, 0)),
        (json!({}), 2, (0, 2)),
        (json!({}), 0, (0, 0)),
    ];
    for (body, number, came) in rows {
        let again = owner.post("webhooks/redeliver", body.clone()).await;
        assert_eq!((again.status.as_u16(), again.json()), (202, json!({ "deliveries": number })), "{body}");
        deliver(&world).await;
        assert_eq!((one.take().len(), two.take().len()), came, "{body}");
    }
    let refused = owner.post("webhooks/redeliver", json!({ "type": "user", "since": 1 })).await;
    assert_eq!(faults(&refused).len(), 2);
});

on_both!(wh_10_a_ping_goes_to_its_url_only_and_not_too_often, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let (receiver, other) = (Receiver::new().await, Receiver::new().await);
    let (hook, beside) = (given_hook(&mut owner, &receiver.url).await, given_hook(&mut owner, &other.url).await);
    for _ in 0..10 {
        ping(&mut owner, &hook).await;
    }
    let eleventh = owner.post(&format!("{}/ping", hook.path), json!({})).await;
    assert_eq!(outcome(&eleventh), (429, "too_many".to_owned()));
    assert!(eleventh.headers.contains_key("retry-after"));
    deliver(&world).await;
    assert_eq!((receiver.count(), other.count()), (10, 0));
    seconds(&world, 61).await;
    ping(&mut owner, &hook).await;

    owner.patch(&absolute(&beside.path), json!({ "active": false })).await;
    let off = owner.post(&format!("{}/ping", beside.path), json!({})).await;
    assert_eq!(outcome(&off), (409, "webhook_off".to_owned()));
    let urls = urls_of(&mut owner, "engines.example").await;
    let logout = owner.made(&urls, json!({ "kind": "logout", "url": "https://engines.example/bye" })).await;
    for action in ["ping", "rotate"] {
        let refused = owner.post(&format!("{urls}/{logout}/{action}"), json!({})).await;
        assert_eq!(outcome(&refused), (409, "not_a_webhook".to_owned()), "{action}");
    }
});

on_both!(mg_08_a_webhooks_secret_is_told_once_and_its_end_afterwards, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let hook = given_hook(&mut owner, &Receiver::new().await.url).await;
    let hint = &hook.secret[hook.secret.len() - 4..];
    let read = owner.get(&hook.path).await.json();
    assert_eq!((&read["hint"], read.get("value")), (&json!(hint), None));
    owner.browser.headers.push(("idempotency-key".to_owned(), "turn".to_owned()));
    let rotated = owner.post(&format!("{}/rotate", hook.path), json!({})).await.json();
    let again = owner.post(&format!("{}/rotate", hook.path), json!({})).await;
    owner.browser.headers.pop();
    assert_eq!((again.status.as_u16(), again.json().get("value")), (200, None), "{again:?}");
    assert_eq!(again.json()["hint"], rotated["hint"]);
    let secret = rotated["value"].as_str().unwrap();
    let lists = ["audit?limit=200", "webhooks/deliveries", "domains"].map(str::to_owned);
    for path in lists.into_iter().chain([hook.path.clone(), hook.path.replace(&format!("/{}", hook.id), "")]) {
        let body = owner.get(&path).await.body;
        assert!(!body.contains("whsec_") && !body.contains(secret) && !body.contains(&hook.secret), "{path}: {body}");
    }
});

on_both!(deliveries_are_their_own_clients, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let hook = given_hook(&mut owner, &Receiver::new().await.url).await;
    let sent = ping(&mut owner, &hook).await;
    let path = format!("webhooks/deliveries/{}", sent["id"].as_str().unwrap());
    let elsewhere = format!("/admin/v1/clients/{OTHER_CLIENT}/{path}");
    assert_eq!(owner.get(&path).await.status, 200);
    assert_eq!(owner.get(&elsewhere).await.status, 404);
    assert_eq!(owner.post(&format!("{elsewhere}/redeliver"), json!({})).await.status, 404);
    let (mut viewer, _) = owner.given_member(&world, "ada@example.test", "viewer").await;
    assert_eq!(viewer.get(&path).await.status, 200);
    for path in [format!("{path}/redeliver"), "webhooks/redeliver".to_owned(), format!("{}/ping", hook.path)] {
        assert_eq!(outcome(&viewer.post(&path, json!({})).await), (403, "permission_missing".to_owned()), "{path}");
    }
});

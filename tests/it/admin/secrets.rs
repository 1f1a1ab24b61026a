//! Secrets and the domains that they may be used for.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::{ask, domain, given_signed_in, of_client, path_of, problem, wrong};
use crate::browser::{Answer, Browser};
use crate::database::contents;
use crate::world::{CLIENT, SECRET, World, on_both};

const NONE: Value = Value::Null;

async fn post(browser: &mut Browser, path: &str, body: &Value) -> Answer {
    ask(browser, Method::POST, path, body).await
}

fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object[member].as_str().unwrap_or_else(|| panic!("{member} in {object}"))
}

/// Whether a secret is good for the client's own token now.
async fn works(world: &World, secret: &str) -> bool {
    let fields = [("client_id", CLIENT), ("client_secret", secret), ("grant_type", "client_credentials")];
    world.browser().post("/oauth/token", &fields).await.status == 200
}

on_both!(a_secret_is_made_shown_once_changed_and_deleted, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let secrets = of_client("/secrets");

    // An empty body makes a standard one, with the first label that is free.
    let made = post(&mut owner, &secrets, &NONE).await;
    assert_eq!((made.status.as_u16(), made.headers["cache-control"].to_str().unwrap()), (201, "no-store"));
    let secret = made.json();
    assert_eq!((text(&secret, "label"), &secret["active"]), ("Standard Key 2", &json!(true)));
    assert!(text(&secret, "value").starts_with("xwms_sk_") && text(&secret, "value").ends_with(text(&secret, "hint")));
    assert_eq!(post(&mut owner, &secrets, &json!({})).await.json()["label"], "Standard Key 3");
    let named = json!({ "label": " Deployment ", "expires_at": "2026-06-01T00:00:00Z", "active": false });
    let named = post(&mut owner, &secrets, &named).await.json();
    assert_eq!((text(&named, "label"), text(&named, "expires_at")), ("Deployment", "2026-06-01T00:00:00Z"));
    let taken = post(&mut owner, &secrets, &json!({ "label": "Deployment" })).await;
    assert_eq!(problem(&taken), (409, "label_taken".to_owned()));

    // It is of use once it is linked, from the next request on.
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let domain = domain(&mut owner, "engines.example").await;
    let link = format!("{domain}/secrets/{}", text(&secret, "id"));
    assert!(!works(&world, text(&secret, "value")).await);
    assert_eq!(ask(&mut owner, Method::PUT, &link, &NONE).await.status, 204);
    assert_eq!(ask(&mut owner, Method::PUT, &link, &NONE).await.status, 204, "once more is the same");
    assert!(works(&world, text(&secret, "value")).await);
    xwms_core::jobs::flush(&world.core).await.unwrap();
    let used = owner.get(&path).await;
    assert_eq!((text(&used.json(), "last_used_from"), used.json().get("value")), ("127.0.0.1", None));

    // Changes guard against lost updates, and are checked as a new secret is.
    let tag = used.headers["etag"].to_str().unwrap().to_owned();
    let mut careful = owner.clone().with("if-match", &tag);
    let renamed = ask(&mut careful, Method::PATCH, &path, &json!({ "label": "Shop" })).await;
    assert_eq!((renamed.status.as_u16(), text(&renamed.json(), "label")), (200, "Shop"));
    let stale = ask(&mut careful, Method::PATCH, &path, &json!({ "label": "Late" })).await;
    assert_eq!(problem(&stale), (412, "stale".to_owned()));
    let taken = ask(&mut owner, Method::PATCH, &path, &json!({ "label": "Standard Key" })).await;
    assert_eq!(problem(&taken), (409, "label_taken".to_owned()));
    for (body, field, code) in [
        (json!({ "label": "" }), "label", "too_short"),
        (json!({ "label": "a\u{202e}b" }), "label", "character"),
        (json!({ "label": "a".repeat(121) }), "label", "too_long"),
        (json!({ "label": null }), "label", "not_a_string"),
        (json!({ "active": "yes" }), "active", "not_a_boolean"),
        (json!({ "expires_at": "2026-03-01T12:00:00Z" }), "expires_at", "past"),
        (json!({ "expires_at": "tomorrow" }), "expires_at", "malformed"),
        (json!({ "value": SECRET }), "value", "unknown_field"),
        (json!({ "hint": "abcd" }), "hint", "unknown_field"),
        (json!({ "digest": "abcd" }), "digest", "unknown_field"),
    ] {
        let expected = vec![(field.to_owned(), code.to_owned())];
        assert_eq!(wrong(&post(&mut owner, &secrets, &body).await), expected, "{body}");
        assert_eq!(wrong(&ask(&mut owner, Method::PATCH, &path, &body).await), expected, "{body}");
    }

    assert_eq!(ask(&mut owner, Method::DELETE, &path, &NONE).await.status, 204);
    assert_eq!(problem(&owner.get(&path).await), (404, "not_found".to_owned()));
    assert!(!works(&world, text(&secret, "value")).await);
    assert_eq!(problem(&ask(&mut owner, Method::PUT, &link, &NONE).await), (404, "not_found".to_owned()));
});

on_both!(a_rotated_secret_and_its_successor_overlap, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let secrets = of_client("/secrets");
    let path = path_of(&mut owner, &secrets, "label", "Standard Key").await;
    let login = world.given_login("ada@example.test").await;

    let made = post(&mut owner, &format!("{path}/rotate"), &NONE).await;
    assert_eq!(made.status, 201, "{made:?}");
    let new = made.json();
    assert_eq!((text(&new, "label"), &new["expires_at"]), ("Standard Key", &NONE));
    assert_ne!(made.headers["location"].to_str().unwrap(), path);
    let old = owner.get(&path).await.json();
    assert_eq!((text(&old, "label"), text(&old, "expires_at")), ("Standard Key (old)", "2026-03-02T12:00:00Z"));
    let value = text(&new, "value").to_owned();
    assert!(works(&world, SECRET).await && works(&world, &value).await, "both are good for a day");

    // At once, by an overlap of nothing: the one of before ends, and what was given through it goes on.
    let rotate = format!("{}/rotate", made.headers["location"].to_str().unwrap());
    for body in [json!({ "overlap_seconds": -1 }), json!({ "overlap_seconds": 2_592_001 })] {
        assert_eq!(wrong(&post(&mut owner, &rotate, &body).await)[0].1, "range");
    }
    for body in [json!({ "overlap_seconds": 1.5 }), json!({ "overlap_seconds": "60" })] {
        assert_eq!(wrong(&post(&mut owner, &rotate, &body).await)[0].1, "not_an_integer");
    }
    let newest = post(&mut owner, &rotate, &json!({ "overlap_seconds": 0 })).await.json();
    assert_eq!(owner.get(rotate.trim_end_matches("/rotate")).await.json()["label"], "Standard Key (old 2)");
    assert!(!works(&world, &value).await && works(&world, text(&newest, "value")).await);
    assert!(works(&world, SECRET).await);
    world.clock.advance(Duration::from_secs(86_400));
    assert!(!works(&world, SECRET).await, "its day is over");
    let fields = [
        ("client_id", CLIENT),
        ("client_secret", text(&newest, "value")),
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&login, "refresh_token")),
    ];
    assert_eq!(world.browser().post("/oauth/token", &fields).await.status, 200, "rotating logs nobody out");
});

on_both!(the_secrets_of_a_domain_are_listed_and_unlinked, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let list = format!("{}/secrets", domain(&mut owner, "engines.example").await);
    let standard = path_of(&mut owner, &list, "label", "Standard Key").await;
    assert_eq!(owner.get(&list).await.json()["data"].as_array().unwrap().len(), 1);

    assert_eq!(ask(&mut owner, Method::DELETE, &standard, &NONE).await.status, 204);
    assert_eq!(owner.get(&list).await.json()["data"], json!([]));
    assert!(!works(&world, SECRET).await);
    let again = ask(&mut owner, Method::DELETE, &standard, &NONE).await;
    assert_eq!(problem(&again), (404, "not_found".to_owned()));
});

on_both!(mg_08_no_credential_is_found_after_the_answer_that_made_it, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await.with("idempotency-key", "once");
    let secrets = of_client("/secrets");
    let made = post(&mut owner, &secrets, &NONE).await.json();
    let replay = post(&mut owner, &secrets, &NONE).await;
    assert_eq!((replay.status.as_u16(), &replay.json()["id"], replay.json().get("value")), (201, &made["id"], None));
    let rotated = post(&mut owner, &format!("{secrets}/{}/rotate", text(&made, "id")), &NONE).await.json();
    let urls = format!("{}/urls", domain(&mut owner, "engines.example").await);
    let hook = json!({ "kind": "webhook", "url": "https://engines.example/hook" });
    let hook = post(&mut owner, &urls, &hook).await.json();
    assert!(text(&hook, "value").starts_with("whsec_"), "{hook}");
    let credentials = [&made, &rotated, &hook].map(|object| text(object, "value").to_owned());

    let hook = format!("{urls}/{}", text(&hook, "id"));
    ask(&mut owner, Method::PATCH, &hook, &json!({ "active": false })).await;
    let mut seen = String::new();
    for path in [&secrets, &urls, &hook, &format!("{secrets}/{}", text(&rotated, "id"))] {
        seen += &owner.get(path).await.body;
    }
    for rows in contents(&world.core.db).await.into_values() {
        seen += &rows.join("\n");
    }
    seen += &world.mail().await;
    for credential in credentials {
        let random = credential.rsplit('_').next().unwrap();
        assert!(!seen.contains(random), "{credential} is kept somewhere");
    }
});

//! A POST with an `Idempotency-Key` is carried out once.

use std::time::Duration;

use serde_json::json;

use super::{given_signed_in, given_token, of_client, problem};
use crate::browser::Browser;
use crate::database::contents;
use crate::world::{OTHER_CLIENT, World, on_both};

fn with_key(mut browser: Browser, key: &str) -> Browser {
    browser.headers.push(("idempotency-key".to_owned(), key.to_owned()));
    browser
}

on_both!(mg_11_a_repeat_is_answered_as_the_first_was_and_shows_no_credential, async |world: World| {
    let mut owner = with_key(given_signed_in(&world, "charles@example.test").await, "order-1");
    let body = json!({ "label": "Deployment", "permissions": ["client:read"] });
    let first = owner.post_json(&of_client("/tokens"), &body).await;
    let again = owner.post_json(&of_client("/tokens"), &body).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.headers["location"], again.headers["location"]);
    assert_eq!(first.json()["id"], again.json()["id"]);
    let value = first.json()["value"].as_str().unwrap().to_owned();
    assert_eq!(again.json().get("value"), None);
    let kept = contents(&world.core.db).await;
    assert!(!kept.values().flatten().any(|row| row.contains(&value)), "a credential is at rest");

    let other = owner.post_json(&of_client("/tokens"), &json!({ "permissions": ["client:read"] })).await;
    assert_eq!(problem(&other), (422, "idempotency_key_reused".to_owned()));
    // The same key of another route, and of another person, is another key.
    let elsewhere = format!("/admin/v1/clients/{OTHER_CLIENT}/tokens");
    assert_ne!(owner.post_json(&elsewhere, &body).await.json()["id"], first.json()["id"]);
    let mut stranger = with_key(given_signed_in(&world, "ada@example.test").await, "order-1");
    assert_eq!(problem(&stranger.post_json(&of_client("/tokens"), &body).await), (404, "not_found".to_owned()));
    // A refusal is not kept: what is right the second time is carried out.
    world.apply("[[clients]]\nid = \"client_01jd3v8m1efb9rkyq9wzvw2x4a\"\nmembers = [{ email = \"ada@example.test\", role = \"admin\" }]\n").await;
    let hers = stranger.post_json(&of_client("/tokens"), &body).await;
    assert_eq!(hers.status, 201);
    let again = stranger.post_json(&of_client("/tokens"), &body).await;
    assert_eq!(again.headers["cache-control"], "no-store");
    assert_eq!(again.json()["id"], hers.json()["id"]);
    // What was answered is repeated to nobody who may not ask any more.
    world.apply("[[clients]]\nid = \"client_01jd3v8m1efb9rkyq9wzvw2x4a\"\nmembers = [{ email = \"ada@example.test\", role = \"viewer\" }]\n").await;
    let refused = stranger.post_json(&of_client("/tokens"), &body).await;
    assert_eq!(problem(&refused), (403, "permission_missing".to_owned()));
    // After a day the key is free.
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_ne!(owner.post_json(&of_client("/tokens"), &body).await.json()["id"], first.json()["id"]);
});

on_both!(mg_11_of_many_at_once_one_is_carried_out, async |world: World| {
    let owner = given_signed_in(&world, "charles@example.test").await;
    let racers = (0..32).map(|_| {
        let mut racer = with_key(owner.clone(), "order-2");
        tokio::spawn(
            async move { racer.post_json(&of_client("/tokens"), &json!({ "permissions": ["client:read"] })).await },
        )
    });
    let racers: Vec<_> = racers.collect();
    let mut told = Vec::new();
    for racer in racers {
        let answer = racer.await.unwrap();
        match answer.status.as_u16() {
            201 => told.push(answer.json()["id"].clone()),
            _ => assert_eq!(problem(&answer), (409, "in_progress".to_owned())),
        }
    }
    told.dedup();
    assert_eq!(told.len(), 1);
    let mut owner = owner;
    assert_eq!(owner.get(&of_client("/tokens")).await.json()["data"].as_array().unwrap().len(), 1);
});

on_both!(mg_11_what_one_token_was_answered_another_is_not, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut wide = with_key(given_token(&world, &mut owner, &["domains:create"]).await, "order-3");
    let mut narrow = with_key(given_token(&world, &mut owner, &["domains:read"]).await, "order-3");
    let body = json!({ "root_domain": "third-engines.example" });
    let made = wide.post_json(&of_client("/domains"), &body).await;
    let again = wide.post_json(&of_client("/domains"), &body).await;
    assert_eq!((made.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!((&again.headers["etag"], again.json()), (&made.headers["etag"], made.json()));
    assert_eq!(problem(&narrow.post_json(&of_client("/domains"), &body).await), (403, "permission_missing".to_owned()));
});

on_both!(a_key_that_is_none_is_refused, async |world: World| {
    for key in ["", &"k".repeat(256)] {
        let mut owner = with_key(given_signed_in(&world, "charles@example.test").await, key);
        let refused = owner.post_json(&of_client("/tokens"), &json!({ "permissions": ["client:read"] })).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(refused.json()["errors"][0]["field"], json!("Idempotency-Key"));
    }
});

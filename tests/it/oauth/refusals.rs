//! What a client is told of a code, a refresh token or a secret of its own that will not do, and what its partner finds of it.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::tokens::text;
use crate::admin::{ask, given_signed_in, of_client};
use crate::browser::Answer;
use crate::world::{CALLBACK, CLIENT, VERIFIER, World, basic, on_both};

const OTHER_VERIFIER: &str = "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async fn redeem(world: &World, code: &str, redirect_uri: &str, verifier: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    world.client_post("/oauth/token", &fields).await
}

/// Told: `invalid_grant`, with the words and the reference of the newest attempt, whose reason this is.
async fn assert_refused(world: &World, answer: &Answer, reason: &str, words: &str) {
    assert_eq!((answer.status.as_u16(), &*answer.error()), (400, "invalid_grant"), "{reason}: {answer:?}");
    let told = answer.json()["error_description"].as_str().unwrap().to_owned();
    let newest = &world.attempts().await[0];
    assert_eq!(newest.reason, reason, "{told}");
    assert!(told.contains(words) && told.ends_with(&format!("(reference {})", newest.reference)), "{told}");
    assert_eq!(newest.address.as_deref(), Some("127.0.0.1"));
}

on_both!(co_05_f_29_a_code_of_ones_own_says_what_is_wrong_with_it, async |world: World| {
    let elsewhere = "https://app.engines.example/other?email=ada@example.test";
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    for (redirect_uri, verifier, reason, words) in [
        (CALLBACK, "", "verifier_missing", "no code_verifier"),
        (CALLBACK, &VERIFIER[1..], "verifier_malformed", "43 to 128"),
        (CALLBACK, OTHER_VERIFIER, "verifier_wrong", "does not fit"),
        (elsewhere, VERIFIER, "redirect_uri_differs", "redirect_uri"),
    ] {
        assert_refused(&world, &redeem(&world, &code, redirect_uri, verifier).await, reason, words).await;
    }
    assert_eq!(world.attempts().await[0].redirect_uri.as_deref(), Some("https://app.engines.example/other"));
    let tokens = world.redeem(&code).await.json();
    assert_refused(&world, &world.redeem(&code).await, "code_used", "used before").await;
    let (_, late) = world.given_code("ada@example.test", &[]).await;
    world.clock.advance(Duration::from_secs(61));
    assert_refused(&world, &world.redeem(&late).await, "code_expired", "expired").await;
    // One text for what is not one's own, whether there is such a thing or not.
    assert_refused(&world, &world.redeem("nonsense").await, "grant_unknown", "unknown, or another client's").await;
    let refresh = async |token: &str| world.refresh(token).await;
    assert_refused(&world, &refresh("nonsense").await, "grant_unknown", "unknown, or another client's").await;
    world.change_fact("consent ended").await;
    assert_refused(&world, &refresh(text(&tokens, "refresh_token")).await, "grant_ended", "has ended").await;
});

on_both!(f_09_a_damaged_secret_is_found_among_the_attempts, async |world: World| {
    let mut bodies = Vec::new();
    let damaged = [
        (format!("{}\n", world.secret), "white_space"),
        (format!(" {}", world.secret), "white_space"),
        (world.secret[..world.secret.len() - 1].to_owned(), "form"),
        (format!("{}x", &world.secret[..world.secret.len() - 1]), "checksum"),
        ("Standard Key".to_owned(), "form"),
    ];
    for (secret, seen) in &damaged {
        let mut by_basic = world.browser();
        by_basic.headers.push(basic(CLIENT, secret));
        let answer = by_basic.post("/oauth/token", &[("grant_type", "client_credentials")]).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"));
        bodies.push(answer.body);
        let newest = &world.attempts().await[0];
        assert_eq!((newest.reason.as_str(), newest.detail.as_deref()), ("secret_malformed", Some(*seen)), "{secret:?}");
    }
    // The caller is told what everybody is told.
    let fields = [("client_id", CLIENT), ("client_secret", &*world.other_secret), ("grant_type", "client_credentials")];
    bodies.push(world.browser().post("/oauth/token", &fields).await.body);
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    assert!(!bodies[0].contains("xwms_sk"));

    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let found = owner.get(&of_client("/attempts?reason=secret_malformed")).await.json();
    let fixes: Vec<&str> = found["data"].as_array().unwrap().iter().map(|it| text(it, "fix")).collect();
    assert_eq!(fixes.len(), damaged.len());
    assert!(
        fixes[4].contains("white space") && fixes[1].contains("checksum") && fixes[0].contains("label"),
        "{fixes:?}"
    );
    let question = json!({ "secret": format!("{} ", world.secret) });
    let checked = ask(&mut owner, Method::POST, &of_client("/check"), &question).await.json();
    let rule = checked["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == "secret_known").unwrap();
    assert_eq!((&rule["pass"], &rule["reason"]), (&json!(false), &json!("secret_malformed")));
});

on_both!(f_30_an_attempt_says_what_was_sent, async |world: World| {
    let mut browser = world.browser();
    browser.peer = "192.0.2.7:40000".parse().unwrap();
    let sent = format!("{CALLBACK}/?email=ada@example.test#token");
    browser.get(&world.authorize(&[("redirect_uri", &sent)])).await;
    browser.get(&world.authorize(&[("scope", "openid phone")])).await;
    world.attempts().await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let found = owner.get(&of_client("/attempts")).await.json();
    let [scope, uri] = &found["data"].as_array().unwrap()[..] else { panic!("{found}") };
    assert_eq!(
        (&uri["reason"], &uri["redirect_uri"]),
        (&json!("redirect_uri_unknown"), &json!(format!("{CALLBACK}/")))
    );
    assert_eq!((&scope["reason"], &scope["scopes"]), (&json!("scope_not_activated"), &json!(["openid", "phone"])));
    for attempt in [scope, uri] {
        assert_eq!(attempt["address"], "192.0.2.7");
        assert!(!Value::to_string(attempt).contains("ada@"), "nothing of a person: {attempt}");
    }
    let page = owner.get(&format!("/clients/{CLIENT}/attempts")).await;
    for shown in ["192.0.2.7", "Nearest registered", CALLBACK, "openid phone"] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
});

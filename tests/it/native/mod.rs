//! The native login API, as a partner's site uses it through an SDK.

mod caller;
mod envelope;
mod sign_token;
mod subject;
mod verify;

use std::time::Duration;

use axum::http::header;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::world::{CALLBACK, CLIENT, ISSUER, OTHER_CLIENT, PASSWORD, World, native_headers, on_both};

pub const STATE: &str = "st&te =+%2F/\u{e9}\u{1f600}\"<b>#?";

/// A partner's server: calls of the native API with this secret.
pub fn server(world: &World, secret: &str) -> Browser {
    let mut server = world.browser();
    server.headers = native_headers(secret);
    server
}

/// The other partner's server.
pub fn other_server(world: &World) -> Browser {
    let mut server = server(world, &world.other_secret);
    server.headers[0].1 = OTHER_CLIENT.to_owned();
    server
}

impl Browser {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A call that is right but for `changes`; null leaves a member out.
    pub async fn sign_token(&mut self, changes: Value) -> Answer {
        let mut body = json!({ "redirect_url": CALLBACK, "state": STATE });
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.post_json("/api/sign-token", &body).await
    }

    /// Where a sign-token call sends the browser.
    pub async fn sign_in_url(&mut self, changes: Value) -> String {
        let answer = self.sign_token(changes).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["data"]["url"].as_str().unwrap().to_owned()
    }

    pub async fn verify(&mut self, body: Value) -> Answer {
        self.post_json("/api/sign-token-verify", &body).await
    }

    /// Goes through whatever pages a login takes, to the answer that leads back to the partner.
    pub async fn log_in(&mut self, url: &str, email: &str) -> Answer {
        let mut answer = self.open(url).await;
        if answer.path.starts_with("/login") {
            answer = self.sign_in(&answer, email, PASSWORD).await;
        }
        if answer.path.starts_with("/consent") {
            answer = self.consent(&answer, "allow").await;
        }
        answer
    }
}

/// Ada's browser, and the callback token that it brought from a login of hers.
pub async fn given_token(world: &World, changes: Value) -> (Browser, String) {
    let mut browser = world.browser();
    let token = token_in(world, &mut browser, changes).await;
    (browser, token)
}

pub async fn token_in(world: &World, browser: &mut Browser, changes: Value) -> String {
    let url = server(world, &world.secret).sign_in_url(changes).await;
    let back = browser.log_in(&url, "ada@example.test").await;
    back.parameter("token").unwrap_or_else(|| panic!("no token: {back:?}"))
}

/// The answer is this refusal, in the envelope and nothing else.
pub fn assert_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &*answer.code()), (status, code), "{answer:?}");
    assert!(answer.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("application/json"));
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let envelope = answer.json();
    let names: Vec<&str> = envelope.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["data", "message", "status"], "{answer:?}");
    assert_eq!(envelope["status"], "error");
    assert!(!envelope["message"].as_str().unwrap().is_empty());
    let reference = envelope["data"]["reference"].as_str().unwrap();
    assert!(reference.len() == 12 && reference.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7')));
    assert_eq!(envelope["data"].get("field").is_some(), status == 422, "{answer:?}");
    assert!(envelope["data"].get("url").is_none());
}

on_both!(a_person_logs_in_natively_and_the_partner_learns_who, async |world: World| {
    for (challenge, verifier) in
        [(Value::Null, Value::Null), (crate::world::CHALLENGE.into(), crate::world::VERIFIER.into())]
    {
        // Given a partner's server that asks for a sign token,
        let mut server = server(&world, &world.secret);
        let asked = json!({ "email": "ada@example.test", "scope": "profile email", "code_challenge": challenge });
        let signed = server.sign_token(asked).await;
        assert_eq!((signed.status.as_u16(), &signed.json()["status"]), (200, &json!("success")), "{signed:?}");
        assert_eq!(signed.headers[header::CACHE_CONTROL], "no-store");
        let data = signed.json()["data"].clone();
        assert_eq!((&data["client_id"], &data["email"]), (&json!(CLIENT), &json!("ada@example.test")));
        assert_eq!(
            data["expires_at"],
            serde_json::to_value(world.clock.now().after(Duration::from_secs(600))).unwrap()
        );
        let url = data["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("{ISSUER}/")), "{url}");

        // when Ada's browser goes where it is sent, and she signs in and allows it,
        let mut browser = world.browser();
        let login = browser.open(url).await;
        assert!(login.path.starts_with("/login?flow="), "{login:?}");
        assert!(login.body.contains("value=\"ada@example.test\""), "the hint is filled in");
        let mut back = browser.sign_in(&login, "ada@example.test", PASSWORD).await;
        if challenge.is_null() {
            assert!(back.path.starts_with("/consent?flow="), "{back:?}");
            assert!(back.body.contains("Analytical Engines") && back.body.contains("app.engines.example"));
            back = browser.consent(&back, "allow").await;
        }

        // then it comes back with a token and the very same state, and nothing else,
        assert_eq!(back.status, 303, "{back:?}");
        assert_eq!(back.headers["referrer-policy"], "no-referrer");
        let target = url::Url::parse(back.location()).unwrap();
        assert_eq!(&target[..url::Position::AfterPath], CALLBACK);
        let names: Vec<_> = target.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["token", "state"]);
        assert_eq!(back.parameter("state").unwrap().as_bytes(), STATE.as_bytes());

        // which says who she is.
        let token = back.parameter("token").unwrap();
        let body = json!({ "token": token, "redirect_url": CALLBACK, "code_verifier": verifier, "sdk": ["ignored"] });
        let answer = server.verify(body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        let data = answer.json()["data"].clone();
        let sub: u64 = data["sub"].as_str().unwrap().parse().unwrap();
        assert!((1_000_000_000_000..1 << 53).contains(&sub));
        let ada = json!({
            "sub": sub.to_string(), "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace",
            "email": "ada@example.test", "email_verified": true, "picture": null,
        });
        assert_eq!(data, ada);
    }
});

on_both!(the_second_login_asks_for_nothing, async |world: World| {
    let (mut browser, _) = given_token(&world, json!({})).await;
    let url = server(&world, &world.secret).sign_in_url(json!({ "state": null })).await;
    let back = browser.get(&url).await;
    assert!(back.location().starts_with(&format!("{CALLBACK}?token=xwms_ct_")), "{back:?}");
    assert_eq!(back.parameter("state"), None, "what was not sent does not come back");
    // A login that is over stays over.
    let again = browser.get(&url).await;
    assert_eq!((again.status.as_u16(), again.location()), (410, ""));
});

on_both!(a_person_who_says_no_goes_back_with_that, async |world: World| {
    for (state, back_there) in [(json!(STATE), true), (Value::Null, false)] {
        let url = server(&world, &world.secret).sign_in_url(json!({ "state": state })).await;
        let mut browser = world.browser();
        let login = browser.open(&url).await;
        let consent = browser.sign_in(&login, "ada@example.test", PASSWORD).await;
        let back = browser.consent(&consent, "deny").await;
        assert!(back.location().starts_with(&format!("{CALLBACK}?error=access_denied")), "{back:?}");
        assert_eq!(back.parameter("state").as_deref(), back_there.then_some(STATE));
        let named = url::Url::parse(back.location()).unwrap().query_pairs().count();
        assert_eq!(named, 1 + usize::from(back_there), "error and state alone: {}", back.location());
        assert_eq!(browser.get(&url).await.status, 410);
    }
});

on_both!(a_native_login_stays_with_the_browser_that_opened_it, async |world: World| {
    let url = server(&world, &world.secret).sign_in_url(json!({})).await;
    let mut first = world.browser();
    let login = first.open(&url).await;
    let (mut second, _) = given_token(&world, json!({})).await;
    for path in [url.clone(), format!("/oauth/continue?flow={}", login.hidden("flow").unwrap())] {
        let answer = second.get(&path).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (403, ""), "{path}");
    }
    let mut back = first.sign_in(&login, "ada@example.test", PASSWORD).await;
    if back.path.starts_with("/consent") {
        back = first.consent(&back, "allow").await;
    }
    assert!(back.parameter("token").is_some(), "{back:?}");
});

on_both!(a_sign_token_lives_ten_minutes, async |world: World| {
    let mut server = server(&world, &world.secret);
    let (early, late) = (server.sign_in_url(json!({})).await, server.sign_in_url(json!({})).await);
    world.clock.advance(Duration::from_secs(599));
    assert!(world.browser().open(&early).await.path.starts_with("/login"));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.browser().open(&late).await.status, 410);
    for token in ["", "nonsense", "xwms_st_", &"x".repeat(5000)] {
        assert_eq!(world.browser().get(&format!("/oauth/sign-in?token={token}")).await.status, 410);
    }
});

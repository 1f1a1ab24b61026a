//! What a sign token is given for.

use serde_json::{Value, json};

use super::{assert_refused, given_token, server};
use crate::oauth::redirect_uri::NEIGHBOURS;
use crate::world::{CALLBACK, CHALLENGE, PASSWORD, SECOND_CALLBACK, SECOND_SECRET, World, on_both};

on_both!(na_04_a_neighbour_of_the_redirect_url_is_unknown, async |world: World| {
    let others = ["https://shop.notes.example/cb", "https://app.engines.example/", "x", "//app.engines.example/cb"];
    for uri in NEIGHBOURS.into_iter().chain(others) {
        for named in ["", "engines.example", "app.engines.example"] {
            let mut server = server(&world, &world.secret).with("x-client-domain", named);
            let answer = server.sign_token(json!({ "redirect_url": uri })).await;
            assert_refused(&answer, 422, "redirect_url_unknown");
            assert_eq!(answer.json()["data"]["field"], "redirect_url");
            assert!(!answer.body.contains("evil.test"));
        }
    }
});

on_both!(a_redirect_url_that_is_off_is_refused_with_the_reason, async |world: World| {
    let url = |active| format!("urls = [{{ kind = \"callback\", url = \"{CALLBACK}\", active = {active} }}]");
    for (off, on, reason) in [
        ("active = false".to_owned(), "active = true".to_owned(), "domain_inactive"),
        ("allow_login = false".to_owned(), "allow_login = true".to_owned(), "login_not_allowed"),
        (url(false), url(true), "redirect_uri_inactive"),
    ] {
        world.change_domain(&off).await;
        for named in ["", "engines.example"] {
            let mut server = server(&world, &world.secret).with("x-client-domain", named);
            let answer = server.sign_token(json!({})).await;
            assert_refused(&answer, 403, reason);
            let (reference, attempts) = (answer.json()["data"]["reference"].clone(), world.attempts().await);
            let noted = attempts.iter().find(|attempt| reference == *attempt.reference);
            assert_eq!(noted.map(|attempt| &*attempt.reason), Some(reason));
        }
        world.change_domain(&on).await;
        assert_eq!(server(&world, &world.secret).sign_token(json!({})).await.status, 200, "{reason} undone");
    }
});

on_both!(a_loopback_callback_is_met_in_test_mode_with_any_port, async |world: World| {
    let at = |port: u16| format!("http://127.0.0.1:{port}/cb");
    let urls = format!("urls = [{{ kind = \"callback\", url = \"{}\" }}]\ntest_mode = true", at(8081));
    world.change_domain(&urls).await;
    let mut server = server(&world, &world.secret);
    for url in [at(8081), at(40_000)] {
        assert_eq!(server.sign_token(json!({ "redirect_url": url })).await.status, 200);
        let mut named = server.clone().with("x-client-domain", "127.0.0.1");
        assert_eq!(named.sign_token(json!({ "redirect_url": url })).await.status, 200);
    }
    for url in ["http://localhost:8081/cb", "http://127.0.0.2:8081/cb", "http://127.0.0.1:8081/cb/"] {
        assert_refused(&server.sign_token(json!({ "redirect_url": url })).await, 422, "redirect_url_unknown");
    }

    // Ada is no tester: she sees a page, and nothing goes back; Charles is a member.
    let url = server.sign_in_url(json!({ "redirect_url": at(40_000) })).await;
    let answer = world.browser().log_in(&url, "ada@example.test").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (403, ""), "{answer:?}");
    let url = server.sign_in_url(json!({ "redirect_url": at(40_000) })).await;
    let back = world.browser().log_in(&url, "charles@example.test").await;
    assert!(back.location().starts_with(&format!("{}?token=", at(40_000))), "{back:?}");
});

on_both!(members_are_checked_one_by_one, async |world: World| {
    let long = "x".repeat(2049);
    let rows = [
        (json!({ "redirect_url": null }), "redirect_url", "required"),
        (json!({ "redirect_url": "" }), "redirect_url", "required"),
        (json!({ "redirect_url": [CALLBACK] }), "redirect_url", "not_a_string"),
        (json!({ "state": 7 }), "state", "not_a_string"),
        (json!({ "state": long }), "state", "too_long"),
        (json!({ "email": {} }), "email", "not_a_string"),
        (json!({ "email": long }), "email", "too_long"),
        (json!({ "scope": "profile phone" }), "scope", "invalid_scope"),
        (json!({ "scope": "profile unheard-of" }), "scope", "invalid_scope"),
        (json!({ "scope": "pro\"file" }), "scope", "invalid_scope"),
        (json!({ "scope": "x".repeat(5000) }), "scope", "invalid_scope"),
        (json!({ "scope": true }), "scope", "not_a_string"),
        (json!({ "code_challenge": "short" }), "code_challenge", "invalid"),
        (json!({ "code_challenge": format!("{}=", &CHALLENGE[1..]) }), "code_challenge", "invalid"),
        (json!({ "code_challenge": 1 }), "code_challenge", "not_a_string"),
    ];
    let mut server = server(&world, &world.secret);
    for (changes, field, code) in rows {
        let answer = server.sign_token(changes.clone()).await;
        assert_refused(&answer, 422, code);
        assert_eq!(answer.json()["data"]["field"], field, "{changes}");
    }
    let named = server.sign_token(json!({ "scope": "profile phone" })).await.body;
    assert!(named.contains("phone") && !named.contains("profile"), "{named}");
    // What is null, empty or unknown counts as absent.
    let absent = json!({ "state": null, "email": "", "scope": "", "code_challenge": null, "sdk": { "deep": [1] } });
    assert_eq!(server.sign_token(absent).await.status, 200);
});

on_both!(no_scope_means_what_is_activated_and_no_refresh, async |world: World| {
    let url = server(&world, &world.secret).sign_in_url(json!({ "scope": null })).await;
    let mut browser = world.browser();
    let login = browser.open(&url).await;
    let consent = browser.sign_in(&login, "ada@example.test", PASSWORD).await;
    assert!(consent.path.starts_with("/consent"), "{consent:?}");
    let back = browser.consent(&consent, "allow").await;
    assert!(back.parameter("token").is_some());
    // The consent holds for a login that asks for the same, and not for one that asks for more.
    let same = world.authorize(&[("scope", "openid profile email")]);
    assert!(browser.get(&same).await.parameter("code").is_some());
    let more = world.authorize(&[("scope", "openid profile email offline_access")]);
    assert!(browser.open(&more).await.path.starts_with("/consent"));
});

on_both!(only_what_is_granted_is_told, async |world: World| {
    for (scope, name, email) in [
        ("openid", Value::Null, Value::Null),
        ("profile", "Ada Lovelace".into(), Value::Null),
        ("email", Value::Null, "ada@example.test".into()),
    ] {
        let (_, token) = given_token(&world, json!({ "scope": scope })).await;
        let data = server(&world, &world.secret).verify(json!({ "token": token })).await.json()["data"].clone();
        assert_eq!((&data["name"], &data["email"]), (&name, &email), "{scope}");
        assert_eq!(data["email_verified"].is_null(), email.is_null());
        assert!(data["sub"].is_string());
    }
});

on_both!(the_redirect_url_names_the_domain, async |world: World| {
    let second = json!({ "redirect_url": SECOND_CALLBACK });
    let (mut first_server, mut second_server) = (server(&world, &world.secret), server(&world, SECOND_SECRET));
    assert_eq!(second_server.sign_token(second.clone()).await.status, 200);
    assert_refused(&first_server.sign_token(second.clone()).await, 403, "secret_not_linked");
    assert_refused(&second_server.sign_token(json!({})).await, 403, "secret_not_linked");
    // Named, it has to be the one that the URL belongs to.
    let mut named = server(&world, &world.secret).with("x-client-domain", "engines.example");
    assert_refused(&named.sign_token(second.clone()).await, 422, "redirect_url_unknown");
    let mut named = server(&world, SECOND_SECRET).with("x-client-domain", "engines.example");
    assert_refused(&named.sign_token(second).await, 403, "secret_not_linked");
    // Whether it is in use or not.
    world.change_fact("login off").await;
    let mut named = server(&world, SECOND_SECRET).with("x-client-domain", "more-engines.example");
    assert_refused(&named.sign_token(json!({})).await, 422, "redirect_url_unknown");
});

//! The authorization endpoint.

use axum::http::Method;

use crate::browser::Answer;
use crate::world::{CALLBACK, CLIENT, ISSUER, PASSWORD, World, on_both};

/// The answer is an error at the callback, with the same `state` and our `iss`.
pub fn assert_back(answer: &Answer, error: &str) {
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(answer.location().starts_with(&format!("{CALLBACK}?")), "{}", answer.location());
    assert_eq!(answer.parameter("error").as_deref(), Some(error), "{}", answer.location());
    assert_eq!(answer.parameter("state").as_deref(), Some("st&te"), "{}", answer.location());
    assert_eq!(answer.parameter("iss").as_deref(), Some(ISSUER), "{}", answer.location());
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
}

/// The answer is a page with a reference, and leads nowhere.
pub fn assert_page(answer: &Answer) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.location(), "");
    assert!(answer.body.contains("Reference:"), "{}", answer.body);
}

on_both!(a_person_logs_in_and_the_partner_gets_tokens, async |world: World| {
    // Given a browser that knows nothing, a partner's site sends it to us.
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    assert!(login.path.starts_with("/login?flow="), "{}", login.path);

    // When the person signs in and allows what is asked,
    let consent = browser.sign_in(&login, "ada@example.test", PASSWORD).await;
    assert!(consent.path.starts_with("/consent?flow="), "{consent:?}");
    assert!(consent.body.contains("Analytical Engines") && consent.body.contains("app.engines.example"));
    let back = browser.consent(&consent, "allow").await;

    // then the code goes to the callback with state and issuer, and redeems once.
    assert!(back.location().starts_with(CALLBACK), "{back:?}");
    assert_eq!(back.parameter("state").as_deref(), Some("st&te"));
    assert_eq!(back.parameter("iss").as_deref(), Some(ISSUER));
    let tokens = world.redeem(&back.parameter("code").unwrap()).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let tokens = tokens.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "email offline_access openid profile");
    let userinfo = world.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!(userinfo["email"], "ada@example.test");
    assert_eq!(userinfo["name"], "Ada Lovelace");

    // And the second login asks for nothing: one request, one redirect.
    let again = browser.get(&world.authorize(&[])).await;
    assert!(again.parameter("code").is_some(), "{again:?}");
});

on_both!(az_01_an_unknown_client_is_a_page_and_so_is_a_foreign_redirect_uri, async |world: World| {
    let mut browser = world.browser();
    for changes in [
        [("client_id", "client_01jd3v8m1efb9rkyq9wzvw2x4z")],
        [("client_id", "nonsense<script>")],
        [("client_id", "")],
        [("redirect_uri", "https://evil.test/cb")],
        [("redirect_uri", "")],
    ] {
        let answer = browser.get(&world.authorize(&changes)).await;
        assert_page(&answer);
        assert!(!answer.body.contains("evil.test") && !answer.body.contains("<script>"), "{}", answer.body);
    }
});

on_both!(az_02_only_codes_are_given_at_the_front_channel, async |world: World| {
    let mut browser = world.browser();
    for (response_type, error) in [
        ("token", "unsupported_response_type"),
        ("id_token", "unsupported_response_type"),
        ("code id_token", "unsupported_response_type"),
        ("", "invalid_request"),
    ] {
        assert_back(&browser.get(&world.authorize(&[("response_type", response_type)])).await, error);
    }
});

on_both!(az_03_a_repeated_parameter_is_refused, async |world: World| {
    let mut browser = world.browser();
    let path = world.authorize(&[]);
    for (name, value) in [("client_id", CLIENT), ("client_id", "other"), ("redirect_uri", "https%3A%2F%2Fevil.test")] {
        assert_page(&browser.get(&format!("{path}&{name}={value}")).await);
    }
    for name in ["scope", "nonce", "response_type", "code_challenge", "prompt=login&prompt"] {
        assert_back(&browser.get(&format!("{path}&{name}=code")).await, "invalid_request");
    }
    // A repeated state is not sent back at all: nobody can tell which one is right.
    let answer = browser.get(&format!("{path}&state=other")).await;
    assert_eq!((answer.parameter("error").as_deref(), answer.parameter("state")), (Some("invalid_request"), None));
    // Unknown ones are ignored, however often.
    let answer = browser.get(&format!("{path}&utm=1&utm=2")).await;
    assert!(answer.location().starts_with("/login?"), "{answer:?}");
});

on_both!(az_04_an_endless_scope_is_refused_unread, async |world: World| {
    let mut browser = world.browser();
    for scope in ["a ".repeat(2000), "openid ".repeat(1000), "x".repeat(60_000)] {
        assert_back(&browser.get(&world.authorize(&[("scope", scope.trim())])).await, "invalid_scope");
    }
    assert_back(&browser.get(&world.authorize(&[("scope", "")])).await, "invalid_scope");
    assert_back(&browser.get(&world.authorize(&[("scope", "openid phone")])).await, "invalid_scope");
});

on_both!(az_07_request_objects_are_not_supported, async |world: World| {
    let mut browser = world.browser();
    assert_back(&browser.get(&world.authorize(&[("request", "e30.e30.")])).await, "request_not_supported");
    let answer = browser.get(&world.authorize(&[("request_uri", "http://169.254.169.254/")])).await;
    assert_back(&answer, "request_uri_not_supported");
    for mode in ["form_post", "fragment", "web_message"] {
        assert_back(&browser.get(&world.authorize(&[("response_mode", mode)])).await, "invalid_request");
    }
});

on_both!(az_08_prompt_and_max_age_are_kept, async |world: World| {
    let mut browser = world.browser();
    // Nobody is signed in.
    assert_back(&browser.get(&world.authorize(&[("prompt", "none")])).await, "login_required");
    assert_back(&browser.get(&world.authorize(&[("prompt", "none login")])).await, "invalid_request");
    assert_back(&browser.get(&world.authorize(&[("max_age", "soon")])).await, "invalid_request");
    // Signed in, and never asked.
    let login = browser.open("/login").await;
    browser.sign_in(&login, "ada@example.test", PASSWORD).await;
    assert_back(&browser.get(&world.authorize(&[("prompt", "none")])).await, "consent_required");
    world.code_in(&mut browser, "ada@example.test", &[]).await;
    let silent = browser.get(&world.authorize(&[("prompt", "none")])).await;
    assert!(silent.parameter("code").is_some(), "{silent:?}");

    // A fresh login is asked for: the password again, and a fresh auth_time.
    for changes in [("prompt", "login"), ("max_age", "0")] {
        world.clock.advance(std::time::Duration::from_secs(60));
        let page = browser.open(&world.authorize(&[changes])).await;
        assert!(page.path.starts_with("/login?flow="), "{page:?}");
        let flow = page.hidden("flow").unwrap();
        let around = browser.open(&format!("/oauth/continue?flow={flow}")).await;
        assert!(around.path.starts_with("/login?flow="), "the old session must not do: {around:?}");
        let back = browser.sign_in(&page, "ada@example.test", PASSWORD).await;
        let tokens = world.redeem(&back.parameter("code").unwrap()).await.json();
        let claims = crate::oauth::tokens::claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(claims["auth_time"], world.clock.now().seconds());
    }
    // An old session is too old, a young one is not.
    world.clock.advance(std::time::Duration::from_secs(120));
    assert_back(&browser.get(&world.authorize(&[("prompt", "none"), ("max_age", "60")])).await, "login_required");
    assert!(browser.get(&world.authorize(&[("max_age", "600")])).await.parameter("code").is_some());
});

on_both!(az_09_no_answer_leaks_to_another_site, async |world: World| {
    let mut browser = world.browser();
    browser.headers.push(("origin".to_owned(), "https://evil.test".to_owned()));
    let answer = browser.get(&world.authorize(&[])).await;
    assert!(answer.headers.get("access-control-allow-origin").is_none());
    browser.headers.clear();
    let page = browser.open(&world.authorize(&[])).await;
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");
    assert!(!page.body.contains("http://") && !page.body.contains("https://"), "no foreign asset: {}", page.body);
    assert!(!page.body.contains("<script") && !page.body.contains(" style="));
});

on_both!(az_10_host_and_forwarded_headers_decide_nothing, async |world: World| {
    let mut browser = world.browser();
    browser.headers.push(("x-forwarded-host".to_owned(), "evil.test".to_owned()));
    browser.headers.push(("x-forwarded-proto".to_owned(), "https".to_owned()));
    browser.headers.push(("forwarded".to_owned(), "host=evil.test;proto=https".to_owned()));
    let discovery = browser.get("/.well-known/openid-configuration").await;
    assert_eq!(discovery.json()["issuer"], ISSUER);
    assert!(!discovery.body.contains("evil.test"));
    let page = browser.open("/forgot").await;
    let csrf = page.hidden("csrf").unwrap();
    browser.post("/forgot", &[("email", "ada@example.test"), ("csrf", &csrf)]).await;
    let mail = world.mail().await;
    assert!(mail.contains(&format!("{ISSUER}/reset")) && !mail.contains("evil.test"), "{mail}");

    let mut stranger = world.browser();
    stranger.headers.push(("host".to_owned(), "evil.test".to_owned()));
    for path in ["/.well-known/openid-configuration", "/login", "/api/info", "/oauth/authorize"] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, 421, "{path}");
        assert!(answer.headers.get("set-cookie").is_none() && !answer.body.contains("evil.test"));
    }
    assert!(stranger.get("/login").await.body.contains(ISSUER), "the page links to the right address");
    assert_eq!(stranger.get("/healthz").await.status, 200);
    assert_eq!(stranger.get("/readyz").await.status, 200);
});

on_both!(az_11_a_login_stays_with_the_browser_that_began_it, async |world: World| {
    // Given an attacker who begins a login and sends the victim, who is signed in, its inner addresses.
    let mut attacker = world.browser();
    let page = attacker.open(&world.authorize(&[])).await;
    let flow = page.hidden("flow").unwrap();
    let (mut victim, _) = world.given_code("ada@example.test", &[]).await;
    for path in ["/login", "/consent", "/oauth/continue", "/verify-email"] {
        let answer = victim.get(&format!("{path}?flow={flow}")).await;
        assert_eq!(answer.status, 403, "{path}: {answer:?}");
        assert_eq!(answer.location(), "");
    }
    // Then the attacker's login has not moved.
    let still = attacker.open(&format!("/oauth/continue?flow={flow}")).await;
    assert!(still.path.starts_with("/login?flow="), "{still:?}");
});

on_both!(a_cross_site_post_is_sent_on_as_a_get, async |world: World| {
    let (mut browser, _) = world.given_code("ada@example.test", &[]).await;
    let query = world.authorize(&[]);
    let query = query.split_once('?').unwrap().1.to_owned();
    let cookies = std::mem::take(&mut browser.cookies);
    let answer = browser
        .send(Method::POST, "/oauth/authorize", Some("application/x-www-form-urlencoded"), query.into_bytes())
        .await;
    assert_eq!(answer.status, 303);
    browser.cookies = cookies;
    let answer = browser.follow(answer).await;
    assert!(answer.parameter("code").is_some(), "{answer:?}");
});

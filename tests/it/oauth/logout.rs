//! Logout that a partner's site asks for (OpenID Connect RP-Initiated Logout).

use std::time::Duration;

use crate::browser::{Answer, Browser};
use crate::pages::{ADA, CHARLES, cookie_names, signed_in, submit, who};
use crate::world::{CLIENT, OTHER_CLIENT, World, on_both};

const AFTERWARDS: &str = "https://app.engines.example/";

/// Ada's browser after a login, and what the login gave.
async fn given_login(world: &World) -> (Browser, serde_json::Value) {
    let (browser, code) = world.given_code(ADA, &[]).await;
    let tokens = world.redeem(&code).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    (browser, tokens.json())
}

fn logout(parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/oauth/logout?{query}")
}

fn id_token(tokens: &serde_json::Value) -> &str {
    tokens["id_token"].as_str().unwrap()
}

/// It asks first, and nothing has happened yet.
async fn assert_asks(browser: &mut Browser, answer: &Answer) -> Answer {
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(answer.location().starts_with("/logout?flow="), "{answer:?}");
    assert!(!cookie_names(answer).contains(&"xwms_session".to_owned()), "{answer:?}");
    let page = browser.get(answer.location()).await;
    assert!(page.status == 200 && page.body.contains("Log out of XWMS?"), "{page:?}");
    assert!(who(browser).await.is_some());
    page
}

on_both!(a_hint_of_this_session_ends_it_and_goes_on, async |world: World| {
    let (mut browser, tokens) = given_login(&world).await;
    let mut before = browser.clone();
    let path =
        logout(&[("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", AFTERWARDS), ("state", "st&te é")]);
    let answer = browser.get(&path).await;
    assert_eq!(answer.status, 303);
    assert!(answer.location().starts_with(&format!("{AFTERWARDS}?state=")), "{answer:?}");
    assert_eq!(answer.parameter("state").as_deref(), Some("st&te é"));
    for (name, value) in [("referrer-policy", "no-referrer"), ("cache-control", "no-store")] {
        assert_eq!(answer.headers[name], value);
    }

    // The cookie is taken away, and is worth nothing where it was kept: not even behind the back button.
    assert!(!browser.cookies.contains_key("xwms_session"));
    assert_eq!((who(&mut browser).await, who(&mut before).await), (None, None));
    let again = before.open(&world.authorize(&[])).await;
    assert!(again.path.starts_with("/login?flow="), "{again:?}");

    // What stays connected while the person is away goes on.
    let refreshed = world.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert_eq!(world.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 200);

    // A second time there is nobody to log out; the site gets its answer all the same.
    let again = browser.get(&path).await;
    assert_eq!(again.location(), answer.location());
});

on_both!(an_expired_hint_and_one_from_a_refresh_are_good_ones, async |world: World| {
    for age in [Duration::from_secs(2 * 3600), Duration::from_secs(0)] {
        let (mut browser, mut tokens) = given_login(&world).await;
        world.clock.advance(age);
        if age.is_zero() {
            tokens = world.refresh(tokens["refresh_token"].as_str().unwrap()).await.json();
        }
        assert_eq!(who(&mut browser).await.as_deref(), Some(ADA));
        let answer = browser.get(&logout(&[("id_token_hint", id_token(&tokens))])).await;
        assert_eq!(answer.location(), "/signed-out");
        assert_eq!(who(&mut browser).await, None);
        let page = browser.follow(answer).await;
        assert!(page.status == 200 && page.body.contains("You are logged out"), "{page:?}");
    }
});

on_both!(ol_01_without_a_hint_of_this_session_nobody_is_logged_out_unasked, async |world: World| {
    let (_, adas_elsewhere) = given_login(&world).await;
    let (mut browser, tokens) = given_login(&world).await;
    let (_, code) = world.given_code(CHARLES, &[]).await;
    let charles = world.redeem(&code).await.json();
    let good = id_token(&tokens);
    let (head, rest) = good.split_once('.').unwrap();
    let unsigned = format!("{head}.{}.", rest.split_once('.').unwrap().0);
    let (start, end) = good.split_at(good.len() - 10);
    let tampered = format!("{start}{}{}", if end.starts_with('A') { "B" } else { "A" }, &end[1..]);
    for (why, hint) in [
        ("none", ""),
        ("another session of hers", id_token(&adas_elsewhere)),
        ("somebody else's", id_token(&charles)),
        ("an access token", tokens["access_token"].as_str().unwrap()),
        ("a refresh token", tokens["refresh_token"].as_str().unwrap()),
        ("no signature", unsigned.as_str()),
        ("a bad signature", tampered.as_str()),
        ("nonsense", "e30.e30.e30"),
    ] {
        for uri in ["", AFTERWARDS] {
            let fields =
                [("id_token_hint", hint), ("client_id", CLIENT), ("post_logout_redirect_uri", uri), ("state", "s")];
            let answer = browser.get(&logout(&fields)).await;
            let page = assert_asks(&mut browser, &answer).await;
            assert_eq!(page.body.contains("app.engines.example"), !uri.is_empty(), "{why}: {}", page.body);
        }
    }
    // An image or a frame on another site brings no cookie; its answer takes none away either.
    let mut image = world.browser();
    for path in ["/oauth/logout".to_owned(), logout(&[("id_token_hint", id_token(&adas_elsewhere))])] {
        let answer = image.get(&path).await;
        assert_eq!(answer.status, 303);
        assert!(!cookie_names(&answer).contains(&"xwms_session".to_owned()), "{answer:?}");
    }
    assert_eq!(browser.get("/logout").await.status, 200);
    assert_eq!(who(&mut browser).await.as_deref(), Some(ADA));
});

on_both!(who_says_yes_is_logged_out_and_goes_on, async |world: World| {
    let mut browser = signed_in(&world, ADA).await;
    let mut before = browser.clone();
    let fields = [("client_id", CLIENT), ("post_logout_redirect_uri", AFTERWARDS), ("state", "st&te")];
    let answer = browser.get(&logout(&fields)).await;
    let page = assert_asks(&mut browser, &answer).await;
    assert!(page.body.contains(ADA), "it says who: {}", page.body);

    // Not without the page's token, not in another browser, not by a GET,
    let flow = page.hidden("flow").unwrap();
    assert_eq!(browser.post("/logout", &[("flow", &flow)]).await.status, 403);
    let mut other = signed_in(&world, ADA).await;
    assert_eq!(other.get(&format!("/logout?flow={flow}")).await.status, 403);
    let own = other.get("/logout").await;
    let answer = other.post("/logout", &[("flow", &flow), ("csrf", &own.hidden("csrf").unwrap())]).await;
    assert_eq!(answer.status, 403);
    browser.get(&format!("/logout?flow={flow}&csrf={}", page.hidden("csrf").unwrap())).await;
    assert_eq!((who(&mut browser).await.as_deref(), who(&mut other).await.as_deref()), (Some(ADA), Some(ADA)));

    // but with it, once.
    let answer = submit(&mut browser, &page, "/logout", &[]).await;
    assert_eq!(answer.location(), format!("{AFTERWARDS}?state=st%26te"));
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    assert_eq!((who(&mut browser).await, who(&mut before).await), (None, None));
    assert_eq!(who(&mut other).await.as_deref(), Some(ADA), "her other browsers stay signed in");
    let mut ada = signed_in(&world, ADA).await;
    ada.cookies.insert("xwms_browser".to_owned(), browser.cookies["xwms_browser"].clone());
    assert_eq!(ada.get(&format!("/logout?flow={flow}")).await.status, 410);
});

on_both!(a_url_that_is_not_registered_for_logout_is_not_gone_to, async |world: World| {
    for uri in [
        "https://app.engines.example",
        "https://app.engines.example/?x=1",
        "https://app.engines.example/#f",
        "https://APP.engines.example/",
        "https://app.engines.example:443/",
        "https://app.engines.example/cb",
        "https://evil.test/",
        "//evil.test/",
        "javascript:alert(1)",
        "https://app.engines.example@evil.test/",
    ] {
        let (mut browser, tokens) = given_login(&world).await;
        let fields = [("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", uri), ("state", "s")];
        let answer = browser.get(&logout(&fields)).await;
        assert_eq!(answer.location(), "/signed-out", "{uri}");
        assert_eq!(who(&mut browser).await, None, "{uri}");
        // Asked first, it is no better.
        let mut asked = signed_in(&world, ADA).await;
        let answer = asked.get(&logout(&[("client_id", CLIENT), ("post_logout_redirect_uri", uri)])).await;
        let page = assert_asks(&mut asked, &answer).await;
        assert!(!page.body.contains("Afterwards you go to") && !page.body.contains("evil.test"), "{}", page.body);
        assert_eq!(submit(&mut asked, &page, "/logout", &[]).await.location(), "/signed-out", "{uri}");
    }
});

on_both!(the_url_is_one_of_the_client_that_asks, async |world: World| {
    // Another client's id beside the hint, a client that is none, and a domain that is off.
    for client in [OTHER_CLIENT, "client_01jd3v8m1efb9rkyq9wzvw2x4z", "nonsense"] {
        let (mut browser, tokens) = given_login(&world).await;
        let fields =
            [("id_token_hint", id_token(&tokens)), ("client_id", client), ("post_logout_redirect_uri", AFTERWARDS)];
        let answer = browser.get(&logout(&fields)).await;
        assert!(!answer.location().contains("engines.example"), "{client}: {answer:?}");
    }
    let (mut browser, tokens) = given_login(&world).await;
    world.change_domain("active = false").await;
    let fields = [("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", AFTERWARDS)];
    assert_eq!(browser.get(&logout(&fields)).await.location(), "/signed-out");
    assert_eq!(who(&mut browser).await, None, "the session is ours to end all the same");
});

on_both!(a_logout_by_post_is_the_same, async |world: World| {
    let (mut browser, tokens) = given_login(&world).await;
    let fields = [("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", AFTERWARDS), ("state", "s&t")];
    // From another site the cookie comes only with the GET that follows.
    let cookies = std::mem::take(&mut browser.cookies);
    browser.headers.push(("origin".to_owned(), "https://app.engines.example".to_owned()));
    let answer = browser.post("/oauth/logout", &fields).await;
    assert_eq!(answer.status, 303);
    browser.headers.clear();
    browser.cookies = cookies;
    let answer = browser.follow(answer).await;
    assert_eq!(answer.location(), format!("{AFTERWARDS}?state=s%26t"));
    assert_eq!(who(&mut browser).await, None);
    // Without a hint it asks, too.
    let mut ada = signed_in(&world, ADA).await;
    let answer = ada.post("/oauth/logout", &[("client_id", CLIENT)]).await;
    let answer = ada.get(answer.location()).await;
    assert_asks(&mut ada, &answer).await;
});

on_both!(a_logout_that_makes_no_sense_is_a_page, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    for name in ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"] {
        let answer = ada.get(&format!("/oauth/logout?{name}=a&{name}=b")).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (400, ""), "{name}");
    }
    let long = "s".repeat(2049);
    for query in [format!("state={long}"), "state=%ff".to_owned()] {
        assert_eq!(ada.get(&format!("/oauth/logout?{query}")).await.status, 400);
    }
    assert_eq!(who(&mut ada).await.as_deref(), Some(ADA));
    // What is unknown is ignored.
    let answer = ada.get("/oauth/logout?utm=1&utm=2&id_token_hint=").await;
    assert_asks(&mut ada, &answer).await;
    // Nobody is signed in: there is nothing to ask.
    let mut nobody = world.browser();
    assert_eq!(nobody.get("/oauth/logout").await.location(), "/signed-out");
    assert_eq!(nobody.get("/logout").await.location(), "/signed-out");
    let fields = [("client_id", CLIENT), ("post_logout_redirect_uri", AFTERWARDS)];
    let answer = nobody.get(&logout(&fields)).await;
    assert_eq!(answer.location(), AFTERWARDS, "a site that has proven who it is gets its person back");
    world.sql("UPDATE domains SET ownership = 'unproven'").await;
    world.core.snapshots.forget_all();
    assert_eq!(nobody.get(&logout(&fields)).await.location(), "/signed-out", "and no other");
});

on_both!(a_url_that_is_not_registered_for_logout_is_found_among_the_attempts, async |world: World| {
    let sent = "https://app.engines.example?email=ada@example.test";
    let mut nobody = world.browser();
    nobody.get(&logout(&[("client_id", CLIENT), ("post_logout_redirect_uri", sent)])).await;
    let newest = &world.attempts().await[0];
    assert_eq!(newest.reason, "logout_url_unknown");
    assert_eq!(newest.redirect_uri.as_deref(), Some("https://app.engines.example"));
    assert!(newest.domain_id.is_some());
});

on_both!(who_logs_out_of_xwms_itself_leaves_nothing_to_the_next_person, async |world: World| {
    let (mut browser, tokens) = given_login(&world).await;
    let waiting = browser.open(&world.authorize(&[("prompt", "consent")])).await;
    let start = browser.get("/").await;
    assert_eq!(start.headers["cache-control"], "no-store", "behind the back button is nothing");
    let answer = submit(&mut browser, &start, "/logout", &[]).await;
    assert_eq!(answer.location(), "/signed-out");

    // The next person at the same browser gets neither her session nor her half-finished login.
    let flow = waiting.hidden("flow").unwrap();
    let page = browser.open(&format!("/consent?flow={flow}")).await;
    assert!(page.path.starts_with("/login?flow=") && !page.body.contains(ADA), "{page:?}");
    assert_eq!(submit(&mut browser, &waiting, "/consent", &[("decision", "allow")]).await.status, 403);
    let next = browser.sign_in(&page, CHARLES, crate::world::PASSWORD).await;
    assert!(next.path.starts_with("/consent") && next.body.contains(CHARLES) && !next.body.contains(ADA), "{next:?}");
    // Ada's old hint does not end the next person's session.
    let answer = browser.get(&logout(&[("id_token_hint", id_token(&tokens))])).await;
    assert_asks(&mut browser, &answer).await;
});

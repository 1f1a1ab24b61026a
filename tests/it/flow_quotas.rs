//! What a stranger can begin: so many logins, by browser, by network, by client and in all, and nothing by a request that
//! is refused.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use xwms_core::jobs;

use crate::browser::{Answer, Browser};
use crate::database::{contents, count};
use crate::native::{assert_refused, other_server, server};
use crate::pages::{ADA, signed_in, submit};
use crate::world::{CHALLENGE, Given, World, on_both};

const fn given(settings: &'static [(&'static str, &'static str)]) -> Given {
    Given { settings, recorded: false }
}

/// A browser without cookies at this address.
fn browser_at(world: &World, address: &str) -> Browser {
    let mut browser = world.browser();
    browser.peer = std::net::SocketAddr::new(address.parse().unwrap(), 40_000);
    browser
}

/// The answer to one more login that is begun at this address, by a browser without cookies.
async fn begin_at(world: &World, address: &str) -> Answer {
    browser_at(world, address).get(&world.authorize(&[])).await
}

fn assert_begun(answer: &Answer) {
    assert!(answer.status == 303 && answer.location().starts_with("/login?flow="), "{answer:?}");
}

fn assert_says_to_wait(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    assert_eq!(answer.headers["retry-after"], "60");
    assert!(answer.body.contains("Wait a little"), "{answer:?}");
}

on_both!(one_network_begins_so_many, given(&[("LIMITS__FLOWS_PER_ADDRESS", "3")]), async |world: World| {
    // Each row is one more login: where it is begun, and whether it may be.
    let rows = [
        ("192.0.2.7", true),
        ("192.0.2.7", true),
        ("192.0.2.7", true),
        ("192.0.2.7", false),
        ("::ffff:192.0.2.7", false),
        ("192.0.2.8", true),
        ("2001:db8:0:1::1", true),
        ("2001:db8:0:1::2", true),
        ("2001:db8:0:1:ffff::3", true),
        ("2001:db8:0:1::4", false),
        ("2001:db8:0:2::1", true),
    ];
    for (address, begins) in rows {
        let answer = begin_at(&world, address).await;
        if begins { assert_begun(&answer) } else { assert_says_to_wait(&answer) }
    }
    let flows = contents(&world.core.db).await["flows"].concat();
    assert_eq!(count(&world.core.db, "flows", "network_key IS NOT NULL").await, 8);
    assert!(!flows.contains("192.0.2") && !flows.contains("2001:db8"), "{flows}");

    // Who is signed in and has consented begins nothing that is stored, so they go on.
    let mut ada = browser_at(&world, "192.0.2.9");
    world.code_in(&mut ada, ADA, &[]).await;
    ada.peer = browser_at(&world, "192.0.2.7").peer;
    assert!(ada.get(&world.authorize(&[])).await.parameter("code").is_some());

    // In half an hour what was not finished is over.
    world.clock.advance(Duration::from_secs(30 * 60));
    assert_begun(&begin_at(&world, "192.0.2.7").await);
});

on_both!(a_login_that_ends_makes_room, given(&[("LIMITS__FLOWS_PER_ADDRESS", "1")]), async |world: World| {
    // Given a login in progress, the only one that this address may have,
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    assert_says_to_wait(&world.browser().get(&world.authorize(&[])).await);

    // when it ends with a code,
    let consent = browser.sign_in(&login, ADA, crate::world::PASSWORD).await;
    let code = browser.consent(&consent, "allow").await;
    assert!(code.parameter("code").is_some(), "{code:?}");

    // then the next may begin. When that ends with a no, one more may.
    let mut next = world.browser();
    let login = next.open(&world.authorize(&[("prompt", "consent")])).await;
    let consent = next.sign_in(&login, ADA, crate::world::PASSWORD).await;
    assert_says_to_wait(&world.browser().get(&world.authorize(&[])).await);
    assert_eq!(next.consent(&consent, "deny").await.parameter("error").as_deref(), Some("access_denied"));
    assert_begun(&world.browser().get(&world.authorize(&[])).await);
});

on_both!(one_browser_begins_so_many, given(&[("LIMITS__FLOWS_PER_BROWSER", "2")]), async |world: World| {
    let mut browser = world.browser();
    for _ in 0..2 {
        assert_begun(&browser.get(&world.authorize(&[])).await);
    }
    assert_says_to_wait(&browser.get(&world.authorize(&[])).await);
    assert_begun(&world.browser().get(&world.authorize(&[])).await);
});

on_both!(logouts_that_ask_count_too, given(&[("LIMITS__FLOWS_PER_ADDRESS", "2")]), async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    for _ in 0..2 {
        ada.cookies.remove("xwms_browser");
        assert!(ada.get("/oauth/logout").await.location().starts_with("/logout?flow="));
    }
    ada.cookies.remove("xwms_browser");
    assert_says_to_wait(&ada.get("/oauth/logout").await);
    assert_says_to_wait(&begin_at(&world, "127.0.0.1").await);

    // One that is agreed to makes room.
    ada.cookies.remove("xwms_browser");
    ada.peer = browser_at(&world, "192.0.2.7").peer;
    let asks = ada.get("/oauth/logout").await;
    let page = ada.get(asks.location()).await;
    assert_eq!(submit(&mut ada, &page, "/logout", &[]).await.status, 303);
    assert_eq!(count(&world.core.db, "flows", "1 = 1").await, 2);
});

on_both!(one_client_begins_so_many, given(&[("LIMITS__FLOWS_PER_CLIENT", "3")]), async |world: World| {
    let (mut partner, mut other) = (server(&world, &world.secret), other_server(&world));
    let elsewhere = json!({ "redirect_url": "https://shop.notes.example/cb" });
    let mut urls = Vec::new();
    for _ in 0..3 {
        urls.push(partner.sign_in_url(json!({})).await);
    }
    let refused = partner.sign_token(json!({})).await;
    assert_refused(&refused, 429, "too_many");
    assert_eq!(refused.headers["retry-after"], "60");
    // Neither another client nor a browser that the same client sends is kept waiting by it.
    assert_eq!(other.sign_token(elsewhere).await.status, 200);
    assert_begun(&world.browser().get(&world.authorize(&[])).await);

    // A login that ends makes room for one, which is noticed a second later;
    let back = world.browser().log_in(&urls[0], ADA).await;
    assert!(back.parameter("token").is_some(), "{back:?}");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(partner.sign_token(json!({})).await.status, 200);
    assert_refused(&partner.sign_token(json!({})).await, 429, "too_many");
    // and in ten minutes there is room for all.
    world.clock.advance(Duration::from_secs(10 * 60));
    for _ in 0..3 {
        assert_eq!(partner.sign_token(json!({})).await.status, 200);
    }
    assert_refused(&partner.sign_token(json!({})).await, 429, "too_many");
});

on_both!(all_together_begin_so_many, given(&[("LIMITS__FLOWS", "20")]), async |world: World| {
    // Given as many logins in progress as there may be, each from elsewhere and a second after the one before,
    let mut browsers = Vec::new();
    for number in 1..=20 {
        world.clock.advance(Duration::from_secs(1));
        let mut browser = browser_at(&world, &format!("192.0.2.{number}"));
        let answer = browser.get(&world.authorize(&[])).await;
        assert_begun(&answer);
        browsers.push((browser, answer.location().to_owned()));
    }
    world.clock.advance(Duration::from_secs(1));
    assert_says_to_wait(&begin_at(&world, "198.51.100.1").await);
    assert_refused(&server(&world, &world.secret).sign_token(json!({})).await, 429, "too_many");

    // when the cleaner comes,
    jobs::clean(&world.core).await.unwrap();

    // then a tenth is free: the oldest are over, the others are not, and as many may begin.
    for (number, (browser, login)) in browsers.iter_mut().enumerate() {
        let expected = if number < 2 { 410 } else { 200 };
        assert_eq!(browser.get(login).await.status, expected, "{number}");
    }
    assert_begun(&begin_at(&world, "198.51.100.1").await);
    assert_eq!(server(&world, &world.secret).sign_token(json!({})).await.status, 200);
    assert_says_to_wait(&begin_at(&world, "198.51.100.2").await);
});

const OFF: &[(&str, &str)] = &[
    ("LIMITS__ENABLED", "false"),
    ("LIMITS__FLOWS_PER_BROWSER", "1"),
    ("LIMITS__FLOWS_PER_ADDRESS", "1"),
    ("LIMITS__FLOWS_PER_CLIENT", "1"),
    ("LIMITS__FLOWS", "10"),
];

on_both!(quotas_can_be_off, given(OFF), async |world: World| {
    let (mut browser, mut partner) = (world.browser(), server(&world, &world.secret));
    for _ in 0..6 {
        assert_begun(&browser.get(&world.authorize(&[])).await);
        assert_eq!(partner.sign_token(json!({})).await.status, 200);
    }
    jobs::clean(&world.core).await.unwrap();
    assert_eq!(count(&world.core.db, "flows", "1 = 1").await, 12);
});

/// What is in every table but the one of refused attempts, which has a quota of its own.
async fn but_attempts(world: &World) -> Vec<(String, Vec<String>)> {
    jobs::flush(&world.core).await.unwrap();
    let mut contents = contents(&world.core.db).await;
    contents.remove("attempts");
    contents.into_iter().collect()
}

on_both!(a_refused_request_writes_nothing_but_an_attempt, Given::default(), async |world: World| {
    let long = "x".repeat(2049);
    let strange: [&[(&str, &str)]; 18] = [
        &[("client_id", "")],
        &[("client_id", "nonsense")],
        &[("client_id", "client_01jd3v8m1efb9rkyq9wzvw2x4z")],
        &[("redirect_uri", "")],
        &[("redirect_uri", "https://elsewhere.example/")],
        &[("response_type", "token")],
        &[("scope", "openid strange")],
        &[("scope", "")],
        &[("scope", "\"")],
        &[("code_challenge", "")],
        &[("code_challenge", "short")],
        &[("code_challenge_method", "plain")],
        &[("prompt", "none")],
        &[("prompt", "none login")],
        &[("max_age", "soon")],
        &[("request", "x.y.z")],
        &[("response_mode", "fragment")],
        &[("state", &long)],
    ];
    let (mut stranger, mut ada) = (world.browser(), signed_in(&world, ADA).await);
    // When a secret was last used is written once a second; here no second passes.
    assert_eq!(world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.status, 200);
    let before = but_attempts(&world).await;
    for changes in strange {
        let path = world.authorize(changes);
        for browser in [&mut stranger, &mut ada] {
            for path in [path.clone(), format!("{path}&state=twice")] {
                let answer = browser.get(&path).await;
                let sent_on = answer.location().starts_with("https://app.engines.example/cb?error=");
                assert!(sent_on || answer.status == 400, "{changes:?} {answer:?}");
            }
            let query = path.split_once('?').unwrap().1.as_bytes().to_vec();
            let form = Some("application/x-www-form-urlencoded");
            let posted = browser.send(Method::POST, "/oauth/authorize", form, query).await;
            assert_eq!(posted.status, 303, "{changes:?} {posted:?}");
        }
    }
    let refused: [Value; 4] = [
        json!({ "redirect_url": "https://elsewhere.example/" }),
        json!({ "scope": "strange" }),
        json!({ "code_challenge": "short" }),
        json!({ "state": long }),
    ];
    for changes in refused {
        assert_eq!(server(&world, &world.secret).sign_token(changes.clone()).await.status, 422, "{changes}");
    }
    assert_eq!(server(&world, &world.other_secret).sign_token(json!({})).await.status, 401);
    for path in ["/oauth/sign-in?token=unknown", "/oauth/continue?flow=unknown", "/login?flow=unknown", "/oauth/logout"]
    {
        stranger.get(path).await;
    }
    let after = but_attempts(&world).await;
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
    let changed: Vec<&str> = changed.map(|(before, _)| before.0.as_str()).collect();
    assert!(changed.is_empty(), "{changed:?}");

    // And who is signed in and has consented begins no flow either.
    world.code_in(&mut ada, ADA, &[("code_challenge", CHALLENGE)]).await;
    world.code_in(&mut ada, ADA, &[]).await;
    assert_eq!(count(&world.core.db, "flows", "1 = 1").await, 0);
});

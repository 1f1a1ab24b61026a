//! A browser is not one tab and one click, and a login asks for more than an old session gives.

use std::time::Duration;

use crate::browser::{Answer, Browser};
use crate::pages::{mails, submit};
use crate::world::{PASSWORD, World, on_both};

async fn consent_page(world: &World, browser: &mut Browser, changes: &[(&str, &str)]) -> Answer {
    let mut page = browser.open(&world.authorize(changes)).await;
    if page.path.starts_with("/login") {
        page = browser.sign_in(&page, "ada@example.test", PASSWORD).await;
    }
    assert!(page.path.starts_with("/consent"), "{page:?}");
    page
}

async fn allow(browser: &mut Browser, page: &Answer) -> Answer {
    submit(browser, page, "/consent", &[("decision", "allow")]).await
}

on_both!(f_04_a_consent_that_is_sent_twice_leads_where_the_first_did, async |world: World| {
    let mut browser = world.browser();
    let page = consent_page(&world, &mut browser, &[]).await;
    let (first, second) = (allow(&mut browser, &page).await, allow(&mut browser, &page).await);
    for answer in [&first, &second] {
        assert_eq!(answer.status, 303, "{answer:?}");
        assert!(answer.location().starts_with("/oauth/continue?flow="), "{answer:?}");
    }
    let code = browser.follow(second).await.parameter("code").unwrap();
    assert_eq!(world.redeem(&code).await.status, 200);
    assert_eq!(crate::database::count(&world.core.db, "codes", "true").await, 1, "one code at most");
});

on_both!(f_59_two_tabs_that_wait_at_consent_both_go_on, async |world: World| {
    let mut browser = world.browser();
    let one = consent_page(&world, &mut browser, &[("scope", "openid profile")]).await;
    let other = consent_page(&world, &mut browser, &[("scope", "openid email")]).await;
    let same = consent_page(&world, &mut browser, &[("scope", "openid profile")]).await;
    for page in [one, other, same] {
        let answer = allow(&mut browser, &page).await;
        let back = browser.follow(answer).await;
        assert!(back.parameter("code").is_some(), "{back:?}");
    }
    // Every yes is kept.
    let kept = "SELECT scope AS text FROM consents WHERE ended_at IS NULL";
    assert_eq!(crate::database::texts(&world.core.db, kept).await, ["email openid profile"]);
});

on_both!(f_59_first_consents_at_once_are_all_kept, async |world: World| {
    let mut browser = world.browser();
    let scopes = ["openid", "openid profile", "openid email", "openid profile email"];
    let mut pages = Vec::new();
    for scope in scopes.iter().chain(&scopes) {
        pages.push(consent_page(&world, &mut browser, &[("scope", scope)]).await);
    }
    let answers = pages.into_iter().map(|page| {
        let mut tab = browser.clone();
        tokio::spawn(async move { allow(&mut tab, &page).await })
    });
    for answer in answers.collect::<Vec<_>>() {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, 303, "{answer:?}");
    }
    let kept = "SELECT scope AS text FROM consents WHERE ended_at IS NULL";
    assert_eq!(crate::database::texts(&world.core.db, kept).await, ["email openid profile"]);
});

on_both!(f_58_a_login_that_demands_a_fresh_sign_in_gets_none_from_an_old_session, async |world: World| {
    for demand in [("prompt", "login"), ("max_age", "0")] {
        // Given a login that is begun by nobody, in a browser in which Ada was signed in all the while elsewhere,
        let mut browser = world.browser();
        world.code_in(&mut browser, "ada@example.test", &[]).await;
        let session = browser.cookies.remove("xwms_session").unwrap();
        world.clock.advance(Duration::from_secs(5));
        let login = browser.open(&world.authorize(&[demand])).await;
        assert!(login.path.starts_with("/login"), "{login:?}");
        let flow = login.hidden("flow").unwrap();
        // when her session from before comes back,
        browser.cookies.insert("xwms_session".to_owned(), session);
        let answer = browser.get(&format!("/oauth/continue?flow={flow}")).await;
        // then it is no answer to the demand,
        assert!(answer.location().starts_with("/login"), "{demand:?}: {answer:?}");
        // and a sign-in within the login is.
        let page = browser.open(&format!("/login?flow={flow}&other=1")).await;
        let back = browser.sign_in(&page, "ada@example.test", PASSWORD).await;
        assert!(back.parameter("code").is_some(), "{demand:?}: {back:?}");
    }
});

on_both!(f_60_a_newer_link_ends_the_older_ones, async |world: World| {
    let mut browser = world.browser();
    let mut links = Vec::new();
    for count in 1..=2 {
        let page = browser.get("/forgot").await;
        submit(&mut browser, &page, "/forgot", &[("email", "ada@example.test")]).await;
        links.push(mails(&world, count).await[count - 1].link("/reset"));
    }
    assert_eq!(browser.get(&links[0]).await.status, 404);
    let page = browser.get(&links[1]).await;
    assert_eq!(page.status, 200, "{page:?}");
    let fields = [("email", "ada@example.test"), ("password", "note G, 1843: Bernoulli")];
    let (mut one, mut other) = (browser.clone(), browser.clone());
    let (first, second) =
        tokio::join!(submit(&mut one, &page, "/reset", &fields), submit(&mut other, &page, "/reset", &fields));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404], "{first:?} {second:?}");
});

on_both!(f_03_a_form_drawn_before_somebody_signed_in_or_out_elsewhere_leads_on, async |world: World| {
    // Two logins wait in one browser; the first is signed in, then the second is sent as it was drawn.
    let mut browser = world.browser();
    let first = browser.open(&world.authorize(&[])).await;
    let second = browser.open(&world.authorize(&[("scope", "openid")])).await;
    let fields = [("email", "ada@example.test"), ("password", PASSWORD)];
    let answer = submit(&mut browser, &first, "/login", &fields).await;
    let consent = browser.follow(answer).await;
    let answer = submit(&mut browser, &second, "/login", &fields).await;
    let flow = second.hidden("flow").unwrap();
    assert_eq!((answer.status.as_u16(), answer.location()), (303, &*format!("/oauth/continue?flow={flow}")));
    let page = browser.follow(answer).await;
    assert!(page.path.starts_with("/consent"), "{page:?}");

    // She logs out in another tab, then allows what was asked before: she signs in first.
    let logout = browser.get("/logout").await;
    let mut other_tab = browser.clone();
    submit(&mut other_tab, &logout, "/logout", &[]).await;
    let answer = allow(&mut browser, &consent).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let page = browser.follow(answer).await;
    assert!(page.path.starts_with("/login"), "{page:?}");

    // A token of nobody here stays one.
    let mut stranger = world.browser();
    let answer = submit(&mut stranger, &second, "/login", &fields).await;
    assert_eq!(answer.status, 403, "{answer:?}");
});

on_both!(f_32_a_value_beyond_its_limit_is_told_the_limit, async |world: World| {
    let long = "x".repeat(2049);
    let rows = [
        ("state", long.as_str(), "2048 bytes at most"),
        ("nonce", &long, "2048 bytes at most"),
        ("login_hint", &long, "2048 bytes at most"),
        ("max_age", "4294967296", "from 0 to 4294967295"),
        ("max_age", "1.5", "whole seconds"),
        ("prompt", "create", "none, login, consent and select_account"),
        ("prompt", "none login", "none stands alone"),
        ("response_mode", "fragment", "query only"),
    ];
    for (name, value, limit) in rows {
        let answer = world.browser().get(&world.authorize(&[(name, value)])).await;
        let told = answer.parameter("error_description").unwrap_or_default();
        assert!(told.contains(limit), "{name}: {answer:?}");
    }
});

on_both!(f_01_an_id_token_of_somebody_else_gets_no_code_of_who_is_signed_in, async |world: World| {
    let adas = world.given_login("ada@example.test").await;
    let hint = adas["id_token"].as_str().unwrap();
    let (mut charles, _) = world.given_code("charles@example.test", &[]).await;
    let silent = |hint| world.authorize(&[("prompt", "none"), ("id_token_hint", hint)]);
    assert_eq!(charles.get(&silent(hint)).await.parameter("error").as_deref(), Some("login_required"));
    // Nor does one that tells nobody: of another key, or of another client.
    let forged = format!("{hint}x");
    assert_eq!(charles.get(&silent(&forged)).await.parameter("error").as_deref(), Some("login_required"));

    // Asked on a page, her address is filled in; Charles does not get through by signing in once more.
    let page = charles.open(&world.authorize(&[("id_token_hint", hint)])).await;
    assert!(page.path.starts_with("/login") && page.body.contains("value=\"ada@example.test\""), "{page:?}");
    let again = charles.sign_in(&page, "charles@example.test", PASSWORD).await;
    assert!(again.path.starts_with("/login") && again.parameter("code").is_none(), "{again:?}");
    let back = charles.sign_in(&again, "ada@example.test", PASSWORD).await;
    assert!(back.parameter("code").is_some(), "{back:?}");

    // Of who is signed in, it goes on without a word.
    assert!(charles.get(&silent(hint)).await.parameter("code").is_some());
});

on_both!(f_01_a_login_hint_of_somebody_else_asks_which_account, async |world: World| {
    let (mut charles, _) = world.given_code("charles@example.test", &[]).await;
    let of = |hint| world.authorize(&[("login_hint", hint)]);
    for own in ["charles@example.test", "Charles@EXAMPLE.test", "0612345678"] {
        assert!(charles.get(&of(own)).await.parameter("code").is_some(), "{own}");
    }
    let silent = world.authorize(&[("login_hint", "ada@example.test"), ("prompt", "none")]);
    assert_eq!(charles.get(&silent).await.parameter("error").as_deref(), Some("login_required"));
    let page = charles.open(&of("ada@example.test")).await;
    assert!(page.path.starts_with("/login") && page.body.contains("charles@example.test"), "{page:?}");
});

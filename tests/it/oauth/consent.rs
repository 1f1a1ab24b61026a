//! Consent: what a yes gives, and when it is asked for.

use axum::http::Method;

use super::authorize::assert_back;
use crate::browser::{Answer, Browser};
use crate::pages::{ADA, CHARLES, signed_in, submit};
use crate::world::{CALLBACK, CLIENT, OTHER_CLIENT, PASSWORD, SECOND_CALLBACK, World, on_both};

const EVERYTHING: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Opens a login in this browser, which must lead to the consent page.
async fn asked(world: &World, browser: &mut Browser, changes: &[(&str, &str)]) -> Answer {
    let page = browser.open(&world.authorize(changes)).await;
    assert!(page.path.starts_with("/consent?flow="), "{page:?}");
    page
}

/// Which of the catalog's scopes a consent page lists.
async fn shown(world: &World, page: &Answer) -> Vec<String> {
    let catalog = xwms_core::testing::catalog(&world.core.db).await.unwrap();
    let listed = |title: &str| page.body.contains(&format!("<b>{title}</b>"));
    let mut names: Vec<_> = catalog.into_iter().filter(|scope| listed(&scope.title)).map(|scope| scope.name).collect();
    names.sort();
    names
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

/// The scope of what a code gives.
async fn granted(world: &World, back: &Answer) -> String {
    let tokens = world.redeem(&back.parameter("code").unwrap()).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    tokens.json()["scope"].as_str().unwrap().to_owned()
}

on_both!(cn_01_a_yes_gives_what_was_shown_and_nothing_else, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let page = asked(&world, &mut ada, &[("scope", "openid email")]).await;
    assert_eq!(shown(&world, &page).await, ["email", "openid"]);
    let flow = page.hidden("flow").unwrap();

    // Forms that ask for more, for somebody else, or that no page of ours sent:
    for (field, value) in [
        ("client_id", OTHER_CLIENT),
        ("redirect_uri", SECOND_CALLBACK),
        ("user_id", "1"),
        ("scopes", "openid email profile"),
        ("grant_scope", "openid email profile"),
        ("decision", "allow"),
    ] {
        let forged = submit(&mut ada, &page, "/consent", &[("decision", "allow"), (field, value)]).await;
        assert!(matches!(forged.status.as_u16(), 403 | 422), "{field}: {forged:?}");
    }
    let csrf = page.hidden("csrf").unwrap();
    for wider in ["openid email profile", "openid email offline_access", "userinfo", "openid", "", "openid\temail"] {
        let fields = [("flow", flow.as_str()), ("scope", wider), ("decision", "allow"), ("csrf", &csrf)];
        assert_eq!(ada.post("/consent", &fields).await.status, 403, "{wider:?}");
    }
    for decision in ["", "yes", "ALLOW", "allow "] {
        let forged = submit(&mut ada, &page, "/consent", &[("decision", decision)]).await;
        assert_eq!(forged.status, 403, "{decision:?}: {forged:?}");
    }
    let fields = [("flow", flow.as_str()), ("scope", "email openid"), ("decision", "allow")];
    assert_eq!(ada.post("/consent", &fields).await.status, 403, "without token");
    let way = format!("/consent?flow={flow}&decision=allow&csrf={csrf}");
    let by_get = ada.get(&way).await;
    assert!(by_get.status == 200 && by_get.body.contains("value=\"allow\""), "it asks again: {by_get:?}");

    // somebody else's browser, with its own good token:
    let mut charles = signed_in(&world, CHARLES).await;
    let own = asked(&world, &mut charles, &[]).await;
    let fields = [
        ("flow", flow.as_str()),
        ("scope", "email openid"),
        ("decision", "allow"),
        ("csrf", &own.hidden("csrf").unwrap()),
    ];
    assert_eq!(charles.post("/consent", &fields).await.status, 403);
    let mut lured = ada.clone();
    lured.cookies.remove("xwms_browser");
    assert_eq!(submit(&mut lured, &page, "/consent", &[("decision", "allow")]).await.status, 403);

    // None of that moved the login; the yes on the page does, once.
    let allowed = submit(&mut ada, &page, "/consent", &[("decision", "allow")]).await;
    assert_eq!(allowed.location(), format!("/oauth/continue?flow={flow}"));
    for decision in ["allow", "deny"] {
        let again = submit(&mut ada, &page, "/consent", &[("decision", decision)]).await;
        assert_eq!(again.location(), allowed.location(), "{decision}: what was said first counts");
    }
    let back = ada.follow(allowed).await;
    assert!(back.location().starts_with(CALLBACK), "{back:?}");
    assert_eq!(granted(&world, &back).await, "email openid");
    assert_eq!(submit(&mut ada, &page, "/consent", &[("decision", "allow")]).await.status, 410);
    assert_eq!(ada.get(&format!("/oauth/continue?flow={flow}")).await.status, 410);
});

on_both!(cn_01_a_scope_that_was_unlocked_meanwhile_is_shown_before_it_is_given, async |world: World| {
    // Given a page without the user data that the site asked for: nobody has unlocked it.
    let mut ada = signed_in(&world, ADA).await;
    let page = asked(&world, &mut ada, &[("scope", "openid userinfo")]).await;
    assert_eq!(shown(&world, &page).await, ["openid"]);

    // When it is unlocked before the person says yes,
    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.requests]]\nkind = \"access\"\nemail = \"{ADA}\"\n\
         scopes = [\"userinfo\"]\nreason = \"to draw the engine\"\nstate = \"accepted\"\n"
        ))
        .await;
    let stale = submit(&mut ada, &page, "/consent", &[("decision", "allow")]).await;

    // then that yes is not enough: the page is shown again, with it.
    assert_eq!(stale.status, 403, "{stale:?}");
    let again = ada.open(&format!("/oauth/continue?flow={}", page.hidden("flow").unwrap())).await;
    assert_eq!(shown(&world, &again).await, ["openid", "userinfo"]);
    let back = ada.consent(&again, "allow").await;
    assert_eq!(granted(&world, &back).await, "openid userinfo");
});

on_both!(a_scope_that_nobody_unlocked_is_not_shown_and_not_given, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let page = asked(&world, &mut ada, &[("scope", "openid email userinfo")]).await;
    assert_eq!(shown(&world, &page).await, ["email", "openid"]);
    let back = ada.consent(&page, "allow").await;
    assert_eq!(granted(&world, &back).await, "email openid");
    assert_back(&ada.get(&world.authorize(&[("scope", "userinfo")])).await, "invalid_scope");
});

on_both!(who_says_no_is_asked_again_the_next_time, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    for _ in 0..2 {
        let page = asked(&world, &mut ada, &[]).await;
        let back = ada.consent(&page, "deny").await;
        assert_back(&back, "access_denied");
        assert_eq!(submit(&mut ada, &page, "/consent", &[("decision", "allow")]).await.status, 410);
    }
    assert_back(&ada.get(&world.authorize(&[("prompt", "none")])).await, "consent_required");
});

on_both!(cn_02_what_was_not_agreed_to_is_asked_for, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let page = asked(&world, &mut ada, &[("scope", "openid email")]).await;
    ada.consent(&page, "allow").await;
    // Less, or the same in another order, is not asked for again.
    for scope in ["openid email", "email openid", "openid"] {
        let back = ada.get(&world.authorize(&[("scope", scope)])).await;
        assert!(back.parameter("code").is_some(), "{scope}: {back:?}");
    }

    // More is, and the page lists all that the site gets.
    let more = [("scope", "openid email profile")];
    assert_back(&ada.get(&world.authorize(&[more[0], ("prompt", "none")])).await, "consent_required");
    let page = asked(&world, &mut ada, &more).await;
    assert_eq!(shown(&world, &page).await, ["email", "openid", "profile"]);
    ada.consent(&page, "deny").await;
    let back = ada.get(&world.authorize(&[("scope", "openid email")])).await;
    assert!(back.parameter("code").is_some(), "a no to more takes nothing away: {back:?}");
    let page = asked(&world, &mut ada, &more).await;
    ada.consent(&page, "allow").await;
    let back = ada.get(&world.authorize(&more)).await;
    assert_eq!(granted(&world, &back).await, "email openid profile");
    // What was agreed to a little at a time is agreed to as a whole.
    let page = asked(&world, &mut ada, &[("scope", "openid offline_access")]).await;
    ada.consent(&page, "allow").await;
    assert!(ada.get(&world.authorize(&[])).await.parameter("code").is_some());

    // prompt=consent asks although all of it was agreed to, each time.
    for _ in 0..2 {
        let page = asked(&world, &mut ada, &[("prompt", "consent")]).await;
        assert_eq!(shown(&world, &page).await, sorted(&EVERYTHING));
        let back = ada.consent(&page, "allow").await;
        assert!(back.parameter("code").is_some(), "{back:?}");
    }
    // Another client of the same owner is another matter.
    let other = [("client_id", OTHER_CLIENT), ("redirect_uri", "https://shop.notes.example/cb"), ("scope", "openid")];
    let page = asked(&world, &mut ada, &other).await;
    assert!(page.body.contains("Notes") && page.body.contains("shop.notes.example"), "{}", page.body);
});

on_both!(cn_02_another_domain_is_asked_for_on_its_own, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let page = asked(&world, &mut ada, &[]).await;
    ada.consent(&page, "allow").await;
    let second = [("redirect_uri", SECOND_CALLBACK)];
    let silent = ada.get(&world.authorize(&[second[0], ("prompt", "none")])).await;
    assert_eq!(silent.parameter("error").as_deref(), Some("consent_required"));
    let page = asked(&world, &mut ada, &second).await;
    assert!(page.body.contains("app.more-engines.example") && !page.body.contains("app.engines.example"));
    ada.consent(&page, "allow").await;
    for changes in [&[][..], &second] {
        let back = ada.get(&world.authorize(changes)).await;
        assert!(back.parameter("code").is_some(), "{back:?}");
    }
});

on_both!(cn_02_what_was_agreed_to_in_test_mode_is_asked_for_after_it, async |world: World| {
    world.change_domain("test_mode = true").await;
    let mut charles = signed_in(&world, CHARLES).await;
    let page = asked(&world, &mut charles, &[("scope", "openid userinfo")]).await;
    assert!(page.body.contains("test mode"), "{}", page.body);
    assert_eq!(shown(&world, &page).await, ["openid", "userinfo"], "a member tests what is not unlocked yet");
    let back = charles.consent(&page, "allow").await;
    assert_eq!(granted(&world, &back).await, "openid userinfo");
    let again = charles.get(&world.authorize(&[("scope", "openid userinfo")])).await;
    assert!(again.parameter("code").is_some(), "in test mode it holds: {again:?}");

    world.change_domain("test_mode = false").await;
    for scope in ["openid", "openid userinfo"] {
        let page = asked(&world, &mut charles, &[("scope", scope)]).await;
        assert_eq!(shown(&world, &page).await, ["openid"], "{scope}");
        assert!(!page.body.contains("test mode"));
    }
    let page = asked(&world, &mut charles, &[("scope", "openid")]).await;
    charles.consent(&page, "allow").await;
    assert!(charles.get(&world.authorize(&[("scope", "openid")])).await.parameter("code").is_some());
    // And back in test mode nothing is asked: outside it the person agreed, too.
    world.change_domain("test_mode = true").await;
    assert!(charles.get(&world.authorize(&[("scope", "openid")])).await.parameter("code").is_some());
});

on_both!(cn_04_a_site_in_test_mode_lets_testers_in_and_tells_nobody_about_others, async |world: World| {
    world.change_domain("test_mode = true").await;

    // A person who was not invited sees a page, and the site hears nothing of them.
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    let page = browser.sign_in(&login, ADA, PASSWORD).await;
    assert_eq!((page.status.as_u16(), page.location()), (403, ""), "{page:?}");
    assert!(page.body.contains("being tested") && page.body.contains("Reference:"), "{}", page.body);
    let flow = login.hidden("flow").unwrap();
    for path in ["/consent", "/oauth/continue", "/login"] {
        assert_eq!(browser.get(&format!("{path}?flow={flow}")).await.status, 410, "{path}");
    }
    let silent = browser.get(&world.authorize(&[("prompt", "none")])).await;
    assert_back(&silent, "access_denied");

    // The partner sees that somebody was refused, and why; not who.
    let attempts = world.attempts().await;
    assert_eq!(attempts.len(), 2, "{attempts:?}");
    for attempt in &attempts {
        assert_eq!((attempt.reason.as_str(), attempt.domain_id.is_some()), ("test_mode_refuses", true));
        let told = format!("{attempt:?}").to_lowercase();
        assert!(!told.contains("ada") && !told.contains("lovelace") && !told.contains("example.test"), "{told}");
    }
    assert!(attempts.iter().any(|attempt| page.body.contains(&attempt.reference)), "{attempts:?}");
    assert!(!page.body.contains(ADA) && !silent.location().contains("ada"));

    // With a fallback URI the page is the partner's, with no more than the reason.
    world.change_domain("test_mode = true\nfallback_uri = \"https://engines.example/sorry\"").await;
    let away = browser.get(&world.authorize(&[])).await;
    assert!(away.location().starts_with("https://engines.example/sorry?error=access_denied"), "{away:?}");
    assert!(away.parameter("state").is_none() && away.parameter("code").is_none() && !away.location().contains("ada"));

    // A member is let in, and so is a tester once they are one, on this domain only.
    let mut charles = signed_in(&world, CHARLES).await;
    let page = asked(&world, &mut charles, &[]).await;
    assert!(charles.consent(&page, "allow").await.parameter("code").is_some());
    let request = |domain: &str| {
        format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.requests]]\nkind = \"test\"\nemail = \"{ADA}\"\n\
             domain = \"{domain}\"\nstate = \"accepted\"\n"
        )
    };
    world.apply(&request("more-engines.example")).await;
    assert!(browser.get(&world.authorize(&[])).await.location().starts_with("https://engines.example/sorry"));
    world.apply(&request("engines.example")).await;
    let page = asked(&world, &mut browser, &[]).await;
    assert!(browser.consent(&page, "allow").await.parameter("code").is_some());
});

on_both!(a_yes_does_not_outlive_what_it_rested_on, async |world: World| {
    // Given a page that Ada has before her while the partner's configuration changes.
    let mut ada = signed_in(&world, ADA).await;
    let page = asked(&world, &mut ada, &[]).await;
    world.change_domain("allow_login = false").await;
    let late = submit(&mut ada, &page, "/consent", &[("decision", "allow")]).await;
    assert!(late.location().starts_with("/oauth/continue?flow="), "{late:?}");
    world.change_domain("allow_login = true").await;
    let back = ada.consent(&page, "allow").await;
    assert!(back.parameter("code").is_some(), "nothing was decided meanwhile: {back:?}");

    // And one that she has agreed to, before the code is given.
    let page = asked(&world, &mut ada, &[("prompt", "consent")]).await;
    let allowed = submit(&mut ada, &page, "/consent", &[("decision", "allow")]).await;
    world.change_domain("allow_login = false").await;
    let refused = ada.follow(allowed).await;
    assert_eq!((refused.status.as_u16(), refused.location()), (400, ""), "{refused:?}");

    // A post from another site never comes as far as the page.
    world.change_domain("allow_login = true").await;
    let page = asked(&world, &mut ada, &[("prompt", "consent")]).await;
    let mut elsewhere = ada.clone();
    elsewhere.cookies.clear();
    let flow = page.hidden("flow").unwrap();
    let body = format!("flow={flow}&decision=allow&csrf={}", page.hidden("csrf").unwrap());
    let form = Some("application/x-www-form-urlencoded");
    let forged = elsewhere.send(Method::POST, "/consent", form, body.into_bytes()).await;
    assert_eq!(forged.status, 403, "{forged:?}");
});

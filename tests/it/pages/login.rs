//! Signing in.

use xwms_core::crypto::password::{Cost, PasswordHasher};
use xwms_core::secret::Secret;

use super::throttle::Jam;
use super::{ADA, CHARLES, WRONG, assert_alike, browser_at, signed_in, submit, try_in, who, word};
use crate::database::texts;
use crate::oauth::tokens::claims;
use crate::world::{PASSWORD, World, on_both};

on_both!(lo_01_a_session_is_new_at_each_sign_in_and_a_planted_one_is_worth_nothing, async |world: World| {
    // Given an attacker with a live session of their own, and one that was never given out.
    let attacker = signed_in(&world, CHARLES).await;
    let invented = format!("xwms_ss_{}", "A".repeat(51));
    for planted in [&attacker.cookies["xwms_session"], &invented] {
        // When the victim's browser, with that cookie in it, signs in,
        let mut victim = world.browser();
        victim.cookies.insert("xwms_session".to_owned(), planted.clone());
        assert_eq!(word(&try_in(&mut victim, ADA, PASSWORD).await), "in");

        // then the victim has another one, and the planted one opens nothing.
        assert_ne!(&victim.cookies["xwms_session"], planted);
        assert_eq!(who(&mut victim).await.as_deref(), Some(ADA));
        let mut holder = world.browser();
        holder.cookies.insert("xwms_session".to_owned(), planted.clone());
        assert_eq!(who(&mut holder).await, None);
    }

    // And who signs in again has a new one; the old one is dead.
    let mut ada = signed_in(&world, ADA).await;
    let mut before = ada.clone();
    assert_eq!(word(&try_in(&mut ada, ADA, PASSWORD).await), "in");
    assert_ne!(before.cookies["xwms_session"], ada.cookies["xwms_session"]);
    assert_eq!((who(&mut before).await, who(&mut ada).await.as_deref()), (None, Some(ADA)));
    let page = before.get("/logout").await;
    assert_eq!(page.location(), "/signed-out", "nobody is signed in with it: {page:?}");
});

on_both!(lo_01_a_planted_browser_cookie_brings_the_attacker_no_further_than_the_login_page, async |world: World| {
    // Given a login that an attacker began, and whose browser cookie the victim's browser was made to carry.
    let mut attacker = world.browser();
    let page = attacker.open(&world.authorize(&[])).await;
    let flow = page.hidden("flow").unwrap();
    let mut victim = attacker.clone();

    // When the victim signs in there,
    let consent = victim.sign_in(&page, ADA, PASSWORD).await;
    assert!(consent.path.starts_with("/consent"), "{consent:?}");

    // then the attacker is asked for a password, and can't say yes in the victim's place.
    let seen = attacker.open(&format!("/oauth/continue?flow={flow}")).await;
    assert!(seen.path.starts_with("/login?flow="), "{seen:?}");
    let forged = attacker
        .post("/consent", &[("flow", &flow), ("decision", "allow"), ("csrf", &consent.hidden("csrf").unwrap())])
        .await;
    assert_eq!(forged.status, 403);
    let back = victim.consent(&consent, "allow").await;
    assert!(back.parameter("code").is_some());
    assert_eq!(attacker.get(&format!("/oauth/continue?flow={flow}")).await.status, 410);
});

on_both!(lo_01_the_forms_of_before_do_not_work_after, async |world: World| {
    let mut browser = world.browser();
    let before = browser.get("/login").await.hidden("csrf").unwrap();
    assert_eq!(word(&try_in(&mut browser, ADA, PASSWORD).await), "in");
    assert_eq!(browser.post("/logout", &[("csrf", &before)]).await.status, 403);
    assert_eq!(who(&mut browser).await.as_deref(), Some(ADA));
});

on_both!(lo_07_login_answers_alike_whatever_is_wrong, async |world: World| {
    world.sql("UPDATE users SET suspended_at = 1 WHERE email = 'charles@example.test'").await;
    world.sql("UPDATE users SET password_hash = NULL WHERE email = 'unverified@example.test'").await;
    let emails = [ADA, "nobody@example.test", CHARLES, "unverified@example.test", "no address", "ada@xn--.test"];
    let long = "x".repeat(2000);
    for password in [WRONG, " ", long.as_str()] {
        assert_alike(&world, "/login", &emails, &[("password", password)]).await;
    }
    // Suspended, and right.
    assert_alike(&world, "/login", &[CHARLES, "nobody@example.test"], &[("password", PASSWORD)]).await;
});

on_both!(a_wrong_password_is_told_and_never_shown_again, async |world: World| {
    let mut browser = world.browser();
    let page = browser.open(&world.authorize(&[])).await;
    let answer = browser.sign_in(&page, ADA, WRONG).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains(&format!("value=\"{ADA}\"")) && !answer.body.contains(WRONG), "{}", answer.body);
    assert_eq!((answer.hidden("flow"), browser.cookies.get("xwms_session")), (page.hidden("flow"), None));
    // The page it came back with goes on where it was.
    let consent = browser.sign_in(&answer, ADA, PASSWORD).await;
    assert!(consent.path.starts_with("/consent?flow="), "{consent:?}");
});

on_both!(who_is_signed_in_is_not_asked_again, async |world: World| {
    let mut browser = signed_in(&world, ADA).await;
    assert_eq!(browser.get("/login").await.location(), "/");
    let consent = browser.open(&world.authorize(&[])).await;
    assert!(consent.path.starts_with("/consent"), "{consent:?}");
    let flow = consent.hidden("flow").unwrap();
    let back = browser.get(&format!("/login?flow={flow}")).await;
    assert_eq!(back.location(), format!("/oauth/continue?flow={flow}"));
});

on_both!(select_account_asks_and_another_account_can_go_on, async |world: World| {
    let (mut browser, _) = world.given_code(ADA, &[]).await;
    let select = [("prompt", "select_account")];

    // The person who is signed in goes on.
    let page = browser.open(&world.authorize(&select)).await;
    assert!(page.path.starts_with("/login?flow=") && page.body.contains(ADA), "{page:?}");
    let around = browser.open(&format!("/oauth/continue?flow={}", page.hidden("flow").unwrap())).await;
    assert!(around.path.starts_with("/login?flow="), "the question can't be walked around: {around:?}");
    let answer = submit(&mut browser, &page, "/login/continue", &[]).await;
    let back = browser.follow(answer).await;
    assert_eq!(subject(&world, &back.parameter("code").unwrap()).await, ADA);

    // Or somebody else does.
    let page = browser.open(&world.authorize(&select)).await;
    let flow = page.hidden("flow").unwrap();
    let login = browser.get(&format!("/login?flow={flow}&other=1")).await;
    assert!(login.body.contains("type=\"password\"") && !login.body.contains(ADA), "{}", login.body);
    let consent = browser.sign_in(&login, CHARLES, PASSWORD).await;
    assert!(consent.path.starts_with("/consent") && consent.body.contains(CHARLES), "{consent:?}");
    let back = browser.consent(&consent, "allow").await;
    assert_eq!(subject(&world, &back.parameter("code").unwrap()).await, CHARLES);
    assert_eq!(who(&mut browser).await.as_deref(), Some(CHARLES));
});

on_both!(another_account_takes_over_on_the_consent_page, async |world: World| {
    let mut browser = signed_in(&world, CHARLES).await;
    let mut charles = browser.clone();
    let page = browser.open(&world.authorize(&[])).await;
    let flow = page.hidden("flow").unwrap();
    let other = format!("/login?flow={flow}&other=1");
    assert!(page.body.contains(&other.replace('&', "&amp;")), "{}", page.body);
    let login = browser.get(&other).await;
    let consent = browser.sign_in(&login, ADA, PASSWORD).await;
    assert!(consent.body.contains(ADA) && !consent.body.contains(CHARLES), "{consent:?}");
    // Charles's page is no use any more: his session is over.
    let stale = submit(&mut charles, &page, "/consent", &[("decision", "allow")]).await;
    assert_eq!(stale.location(), format!("/oauth/continue?flow={flow}"), "nothing of it is done: {stale:?}");
    let back = browser.consent(&consent, "allow").await;
    assert_eq!(subject(&world, &back.parameter("code").unwrap()).await, ADA);
});

on_both!(a_login_hint_is_filled_in_as_text, async |world: World| {
    let mut browser = world.browser();
    let page = browser.open(&world.authorize(&[("login_hint", ADA)])).await;
    assert!(page.body.contains(&format!("value=\"{ADA}\"")), "{}", page.body);
    let page = browser.open(&world.authorize(&[("login_hint", "\"><script>alert(1)</script>")])).await;
    assert!(page.status == 200 && !page.body.contains("<script"), "{}", page.body);
});

on_both!(a_login_that_is_over_is_over_on_every_page, async |world: World| {
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    let flow = login.hidden("flow").unwrap();
    let consent = browser.sign_in(&login, ADA, PASSWORD).await;
    browser.consent(&consent, "allow").await;
    for path in ["/login", "/register", "/consent", "/verify-email", "/oauth/continue"] {
        let answer = browser.get(&format!("{path}?flow={flow}")).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (410, ""), "{path}: {answer:?}");
    }
    // So is one that took too long.
    let mut slow = world.browser();
    let login = slow.open(&world.authorize(&[])).await;
    world.clock.advance(std::time::Duration::from_secs(30 * 60));
    assert_eq!(slow.sign_in(&login, ADA, PASSWORD).await.status, 410);
    for nonsense in ["nonsense", "flow_01jd3v8m1efb9rkyq9wzvw2x4a", "%F0%9F%91%A9"] {
        assert_eq!(slow.get(&format!("/login?flow={nonsense}")).await.status, 410, "{nonsense}");
    }
});

on_both!(ds_01_when_the_queue_for_passwords_is_full_the_answer_is_busy_at_once, async |world: World| {
    let jam = Jam::of(&world).await;
    let mut browser = browser_at(&world, "198.51.100.7");
    for email in [ADA, "nobody@example.test"] {
        let answer = try_in(&mut browser, email, PASSWORD).await;
        assert_eq!((word(&answer), answer.headers["retry-after"].to_str().unwrap()), ("busy", "2"));
    }
    let page = browser.get("/register").await;
    let typed = [("email", "new@example.test"), ("given_name", "Mary"), ("family_name", ""), ("password", PASSWORD)];
    assert_eq!(submit(&mut browser, &page, "/register", &typed).await.status, 503);
    jam.clear().await;
    // Nothing of that was counted as wrong: all ten wrong ones are still there to be spent.
    for _ in 0..10 {
        assert_eq!(word(&try_in(&mut browser, ADA, WRONG).await), "wrong");
    }
    assert_eq!(word(&try_in(&mut browser, ADA, WRONG).await), "wait");
});

/// Whose login a code is, by the claims that it gives.
async fn subject(world: &World, code: &str) -> String {
    let tokens = world.redeem(code).await.json();
    let person = world.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["sub"], person["sub"]);
    person["email"].as_str().unwrap().to_owned()
}

on_both!(a_password_is_hashed_anew_when_the_cost_has_changed, async |world: World| {
    let hash = async || {
        let query = format!("SELECT password_hash AS text FROM users WHERE email = '{ADA}'");
        texts(&world.core.db, &query).await.remove(0)
    };
    // Given a hash of before the cost was raised,
    let cheap = Cost { memory_kib: 16, iterations: 1, lanes: 1 };
    let old = PasswordHasher::new(cheap, 1, 1).unwrap().hash(Secret::new(PASSWORD.to_owned())).await.unwrap();
    world.sql(&format!("UPDATE users SET password_hash = '{old}' WHERE email = '{ADA}'")).await;
    // when a wrong password is tried, nothing changes; when the right one is, it costs what new ones do.
    let mut browser = world.browser();
    let page = browser.get("/login").await;
    assert_eq!(submit(&mut browser, &page, "/login", &[("email", ADA), ("password", "wrong")]).await.status, 422);
    assert_eq!(hash().await, old);
    let mut ada = signed_in(&world, ADA).await;
    let new = hash().await;
    assert!(new.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{new}");
    // The session goes on, the password is the same, and from then on so is its hash.
    assert_eq!(who(&mut ada).await.as_deref(), Some(ADA));
    signed_in(&world, ADA).await;
    assert_eq!(hash().await, new);
});

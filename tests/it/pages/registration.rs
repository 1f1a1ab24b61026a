//! New accounts, and the proof of their address.

use super::{
    ADA, NEW_PASSWORD, WRONG, assert_alike, cookie_names, mails, mails_at_most, signed_in, submit, try_in, who, word,
};
use crate::browser::{Answer, Browser};
use crate::oauth::authorize::assert_back;
use crate::world::{PASSWORD, World, on_both};

const MARY: &str = "mary@example.test";

/// Fills in the registration form that this page shows, or that stands at `/register`.
async fn register(browser: &mut Browser, page: Option<&Answer>, email: &str, password: &str) -> Answer {
    let open = browser.get("/register").await;
    let typed = [("given_name", "Mary"), ("family_name", "Somerville"), ("email", email), ("password", password)];
    submit(browser, page.unwrap_or(&open), "/register", &typed).await
}

/// A browser with an account that nobody has verified, at the page that asks for it, in a login at a partner's site.
async fn unverified(world: &World) -> (Browser, Answer) {
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    let waiting = browser.sign_in(&login, "unverified@example.test", PASSWORD).await;
    assert!(waiting.path.starts_with("/verify-email?flow="), "{waiting:?}");
    (browser, waiting)
}

on_both!(who_registers_on_the_way_to_a_site_goes_on_to_it, async |world: World| {
    // Given a person without an account whom a site sends to us,
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[("login_hint", MARY)])).await;
    let flow = login.hidden("flow").unwrap();
    let way = format!("/register?flow={flow}");
    assert!(login.body.contains(&way), "{}", login.body);
    let form = browser.get(&way).await;
    assert!(form.body.contains("Analytical Engines") && form.body.contains("app.engines.example"), "{}", form.body);
    assert!(form.body.contains(&format!("value=\"{MARY}\"")), "the hint is filled in");

    // when they register and follow the link in the mail,
    let sent = register(&mut browser, Some(&form), MARY, PASSWORD).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    assert!(sent.body.contains("Check your mail") && sent.body.contains(MARY), "{}", sent.body);
    assert_eq!(who(&mut browser).await, None, "nobody is signed in by registering");
    let mail = mails(&world, 1).await.remove(0);
    assert_eq!(mail.to, MARY);
    let page = browser.get(&mail.link("/verify-email")).await;
    assert!(page.body.contains(&format!("value=\"{MARY}\" readonly")), "{}", page.body);
    let answer = submit(&mut browser, &page, "/verify-email", &[("password", PASSWORD)]).await;
    let consent = browser.follow(answer).await;

    // then the login goes on where it was, and the site is told the verified address.
    assert!(consent.path.starts_with("/consent?flow="), "{consent:?}");
    let back = browser.consent(&consent, "allow").await;
    let tokens = world.redeem(&back.parameter("code").unwrap()).await.json();
    let person = world.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!((person["email"].as_str(), person["email_verified"].as_bool()), (Some(MARY), Some(true)));
    assert_eq!(person["name"], "Mary Somerville");

    // The link works once.
    assert_eq!(browser.get(&mail.link("/verify-email")).await.status, 404);
    let again = submit(&mut browser, &page, "/verify-email", &[("password", PASSWORD)]).await;
    assert!(matches!(again.status.as_u16(), 403 | 404), "{again:?}");
});

on_both!(an_unverified_account_completes_no_login_until_it_is_verified, async |world: World| {
    // Given an account that can sign in, and an address that nobody has proven.
    let (mut browser, waiting) = unverified(&world).await;
    let flow = waiting.hidden("flow").unwrap();
    assert!(waiting.body.contains("Confirm your email address first"), "{}", waiting.body);
    assert_eq!(who(&mut browser).await.as_deref(), Some("unverified@example.test"));

    // Then no way leads around that page,
    for path in ["/oauth/continue", "/consent", "/login"] {
        let around = browser.open(&format!("{path}?flow={flow}")).await;
        assert!(around.path.starts_with("/verify-email?flow="), "{path}: {around:?}");
    }
    let decided = submit(&mut browser, &waiting, "/consent", &[("decision", "allow")]).await;
    assert_eq!(decided.location(), format!("/oauth/continue?flow={flow}"), "{decided:?}");
    assert_back(&browser.get(&world.authorize(&[("prompt", "none")])).await, "interaction_required");

    // a new link can be asked for,
    let resent = submit(&mut browser, &waiting, "/verify-email/resend", &[]).await;
    assert!(resent.body.contains("Another mail is on its way"), "{resent:?}");
    let link = mails(&world, 1).await[0].link("/verify-email");
    assert!(link.contains(&format!("flow={flow}")));

    // and with it one click in this browser is enough.
    let page = browser.get(&link).await;
    assert!(!page.body.contains("type=\"password\""), "{}", page.body);
    let answer = submit(&mut browser, &page, "/verify-email", &[]).await;
    let consent = browser.follow(answer).await;
    assert!(consent.path.starts_with("/consent?flow="), "{consent:?}");
    assert!(browser.consent(&consent, "allow").await.parameter("code").is_some());
});

on_both!(who_follows_the_link_in_another_browser_goes_on_in_the_first, async |world: World| {
    let (mut browser, waiting) = unverified(&world).await;
    let flow = waiting.hidden("flow").unwrap();
    submit(&mut browser, &waiting, "/verify-email/resend", &[]).await;
    let link = mails(&world, 1).await[0].link("/verify-email");

    let mut phone = world.browser();
    let page = phone.get(&link).await;
    let done = submit(&mut phone, &page, "/verify-email", &[("password", PASSWORD)]).await;
    assert!(done.status == 200 && done.body.contains("Your email address is confirmed"), "{done:?}");

    let waiting = browser.get(&format!("/verify-email?flow={flow}")).await;
    assert_eq!(waiting.location(), format!("/oauth/continue?flow={flow}"));
    let consent = browser.follow(waiting).await;
    assert!(consent.path.starts_with("/consent"), "{consent:?}");
});

on_both!(a_link_waits_an_hour_and_asks_whom_it_was_sent_to, async |world: World| {
    let (mut browser, waiting) = unverified(&world).await;
    submit(&mut browser, &waiting, "/verify-email/resend", &[]).await;
    let link = mails(&world, 1).await[0].link("/verify-email");

    // Somebody else who is signed in is asked for the password of that account; their own is no use.
    let mut ada = signed_in(&world, ADA).await;
    let page = ada.get(&link).await;
    let refused = submit(&mut ada, &page, "/verify-email", &[("email", ADA), ("password", WRONG)]).await;
    assert_eq!(word(&refused), "wrong");
    let refused = submit(&mut ada, &page, "/verify-email", &[]).await;
    assert_eq!(word(&refused), "wrong", "a session of another account is no proof");
    assert_eq!(who(&mut ada).await.as_deref(), Some(ADA));

    world.clock.advance(std::time::Duration::from_secs(3600));
    let gone = browser.get(&link).await;
    assert!(gone.status == 404 && gone.body.contains("no longer works"), "{gone:?}");
    let gone = submit(&mut ada, &page, "/verify-email", &[("password", PASSWORD)]).await;
    assert_eq!(gone.status, 404);
    for nonsense in ["", "token=", "token=xwms_em_", "token=%ff", "token=xwms_em_%00"] {
        let answer = browser.get(&format!("/verify-email?{nonsense}")).await;
        assert!(answer.status.is_client_error(), "{nonsense}: {answer:?}");
    }
});

on_both!(who_registers_with_anothers_address_gains_nothing_by_their_click, async |world: World| {
    // Given an attacker who registers the victim's address with a password of their own, and signs in.
    let mut attacker = world.browser();
    register(&mut attacker, None, MARY, NEW_PASSWORD).await;
    assert_eq!(word(&try_in(&mut attacker, MARY, NEW_PASSWORD).await), "in");
    let link = mails(&world, 1).await[0].link("/verify-email");

    // When the victim, or a program that looks at mail, follows the link,
    let mut victim = world.browser();
    for _ in 0..2 {
        let page = victim.get(&link).await;
        assert!(page.status == 200 && page.body.contains("type=\"password\""), "{page:?}");
        let refused = submit(&mut victim, &page, "/verify-email", &[("password", PASSWORD)]).await;
        assert_eq!(word(&refused), "wrong");
        assert_eq!(submit(&mut victim, &page, "/verify-email", &[]).await.status, 422);
    }
    // then nothing is verified: the attacker still completes no login.
    let waiting = attacker.open(&world.authorize(&[])).await;
    assert!(waiting.path.starts_with("/verify-email?flow="), "{waiting:?}");

    // The victim takes the account over with a password of their own, and the attacker is out.
    let page = victim.get("/forgot").await;
    submit(&mut victim, &page, "/forgot", &[("email", MARY)]).await;
    let link = mails(&world, 2).await[1].link("/reset");
    let page = victim.get(&link).await;
    assert_eq!(submit(&mut victim, &page, "/reset", &[("password", PASSWORD)]).await.status, 200);
    assert_eq!(who(&mut attacker).await, None);
    assert_eq!(word(&try_in(&mut attacker, MARY, NEW_PASSWORD).await), "wrong");
    let code = world.code_in(&mut victim, MARY, &[]).await;
    assert!(!code.is_empty(), "who reads the mail has the address: it is verified");
});

on_both!(registering_twice_changes_nothing_and_tells_the_owner, async |world: World| {
    let mut browser = world.browser();
    register(&mut browser, None, "ADA@Example.Test", NEW_PASSWORD).await;
    let mail = mails_at_most(&world, 1).await.remove(0);
    assert!(mail.to == ADA && mail.text.contains("You have one already"), "{}", mail.text);
    assert_eq!(word(&try_in(&mut browser, ADA, NEW_PASSWORD).await), "wrong");
    assert_eq!(word(&try_in(&mut browser, ADA, PASSWORD).await), "in");
    // The link in it sets a new password, and proves no address.
    let token = mail.link("/reset").split_once("token=").unwrap().1.to_owned();
    assert_eq!(browser.get(&format!("/verify-email?token={token}")).await.status, 404);
    assert_eq!(browser.get(&mail.link("/reset")).await.status, 200);
});

on_both!(lo_07_registration_answers_alike_whether_or_not_the_address_is_known, async |world: World| {
    world.sql("UPDATE users SET suspended_at = 1 WHERE email = 'charles@example.test'").await;
    let emails = [ADA, MARY, "unverified@example.test", "charles@example.test", "Ada@Example.test"];
    let good = [("given_name", "Mary"), ("family_name", "Somerville"), ("password", NEW_PASSWORD)];
    assert_alike(&world, "/register", &emails, &good).await;
    // Bad fields are told alike too, and send nothing.
    let weak = [("given_name", "Mary"), ("family_name", ""), ("password", "password")];
    assert_alike(&world, "/register", &emails, &weak).await;
    mails_at_most(&world, 4).await;
});

on_both!(lo_09_no_answer_of_the_registration_holds_the_link, async |world: World| {
    let mut browser = world.browser();
    let form = browser.get("/register").await;
    let sent = register(&mut browser, Some(&form), MARY, PASSWORD).await;
    for answer in [&form, &sent] {
        assert!(!format!("{answer:?}").contains("xwms_em_"), "{answer:?}");
    }
    assert_eq!(cookie_names(&sent), Vec::<String>::new());
    try_in(&mut browser, MARY, PASSWORD).await;
    let waiting = browser.open(&world.authorize(&[])).await;
    let resent = submit(&mut browser, &waiting, "/verify-email/resend", &[]).await;
    for answer in [&waiting, &resent] {
        assert!(!format!("{answer:?}").contains("xwms_em_"), "{answer:?}");
    }
    mails_at_most(&world, 2).await;
});

on_both!(lo_13_a_field_that_no_page_shows_is_refused_and_nothing_is_applied, async |world: World| {
    let forged = [
        ("email_verified", "true"),
        ("plan", "paid"),
        ("sub", "1"),
        ("staff", "admin"),
        ("id", "1"),
        ("role", "owner"),
        ("suspended_at", ""),
        ("password_hash", "$argon2id$"),
        ("email", "second@example.test"),
        ("", ""),
    ];
    for field in forged {
        let mut browser = world.browser();
        let page = browser.get("/register").await;
        let typed = [("given_name", "Mary"), ("email", MARY), ("password", PASSWORD), field];
        let answer = submit(&mut browser, &page, "/register", &typed).await;
        assert_eq!(answer.status, 422, "{field:?}: {answer:?}");
        // Every other form is as strict.
        for (path, typed) in [
            ("/login", vec![("email", ADA), ("password", PASSWORD), field]),
            ("/forgot", vec![("email", ADA), field]),
            ("/reset", vec![("token", "xwms_em_x"), ("password", NEW_PASSWORD), field]),
            ("/verify-email", vec![("token", "xwms_em_x"), ("password", PASSWORD), field]),
            ("/verify-email/resend", vec![("flow", "x"), field]),
            ("/login/continue", vec![("flow", "x"), field]),
            ("/consent", vec![("flow", "x"), ("decision", "allow"), field]),
            ("/logout", vec![field]),
        ] {
            // What a page does show is no unknown field of it.
            if field.0 == "email" && matches!(path, "/reset" | "/verify-email") {
                continue;
            }
            let csrf = page.hidden("csrf").unwrap();
            let fields: Vec<_> = typed.into_iter().chain([("csrf", csrf.as_str())]).collect();
            let answer = browser.post(path, &fields).await;
            assert_eq!(answer.status, 422, "{path} {field:?}: {answer:?}");
        }
        assert_eq!(who(&mut browser).await, None);
        assert_eq!(word(&try_in(&mut world.browser(), ADA, PASSWORD).await), "in", "no password was set");
    }
    mails_at_most(&world, 0).await;
    assert_eq!(word(&try_in(&mut world.browser(), MARY, PASSWORD).await), "wrong", "there is no such account");
});

on_both!(lo_19_a_password_is_its_bytes_as_typed, async |world: World| {
    let long = "x y z ".repeat(11) + &"é".repeat(479);
    assert_eq!(long.len(), 1024);
    for (number, password, others) in [
        (0, "nul\0in the middle", vec!["nul", "nulin the middle", "nul\0in the middl"]),
        (1, "caf\u{e9} Babbage", vec!["cafe\u{301} Babbage", "cafe Babbage"]),
        (2, "cafe\u{301} Babbage", vec!["caf\u{e9} Babbage"]),
        (3, "  two  spaces  ", vec!["two  spaces", " two spaces ", "  two  spaces", "  two\u{a0} spaces  "]),
        (4, "p+a%20 &=;ss?#\r\n", vec!["p a  &=;ss?#\r\n", "p+a%20 &=;ss?#"]),
        (5, long.as_str(), vec![&long[..1022], &long[..72], &long[..64]]),
        (6, "👩\u{200d}💻, 三杯のお茶", vec!["👩💻, 三杯のお茶"]),
    ] {
        let email = format!("person{number}@example.test");
        let mut browser = world.browser();
        let sent = register(&mut browser, None, &email, password).await;
        assert_eq!(sent.status, 200, "{password:?}: {sent:?}");
        for other in others {
            assert_eq!(word(&try_in(&mut world.browser(), &email, other).await), "wrong", "{other:?}");
        }
        assert_eq!(word(&try_in(&mut browser, &email, password).await), "in", "{password:?}");
    }
});

on_both!(lo_19_a_password_too_long_short_or_common_is_refused, async |world: World| {
    let (kilobyte, megabyte) = ("x y z ".repeat(171), "x".repeat(1 << 20));
    for (password, says) in [
        ("seven 7", "at least 8 characters"),
        (kilobyte.as_str(), "at most 1,024 bytes"),
        ("password", "tried first"),
        ("P@ssw0rd123!", "tried first"),
        ("12345678", "tried first"),
        ("Somerville1", "your name"),
        ("mary@example.test", "your name"),
        ("xwms-2026!", "your name"),
    ] {
        let mut browser = world.browser();
        let answer = register(&mut browser, None, MARY, password).await;
        assert!(answer.status == 422 && answer.body.contains(says), "{password:.20}: {answer:?}");
        assert!(!answer.body.contains(&format!("value=\"{password}\"")) || password == MARY, "it is shown again");
        assert!(answer.body.contains(&format!("value=\"{MARY}\"")) && answer.body.contains("value=\"Somerville\""));
    }
    for path in ["/register", "/login"] {
        let mut browser = world.browser();
        let page = browser.get(path).await;
        let answer = submit(&mut browser, &page, path, &[("email", MARY), ("password", &megabyte)]).await;
        assert_eq!(answer.status, 413, "{path}");
    }
    assert_eq!(word(&try_in(&mut world.browser(), ADA, &kilobyte).await), "wrong");
    mails_at_most(&world, 0).await;
});

on_both!(every_bad_field_is_told_beside_it, async |world: World| {
    let mut browser = world.browser();
    let page = browser.get("/register").await;
    let typed = [("given_name", ""), ("family_name", "a\u{202e}b"), ("email", "mary@localhost"), ("password", "short")];
    let answer = submit(&mut browser, &page, "/register", &typed).await;
    assert_eq!(answer.status, 422);
    for field in ["given_name", "family_name", "email", "password"] {
        assert!(answer.body.contains(&format!("id=\"{field}-error\"")), "{field}: {}", answer.body);
    }
    // With no name but the given one it goes.
    let typed = [("given_name", "Mary"), ("family_name", ""), ("email", MARY), ("password", PASSWORD)];
    assert_eq!(submit(&mut browser, &answer, "/register", &typed).await.status, 200);
});

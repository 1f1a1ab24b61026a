//! Forgotten passwords.

use super::{
    ADA, CHARLES, NEW_PASSWORD, assert_alike, cookie_names, mails, mails_at_most, signed_in, submit, try_in, who, word,
};
use serde_json::{Value, json};
use xwms_core::provision::{Options, apply};

use crate::admin::person::Person;
use crate::browser::Answer;
use crate::world::{PASSWORD, World, on_both};

/// Asks for a link to a new password, and opens it; `nth` is the number of the mail it comes with.
async fn link(world: &World, email: &str, nth: usize) -> String {
    let mut browser = world.browser();
    let page = browser.get("/forgot").await;
    let answer = submit(&mut browser, &page, "/forgot", &[("email", email)]).await;
    assert!(answer.status == 200 && answer.body.contains(email), "{answer:?}");
    mails(world, nth).await[nth - 1].link("/reset")
}

async fn reset(world: &World, link: &str, password: &str) -> Answer {
    let mut browser = world.browser();
    let page = browser.get(link).await;
    submit(&mut browser, &page, "/reset", &[("password", password)]).await
}

on_both!(lo_11_a_new_password_ends_all_that_rested_on_the_old_one, async |world: World| {
    // Given Ada signed in here and there, connected to a partner, and halfway through another login.
    let mut sofa = signed_in(&world, ADA).await;
    let mut train = signed_in(&world, ADA).await;
    let mut charles = signed_in(&world, CHARLES).await;
    let tokens = world.given_login(ADA).await;
    let (_, code) = world.given_code(ADA, &[]).await;
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let others = world.given_login(CHARLES).await;
    let consent = sofa.open(&world.authorize(&[("prompt", "consent")])).await;
    assert!(consent.path.starts_with("/consent"), "{consent:?}");

    // When she sets a new password with one of the links she asked for,
    let (first, second) = (link(&world, ADA, 1).await, link(&world, ADA, 2).await);
    let mut browser = world.browser();
    let page = browser.get(&second).await;
    assert!(page.body.contains(&format!("value=\"{ADA}\"")) && page.body.contains("readonly"), "{}", page.body);
    let done = submit(&mut browser, &page, "/reset", &[("email", ADA), ("password", NEW_PASSWORD)]).await;
    assert!(done.status == 200 && done.body.contains("Your new password is set"), "{done:?}");

    // then nobody is signed in by that, and all of before is dead,
    assert_eq!((cookie_names(&done), who(&mut browser).await), (Vec::new(), None));
    assert_eq!((who(&mut sofa).await, who(&mut train).await), (None, None));
    let late = submit(&mut sofa, &consent, "/consent", &[("decision", "allow")]).await;
    let on = sofa.follow(late).await;
    assert!(on.path.starts_with("/login"), "nothing of it is done: {on:?}");
    assert_eq!(world.userinfo(access).await.status, 401);
    assert_eq!(world.refresh(refresh).await.error(), "invalid_grant");
    assert_eq!(world.introspect(refresh).await["active"], false);
    assert_eq!(world.redeem(&code).await.error(), "invalid_grant");

    // as are both links and the old password, also in a browser that the account knows;
    for link in [&first, &second] {
        let gone = browser.get(link).await;
        assert!(gone.status == 404 && gone.body.contains("no longer works"), "{gone:?}");
        assert!(matches!(reset(&world, link, PASSWORD).await.status.as_u16(), 403 | 404));
    }
    let again = submit(&mut browser, &page, "/reset", &[("password", PASSWORD)]).await;
    assert_eq!(again.status, 404);
    assert_eq!(word(&try_in(&mut train, ADA, PASSWORD).await), "wrong");
    assert_eq!(word(&try_in(&mut train, ADA, NEW_PASSWORD).await), "in");

    // she is told by mail, and nobody else is touched.
    let notice = mails_at_most(&world, 3).await.remove(2);
    assert_eq!(notice.to, ADA);
    assert!(notice.text.contains("password of your XWMS account was just changed"), "{}", notice.text);
    assert_eq!(notice.link("/forgot"), "/forgot");
    assert!(!notice.text.contains("xwms_em_") && !notice.text.contains(NEW_PASSWORD));
    assert_eq!(who(&mut charles).await.as_deref(), Some(CHARLES));
    assert_eq!(world.refresh(others["refresh_token"].as_str().unwrap()).await.status, 200);
});

on_both!(lo_11_the_owners_are_told_of_the_tokens_that_go_on, async |world: World| {
    let mut charles = Person::new(&world, CHARLES).await;
    let (mut ada, _) = charles.given_member(&world, ADA, "admin").await;
    let body = |label: &str, more: Value| {
        let mut body = json!({ "label": label, "permissions": ["client:read"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    ada.made("tokens", body("Deployment", json!({}))).await;
    ada.made("tokens", body("Over soon", json!({ "expires_at": "2026-03-01T12:00:01Z" }))).await;
    let own = ada.made("/admin/v1/tokens", body("Her own", json!({}))).await;
    world.clock.advance(std::time::Duration::from_secs(2));
    let told = async |charles: &mut Person| {
        let seen = charles.browser.get("/account/notifications").await.body;
        seen.matches("has a new password").count()
    };
    assert_eq!(told(&mut charles).await, 0);
    let before = mails_at_most(&world, 1).await.len();
    let link = link(&world, ADA, before + 1).await;
    assert_eq!(reset(&world, &link, NEW_PASSWORD).await.status, 200);

    assert_eq!(told(&mut charles).await, 1);
    let mail = world.mail().await;
    assert!(mail.contains("Deployment") && mail.contains("has a new password"), "{mail}");
    assert!(!mail.contains("Over soon") && !mail.contains("Her own"), "{mail}");
    let left = charles.get("tokens").await.json();
    assert!(left["data"].as_array().unwrap().iter().any(|token| token["label"] == "Deployment"), "it goes on");
    world.apply(&format!("[[users]]\nemail = {CHARLES:?}\nstaff = \"admin\"\n")).await;
    let log = charles.get("/admin/v1/staff/audit?limit=200").await.json();
    let ended: Vec<&Value> =
        log["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == "token.deleted").collect();
    assert_eq!((ended.len(), &ended[0]["object"], &ended[0]["address"]), (1, &json!(own), &json!("127.0.0.1")));

    // An operator who sets her another one ends no less, and tells no less.
    ada = Person::with(&world, ADA, NEW_PASSWORD).await;
    let own = ada.made("/admin/v1/tokens", body("Her next", json!({}))).await;
    let file = format!("[[users]]\nemail = {ADA:?}\npassword = \"note g of the translator\"\n");
    let all = Options { set_passwords: true, ..Options::default() };
    apply(&world.core, &file, all).await.unwrap();
    assert_eq!(told(&mut charles).await, 2);
    let log = charles.get("/admin/v1/staff/audit?limit=200").await.json();
    let operators = |entry: &&Value| entry["action"] == "token.deleted" && entry["object"] == own.as_str();
    assert_eq!(log["data"].as_array().unwrap().iter().find(operators).unwrap()["actor"], "operator");
});

on_both!(lo_07_forgot_answers_alike_whatever_the_address, async |world: World| {
    world.sql("UPDATE users SET suspended_at = 1 WHERE email = 'charles@example.test'").await;
    let emails = [ADA, "nobody@example.test", CHARLES, "unverified@example.test", "ADA@EXAMPLE.TEST"];
    assert_alike(&world, "/forgot", &emails, &[]).await;
    // Ada's two and one for the address that is not verified yet; a suspended account gets none.
    let to: Vec<String> = mails_at_most(&world, 3).await.into_iter().map(|mail| mail.to).collect();
    assert!(!to.iter().any(|to| to == CHARLES) && to.iter().filter(|to| *to == ADA).count() == 2, "{to:?}");
});

on_both!(lo_09_no_step_of_the_recovery_can_be_skipped_or_turned_on_another, async |world: World| {
    // The link is in the mail, and nowhere else.
    let mut browser = world.browser();
    let form = browser.get("/forgot").await;
    let sent = submit(&mut browser, &form, "/forgot", &[("email", ADA)]).await;
    assert!(!format!("{form:?}{sent:?}").contains("xwms_em_") && cookie_names(&sent).is_empty());
    let adas = mails(&world, 1).await[0].link("/reset");

    // Straight to the new password, with no link, a wrong one, or one of another purpose:
    let csrf = form.hidden("csrf").unwrap();
    let page = browser.get("/register").await;
    let typed = [("given_name", "Mary"), ("email", "mary@example.test"), ("password", PASSWORD)];
    submit(&mut browser, &page, "/register", &typed).await;
    let verify = mails(&world, 2).await[1].link("/verify-email");
    let verify = verify.split_once("token=").unwrap().1;
    let token = adas.split_once("token=").unwrap().1;
    let upper = token.to_uppercase();
    let cut = &token[..token.len() - 1];
    let longer = format!("{token}A");
    for token in ["", "xwms_em_", verify, upper.as_str(), cut, longer.as_str()] {
        let fields = [("token", token), ("email", ADA), ("password", NEW_PASSWORD), ("csrf", &csrf)];
        let answer = browser.post("/reset", &fields).await;
        assert_eq!(answer.status, 404, "{token}: {answer:?}");
        assert_eq!(browser.get(&format!("/reset?token={token}")).await.status, 404, "{token}");
    }
    assert_eq!(browser.get("/reset").await.status, 404);

    // A link that is Ada's sets Ada's password, whatever address is sent along and whoever is signed in.
    let mut charles = signed_in(&world, CHARLES).await;
    let page = charles.get(&adas).await;
    let done = submit(&mut charles, &page, "/reset", &[("email", CHARLES), ("password", NEW_PASSWORD)]).await;
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(word(&try_in(&mut world.browser(), CHARLES, NEW_PASSWORD).await), "wrong");
    assert_eq!(word(&try_in(&mut world.browser(), ADA, NEW_PASSWORD).await), "in");
    assert_eq!(who(&mut charles).await.as_deref(), Some(CHARLES));
});

on_both!(lo_09_a_link_for_a_new_password_works_for_an_hour_and_for_the_address_it_went_to, async |world: World| {
    let late = link(&world, ADA, 1).await;
    world.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(world.browser().get(&late).await.status, 404);
    let moved = link(&world, ADA, 2).await;
    let mut browser = world.browser();
    let page = browser.get(&moved).await;
    world
        .sql("UPDATE users SET email = 'a@example.test', email_key = 'a@example.test' WHERE email = 'ada@example.test'")
        .await;
    let answer = submit(&mut browser, &page, "/reset", &[("password", NEW_PASSWORD)]).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(word(&try_in(&mut browser, "a@example.test", PASSWORD).await), "in");

    let suspended = link(&world, CHARLES, 3).await;
    world.sql("UPDATE users SET suspended_at = 1 WHERE email = 'charles@example.test'").await;
    let answer = reset(&world, &suspended, NEW_PASSWORD).await;
    assert!(matches!(answer.status.as_u16(), 403 | 404), "{answer:?}");
});

on_both!(a_password_that_is_refused_leaves_the_link_as_it_is, async |world: World| {
    let link = link(&world, ADA, 1).await;
    let mut browser = world.browser();
    let mut page = browser.get(&link).await;
    for (password, says) in [("short", "at least 8"), ("password1", "tried first"), ("Lovelace1815", "your name")] {
        page = submit(&mut browser, &page, "/reset", &[("password", password)]).await;
        assert!(page.status == 422 && page.body.contains(says), "{password}: {page:?}");
        assert!(!page.body.contains(&format!("\"{password}\"")) && page.body.contains(ADA));
    }
    assert_eq!(word(&try_in(&mut world.browser(), ADA, PASSWORD).await), "in", "nothing was changed");
    let done = submit(&mut browser, &page, "/reset", &[("password", NEW_PASSWORD)]).await;
    assert_eq!(done.status, 200, "{done:?}");
});

on_both!(of_two_who_use_a_link_at_once_one_sets_the_password, async |world: World| {
    for round in 0..3 {
        let link = link(&world, ADA, 2 * round + 1).await;
        let (mut one, mut other) = (world.browser(), world.browser());
        let (a, b) = (one.get(&link).await, other.get(&link).await);
        let (typed_a, typed_b) = ([("password", "the first of the two")], [("password", "the second of the two")]);
        let (a, b) =
            tokio::join!(submit(&mut one, &a, "/reset", &typed_a), submit(&mut other, &b, "/reset", &typed_b),);
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404]);
        let holds = if a.status == 200 { "the first of the two" } else { "the second of the two" };
        assert_eq!(word(&try_in(&mut world.browser(), ADA, holds).await), "in");
        mails(&world, 2 * round + 2).await;
    }
});

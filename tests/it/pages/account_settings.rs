//! What people set of their account by themselves, and what they do again before something grave.

use std::time::Duration;

use super::{ADA, CHARLES, NEW_PASSWORD, mails_at_most, signed_in, submit, try_in, who, word};
use crate::admin::person::Person;
use crate::browser::Browser;
use crate::database::{count, texts};
use crate::world::{PASSWORD, World, on_both};

const GENERAL: &str = "/account/general";
const SESSIONS: &str = "/account/sessions";
const NEW_PASSWORD_PAGE: &str = "/account/security/password";
const NEW_TOKEN: &str = "/account/tokens/new";

/// Sends the form of a page with what is hidden in it.
async fn send(browser: &mut Browser, path: &str, typed: &[(&str, &str)]) -> crate::browser::Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{page:?}");
    let kept = ["once", "if_match"].map(|name| (name, page.hidden(name)));
    let kept = kept.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let typed: Vec<_> = kept.chain(typed.iter().copied()).collect();
    submit(browser, &page, path, &typed).await
}

on_both!(a_person_says_who_they_are_and_how_to_speak_to_them, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let old = ada.get(GENERAL).await;
    let typed = [("given_name", "Augusta Ada"), ("family_name", ""), ("locale", "nl"), ("zoneinfo", "Europe/London")];
    let saved = send(&mut ada, GENERAL, &typed).await;
    assert!(saved.status == 303 && saved.location().starts_with("/account/general?done=saved."), "{saved:?}");
    let page = ada.get(saved.location()).await.body;
    for part in ["<html lang=\"nl\"", "value=\"Augusta Ada\"", "value=\"Europe/London\""] {
        assert!(page.contains(part), "{part} in {page}");
    }
    // What is personal stays out of the audit log; which fields changed does not.
    let audit = texts(&world.core.db, "SELECT after AS text FROM audit_entries WHERE action = 'user.updated'").await;
    assert!(audit.iter().any(|after| after.contains("given_name") && !after.contains("Augusta")), "{audit:?}");

    let stale = [("if_match", old.hidden("if_match").unwrap()), ("given_name", "Countess".to_owned())];
    let stale: Vec<_> = stale.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = submit(&mut ada, &old, GENERAL, &stale).await;
    assert!(refused.status == 412 && refused.body.contains("value=\"Countess\""), "{refused:?}");
    let bad = [
        ("zoneinfo", "not a zone"),
        ("locale", "e"),
        ("birth_date", "10.12.1815"),
        ("country", "Britain"),
        ("phone_number", "020 7123"),
        ("plan", "paid"),
        ("email", "x@example.test"),
    ];
    for (field, value) in bad {
        let refused = send(&mut ada, GENERAL, &[(field, value)]).await;
        assert_eq!(refused.status, 422, "{field}: {refused:?}");
    }
    let page = ada.get(GENERAL).await;
    let chosen = submit(&mut ada, &page, "/language", &[("locale", "de")]).await;
    assert_eq!((chosen.status.as_u16(), chosen.location()), (303, "/account"));
    assert!(ada.get("/account").await.body.contains("<html lang=\"de\""));
});

on_both!(a_theme_is_one_of_three_words, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let page = ada.get("/account").await;
    for (word, drawn) in [("dark", true), ("light", true), ("auto", false)] {
        let chosen = submit(&mut ada, &page, "/theme", &[("theme", word)]).await;
        assert_eq!((chosen.status.as_u16(), chosen.location()), (303, "/account"));
        for path in ["/account", "/"] {
            assert_eq!(ada.get(path).await.body.contains(&format!("data-theme=\"{word}\"")), drawn, "{word} at {path}");
        }
    }
    assert_eq!(submit(&mut ada, &page, "/theme", &[("theme", "\"><script>")]).await.status, 422);
    ada.cookies.insert("xwms_theme".to_owned(), "mauve".to_owned());
    assert!(!ada.get("/account").await.body.contains("data-theme"));
    for path in ["/theme", "/language"] {
        assert_eq!(ada.get(path).await.location(), "/account");
    }
});

on_both!(a_person_ends_the_sessions_that_are_theirs, async |world: World| {
    let (mut sofa, mut train) = (signed_in(&world, ADA).await, signed_in(&world, ADA).await);
    world.clock.advance(Duration::from_secs(1));
    let (mut phone, mut charles) = (signed_in(&world, ADA).await, signed_in(&world, CHARLES).await);
    let list = sofa.get(SESSIONS).await;
    assert_eq!(list.body.matches("This browser").count(), 1, "{list:?}");
    let others: Vec<String> = list.body.split("name=\"session\" value=\"").skip(1).map(first).collect();
    assert_eq!(others.len(), 2);
    let foreign = charles.get(SESSIONS).await;
    for session in [others[0].as_str(), "session_unknown", ""] {
        let fields = [("do", "end"), ("session", session)];
        assert_eq!(submit(&mut charles, &foreign, SESSIONS, &fields).await.status, 404, "{session}");
    }
    // The newest stands first: that of the telephone.
    let ended = submit(&mut sofa, &list, SESSIONS, &[("do", "end"), ("session", &others[0])]).await;
    assert!(ended.location().starts_with("/account/sessions?done=ended."), "{ended:?}");
    assert_eq!(who(&mut phone).await, None);
    assert_eq!(who(&mut train).await.as_deref(), Some(ADA));
    let ended = submit(&mut sofa, &list, SESSIONS, &[("do", "end-others")]).await;
    assert!(ended.location().starts_with("/account/sessions?done=elsewhere."), "{ended:?}");
    assert_eq!(who(&mut train).await, None);
    assert_eq!(who(&mut sofa).await.as_deref(), Some(ADA));
    assert_eq!(who(&mut charles).await.as_deref(), Some(CHARLES));
});

fn first(rest: &str) -> String {
    rest.split('"').next().unwrap_or_default().to_owned()
}

on_both!(a_new_password_ends_everything_but_this_browser, async |world: World| {
    let tokens = world.given_login(ADA).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let (mut sofa, mut train) = (signed_in(&world, ADA).await, signed_in(&world, ADA).await);
    let made = send(&mut sofa, NEW_TOKEN, &[("label", "Build"), ("permissions", "client:read")]).await;
    assert_eq!(made.status, 201, "{made:?}");
    for (now, new) in [("wrong", NEW_PASSWORD), (PASSWORD, "short"), (PASSWORD, "password"), ("", "")] {
        let refused = send(&mut sofa, NEW_PASSWORD_PAGE, &[("password", now), ("new_password", new)]).await;
        assert_eq!(refused.status, 422, "{now} {new}: {refused:?}");
        assert!(!refused.body.contains(NEW_PASSWORD), "no password is written back");
    }
    let fields = [("password", PASSWORD), ("new_password", NEW_PASSWORD)];
    let changed = send(&mut sofa, NEW_PASSWORD_PAGE, &fields).await;
    assert!(changed.location().starts_with("/account/security?done=password."), "{changed:?}");
    assert_eq!(who(&mut sofa).await.as_deref(), Some(ADA));
    assert_eq!(who(&mut train).await, None);
    assert_eq!(world.refresh(refresh).await.error(), "invalid_grant");
    assert_eq!(count(&world.core.db, "api_tokens", "label = 'Build'").await, 0);
    assert_eq!(word(&try_in(&mut world.browser(), ADA, PASSWORD).await), "wrong");
    assert_eq!(word(&try_in(&mut world.browser(), ADA, NEW_PASSWORD).await), "in");
    let mail = mails_at_most(&world, 1).await.remove(0);
    assert!(mail.to.contains(ADA) && mail.text.contains("/forgot"), "{}", mail.text);
});

on_both!(wrong_passwords_are_counted_wherever_they_are_typed, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let fields = [("password", "wrong"), ("new_password", NEW_PASSWORD)];
        statuses.push(send(&mut ada, NEW_PASSWORD_PAGE, &fields).await.status.as_u16());
    }
    assert_eq!((statuses[0], statuses[11]), (422, 429), "{statuses:?}");
});

on_both!(something_grave_asks_again_who_it_is, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    world.clock.advance(Duration::from_secs(599));
    assert_eq!(ada.get(NEW_TOKEN).await.status, 200);
    world.clock.advance(Duration::from_secs(1));
    let asked = ada.open(NEW_TOKEN).await;
    assert_eq!(asked.path, "/login/confirm?return=%2Faccount%2Ftokens%2Fnew");
    assert_eq!(asked.hidden("return").as_deref(), Some(NEW_TOKEN));
    let wrong = submit(&mut ada, &asked, "/login/confirm", &[("password", "x"), ("return", NEW_TOKEN)]).await;
    assert_eq!((wrong.status.as_u16(), wrong.hidden("return").as_deref()), (422, Some(NEW_TOKEN)));
    let (old, fields) = (ada.cookies["xwms_session"].clone(), [("password", PASSWORD), ("return", NEW_TOKEN)]);
    let confirmed = submit(&mut ada, &asked, "/login/confirm", &fields).await;
    assert_eq!((confirmed.status.as_u16(), confirmed.location()), (303, NEW_TOKEN));
    assert_ne!(ada.cookies["xwms_session"], old);
    let page = ada.get(NEW_TOKEN).await;
    assert_eq!(page.status, 200);
    let mut thief = world.browser();
    thief.cookies.insert("xwms_session".to_owned(), old);
    assert_eq!(who(&mut thief).await, None);

    // A form may be filled in for half an hour more; after that the password goes with it.
    world.clock.advance(Duration::from_secs(2400));
    let once = page.hidden("once").unwrap();
    let typed = [("once", once.as_str()), ("label", "Build"), ("permissions", "client:read")];
    let late = submit(&mut ada, &page, NEW_TOKEN, &typed).await;
    assert!(late.status == 422 && late.body.contains("value=\"Build\""), "{late:?}");
    assert!(late.body.contains("name=\"password\" type=\"password\""), "{late:?}");
    let with = |password: &'static str| [&typed[..], &[("password", password)]].concat();
    assert_eq!(submit(&mut ada, &page, NEW_TOKEN, &with("x")).await.status, 422);
    assert_eq!(submit(&mut ada, &page, NEW_TOKEN, &with(PASSWORD)).await.status, 201);
    for back in ["https://evil.test/", "//evil.test", "/account/../x"] {
        let fields = [("password", PASSWORD), ("return", back)];
        let page = ada.get("/account").await;
        assert_eq!(submit(&mut ada, &page, "/login/confirm", &fields).await.location(), "/account", "{back}");
    }
});

on_both!(an_account_has_api_tokens_of_its_own, async |world: World| {
    let mut charles = signed_in(&world, CHARLES).await;
    let page = charles.get(NEW_TOKEN).await;
    let once = page.hidden("once").unwrap();
    let typed = [
        ("once", once.as_str()),
        ("label", "<i>Build</i>"),
        ("permissions", ""),
        ("permissions", "client:read"),
        ("permissions", "domains:read"),
    ];
    let made = submit(&mut charles, &page, NEW_TOKEN, &typed).await;
    assert!(made.status == 201 && made.location().starts_with("/account/tokens/token_"), "{made:?}");
    assert_eq!(made.body.matches("xwms_pat_").count(), 1, "{made:?}");
    let again = submit(&mut charles, &page, NEW_TOKEN, &typed).await;
    assert!(again.status == 200 && !again.body.contains("xwms_pat_"), "{again:?}");
    let list = charles.get("/account/tokens").await.body;
    assert!(
        list.contains("&#60;i&#62;Build") && list.contains("domains:read") && !list.contains("xwms_pat_"),
        "{list}"
    );
    for typed in
        [&[("label", "x")][..], &[("permissions", "everything:ever")], &[("permissions", "client:read"), ("a", "b")]]
    {
        assert_eq!(send(&mut charles, NEW_TOKEN, typed).await.status, 422, "{typed:?}");
    }
    let delete = format!("{}/delete", made.location());
    let mut ada = Person::new(&world, ADA).await;
    assert_eq!(ada.get(&delete).await.status, 404);
    assert_eq!(ada.form(&delete, &[]).await.status, 404);
    assert_eq!(charles.get(made.location()).await.location(), "/account/tokens");
    let deleted = send(&mut charles, &delete, &[]).await;
    assert!(deleted.location().starts_with("/account/tokens?done=deleted."), "{deleted:?}");
    assert_eq!(count(&world.core.db, "api_tokens", "client_id IS NULL").await, 0);
});

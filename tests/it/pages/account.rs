//! A person's own pages: the way to them, connected sites, notifications.

use xwms_core::id::{NotificationId, UserId};
use xwms_core::model::message::StoredText;
use xwms_core::testing::{self, Notification};
use xwms_core::text::Text;

use super::{ADA, CHARLES, signed_in, submit};
use crate::admin::person::Person;
use crate::admin::stage::ROOMY;
use crate::database::{count, texts};
use crate::world::{CLIENT, PASSWORD, World, on_both};

/// What the start page leads to.
const LINKED: [&str; 5] = ["/account", "/clients", "/account/requests", "/account/apps", "/account/notifications"];
const PAGES: [&str; 11] = [
    "/account",
    "/account/general",
    "/account/security",
    "/account/security/password",
    "/account/sessions",
    "/account/requests",
    "/account/apps",
    "/account/notifications",
    "/account/tokens",
    "/account/tokens/new",
    "/account/plan",
];

async fn account(world: &World, email: &str) -> UserId {
    testing::account_of(&world.core.db, email).await.unwrap().unwrap()
}

/// Tells somebody something; gives its id.
async fn told(world: &World, user: UserId, text: &str) -> NotificationId {
    let now = world.core.clock.now();
    let row = Notification {
        id: NotificationId::generate(now),
        user_id: user,
        kind: "secret.expiring".to_owned(),
        object_id: None,
        created_at: now,
        read_at: None,
        message: StoredText::from(&Text::new("plain").with("text", text)),
    };
    let id = row.id;
    testing::tell(&world.core.db, row).await.unwrap();
    id
}

on_both!(who_is_not_signed_in_signs_in_and_comes_back, ROOMY, async |world: World| {
    for path in PAGES {
        let mut browser = world.browser();
        let login = browser.open(path).await;
        let query: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        assert_eq!(login.path, format!("/login?return={query}"));
        let wrong =
            submit(&mut browser, &login, "/login", &[("email", ADA), ("password", "x"), ("return", path)]).await;
        assert_eq!(wrong.hidden("return").as_deref(), Some(path), "{wrong:?}");
        let typed = [("email", ADA), ("password", PASSWORD), ("return", path)];
        let back = submit(&mut browser, &wrong, "/login", &typed).await;
        assert_eq!((back.status.as_u16(), back.location()), (303, path));
        assert_eq!(browser.get(path).await.status, 200);
        assert_eq!(browser.get(&format!("/login?return={path}")).await.location(), path);
    }
    // So is whoever opens a list of theirs, filtered.
    let (mut browser, list) = (world.browser(), "/clients?cursor=client_01jd3v8m1efb9rkyq9wzvw2x4a&limit=5");
    let login = browser.open(list).await;
    assert_eq!(login.hidden("return").as_deref(), Some(list));
    let typed = [("email", ADA), ("password", PASSWORD), ("return", list)];
    assert_eq!(submit(&mut browser, &login, "/login", &typed).await.location(), list);
    // Nobody is led away from here.
    for path in ["//evil.test", "/\\evil.test", "https://evil.test", "/account/../..//evil.test", "javascript:x"] {
        let mut browser = world.browser();
        let query: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        let login = browser.get(&format!("/login?return={query}")).await;
        assert_eq!(login.hidden("return"), None, "{path}");
        let typed = [("email", ADA), ("password", PASSWORD), ("return", path)];
        assert_eq!(submit(&mut browser, &login, "/login", &typed).await.location(), "/", "{path}");
        assert_eq!(browser.get(&format!("/login?return={query}")).await.location(), "/", "{path}");
    }
});

on_both!(the_start_page_leads_to_them, async |world: World| {
    let page = signed_in(&world, ADA).await.get("/").await;
    for path in LINKED {
        assert!(page.body.contains(&format!("href=\"{path}\"")), "{path}");
        assert!(!world.browser().get("/").await.body.contains(path), "{path}");
    }
});

on_both!(a_person_ends_what_a_site_knows, async |world: World| {
    world.given_webhook("engines.example").await;
    let tokens = world.given_login(ADA).await;
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let mut ada = Person::new(&world, ADA).await;
    let page = ada.get("/account/apps").await.body;
    assert!(page.contains("Analytical Engines") && page.contains("First login on"), "{page}");
    let mut charles = Person::new(&world, CHARLES).await;
    assert!(charles.get("/account/apps").await.body.contains("You share nothing"));
    assert_eq!(charles.form("/account/apps", &[("client", CLIENT)]).await.status, 404);
    assert_eq!(world.userinfo(access).await.status, 200);

    let asked = ada.get(&format!("/account/apps/{CLIENT}/end")).await;
    assert!(asked.status == 200 && asked.hidden("client").as_deref() == Some(CLIENT), "{asked:?}");
    assert_eq!(charles.get(&format!("/account/apps/{CLIENT}/end")).await.status, 404);
    let ended = ada.form("/account/apps", &[("client", CLIENT)]).await;
    assert!(ended.location().starts_with("/account/apps?done=stopped."), "{ended:?}");
    assert!(ada.get(ended.location()).await.body.contains("It has ended."));
    assert!(!ada.get("/account/apps?done=stopped").await.body.contains("It has ended."), "none of our words");
    assert_eq!(world.userinfo(access).await.status, 401);
    assert_eq!(world.refresh(refresh).await.error(), "invalid_grant");
    assert_eq!(count(&world.core.db, "outbox", "event = 'consent.revoked'").await, 1);
    assert!(ada.get("/account/apps").await.body.contains("You share nothing"));
    assert_eq!(ada.form("/account/apps", &[("client", CLIENT)]).await.status, 404);
    // Whom she is to the client is no business of its audit log.
    let audit = texts(&world.core.db, "SELECT action AS text FROM audit_entries WHERE client_id IS NULL").await;
    assert!(audit.iter().any(|action| action == "consent.ended"), "{audit:?}");
    // She is asked again.
    let asked = ada.browser.open(&world.authorize(&[])).await;
    assert!(asked.path.starts_with("/consent"), "{asked:?}");
});

on_both!(ni_04_everybody_has_their_own_notifications, async |world: World| {
    let (ada_id, charles_id) = (account(&world, ADA).await, account(&world, CHARLES).await);
    let mut newest = None;
    for number in 0..25 {
        world.clock.advance(std::time::Duration::from_secs(1));
        newest = Some(told(&world, ada_id, &format!("<i>news {number}.</i>")).await);
    }
    let (newest, other) = (newest.unwrap().to_string(), told(&world, charles_id, "other news").await.to_string());
    let mut ada = Person::new(&world, ADA).await;
    let page = ada.get("/account/notifications").await.body;
    let at = |number: u32| page.find(&format!("&#60;i&#62;news {number}."));
    assert!(at(24) < at(23) && at(5).is_some() && at(4).is_none() && !page.contains("other news"), "{page}");
    let older = page.split("/account/notifications?before=").nth(1).unwrap().split('"').next().unwrap();
    let older = ada.get(&format!("/account/notifications?before={older}")).await.body;
    assert!(older.contains("news 4.") && older.contains("news 0.") && !older.contains("news 5."), "{older}");
    assert!(!older.contains("Older ones"));

    for what in ["read", "delete"] {
        let fields = [("do", what), ("notification", other.as_str())];
        assert_eq!(ada.form("/account/notifications", &fields).await.status, 404);
        let fields = [("do", what), ("notification", newest.as_str())];
        assert_eq!(ada.form("/account/notifications", &fields).await.status, 303);
    }
    assert!(!ada.get("/account/notifications").await.body.contains("news 24."));
    assert_eq!(count(&world.core.db, "notifications", "read_at IS NULL").await, 25);
    ada.form("/account/notifications", &[("do", "read-all")]).await;
    assert_eq!(count(&world.core.db, "notifications", "read_at IS NULL").await, 1, "the other's");
    for fields in [&[("do", "delete")][..], &[("do", "delete"), ("notification", "x")], &[("do", "x")], &[]] {
        let answer = ada.form("/account/notifications", fields).await;
        assert!(answer.status.is_client_error(), "{fields:?}: {answer:?}");
    }
});

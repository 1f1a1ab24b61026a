//! What closes a way that logins of the last week went says so first: secrets, callback URLs, scopes.

use std::time::Duration;

use super::signed_in;
use crate::browser::{Answer, Browser};
use crate::world::{CALLBACK, CLIENT, World, on_both};

/// Sends a form as a page of the dashboard does.
async fn send(browser: &mut Browser, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.get(page).await.hidden("csrf").unwrap();
    let fields: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
    browser.post(action, &fields).await
}

/// Ada logs in twice, once natively; the logins are counted within thirty seconds.
async fn given_logins(world: &World) {
    world.given_login("ada@example.test").await;
    let (_, token) = crate::native::given_token(world, serde_json::json!({})).await;
    let verified = crate::native::server(world, &world.secret).verify(serde_json::json!({ "token": token })).await;
    assert_eq!(verified.status, 200, "{verified:?}");
    world.clock.advance(Duration::from_secs(20));
    xwms_core::login_stats::fold(&world.core).await.unwrap();
}

/// The path of the item of a list that a row with this text links to.
fn item(list: &Answer, below: &str, text: &str) -> String {
    let rows = list.body.split("<tr").filter(|row| row.contains(text)).collect::<Vec<_>>().join("");
    let start = rows.find(below).unwrap_or_else(|| panic!("no {text} in {list:?}"));
    let path = rows[start..].split(['"', '?']).next().unwrap();
    path.split('/').take(below.matches('/').count() + 1).collect::<Vec<_>>().join("/")
}

async fn is_on(world: &World, table: &str, key: &str) -> bool {
    let sql = format!("SELECT CASE WHEN active THEN 'on' ELSE 'off' END AS text FROM {table} WHERE {key}");
    !crate::database::texts(&world.core.db, &sql).await.contains(&"off".to_owned())
}

on_both!(a_secret_that_logins_were_redeemed_with_is_not_closed_unasked, async |world: World| {
    given_logins(&world).await;
    let mut owner = signed_in(&world, "charles@example.test").await;
    let list = format!("/clients/{CLIENT}/secrets");
    let page = owner.get(&list).await;
    let secret = item(&page, &format!("{list}/secret_"), "Standard Key");
    let other = item(&page, &format!("{list}/secret_"), "Second Key");
    assert!(page.body.contains("Logins in 7 days"), "{page:?}");

    // Given two logins with it, switching it off asks first and changes nothing;
    let switches = format!("{secret}/switches");
    let asked = send(&mut owner, &secret, &switches, &[("active", "false")]).await;
    assert_eq!((asked.status.as_u16(), asked.location()), (303, &*format!("{switches}/confirm?active=false")));
    assert!(is_on(&world, "client_secrets", "label = 'Standard Key'").await);
    let question = owner.get(asked.location()).await;
    assert!(question.body.contains("2 logins in 7 days used this secret."), "{question:?}");
    // deleting it wants its label,
    let delete = format!("{secret}/delete");
    let page = owner.get(&delete).await;
    assert!(page.body.contains("2 logins in 7 days") && page.body.contains("Switch it off instead"), "{page:?}");
    for typed in ["", "standard key"] {
        let refused = send(&mut owner, &delete, &delete, &[("confirm_name", typed)]).await;
        assert_eq!(refused.status, 422, "{refused:?}");
    }
    // and replacing it at once is said to refuse servers.
    let rotate = owner.get(&format!("{secret}/rotate")).await;
    assert!(rotate.body.contains("Servers that still send the old one are refused at once."), "{rotate:?}");

    // Confirmed, it is done.
    let done = send(&mut owner, asked.location(), &switches, &[("active", "false"), ("confirm", "true")]).await;
    assert!(done.location().starts_with(&format!("{secret}?done=off.")), "{done:?}");
    assert!(!is_on(&world, "client_secrets", "label = 'Standard Key'").await);
    let deleted = send(&mut owner, &delete, &delete, &[("confirm_name", "Standard Key")]).await;
    assert_eq!(deleted.status, 303, "{deleted:?}");

    // What nobody used is switched and deleted at once.
    let off = send(&mut owner, &other, &format!("{other}/switches"), &[("active", "false")]).await;
    assert!(off.location().starts_with(&format!("{other}?done=off.")), "{off:?}");
    let delete = format!("{other}/delete");
    assert_eq!(send(&mut owner, &delete, &delete, &[]).await.status, 303);
});

on_both!(a_callback_url_that_logins_ended_at_is_not_closed_unasked, async |world: World| {
    given_logins(&world).await;
    let mut owner = signed_in(&world, "charles@example.test").await;
    let domains = format!("/clients/{CLIENT}/domains");
    let domain = item(&owner.get(&domains).await, &format!("{domains}/domain_"), ">engines.example");
    let list = format!("{domain}/urls");
    let page = owner.get(&list).await;
    let url = item(&page, &format!("{list}/url_"), CALLBACK);
    let row = page.body.split("<tr").find(|row| row.contains(CALLBACK)).unwrap();
    assert!(row.contains(">2<"), "{row}");

    let switches = format!("{url}/switches");
    let asked = send(&mut owner, &url, &switches, &[("active", "false")]).await;
    assert_eq!((asked.status.as_u16(), asked.location()), (303, &*format!("{switches}/confirm?active=false")));
    assert!(is_on(&world, "domain_urls", &format!("url = '{CALLBACK}'")).await);
    assert!(owner.get(asked.location()).await.body.contains("2 logins in 7 days ended here."));
    assert!(owner.get(&format!("{url}/delete")).await.body.contains("2 logins in 7 days ended here."));
    let done = send(&mut owner, asked.location(), &switches, &[("active", "false"), ("confirm", "true")]).await;
    assert!(done.location().starts_with(&format!("{list}?done=off-url_")), "{done:?}");
    assert!(!is_on(&world, "domain_urls", &format!("url = '{CALLBACK}'")).await);

    // After a week nothing hangs on it, and after a month nothing is known of it.
    world.sql("UPDATE domain_urls SET active = true").await;
    world.clock.advance(Duration::from_secs(8 * 86_400));
    let mut owner = signed_in(&world, "charles@example.test").await;
    let done = send(&mut owner, &url, &switches, &[("active", "false")]).await;
    assert!(done.location().starts_with(&format!("{list}?done=off-url_")), "{done:?}");
    assert!(crate::database::count(&world.core.db, "login_ways", "true").await > 0);
    world.clock.advance(Duration::from_secs(30 * 86_400));
    xwms_core::jobs::clean(&world.core).await.unwrap();
    assert_eq!(crate::database::count(&world.core.db, "login_ways", "true").await, 0);
});

on_both!(a_scope_says_how_many_logins_had_it_and_is_asked_at_login_or_not, async |world: World| {
    given_logins(&world).await;
    let mut owner = signed_in(&world, "charles@example.test").await;
    let list = format!("/clients/{CLIENT}/scopes");
    let question = owner.get(&format!("{list}/email/delete")).await;
    assert!(question.body.contains("2 logins in 7 days were given this scope."), "{question:?}");
    let switches = format!("{list}/email/switches");
    assert_eq!(owner.get(&switches).await.location(), list);
    let off = send(&mut owner, &list, &switches, &[("at_login", "false")]).await;
    assert!(off.location().starts_with(&format!("{list}?done=off-at_login.")), "{off:?}");
    assert!(owner.get(off.location()).await.body.contains("Switched off: Asked at login"));

    // A native login that names no scope asks for what is on.
    let mut person = world.browser();
    let url = crate::native::server(&world, &world.secret).sign_in_url(serde_json::json!({})).await;
    let login = person.open(&url).await;
    let consent = person.sign_in(&login, "charles@example.test", crate::world::PASSWORD).await;
    assert!(consent.path.starts_with("/consent"), "{consent:?}");
    assert!(!consent.body.contains("See your email address"), "{consent:?}");
});

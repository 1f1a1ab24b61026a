//! `/clients/{client}/webhooks`, and what the pages of webhook URLs add.

use super::receiver::status;
use super::{LOOPBACK, Receiver, absolute, deliver, deliveries, given_hook, given_owner, ping};
use crate::world::{CLIENT, World, on_both};

on_both!(what_was_sent_is_shown_and_sent_again, LOOPBACK, async |world: World| {
    // The client is set up, so its overview says what needs somebody.
    world.given_login("ada@example.test").await;
    let mut owner = given_owner(&world).await;
    let list = format!("/clients/{CLIENT}/webhooks");
    assert!(owner.get(&list).await.body.contains("No webhook URLs."));
    let receiver = Receiver::answering(&status(410)).await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    ping(&mut owner, &hook).await;
    deliver(&world).await;

    let page = owner.get(&list).await.body;
    for part in [
        &receiver.url,
        "Parked",
        "Webhooks</a> <span class=\"soft small\">1 parked</span>",
        "Redeliver all parked",
        "410",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(page.contains("href=\"/docs/events/ping.v1.json\""));
    let overview = owner.get(&format!("/clients/{CLIENT}")).await.body;
    assert!(overview.contains("One message to a Webhook URL is parked"), "{overview}");
    let id = deliveries(&mut owner, "").await[0]["id"].as_str().unwrap().to_owned();
    let item = format!("{list}/deliveries/{id}");
    let one = owner.get(&item).await.body;
    assert!(one.contains(&id) && one.contains("410") && one.contains("ms</"), "{one}");
    for (query, shown) in [("?status=parked", true), ("?status=delivered", false), ("?type=user.login", false)] {
        assert_eq!(owner.get(&format!("{list}{query}")).await.body.contains(&id), shown, "{query}");
    }
    assert_eq!(owner.get(&format!("{list}?status=lost")).await.status, 422);
    assert_eq!(owner.get(&format!("{list}?event=ping")).await.status, 422);

    receiver.answers(&status(200));
    owner.patch(&absolute(&hook.path), serde_json::json!({ "active": true })).await;
    let asked = owner.get(&format!("{list}/redeliver?url={}", hook.id)).await;
    assert!(asked.status == 200 && asked.body.contains("One message is sent again"), "{asked:?}");
    let sent = owner.form(&format!("{list}/redeliver"), &[("url", &hook.id)]).await;
    assert!(sent.location().starts_with(&format!("{list}?done=redelivered.")), "{sent:?}");
    deliver(&world).await;
    assert!(owner.get(&item).await.body.contains("Delivered"));
    let again = owner.form(&format!("{item}/redeliver"), &[]).await;
    assert!(again.location().starts_with(&format!("{item}?done=redelivered.")), "{again:?}");
    deliver(&world).await;
    assert_eq!(receiver.count(), 3);
});

on_both!(a_webhooks_page_pings_and_rotates, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::new().await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    let item = format!("/clients/{CLIENT}/{}", hook.path);
    let pinged = owner.form(&format!("{item}/ping"), &[]).await;
    assert!(
        pinged.location().starts_with(&format!("/clients/{CLIENT}/webhooks?url={}&done=pinged.", hook.id)),
        "{pinged:?}"
    );
    deliver(&world).await;
    let urls = owner.get(item.trim_end_matches(&format!("/{}", hook.id))).await.body;
    assert!(urls.contains("Last delivery") && urls.contains("Delivered"), "{urls}");

    assert!(owner.get(&item).await.body.contains(&format!("whsec_…{}", &hook.secret[hook.secret.len() - 4..])));
    let asked = owner.get(&format!("{item}/rotate")).await.body;
    assert!(asked.contains("value=\"86400\"") && asked.contains("30 days"), "{asked}");
    let fields = [("once", "turn"), ("overlap_seconds", "3600")];
    let made = owner.form(&format!("{item}/rotate"), &fields).await;
    assert_eq!((made.status.as_u16(), made.location()), (201, &*item), "{made:?}");
    assert_eq!(made.headers["cache-control"], "no-store");
    let value = made.body.split("<code id=\"value\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(value.starts_with("whsec_"), "{value}");
    let again = owner.form(&format!("{item}/rotate"), &fields).await;
    assert!(again.status == 200 && !again.body.contains(value), "{again:?}");
    assert!(!owner.get(&item).await.body.contains(value));
});

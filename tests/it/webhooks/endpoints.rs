//! Endpoints as they are: slow, dead, elsewhere; and that nobody else waits for them.

use std::time::Duration;

use serde_json::{Value, json};
use xwms_core::testing;

use super::receiver::{Message, SILENCE, status};
use super::{LOOPBACK, Receiver, deliver, deliveries, given_hook, given_owner, ping, seconds};
use crate::world::{World, on_both};

/// The status and the reason of each try.
fn tries(delivery: &Value) -> Vec<(Value, Value)> {
    let all = delivery["tries"].as_array().unwrap();
    all.iter().map(|one| (one["status"].clone(), one["reason"].clone())).collect()
}

on_both!(what_fails_is_tried_again_and_parked_after_a_day_and_can_be_sent_again, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::answering(&status(500)).await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    let sent = ping(&mut owner, &hook).await;
    let path = format!("webhooks/deliveries/{}", sent["id"].as_str().unwrap());
    deliver(&world).await;
    let first = receiver.take().remove(0);
    let now = owner.get(&path).await.json();
    assert_eq!((&now["status"], tries(&now)), (&json!("waiting"), vec![(json!(500), Value::Null)]));

    // Not before four seconds, and after six at the latest.
    seconds(&world, 3).await;
    deliver(&world).await;
    assert_eq!(receiver.count(), 0);
    seconds(&world, 4).await;
    deliver(&world).await;
    let second = receiver.take().remove(0);
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.header("webhook-id"), sent["id"].as_str().unwrap());
    let at = |message: &Message| message.header("webhook-timestamp").parse::<i64>().unwrap();
    assert_eq!(at(&second) - at(&first), 7);
    assert!(second.headers["webhook-signature"] != first.headers["webhook-signature"]);

    for _ in 0..30 {
        seconds(&world, 3600).await;
        deliver(&world).await;
    }
    let parked = owner.get(&path).await.json();
    assert_eq!((&parked["status"], &parked["next_try_at"]), (&json!("parked"), &Value::Null));
    let before = receiver.take().len();
    assert!((8..25).contains(&before), "{before}");
    seconds(&world, 86_400).await;
    deliver(&world).await;
    assert_eq!(receiver.count(), 0);

    // Sent again by hand it has another day.
    receiver.answers(&status(200));
    let again = owner.post(&format!("{path}/redeliver"), json!({})).await;
    assert_eq!((again.status.as_u16(), &again.json()["status"]), (202, &json!("waiting")));
    deliver(&world).await;
    assert_eq!(receiver.take()[0].header("webhook-id"), first.header("webhook-id"));
    assert_eq!(owner.get(&path).await.json()["status"], "delivered");
});

on_both!(an_endpoint_that_hangs_delays_nobody_else, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let (dead, quick) = (Receiver::answering(SILENCE).await, Receiver::new().await);
    let to_dead = given_hook(&mut owner, &dead.url).await;
    for _ in 0..10 {
        ping(&mut owner, &to_dead).await;
    }
    let core = world.core.clone();
    let delivering = tokio::spawn(async move { testing::deliver(&core).await });
    while dead.count() < 8 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // No endpoint gets more than so many at once.
    assert_eq!(dead.count(), 8);
    let to_quick = given_hook(&mut owner, &quick.url).await;
    ping(&mut owner, &to_quick).await;
    while quick.count() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!delivering.is_finished() && dead.count() == 8, "the other one hangs all the while");
    // What hangs is given up after ten seconds.
    delivering.await.unwrap().unwrap();
    let late = deliveries(&mut owner, &format!("?url={}", to_dead.id)).await;
    assert_eq!(late.len(), 10);
    assert!(late.iter().all(|delivery| tries(delivery) == [(Value::Null, json!("timeout"))]), "{late:?}");
});

on_both!(wh_03_a_redirect_is_a_failure_and_not_followed, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let elsewhere = Receiver::new().await;
    let moved = format!("HTTP/1.1 307 Moved\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", elsewhere.url);
    let receiver = Receiver::answering(&moved).await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    ping(&mut owner, &hook).await;
    deliver(&world).await;
    let told = deliveries(&mut owner, "").await;
    assert_eq!(
        (&told[0]["status"], tries(&told[0])),
        (&json!("waiting"), vec![(json!(307), json!("redirect_refused"))])
    );
    assert_eq!((receiver.count(), elsewhere.count()), (1, 0));
});

on_both!(wh_01_wh_02_a_private_address_gets_nothing, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let hook = given_hook(&mut owner, "https://app.engines.example/hook").await;
    for addresses in [&["10.0.0.1"][..], &["169.254.169.254"], &["93.184.216.34", "fd00::1"]] {
        world.dns.set_host("app.engines.example", addresses);
        ping(&mut owner, &hook).await;
        deliver(&world).await;
        let told = deliveries(&mut owner, "?limit=1").await;
        assert_eq!(tries(&told[0]), [(Value::Null, json!("address_refused"))], "{addresses:?}");
    }
    // Nor do we.
    let hook = given_hook(&mut owner, crate::world::ISSUER).await;
    ping(&mut owner, &hook).await;
    deliver(&world).await;
    let told = deliveries(&mut owner, "?limit=1").await;
    assert_eq!(tries(&told[0]), [(Value::Null, json!("address_refused"))]);
});

on_both!(wh_05_without_the_flag_nothing_goes_to_this_machine_in_test_mode_either, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::new().await;
    for url in [receiver.url.as_str(), "http://127.0.0.1:5432/", crate::world::ISSUER] {
        let hook = given_hook(&mut owner, url).await;
        ping(&mut owner, &hook).await;
        deliver(&world).await;
        let told = deliveries(&mut owner, "?limit=1").await;
        assert_eq!(tries(&told[0]), [(Value::Null, json!("scheme_refused"))], "{url}");
    }
    assert_eq!(receiver.count(), 0);
});

on_both!(an_endpoint_is_left_alone_for_as_long_as_it_asks, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::new().await;
    receiver.answers_next("HTTP/1.1 503 Busy\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n");
    let hook = given_hook(&mut owner, &receiver.url).await;
    ping(&mut owner, &hook).await;
    deliver(&world).await;
    seconds(&world, 590).await;
    deliver(&world).await;
    assert_eq!(receiver.count(), 1);
    seconds(&world, 10).await;
    deliver(&world).await;
    assert_eq!(receiver.count(), 2);
});

on_both!(an_endpoint_that_is_gone_is_switched_off_and_its_owners_are_told, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::answering(&status(410)).await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    ping(&mut owner, &hook).await;
    deliver(&world).await;
    assert_eq!(owner.get(&hook.path).await.json()["active"], json!(false));
    assert_eq!(deliveries(&mut owner, "").await[0]["status"], "parked");
    assert!(world.mail().await.contains("answered that it is gone for good"));
    let log = owner.get("audit?action=url.updated").await.json();
    assert_eq!(
        (&log["data"][0]["actor"], &log["data"][0]["after"]["active"]),
        (&json!("schedule"), &json!(false)),
        "{log}"
    );
});

on_both!(nothing_goes_to_what_is_switched_off_until_it_is_on_again, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::answering(&status(500)).await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    ping(&mut owner, &hook).await;
    deliver(&world).await;
    receiver.take();
    receiver.answers(&status(200));
    for off in ["domain off", "client suspended"] {
        world.change_fact(off).await;
        seconds(&world, 60).await;
        deliver(&world).await;
        assert_eq!(receiver.count(), 0, "{off}");
        world.undo_fact(off).await;
    }
    let reasons: Vec<Value> =
        tries(&deliveries(&mut owner, "?type=ping").await[0]).into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons, [Value::Null, json!("switched_off"), json!("client_suspended")]);
    seconds(&world, 300).await;
    deliver(&world).await;
    // The domain has changed meanwhile, which is told too.
    let came: Vec<String> = receiver.take().iter().map(Message::event).collect();
    assert!(came.len() == 2 && came.contains(&"ping".to_owned()) && came.contains(&"domain.updated".to_owned()));
    assert_eq!(deliveries(&mut owner, "?status=delivered").await.len(), 2);
});

on_both!(wh_09_a_server_that_dies_loses_nothing, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::answering(SILENCE).await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    // Between the commit and the try: nobody delivers yet.
    world.given_login(crate::admin::person::CHARLES).await;
    // Between the try and its mark: it is sent, and the server dies before it writes what came of it.
    let core = world.core.clone();
    let dying = tokio::spawn(async move { testing::deliver(&core).await });
    while receiver.count() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    dying.abort();
    let first = receiver.take().remove(0);
    assert_eq!(first.event(), "user.login");
    assert_eq!(deliveries(&mut owner, &format!("?url={}", hook.id)).await[0]["tries"], json!([]));
    receiver.answers(&status(200));
    seconds(&world, 61).await;
    deliver(&world).await;
    let again = receiver.take();
    assert_eq!((again.len(), again[0].header("webhook-id")), (1, first.header("webhook-id")));
    assert_eq!(again[0].body, first.body);
    assert_eq!(deliveries(&mut owner, "").await[0]["status"], "delivered");
});

on_both!(what_came_of_deliveries_is_kept_for_a_while, LOOPBACK, async |world: World| {
    let mut owner = given_owner(&world).await;
    let receiver = Receiver::new().await;
    let hook = given_hook(&mut owner, &receiver.url).await;
    ping(&mut owner, &hook).await;
    deliver(&world).await;
    for (days, left) in [(13, 1), (2, 0)] {
        seconds(&world, days * 86_400).await;
        xwms_core::jobs::clean(&world.core).await.unwrap();
        let count = crate::database::count(&world.core.db, "delivery_tries", "1 = 1").await;
        assert_eq!(count, left, "{days}");
    }
});

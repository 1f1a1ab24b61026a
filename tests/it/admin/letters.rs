//! What partners have us write to people: delivered once and whatever happens, in bounded numbers, in words of ours.

use std::time::Duration;

use serde_json::{Value, json};
use xwms_core::manage::letters;

use super::person::{ADA, CHARLES, Person, given_people};
use super::staff::given_staff;
use super::{domain, patch};
use crate::database::{count, is_sqlite, texts};
use crate::world::{CLIENT, Given, World, on_both};

const NOTIFICATIONS: &str = "/account/notifications";
const REQUESTS: &str = "/account/requests";

fn test_request(email: &str) -> Value {
    json!({ "kind": "test", "email": email })
}

async fn sent(world: &World, subject: &str) -> usize {
    world.mail().await.matches(&format!("Subject: {subject}")).count()
}

on_both!(a_letter_survives_what_keeps_it_from_being_delivered, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let role = owner.role("viewer").await;
    // Its server can't write what the person is told: as if it died after the COMMIT of the request.
    world.sql("ALTER TABLE notifications RENAME TO notifications_away").await;
    let request = owner.made("requests", test_request(ADA)).await;
    let invitation = owner.made("members", json!({ "email": ADA, "role": role })).await;
    assert_eq!(sent(&world, "A site asks you for something").await, 0);
    assert_eq!(count(&world.core.db, "letters", "wanted").await, 2);
    world.sql("ALTER TABLE notifications_away RENAME TO notifications").await;

    // It is left over when it was not delivered for a while; then whoever comes first delivers it, once.
    letters::deliver_left_over(&world.core).await.unwrap();
    assert_eq!(count(&world.core.db, "letters", "wanted").await, 2);
    world.clock.advance(Duration::from_secs(11));
    let rounds = [(); 4].map(|()| {
        let core = world.core.clone();
        tokio::spawn(async move { letters::deliver_left_over(&core).await })
    });
    for round in rounds {
        round.await.unwrap().unwrap();
    }
    assert_eq!(count(&world.core.db, "letters", "wanted").await, 0);
    for (object, subject) in
        [(request, "A site asks you for something"), (invitation, "You are invited to an organisation")]
    {
        let told = format!("object_id = '{object}'");
        assert_eq!(count(&world.core.db, "notifications", &told).await, 1, "{subject}");
        assert_eq!(sent(&world, subject).await, 1, "{subject}");
    }
    // An address without an account is written to in the same way, and nothing is left lying.
    owner.made("requests", test_request("nobody@example.test")).await;
    assert_eq!(sent(&world, "A site asks you for something").await, 2);
    assert_eq!(count(&world.core.db, "letters", "1 = 1").await, 0);
});

on_both!(ar_01_a_letter_is_written_alike_whomever_it_is_for, async |world: World| {
    given_people(&world, &["blocking"]).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let role = owner.role("viewer").await;
    let request = owner.made("requests", test_request("blocking@example.test")).await;
    let mut blocking = Person::new(&world, "blocking@example.test").await;
    blocking.form(REQUESTS, &[("answer", "block"), ("request", &request)]).await;
    world.mail().await;
    // Nobody takes one out for now.
    let keep = if is_sqlite(&world.core.db).await {
        "CREATE TRIGGER keep BEFORE DELETE ON letters BEGIN SELECT RAISE(ABORT, 'kept'); END"
    } else {
        "CREATE RULE keep AS ON DELETE TO letters DO INSTEAD NOTHING"
    };
    world.sql(keep).await;
    for name in ["ada", "nobody", "unverified", "blocking"] {
        let email = format!("{name}@example.test");
        owner.made("requests", test_request(&email)).await;
        owner.made("members", json!({ "email": email, "role": role })).await;
        let of_theirs = format!("email_key = '{email}' AND address = '{email}'");
        let written = texts(&world.core.db, &format!("SELECT kind AS text FROM letters WHERE {of_theirs}")).await;
        assert_eq!(written.len(), 2, "{name}: {written:?}");
    }
    let unwanted = "SELECT email_key AS text FROM letters WHERE NOT wanted";
    assert_eq!(texts(&world.core.db, unwanted).await, ["blocking@example.test"; 2]);
});

on_both!(ds_06_a_mailbox_gets_so_many_mails_and_the_pages_tell_all, async |world: World| {
    given_people(&world, &["dorothy"]).await;
    let mut owner = Person::new(&world, CHARLES).await;
    for email in [ADA, "nobody@example.test"] {
        for _ in 0..12 {
            let id = owner.made("requests", test_request(email)).await;
            assert_eq!(owner.delete(&format!("requests/{id}")).await.status, 204);
        }
    }
    assert_eq!(sent(&world, "A site asks you for something").await, 20);
    let told = "kind = 'request.created'";
    assert_eq!(count(&world.core.db, "notifications", told).await, 12);

    // An admin who turns something on and off fills no owner's mailbox, and hides nothing else from them.
    let site = domain(&mut owner.browser, "engines.example").await;
    let (mut dorothy, _) = owner.given_member(&world, "dorothy@example.test", "admin").await;
    for test_mode in [true, false].repeat(12) {
        assert_eq!(dorothy.patch(&site, json!({ "test_mode": test_mode })).await.status, 200);
    }
    assert_eq!(sent(&world, "Test mode was switched on for engines.example").await, 10);
    assert_eq!(count(&world.core.db, "notifications", "kind = 'domain.test_mode'").await, 12);
    assert_eq!(owner.delete(&format!("/admin/v1/clients/{CLIENT}")).await.status, 204);
    assert_eq!(sent(&world, "One of your clients was deleted").await, 1);
});

const FEW_MAILS: Given = Given { settings: &[("LIMITS__PARTNER_MAILS_PER_HOUR", "3")], recorded: false };

on_both!(ds_06_partners_together_cause_so_many_mails_and_no_answer_differs, FEW_MAILS, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let site = domain(&mut owner.browser, "engines.example").await;
    for number in 0..5 {
        owner.made("requests", test_request(&format!("nobody{number}@example.test"))).await;
    }
    owner.made("requests", test_request(ADA)).await;
    assert_eq!(owner.patch(&site, json!({ "test_mode": true })).await.status, 200);
    assert_eq!(sent(&world, "").await, 3);
    assert_eq!(count(&world.core.db, "notifications", "1 = 1").await, 2);
    // What the platform itself has to say is sent all the same.
    let mut admin = given_staff(&world, "admin").await;
    let suspended = json!({ "suspended": true, "reason": "Under inquiry" });
    let path = format!("/admin/v1/staff/clients/{CLIENT}");
    assert_eq!(patch(&mut admin, &path, &suspended).await.status, 200);
    assert_eq!(sent(&world, "A client of yours is suspended").await, 1);
});

on_both!(whoever_has_blocked_a_client_hears_of_no_invitation_of_it, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let role = owner.role("viewer").await;
    let mut ada = Person::new(&world, ADA).await;
    let request = owner.made("requests", test_request(ADA)).await;
    ada.form(REQUESTS, &[("answer", "block"), ("request", &request)]).await;
    let made = owner.post("members", json!({ "email": ADA, "role": role })).await;
    let other = owner.post("members", json!({ "email": "nobody@example.test", "role": role })).await;
    assert_eq!((made.status.as_u16(), other.status.as_u16()), (201, 201));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(owner.get(&format!("members/{id}")).await.json()["status"], "invited");
    assert_eq!(sent(&world, "You are invited to an organisation").await, 1, "nobody is");
    assert!(!ada.get(NOTIFICATIONS).await.body.contains("invites you"));
    let accept = [("do", "accept"), ("invitation", id.as_str())];
    assert_eq!(ada.form(NOTIFICATIONS, &accept).await.status, 404);
    assert_eq!(count(&world.core.db, "letters", "1 = 1").await, 0);
    // Who lets it write again sees that it waits.
    ada.form(REQUESTS, &[("answer", "unblock"), ("client", CLIENT)]).await;
    assert!(ada.get(NOTIFICATIONS).await.body.contains(&id));
    assert_eq!(ada.form(NOTIFICATIONS, &accept).await.status, 303);
});

on_both!(ni_04_a_name_makes_no_link_in_a_mail, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let role =
        json!({ "name": "Win at https://evil.example/", "key": "winner", "permissions": ["domains:read"], "level": 1 });
    let role = owner.made("roles", role).await;
    let name = json!({ "name": "Log in at https://evil.example/" });
    assert_eq!(owner.patch(&format!("/admin/v1/clients/{CLIENT}"), name).await.status, 200);
    owner.made("requests", test_request(ADA)).await;
    owner.made("members", json!({ "email": ADA, "role": role })).await;
    let mail = world.mail().await;
    assert!(!mail.contains("evil.example"), "{mail}");
    assert!(mail.contains("\"engines.example\" asks you to test its site"), "{mail}");
    assert!(mail.contains("\"engines.example\" invites you to manage it on XWMS as winner."), "{mail}");
    // Pages make no links of texts, and say what it is called.
    let mut ada = Person::new(&world, ADA).await;
    let page = ada.get(NOTIFICATIONS).await.body;
    assert!(page.contains("Log in at https:") && page.contains("evil.example"), "{page}");
    assert!(!page.contains("href=\"https://evil.example"), "{page}");

    world.change_domain("ownership = \"unproven\"").await;
    owner.made("requests", test_request("nobody@example.test")).await;
    let mail = world.mail().await;
    assert!(mail.contains(&format!("\"{CLIENT}\" asks you to test its site")), "{mail}");
});

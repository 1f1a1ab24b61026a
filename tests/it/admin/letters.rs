//! What partners have us write to people: delivered once and whatever happens, in bounded numbers, in words of ours.

use std::time::Duration;

use serde_json::{Value, json};
use xwms_core::manage::letters;

use super::person::{ADA, CHARLES, Person};
use crate::database::count;
use crate::world::{World, on_both};

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

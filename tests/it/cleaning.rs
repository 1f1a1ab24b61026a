//! What the cleaner takes away: strangers cause these rows, so their number is bounded.

use std::time::Duration;

use xwms_core::jobs;
use xwms_core::testing::{self, Attempt};

use crate::world::{CLIENT, Given, OTHER_CLIENT, World, on_both};

const THREE_ATTEMPTS: Given = Given { settings: &[("ATTEMPTS__KEEP", "3")], recorded: false };

/// Attempts of a client, newest first.
async fn attempts_of(world: &World, client: &str) -> Vec<Attempt> {
    testing::attempts(&world.core.db, client.parse().unwrap()).await.unwrap()
}

/// So many refused logins at a client's site, a second apart, written.
async fn given_attempts(world: &World, client: &str, count: usize) {
    for _ in 0..count {
        world.clock.advance(Duration::from_secs(1));
        let path = world.authorize(&[("client_id", client), ("redirect_uri", "https://elsewhere.example/")]);
        assert_eq!(world.browser().get(&path).await.status, 400);
    }
    jobs::flush(&world.core).await.unwrap();
}

on_both!(the_newest_attempts_of_each_client_stay, THREE_ATTEMPTS, async |world: World| {
    // Given one partner with two attempts, and one with more than the cleaner deletes at a time,
    given_attempts(&world, OTHER_CLIENT, 2).await;
    given_attempts(&world, CLIENT, 505).await;
    let before = (attempts_of(&world, CLIENT).await, attempts_of(&world, OTHER_CLIENT).await);
    assert_eq!((before.0.len(), before.1.len()), (505, 2));

    // when the cleaner comes,
    jobs::clean(&world.core).await.unwrap();

    // then of each the newest three are there, in order.
    let ids = |attempts: &[Attempt]| attempts.iter().map(|attempt| attempt.id).collect::<Vec<_>>();
    assert_eq!(ids(&attempts_of(&world, CLIENT).await), ids(&before.0[..3]));
    assert_eq!(ids(&attempts_of(&world, OTHER_CLIENT).await), ids(&before.1));
    assert!(before.0.is_sorted_by(|newer, older| newer.at > older.at));

    // And after a month none is.
    world.clock.advance(Duration::from_secs(31 * 86_400));
    jobs::clean(&world.core).await.unwrap();
    assert!(attempts_of(&world, CLIENT).await.is_empty() && attempts_of(&world, OTHER_CLIENT).await.is_empty());
});

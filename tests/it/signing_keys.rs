//! The life of signing keys among replicas, on both databases.

use std::time::Duration;

use xwms_core::crypto::keys::KeyState;
use xwms_core::key_rotation;
use xwms_core::model::client::SigningAlg;
use xwms_core::state::Core;

use crate::world::{World, config, on_both};

const DAY: Duration = Duration::from_secs(86_400);

/// One more server on the same database, with the same master key.
async fn replica(world: &World) -> Core {
    let config = config(world.core.config.database.url.expose(), world.folder.path());
    xwms::wire::core(config, world.clock.clone()).await.unwrap()
}

async fn count(core: &Core, state: KeyState) -> usize {
    key_rotation::list(&core.db).await.unwrap().iter().filter(|row| row.state == state).count()
}

fn kid(core: &Core, alg: SigningAlg) -> String {
    core.keys.get().current(alg).unwrap().kid().to_owned()
}

on_both!(jw_06_replicas_that_rotate_at_once_agree, async |world: World| {
    let other = replica(&world).await;
    let before = kid(&other, SigningAlg::Es256);

    for (days, next, retired) in [(89, 2, 0), (1, 0, 2)] {
        world.clock.advance(days * DAY);
        let (one, two) = tokio::join!(key_rotation::keep(&world.core), key_rotation::keep(&other));
        one.unwrap();
        two.unwrap();
        assert_eq!(count(&other, KeyState::Next).await, next);
        assert_eq!(count(&other, KeyState::Retired).await, retired);
        assert_eq!(count(&other, KeyState::Current).await, 2);
    }

    key_rotation::keep(&world.core).await.unwrap();
    key_rotation::keep(&other).await.unwrap();
    assert_eq!(kid(&world.core, SigningAlg::Es256), kid(&other, SigningAlg::Es256));
    assert_ne!(kid(&other, SigningAlg::Es256), before);
    assert!(other.keys.get().public(&before).is_some());
});

on_both!(jw_06_a_token_outlives_the_key_that_signed_it, async |world: World| {
    let tokens = world.given_login("ada@example.test").await;
    let access_token = tokens["access_token"].as_str().unwrap();

    let keys = &world.core.config.keys;
    let now = world.clock.now();
    key_rotation::rotate(&world.core.db, &world.core.master_key, keys, now, true).await.unwrap();
    key_rotation::keep(&world.core).await.unwrap();

    assert_eq!(world.userinfo(access_token).await.status, 200);
});

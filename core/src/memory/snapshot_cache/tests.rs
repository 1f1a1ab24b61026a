//! What is given from memory, and what is read.

use super::*;
use crate::clock::Timestamp;
use crate::database::{Conn, Options};
use crate::id::UserId;
use crate::login::registration::{self, NewUser};
use crate::model::email::EmailAddress;
use crate::store::tables::{clients, given};

const LIMIT: Duration = Duration::from_secs(4);
const SECOND: Duration = Duration::from_secs(1);
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// A database with one connection to read with, and a cache for two clients before it.
struct World {
    db: Db,
    clock: Clock,
    cache: Arc<SnapshotCache>,
    owner: UserId,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        Self::with_age_limit(LIMIT).await
    }

    async fn with_age_limit(limit: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("xwms.db").display());
        let db =
            Db::open(&Options { url, connections: 1, wait: Duration::from_secs(5), statements: None }).await.unwrap();
        let ada = NewUser {
            email: EmailAddress::parse("ada@example.test").unwrap(),
            email_verified: true,
            password_hash: None,
            given_name: None,
            family_name: None,
            paid: true,
            staff: None,
        };
        let made = db.change(async move |conn: &mut Conn| registration::create(conn, &ada, NOW).await).await;
        let owner = made.unwrap();
        let clock = Clock::manual(NOW);
        let plans = PlanRules { free: true, paid: true, grace: Duration::ZERO };
        let cache = Arc::new(SnapshotCache::new(db.clone(), clock.clone(), plans, 2, limit));
        Self { db, clock, cache, owner, _folder: folder }
    }

    async fn given_client(&self) -> ClientId {
        let owner = self.owner;
        self.db.change(async move |conn: &mut Conn| Ok(given::client_of(conn, owner, NOW).await)).await.unwrap()
    }

    /// Gives a client another name, and tells the cache nothing.
    async fn rename(&self, id: ClientId, name: &'static str) {
        let change = async move |conn: &mut Conn| {
            let client = clients::find(conn, id).await?.unwrap();
            Ok(clients::update(conn, &clients::Client { name: name.to_owned(), ..client }).await?)
        };
        self.db.change(change).await.unwrap();
    }

    async fn name(&self, id: ClientId) -> String {
        self.cache.get(id).await.unwrap().unwrap().client.name.to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_read_again_when_it_is_forgotten_or_old() {
    let world = World::new().await;
    let id = world.given_client().await;
    assert_eq!(world.name(id).await, "Analytical Engines");

    world.rename(id, "Forgotten").await;
    assert_eq!(world.name(id).await, "Analytical Engines");
    world.cache.forget(id);
    assert_eq!(world.name(id).await, "Forgotten");

    world.rename(id, "All forgotten").await;
    world.cache.forget_all();
    assert_eq!(world.name(id).await, "All forgotten");

    world.rename(id, "Old").await;
    world.clock.advance(LIMIT - Duration::from_millis(1));
    assert_eq!(world.name(id).await, "All forgotten");
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(world.name(id).await, "Old");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_any_age_is_trusted_while_changes_are_heard_of() {
    let world = World::new().await;
    let id = world.given_client().await;
    assert_eq!(world.name(id).await, "Analytical Engines");
    world.rename(id, "Never heard of").await;
    for _ in 0..10 {
        world.clock.advance(SECOND);
        world.cache.confirm(world.clock.steady());
        assert_eq!(world.name(id).await, "Analytical Engines");
    }
    world.clock.advance(LIMIT);
    assert_eq!(world.name(id).await, "Never heard of");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_before_a_change_is_not_kept() {
    for forget_all in [false, true] {
        let world = World::new().await;
        let id = world.given_client().await;
        // A load that has begun, and waits for the one connection.
        let taken = world.db.read().await.unwrap();
        let cache = Arc::clone(&world.cache);
        let early = tokio::spawn(async move { cache.get(id).await.unwrap().unwrap() });
        while world.cache.0.state().loading.is_empty() {
            tokio::task::yield_now().await;
        }
        let before = world.cache.0.state().loads;

        match forget_all {
            true => world.cache.forget_all(),
            false => world.cache.forget(id),
        }
        let cache = Arc::clone(&world.cache);
        let late = tokio::spawn(async move { cache.get(id).await.unwrap().unwrap() });
        while world.cache.0.state().loads == before {
            tokio::task::yield_now().await;
        }
        drop(taken);
        let (early, late) = (early.await.unwrap(), late.await.unwrap());

        let held = world.cache.get(id).await.unwrap().unwrap();
        assert!(Arc::ptr_eq(&held, &late) && !Arc::ptr_eq(&held, &early));
        assert_eq!(world.cache.0.state().loads, before + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_want_one_client_load_it_once() {
    let world = World::new().await;
    let id = world.given_client().await;
    // All have asked before the one connection is there to answer any.
    let taken = world.db.read().await.unwrap();
    let mut wants: Vec<_> = (0..64).map(|_| Box::pin(world.cache.get(id))).collect();
    std::future::poll_fn(|context| {
        assert!(wants.iter_mut().all(|want| want.as_mut().poll(context).is_pending()));
        std::task::Poll::Ready(())
    })
    .await;
    drop(taken);
    for want in wants {
        want.await.unwrap().unwrap();
    }
    assert_eq!(world.cache.0.state().loads, 1);
    assert!(world.cache.0.state().loading.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_not_there_is_asked_for_again() {
    let world = World::new().await;
    let id = ClientId::generate(NOW);
    assert!(world.cache.get(id).await.unwrap().is_none());
    assert!(world.cache.get(id).await.unwrap().is_none());
    assert_eq!(world.cache.0.state().loads, 2);
    assert!(world.cache.0.state().loading.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_longer_than_a_snapshot_may_be_old_is_away() {
    let world = World::with_age_limit(Duration::from_millis(20)).await;
    let id = world.given_client().await;
    let taken = world.db.read().await.unwrap();
    assert!(matches!(world.cache.get(id).await, Err(Error::Unavailable)));
    assert!(world.cache.0.state().loading.is_empty());
    drop(taken);
    while world.cache.get(id).await.is_err() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn room_is_made_by_one_that_nobody_wanted_lately() {
    let world = World::new().await;
    let (first, second, third) = (world.given_client().await, world.given_client().await, world.given_client().await);
    let loads = || world.cache.0.state().loads;
    for id in [first, second, first, third, first] {
        world.name(id).await;
    }
    assert_eq!(loads(), 3, "the first was wanted again, so the second went");
    world.name(second).await;
    assert_eq!(loads(), 4);
}

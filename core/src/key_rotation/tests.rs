use super::*;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::jws::{self, ACCESS_TOKEN};
use crate::crypto::keys::KeyRing;
use crate::crypto::password::PasswordHasher;
use crate::database::Options;
use crate::gate::standing::PlanRules;
use crate::mail::Mailer;
use crate::memory::snapshot_cache::SnapshotCache;
use crate::memory::verified_tokens::VerifiedTokens;
use crate::state::Parts;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn master_key() -> MasterKey {
    MasterKey::from_bytes(&[7; 32])
}

/// Replicas on one database with one clock, which is moved by hand.
struct World {
    db: Db,
    clock: Clock,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("xwms.db").display());
        let db =
            Db::open(&Options { url, connections: 2, wait: Duration::from_secs(5), statements: None }).await.unwrap();
        Self { db, clock: Clock::manual(Timestamp::from_seconds(1_800_000_000)), _folder: folder }
    }

    async fn replica(&self) -> Core {
        let config = Config::load(None, []).unwrap();
        let keys = ready(&self.db, &master_key(), &config.keys, self.clock.now()).await.unwrap();
        let plans = PlanRules { free: false, paid: true, grace: DAY };
        Core::new(Parts {
            clock: self.clock.clone(),
            db: self.db.clone(),
            master_key: master_key(),
            keys: KeyRing::new(keys),
            passwords: PasswordHasher::new(config.passwords.cost(), 1, 1).unwrap(),
            mailer: Mailer::new(&config.mail).unwrap(),
            snapshots: SnapshotCache::new(self.db.clone(), self.clock.clone(), plans, 1, HOUR),
            attempts: Default::default(),
            secret_uses: Default::default(),
            token_uses: Default::default(),
            verified_tokens: VerifiedTokens::new(0),
            secret_guesses: Default::default(),
            outbound: crate::outbound::Outbound::nowhere(),
            ownership_checks: Default::default(),
            flow_room: Default::default(),
            outbox_bell: Default::default(),
            config,
        })
    }

    async fn keys(&self, state: KeyState) -> Vec<SigningKey> {
        let mut keys = list(&self.db).await.unwrap();
        keys.retain(|row| row.state == state);
        keys.sort_by_key(|row| row.alg);
        keys
    }

    async fn kids(&self, state: KeyState) -> Vec<String> {
        self.keys(state).await.into_iter().map(|row| row.kid).collect()
    }
}

fn signing_kid(core: &Core, alg: SigningAlg) -> String {
    core.keys.get().current(alg).unwrap().kid().to_owned()
}

fn publishes(core: &Core, kids: &[String]) -> bool {
    let document = String::from_utf8(core.keys.get().jwks().to_vec()).unwrap();
    kids.iter().all(|kid| document.contains(kid))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_published_a_day_signs_ninety_and_stays_until_its_last_token_has_expired() {
    let world = World::new().await;
    let core = world.replica().await;
    let first = world.kids(KeyState::Current).await;
    assert_eq!(first.len(), 2);
    let token = core.keys.get().current(SigningAlg::Es256).unwrap().sign(ACCESS_TOKEN, &"claims").unwrap();

    world.clock.advance(89 * DAY - HOUR);
    keep(&core).await.unwrap();
    assert!(world.keys(KeyState::Next).await.is_empty());

    world.clock.advance(HOUR);
    keep(&core).await.unwrap();
    let next = world.kids(KeyState::Next).await;
    assert_eq!(next.len(), 2);
    assert!(publishes(&core, &next));

    world.clock.advance(DAY - HOUR);
    keep(&core).await.unwrap();
    assert_eq!(world.kids(KeyState::Current).await, first);

    world.clock.advance(HOUR);
    keep(&core).await.unwrap();
    assert_eq!(world.kids(KeyState::Current).await, next);
    assert_eq!(world.kids(KeyState::Retired).await, first);
    assert!(next.contains(&signing_kid(&core, SigningAlg::Es256)));
    assert!(publishes(&core, &first));
    assert!(jws::verify(&token, &core.keys.get(), ACCESS_TOKEN).is_ok());

    world.clock.advance(48 * HOUR - Duration::from_millis(1));
    keep(&core).await.unwrap();
    assert!(jws::verify(&token, &core.keys.get(), ACCESS_TOKEN).is_ok());

    world.clock.advance(Duration::from_millis(1));
    keep(&core).await.unwrap();
    assert!(world.keys(KeyState::Retired).await.is_empty());
    assert!(jws::verify(&token, &core.keys.get(), ACCESS_TOKEN).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn jw_06_other_replicas_verify_with_a_new_key_before_it_signs_and_sign_with_it_soon_after() {
    let world = World::new().await;
    let (one, other) = (world.replica().await, world.replica().await);
    world.clock.advance(89 * DAY);
    keep(&one).await.unwrap();
    keep(&other).await.unwrap();
    let next = world.kids(KeyState::Next).await;
    assert!(publishes(&one, &next) && publishes(&other, &next));

    world.clock.advance(DAY);
    keep(&one).await.unwrap();
    let token = one.keys.get().current(SigningAlg::Rs256).unwrap().sign(ACCESS_TOKEN, &"claims").unwrap();
    assert!(jws::verify(&token, &other.keys.get(), ACCESS_TOKEN).is_ok());

    keep(&other).await.unwrap();
    assert_eq!(signing_kid(&other, SigningAlg::Rs256), signing_kid(&one, SigningAlg::Rs256));
}

#[tokio::test(flavor = "multi_thread")]
async fn st_04_of_replicas_that_race_one_wins_each_step() {
    let world = World::new().await;
    let (one, other) = tokio::join!(world.replica(), world.replica());
    for alg in [SigningAlg::Es256, SigningAlg::Rs256] {
        assert_eq!(signing_kid(&one, alg), signing_kid(&other, alg));
    }

    for days in [89, 1] {
        world.clock.advance(days * DAY);
        let (a, b) = tokio::join!(keep(&one), keep(&other));
        a.unwrap();
        b.unwrap();
    }
    let states = [KeyState::Current, KeyState::Next, KeyState::Retired];
    let mut counts = Vec::new();
    for state in states {
        counts.push(world.keys(state).await.len());
    }
    assert_eq!(counts, [2, 0, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_too_late_is_not_published_for_a_successor() {
    let world = World::new().await;
    let core = world.replica().await;
    let stale = world.keys(KeyState::Current).await.remove(0);
    rotate(&world.db, &master_key(), &core.config.keys, world.clock.now(), true).await.unwrap();

    let now = world.clock.now();
    assert!(!publish(&world.db, &master_key(), &stale, now, now).await.unwrap());
    let successor = world.keys(KeyState::Current).await.remove(0);
    assert!(!promote(&world.db, &master_key(), &stale, &successor, now).await.unwrap());
    assert!(world.keys(KeyState::Next).await.is_empty());
    assert_eq!(world.keys(KeyState::Current).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_down_over_the_change_starts_with_a_published_key_only() {
    let world = World::new().await;
    drop(world.replica().await);
    let first = world.kids(KeyState::Current).await;

    // Down when the key was to be published: it signs on until the next one has been published for a day.
    world.clock.advance(400 * DAY);
    drop(world.replica().await);
    assert_eq!(world.kids(KeyState::Current).await, first);
    assert_eq!(world.keys(KeyState::Next).await[0].signs_from, Some(world.clock.now().after(DAY)));

    world.clock.advance(2 * DAY);
    let core = world.replica().await;
    assert!(!first.contains(&signing_kid(&core, SigningAlg::Es256)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_publishes_now_and_may_let_the_key_sign_at_once() {
    let world = World::new().await;
    let core = world.replica().await;
    let (keys, now) = (&core.config.keys, world.clock.now());
    let first = world.kids(KeyState::Current).await;

    let published = rotate(&world.db, &master_key(), keys, now, false).await.unwrap();
    assert_eq!(published.len(), 2);
    assert!(published.iter().all(|made| made.step == Step::Waits(now.after(DAY)) && made.published_at == now));
    // Once more changes nothing.
    assert_eq!(rotate(&world.db, &master_key(), keys, now, false).await.unwrap(), published);

    let promoted = rotate(&world.db, &master_key(), keys, now, true).await.unwrap();
    for (promoted, published) in promoted.iter().zip(&published) {
        assert_eq!(promoted.kid, published.kid);
        assert!(matches!(&promoted.step, Step::Signs { retired } if first.contains(retired)));
    }
    keep(&core).await.unwrap();
    assert_eq!(signing_kid(&core, promoted[0].alg), promoted[0].kid);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_there_is_nothing_to_rotate() {
    let world = World::new().await;
    let keys = Config::load(None, []).unwrap().keys;
    assert_eq!(rotate(&world.db, &master_key(), &keys, world.clock.now(), true).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn st_03_under_another_master_key_nothing_is_made_or_changed() {
    let world = World::new().await;
    let core = world.replica().await;
    let rows = list(&world.db).await.unwrap();
    let other = MasterKey::from_bytes(&[8; 32]);

    let later = world.clock.now().after(200 * DAY);
    let refused = ready(&world.db, &other, &core.config.keys, later).await;
    assert!(matches!(refused, Err(Error::Internal(why)) if why.contains("master key")));
    assert!(rotate(&world.db, &other, &core.config.keys, later, true).await.is_err());
    assert!(rows.iter().all(|row| usable(row, &master_key()).is_ok() && usable(row, &other).is_err()));
    assert_eq!(list(&world.db).await.unwrap().len(), rows.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn st_01_rows_hold_no_private_key_in_the_clear() {
    let world = World::new().await;
    world.replica().await;
    for row in list(&world.db).await.unwrap() {
        // What every PKCS#8 document of the algorithm begins with: version and the algorithm's object identifier.
        let clear = match row.alg {
            SigningAlg::Es256 => &b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"[..],
            SigningAlg::Rs256 => &b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"[..],
        };
        assert!(!row.sealed_private_key.windows(clear.len()).any(|window| window == clear));
        assert!(usable(&row, &master_key()).is_ok());
    }
}

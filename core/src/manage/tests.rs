//! Clients as their members make, list, read and change them.

use std::time::Duration;

use tempfile::TempDir;

use serde_json::{Map, Value, json};

use super::clients;
use super::permit::Caller;
use super::runner::Done;
use crate::audit;
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::contract::client::{ClientSettings, ClientView};
use crate::contract::client_scope::ScopeUse;
use crate::contract::{Input, Patch};
use crate::crypto::keys::{KeyRing, KeySet};
use crate::crypto::password::PasswordHasher;
use crate::crypto::seal::MasterKey;
use crate::database::{Conn, Db, Options as DbOptions};
use crate::error::Error;
use crate::gate::standing::PlanRules;
use crate::id::{ClientId, ConsentId, DomainId, GrantId, SessionId, Subject};
use crate::mail::Mailer;
use crate::manage::fields::Expected;
use crate::memory::snapshot_cache::SnapshotCache;
use crate::memory::verified_tokens::VerifiedTokens;
use crate::model::scope::ScopeSet;
use crate::provision::{self, Options};
use crate::state::{Core, Parts};
use crate::store;

struct World {
    core: Core,
    _folder: TempDir,
}

impl World {
    /// Ada, whose plan entitles her to clients, and Charles, whose plan does not.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = [
            ("MAIL__DIR", folder.path().join("mail").display().to_string()),
            ("PLANS__PAID__MAX_CLIENTS", "2".to_owned()),
        ];
        let settings = settings.into_iter().map(|(key, value)| (format!("XWMS__{key}"), value));
        let config = Config::load(None, settings).unwrap();
        let url = format!("sqlite://{}", folder.path().join("xwms.db").display());
        let db =
            Db::open(&DbOptions { url, connections: 4, wait: Duration::from_secs(5), statements: None }).await.unwrap();
        let clock = Clock::manual(Timestamp::from_seconds(1_790_000_000));
        let master_key = MasterKey::from_bytes(&[7; 32]);
        let plans = PlanRules { free: false, paid: true, grace: Duration::ZERO };
        let core = Core::new(Parts {
            passwords: PasswordHasher::new(config.passwords.cost(), 1, 4).unwrap(),
            mailer: Mailer::new(&config.mail).unwrap(),
            keys: KeyRing::new(KeySet::new(Vec::new(), &master_key).unwrap()),
            snapshots: SnapshotCache::new(db.clone(), clock.clone(), plans, 10, Duration::from_secs(3600)),
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
            clock,
            db,
            master_key,
        });
        let world = Self { core, _folder: folder };
        world.apply("[[users]]\nemail = \"ada@example.test\"\nplan = \"paid\"\n[[users]]\nemail = \"charles@example.test\"\n").await;
        world
    }

    async fn apply(&self, file: &str) {
        provision::apply(&self.core, file, Options::default()).await.unwrap();
    }

    async fn caller(&self, name: &str) -> Caller {
        let mut conn = self.core.db.read().await.unwrap();
        let email = format!("{name}@example.test");
        let account = store::tables::profiles::find_by_email(&mut conn, &email).await.unwrap().unwrap();
        Caller::signed_in(account.id, "192.0.2.1".parse().unwrap())
    }

    async fn given_client(&self, name: &str) -> ClientView {
        now(clients::create(&self.core, self.caller("ada").await, new(json!({ "name": name }))).await).unwrap()
    }

    async fn given_role(&self, client: ClientId, role: &str) {
        let file = format!(
            "[[clients]]\nid = \"{client}\"\nmembers = [{{ email = \"charles@example.test\", role = {role:?} }}]\n"
        );
        self.apply(&file).await;
    }

    async fn update(&self, name: &str, id: ClientId, members: Value) -> Result<ClientView, Error> {
        now(clients::update(&self.core, self.caller(name).await, id, patch(members), Expected::default()).await)
    }
}

fn named(name: &str) -> Value {
    json!({ "name": name })
}

fn members(object: Value) -> Map<String, Value> {
    object.as_object().unwrap().clone()
}

fn new(object: Value) -> Input<ClientSettings> {
    Input::read(members(object))
}

fn patch(object: Value) -> Patch<ClientSettings> {
    Patch::new(members(object))
}

/// What was done just now.
fn now<T>(done: Result<Done<T>, Error>) -> Result<T, Error> {
    done.map(|done| match done {
        Done::Now(value) => value,
        Done::Before(kept) => panic!("{kept:?}"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_makes_a_client_owns_it_as_far_as_the_plan_goes() {
    let world = World::new().await;
    let (ada, charles) = (world.caller("ada").await, world.caller("charles").await);
    assert!(matches!(clients::create(&world.core, charles, new(named("Engines"))).await, Err(Error::PlanRequired)));
    let made = world.given_client("Engines").await;
    assert_eq!((made.settings.name.as_str(), made.owner.as_str()), ("Engines", "ada@example.test"));
    let more = new(json!({ "name": "More", "scopes": ["openid"] }));
    let more = now(clients::create(&world.core, ada.clone(), more).await).unwrap();
    assert_eq!(more.settings.scopes, [ScopeUse::named("openid")]);
    assert!(matches!(clients::create(&world.core, ada.clone(), new(named("Third"))).await, Err(Error::PlanRequired)));

    let mut conn = world.core.db.read().await.unwrap();
    let roles = store::tables::roles::of_client(&mut conn, made.id).await.unwrap();
    assert_eq!(roles.iter().map(|role| role.level).collect::<Vec<_>>(), [80, 50, 100, 10]);
    let entries = store::tables::audit::newest(&mut conn, Some(made.id), 10).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["client.created"]);
    assert_eq!((entries[0].actor.clone(), entries[0].address.as_str()), (format!("user {}", ada.user), "192.0.2.1"));
    assert!(audit::is_intact(&entries[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_client_is_told_every_reason() {
    let world = World::new().await;
    let bad = json!({
        "name": "", "contact_email": "nobody", "homepage_url": "http://engines.example", "scopes": 1, "nonsense": 2,
    });
    let refused = clients::create(&world.core, world.caller("ada").await, new(bad)).await;
    let Err(Error::Invalid(errors)) = refused else { panic!("{refused:?}") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["contact_email", "homepage_url", "name", "nonsense", "scopes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_see_a_client() {
    let world = World::new().await;
    let (ada, charles) = (world.caller("ada").await, world.caller("charles").await);
    let first = world.given_client("First").await.id;
    world.core.clock.advance(Duration::from_millis(5));
    let second = world.given_client("Second").await.id;

    let ids = |views: Vec<ClientView>| views.iter().map(|view| view.id).collect::<Vec<_>>();
    assert_eq!(ids(clients::list(&world.core, &ada, None, 200).await.unwrap()), [first, second]);
    assert_eq!(ids(clients::list(&world.core, &ada, None, 1).await.unwrap()), [first]);
    assert_eq!(ids(clients::list(&world.core, &ada, Some(first), 1).await.unwrap()), [second]);
    assert!(clients::list(&world.core, &charles, None, 200).await.unwrap().is_empty());
    assert!(matches!(clients::get(&world.core, &charles, first).await, Err(Error::NotFound("client"))));
    world.given_role(second, "viewer").await;
    assert_eq!(ids(clients::list(&world.core, &charles, None, 200).await.unwrap()), [second]);
    assert_eq!(clients::get(&world.core, &charles, second).await.unwrap().owner, "ada@example.test");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_needs_its_permission_and_the_current_version() {
    let world = World::new().await;
    let made = world.given_client("Engines").await;
    let stranger = world.update("charles", made.id, named("Mine")).await;
    assert!(matches!(stranger, Err(Error::NotFound("client"))));
    world.given_role(made.id, "viewer").await;
    let viewer = world.update("charles", made.id, named("Mine")).await;
    assert!(matches!(viewer, Err(Error::Forbidden { permission: "client:update" })));

    let changed = world.update("ada", made.id, named("Difference Engines")).await.unwrap();
    assert!(changed.updated_at > made.updated_at, "also within a millisecond");
    let ada = world.caller("ada").await;
    let stale =
        clients::update(&world.core, ada.clone(), made.id, patch(named("Late")), Some(made.updated_at).into()).await;
    assert!(matches!(stale, Err(Error::StalePrecondition)));
    let fresh =
        clients::update(&world.core, ada, made.id, patch(named("In time")), Some(changed.updated_at).into()).await;
    assert_eq!(now(fresh).unwrap().settings.name.as_str(), "In time");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_request_sees_a_change() {
    let world = World::new().await;
    let id = world.given_client("Engines").await.id;
    assert_eq!(world.core.snapshots.get(id).await.unwrap().unwrap().client.name, "Engines");
    world.update("ada", id, named("Difference Engines")).await.unwrap();
    assert_eq!(world.core.snapshots.get(id).await.unwrap().unwrap().client.name, "Difference Engines");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_subject_type_is_fixed_by_the_first_login() {
    let world = World::new().await;
    let made = world.given_client("Engines").await;
    let pairwise = || json!({ "subject_type": "pairwise" });
    let public = json!({ "subject_type": "public" });
    world.update("ada", made.id, pairwise()).await.unwrap();
    let (user, now) = (world.caller("charles").await.user, world.core.clock.now());
    let login = async move |conn: &mut Conn| {
        let grant = store::tables::grants::Grant {
            id: GrantId::generate(now),
            client_id: made.id,
            domain_id: DomainId::generate(now),
            user_id: user,
            consent_id: ConsentId::generate(now),
            subject: Subject::generate(),
            session_id: SessionId::generate(now),
            scope: ScopeSet::default(),
            authenticated_at: now,
            created_at: now,
            expires_at: now,
            revoked_at: None,
            url_id: None,
            resources: crate::model::resource::Resources::default(),
            amr: crate::model::amr::Amr::password(),
        };
        store::tables::client_users::record_login(conn, &grant, now).await?;
        Ok(())
    };
    world.core.db.change(login).await.unwrap();
    world.update("ada", made.id, pairwise()).await.unwrap();
    let refused = world.update("ada", made.id, public).await;
    assert!(matches!(&refused, Err(Error::Conflict(why)) if why.code() == "subject_type_fixed"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lapsed_plan_makes_management_read_only() {
    let world = World::new().await;
    let made = world.given_client("Engines").await;
    world.apply("[[users]]\nemail = \"ada@example.test\"\nplan_valid_until = \"2020-01-01T00:00:00Z\"\n").await;
    assert!(matches!(world.update("ada", made.id, named("Late")).await, Err(Error::PlanRequired)));
    let ada = world.caller("ada").await;
    assert_eq!(clients::get(&world.core, &ada, made.id).await.unwrap().settings.name.as_str(), "Engines");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_partners_new_name_waits_for_review() {
    let world = World::new().await;
    let id = world.given_client("Engines").await.id;
    let file = "scopes = [\"userinfo\"]\n\
        domains = [{ root_domain = \"engines.example\", ownership = \"proven\" }]\n\
        verifications = [{ domains = [\"engines.example\"], scopes = [\"userinfo\"], state = \"approved\" }]\n";
    world.apply(&format!("[[clients]]\nid = \"{id}\"\n{file}")).await;
    let changed = world.update("ada", id, named("Your Bank")).await.unwrap();
    assert_eq!(changed.settings.name.as_str(), "Your Bank");
    let stored = store::tables::clients::find(&mut world.core.db.read().await.unwrap(), id).await.unwrap().unwrap();
    assert_eq!(stored.reviewed_name.as_deref(), Some("Engines"));
    let snapshot = world.core.snapshots.get(id).await.unwrap().unwrap();
    assert_eq!(snapshot.shown_name(world.core.clock.now()), "Engines");
}

//! Builds the platform from its configuration.

use std::path::Path;
use std::sync::Arc;

use xwms_core::clock::Clock;
use xwms_core::config::Config;
use xwms_core::crypto::keys::KeyRing;
use xwms_core::crypto::password::PasswordHasher;
use xwms_core::crypto::seal::{MasterKey, MasterKeyError};
use xwms_core::database::{Db, Options, health};
use xwms_core::error::Error;
use xwms_core::gate::standing::PlanRules;
use xwms_core::key_rotation;
use xwms_core::mail::Mailer;
use xwms_core::manage::entitlement::Rules;
use xwms_core::memory::snapshot_cache::SnapshotCache;
use xwms_core::memory::verified_tokens::VerifiedTokens;
use xwms_core::outbound::{Dns, Outbound, SystemDns};
use xwms_core::state::{Core, Parts};

use crate::database::not_newer;

/// Why the program can't start: a text for the operator.
#[derive(Debug)]
pub struct StartError(pub String);

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// The options of the database in this configuration.
pub fn database_options(config: &Config) -> Options {
    Options {
        url: config.database.url.expose().clone(),
        connections: config.database.connections.get() as usize,
        wait: config.database.wait_seconds.duration(),
        statements: None,
    }
}

/// Opens everything: database (migrated), master key, signing keys (made when there are none), mail.
///
/// # Errors
/// What is missing or wrong, and what to do about it.
pub async fn core(config: Config, clock: Clock) -> Result<Core, StartError> {
    let db = Db::open(&database_options(&config)).await;
    let db = db.map_err(|error| StartError(format!("the database can't be opened: {error:?}")))?;
    let asked = async { health::schema(&mut db.read().await?).await };
    let schema = asked.await.map_err(|error: Error| StartError(format!("the schema can't be read: {error:?}")))?;
    not_newer(&schema)?;
    core_on(db, config, clock).await
}

/// The same on a database that is open already.
///
/// # Errors
/// See [`core()`].
pub async fn core_on(db: Db, config: Config, clock: Clock) -> Result<Core, StartError> {
    let dns = SystemDns::new().map_err(StartError)?;
    core_asking(Arc::new(dns), db, config, clock).await
}

/// The same, with its own DNS.
///
/// # Errors
/// See [`core()`].
pub async fn core_asking(dns: Arc<dyn Dns>, db: Db, config: Config, clock: Clock) -> Result<Core, StartError> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |error: Error| StartError(format!("{what}: {error:?}"))
    };
    let has_keys = key_rotation::holds_sealed(&db).await.map_err(failed("the database can't be read"))?;
    let master_key = master_key(&config, has_keys)?;
    let rules = Rules::of(&config);
    let (free, paid) = (rules.free.clients, rules.paid.clients);
    let plans = PlanRules { free, paid, grace: config.plans.grace_days.duration() };
    let snapshots = SnapshotCache::new(
        db.clone(),
        clock.clone(),
        plans,
        config.snapshots.max_clients.get() as usize,
        config.snapshots.max_age_seconds.duration(),
    );
    let keys = key_rotation::ready(&db, &master_key, &config.keys, clock.now())
        .await
        .map_err(failed("the signing keys can't be used"))?;
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let passwords = PasswordHasher::new(
        config.passwords.cost(),
        (config.passwords.threads.get() as usize).min(processors),
        config.passwords.queue.get() as usize,
    );
    let passwords = passwords.map_err(|why| StartError(format!("passwords: {why}")))?;
    let mailer = Mailer::new(&config.mail).map_err(|why| StartError(format!("mail: {why}")))?;
    let outbound = Outbound::new(dns, config.server.issuer(), config.webhooks.allow_loopback);
    let outbound = outbound.map_err(StartError)?;
    let verified_tokens = VerifiedTokens::new(config.tokens.remembered.get() as usize);
    Ok(Core::new(Parts {
        config,
        clock,
        db,
        master_key,
        keys: KeyRing::new(keys),
        passwords,
        mailer,
        outbound,
        snapshots,
        attempts: Default::default(),
        secret_uses: Default::default(),
        token_uses: Default::default(),
        verified_tokens,
        secret_guesses: Default::default(),
        ownership_checks: Default::default(),
        flow_room: Default::default(),
        outbox_bell: Default::default(),
    }))
}

/// The master key from its file. A new one is made only where nothing can be lost by it: the file is absent, the
/// database holds nothing that one has sealed, and the server listens on loopback.
///
/// # Errors
/// Why there is none, and what to do about it.
pub fn master_key(config: &Config, has_keys: bool) -> Result<MasterKey, StartError> {
    if let Some(key) = existing_master_key(config, has_keys)? {
        return Ok(key);
    }
    let path = Path::new(&config.keys.master_key_file);
    let made = match MasterKey::create(path) {
        // Another server starts on the same folder at the same moment, and was first.
        Err(MasterKeyError::AlreadyThere(_)) => MasterKey::from_file(path),
        made => made,
    };
    made.map_err(unusable)
}

/// The master key from its file; `None` when it is absent and one may be made.
///
/// # Errors
/// As [`master_key`].
pub fn existing_master_key(config: &Config, has_keys: bool) -> Result<Option<MasterKey>, StartError> {
    let path = Path::new(&config.keys.master_key_file);
    let told = |why: &str| StartError(format!("keys.master_key_file {}: {why}", path.display()));
    if path.exists() {
        return MasterKey::from_file(path).map(Some).map_err(unusable);
    }
    if has_keys {
        return Err(told("it is missing, and the database holds keys that only it opens: bring it back"));
    }
    if !config.server.listen.ip().is_loopback() {
        return Err(told("it is missing: make one with `head -c 32 /dev/urandom | base64`, mode 0600"));
    }
    Ok(None)
}

fn unusable(why: MasterKeyError) -> StartError {
    StartError(format!("keys.master_key_file: {why}"))
}

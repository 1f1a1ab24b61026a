//! Everything a use case needs, wired once at start.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::keys::KeyRing;
use crate::crypto::password::PasswordHasher;
use crate::crypto::seal::MasterKey;
use crate::database::Db;
use crate::limits::checks_under_way::ChecksUnderWay;
use crate::limits::flow_room::FlowRoom;
use crate::limits::secret_guesses::SecretGuesses;
use crate::mail::Mailer;
use crate::memory::attempts::AttemptLog;
use crate::memory::secret_uses::SecretUses;
use crate::memory::snapshot_cache::SnapshotCache;
use crate::memory::token_uses::TokenUses;
use crate::memory::verified_tokens::VerifiedTokens;
use crate::outbound::Outbound;

/// The running platform. Clones share it.
#[derive(Clone)]
pub struct Core(Arc<Parts>);

/// What [`Core`] is made of.
pub struct Parts {
    /// The configuration, as it stood at start.
    pub config: Config,
    /// The only clock.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Seals private keys and keys the digests of what is derived.
    pub master_key: MasterKey,
    /// The signing keys in force.
    pub keys: KeyRing,
    /// Argon2 on its own threads.
    pub passwords: PasswordHasher,
    /// Sends mail.
    pub mailer: Mailer,
    /// Sends requests to where strangers say.
    pub outbound: Outbound,
    /// The configuration of clients, in memory.
    pub snapshots: SnapshotCache,
    /// Refused attempts that wait to be written.
    pub attempts: AttemptLog,
    /// Uses of client secrets that wait to be written.
    pub secret_uses: SecretUses,
    /// Uses of API tokens that wait to be written.
    pub token_uses: TokenUses,
    /// Access tokens whose signature was verified a short while ago.
    pub verified_tokens: VerifiedTokens,
    /// Wrong client secrets of the last minute.
    pub secret_guesses: SecretGuesses,
    /// Domains whose proof is being looked for.
    pub ownership_checks: ChecksUnderWay,
    /// Room for logins in progress.
    pub flow_room: FlowRoom,
    /// Rung when something waits for webhooks, so that it need not wait for the next look.
    pub outbox_bell: Notify,
}

impl Core {
    /// Wires the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Core {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

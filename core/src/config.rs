//! The configuration: `config/default.toml`, then a file, then the environment. No default stands in code.

mod number;
mod read;

use std::net::SocketAddr;

use serde::Deserialize;

pub use number::{Count, Days, Hours, Minutes, Seconds};
pub use read::ConfigError;

use crate::crypto::password::Cost;
use crate::model::server_ip::ServerIp;
use crate::secret::Secret;

/// Everything that can be set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each section is described where it is defined, each key in default.toml")]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub log: Log,
    pub mail: Mail,
    pub keys: Keys,
    pub passwords: Passwords,
    pub tokens: Tokens,
    pub sessions: Sessions,
    pub flows: Flows,
    pub attempts: Attempts,
    pub snapshots: Snapshots,
    pub limits: Limits,
    pub webhooks: Webhooks,
    pub plans: Plans,
    pub native: Native,
}

/// The listener, and what it believes and bears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Server {
    pub listen: SocketAddr,
    issuer: String,
    #[serde(deserialize_with = "read::server_ips")]
    pub trusted_proxies: Vec<ServerIp>,
    #[serde(deserialize_with = "read::header_name")]
    pub forwarded_header: String,
    #[serde(deserialize_with = "read::optional_address")]
    pub metrics_listen: Option<SocketAddr>,
    pub body_bytes: Count<1024, 16_777_216>,
    pub header_bytes: Count<8192, 1_048_576>,
    pub header_seconds: Seconds<1, 300>,
    pub request_seconds: Seconds<1, 300>,
    pub connections: Count<1, 1_000_000>,
    pub shutdown_seconds: Seconds<1, 300>,
}

impl Server {
    /// The issuer: an origin, without a final slash.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }
}

/// The database.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Database {
    /// May hold a password.
    pub url: Secret<String>,
    pub connections: Count<1, 1000>,
    pub wait_seconds: Seconds<1, 60>,
}

/// The log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Mail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Mail {
    pub transport: MailTransport,
    pub dir: String,
    pub from: String,
    /// May hold a password.
    pub smtp_url: Secret<String>,
}

/// How mail leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// To a mail server.
    Smtp,
    /// Into a folder.
    File,
}

/// Signing keys and the key that seals them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Keys {
    pub master_key_file: String,
    pub signing_days: Days<1, 3650>,
    pub publish_hours: Hours<1, 720>,
    pub retired_hours: Hours<1, 8760>,
}

/// What a password hash costs, and how many are made at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Passwords {
    pub memory_kib: Count<8, 4_194_304>,
    pub iterations: Count<1, 100>,
    pub lanes: Count<1, 64>,
    pub threads: Count<1, 256>,
    pub queue: Count<1, 100_000>,
}

impl Passwords {
    /// The cost of one hash.
    pub const fn cost(&self) -> Cost {
        Cost { memory_kib: self.memory_kib.get(), iterations: self.iterations.get(), lanes: self.lanes.get() }
    }
}

/// How long what is given lives.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Tokens {
    pub code_seconds: Seconds<10, 600>,
    pub code_reuse_grace_seconds: Seconds<0, 30>,
    pub access_token_seconds: Seconds<60, 3600>,
    pub id_token_seconds: Seconds<60, 86_400>,
    pub refresh_sliding_days: Days<1, 3650>,
    pub refresh_absolute_days: Days<1, 3650>,
    pub refresh_retry_seconds: Seconds<0, 60>,
    pub callback_token_seconds: Seconds<10, 600>,
    pub sign_token_seconds: Seconds<60, 3600>,
    pub email_link_minutes: Minutes<5, 1440>,
}

/// Sessions of browsers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Sessions {
    pub days: Days<1, 365>,
    pub known_device_days: Days<1, 3650>,
}

/// Logins in progress.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Flows {
    pub minutes: Minutes<5, 1440>,
}

/// Refused attempts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Attempts {
    pub keep: Count<1, 10_000_000>,
    pub days: Days<1, 3650>,
}

/// Clients' configuration in memory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Snapshots {
    pub max_clients: Count<1, 10_000_000>,
    pub max_age_seconds: Seconds<1, 60>,
}

/// How often things may be tried.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Limits {
    pub enabled: bool,
    pub wrong_passwords: Count<1, 1000>,
    pub wrong_passwords_per_address: Count<1, 1_000_000>,
    pub window_minutes: Minutes<1, 1440>,
    pub first_wait_seconds: Seconds<1, 3600>,
    pub mails_per_hour: Count<1, 1000>,
    pub flows_per_browser: Count<1, 10_000>,
    pub wrong_secrets_per_minute: Count<1, 1_000_000>,
}

/// Webhooks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Webhooks {
    pub allow_loopback: bool,
}

/// What accounts pay for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Plans {
    pub grace_days: Days<0, 365>,
    pub free: Entitlements,
    pub paid: Entitlements,
}

/// What a plan entitles to.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Entitlements {
    pub clients: bool,
    pub max_clients: Count<0, 1_000_000>,
    pub advanced_stats: bool,
}

/// What the native API says of this server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in default.toml")]
pub struct Native {
    pub name: String,
    pub description: String,
    pub documentation_url: String,
}

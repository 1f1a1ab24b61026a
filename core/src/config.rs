//! The configuration: `config/default.toml`, then a file, then the environment. No default stands in code.

mod layers;
mod number;
mod read;

use std::net::SocketAddr;

use serde::Deserialize;

pub use number::{Count, Days, Hours, Minutes, Seconds};
pub use read::ConfigError;

use crate::crypto::password::Cost;
use crate::crypto::signed_request::{ReporterKey, WebhookKey};
use crate::model::server_ip::ServerIp;
use crate::secret::Secret;

/// Everything that can be set, by section.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The listener, and what it believes and bears.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// The log.
    pub log: Log,
    /// How mail leaves.
    pub mail: Mail,
    /// Signing keys and the key that seals them.
    pub keys: Keys,
    /// What a password hash costs.
    pub passwords: Passwords,
    /// How long what is given lives.
    pub tokens: Tokens,
    /// Sessions of browsers.
    pub sessions: Sessions,
    /// Logins in progress.
    pub flows: Flows,
    /// Refused attempts.
    pub attempts: Attempts,
    /// Clients' configuration in memory.
    pub snapshots: Snapshots,
    /// How often things may be tried.
    pub limits: Limits,
    /// Webhooks.
    pub webhooks: Webhooks,
    /// Verified Partners.
    pub verifications: Verifications,
    /// What accounts pay for.
    pub plans: Plans,
    /// What the payment provider's adapter tells.
    pub billing: Billing,
    /// Who reports leaked credentials.
    pub leaks: Leaks,
    /// What the native API says of this server.
    pub native: Native,
    /// Where the pages of whoever is signed in lead beyond this server.
    pub pages: Pages,
}

/// The listener, and what it believes and bears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where to listen.
    #[serde(deserialize_with = "read::address")]
    pub listen: SocketAddr,
    issuer: String,
    /// Reverse proxies that are believed about where a request comes from.
    #[serde(deserialize_with = "read::server_ips")]
    pub trusted_proxies: Vec<ServerIp>,
    /// The header in which they say it, in lower case.
    #[serde(deserialize_with = "read::header_name")]
    pub forwarded_header: String,
    /// Where the metrics are served; `None`: nowhere.
    #[serde(deserialize_with = "read::optional_address")]
    pub metrics_listen: Option<SocketAddr>,
    /// Largest body, and longest request line, in bytes; the management API has a limit of its own.
    pub body_bytes: Count<1024, 16_777_216>,
    /// All headers of a request together, in bytes.
    pub header_bytes: Count<8192, 1_048_576>,
    /// How long a client may take to send its headers.
    pub header_seconds: Seconds<1, 300>,
    /// How long a request may take.
    pub request_seconds: Seconds<1, 300>,
    /// Connections at the same time.
    pub connections: Count<1, 1_000_000>,
    /// How long requests in flight may take to finish when the server stops.
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
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`; may hold a password.
    pub url: Secret<String>,
    /// Connections that read on SQLite; on PostgreSQL all but three for groups of logins and one that listens.
    pub connections: Count<1, 1000>,
    /// How long to wait for a connection, on PostgreSQL for the answer to a statement, and on SQLite for a lock
    /// (`busy_timeout`).
    pub wait_seconds: Seconds<1, 60>,
}

/// The log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// What is logged: a level, or directives such as `info,xwms_core=debug`.
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

/// How mail leaves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// To a server or into a folder.
    pub transport: MailTransport,
    /// The folder.
    pub dir: String,
    /// The sender, `Name <address>`.
    pub from: String,
    /// The server, `smtps://…`; may hold a password.
    pub smtp_url: Secret<String>,
}

/// Where mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// To a mail server.
    Smtp,
    /// Into a folder, one file a message.
    File,
}

/// Signing keys and the key that seals them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The file of the key that seals the others.
    pub master_key_file: String,
    /// How long a key signs.
    pub signing_days: Days<1, 3650>,
    /// How long a key is published before it signs.
    pub publish_hours: Hours<1, 720>,
    /// How long a retired key stays published; at least as long as any token lives.
    pub retired_hours: Hours<1, 8760>,
}

/// What a password hash costs (Argon2id), and how many are made at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// Memory of one hash, in KiB; at least 8 a lane.
    pub memory_kib: Count<8, 4_194_304>,
    /// Passes over the memory.
    pub iterations: Count<1, 100>,
    /// Lanes.
    pub lanes: Count<1, 64>,
    /// Hashes at the same time.
    pub threads: Count<1, 256>,
    /// Hashes that may wait.
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
pub struct Tokens {
    /// Life of an authorization code.
    pub code_seconds: Seconds<10, 600>,
    /// A second use of a code that comes later than this revokes what the first one gave.
    pub code_reuse_grace_seconds: Seconds<0, 30>,
    /// Life of an access token.
    pub access_token_seconds: Seconds<60, 3600>,
    /// Life of an ID token.
    pub id_token_seconds: Seconds<60, 86_400>,
    /// A refresh token that is not used for this long ends.
    pub refresh_sliding_days: Days<1, 3650>,
    /// This long after the login all its refresh tokens end.
    pub refresh_absolute_days: Days<1, 3650>,
    /// The same refresh request within this time gets the same answer again.
    pub refresh_retry_seconds: Seconds<0, 60>,
    /// Life of a native callback token.
    pub callback_token_seconds: Seconds<10, 600>,
    /// Life of a native sign token.
    pub sign_token_seconds: Seconds<60, 3600>,
    /// Life of the link in a mail, to confirm an address or to set a password.
    pub email_link_minutes: Minutes<5, 1440>,
    /// Access tokens of which it is remembered that their signature is right.
    pub remembered: Count<0, 1_000_000>,
}

/// Sessions of browsers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// Life of a session.
    pub days: Days<1, 365>,
    /// How long a browser is known to an account after its last login.
    pub known_device_days: Days<1, 3650>,
}

/// Logins in progress.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flows {
    /// How long a login may take.
    pub minutes: Minutes<5, 1440>,
}

/// Refused attempts, kept for the partner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempts {
    /// The newest so many of each client are kept.
    pub keep: Count<1, 10_000_000>,
    /// For so long.
    pub days: Days<1, 3650>,
}

/// Clients' configuration in memory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshots {
    /// Clients held at the same time.
    pub max_clients: Count<1, 10_000_000>,
    /// How long a configuration is trusted after it was last known that a change would have been heard of.
    pub max_age_seconds: Seconds<1, 5>,
}

/// How often things may be tried, and how much may be in progress.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Whether there are limits at all.
    pub enabled: bool,
    /// Wrong passwords of one account in the window, before a further try waits.
    pub wrong_passwords: Count<1, 1000>,
    /// Wrong passwords from one address in the window, before a further try waits.
    pub wrong_passwords_per_address: Count<1, 1_000_000>,
    /// The window in which wrong passwords count, and the longest wait.
    pub window_minutes: Minutes<1, 1440>,
    /// The first wait; each further one is twice as long.
    pub first_wait_seconds: Seconds<1, 3600>,
    /// Mails to one mailbox in an hour.
    pub mails_per_hour: Count<1, 1000>,
    /// Mails in an hour that partners cause.
    pub partner_mails_per_hour: Count<1, 100_000_000>,
    /// Logins in progress in one browser.
    pub flows_per_browser: Count<1, 10_000>,
    /// Logins in progress in all browsers of one address.
    pub flows_per_address: Count<1, 1_000_000>,
    /// Native logins in progress that the servers of one client have begun.
    pub flows_per_client: Count<1, 100_000_000>,
    /// Logins in progress in all.
    pub flows: Count<10, 100_000_000>,
    /// Wrong secrets of one client from one address in a minute.
    pub wrong_secrets_per_minute: Count<1, 1_000_000>,
}

/// Webhooks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Whether they may go to loopback addresses, for development.
    pub allow_loopback: bool,
    /// How long events and their deliveries are kept.
    pub keep_days: Days<2, 365>,
}

/// Verified Partners.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verifications {
    /// How long an approval lasts.
    pub days: Days<1, 3650>,
}

/// What the payment provider's adapter tells.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Billing {
    /// What it signs with; `None`: nobody can.
    #[serde(deserialize_with = "read::webhook_secret")]
    pub secret: Option<WebhookKey>,
}

/// Who reports leaked credentials.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaks {
    /// The keys that reports are signed with.
    #[serde(deserialize_with = "read::reporters")]
    pub reporters: Vec<ReporterKey>,
}

/// What accounts pay for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plans {
    /// How long logins go on after a plan has lapsed.
    pub grace_days: Days<0, 365>,
    /// The plan of an account that pays nothing.
    pub free: Entitlements,
    /// The plan of an account that pays.
    pub paid: Entitlements,
}

/// What a plan entitles to.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlements {
    /// May own clients,
    pub clients: bool,
    /// at most so many,
    pub max_clients: Count<0, 1_000_000>,
    /// and see advanced statistics.
    pub advanced_stats: bool,
}

/// Where the pages of whoever is signed in lead beyond this server; `None`: no such link.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// The documentation.
    #[serde(deserialize_with = "read::optional_link")]
    pub documentation_url: Option<String>,
    /// Where people ask for help.
    #[serde(deserialize_with = "read::optional_link")]
    pub support_url: Option<String>,
    /// Where plans are seen and changed.
    #[serde(deserialize_with = "read::optional_link")]
    pub plans_url: Option<String>,
}

/// What `GET /api/info` says of this server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Native {
    /// The name of the application.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Where the documentation of the native API stands.
    pub documentation_url: String,
}

//! Files applied to a database of their own each.

mod export;
mod files;
mod rules;

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::{Options, Outcome, Platform, Sealer, apply_to};
use crate::clock::Timestamp;
use crate::crypto::password::{Cost, PasswordHasher};
use crate::crypto::seal::MasterKey;
use crate::database::{Conn, Db, Options as DbOptions};
use crate::error::{Error, FieldError};
use crate::id::ClientId;
use crate::manage::entitlement::{Entitlements, Rules};
use crate::model::request::RequestStatus;
use crate::store;
use crate::store::tables::clients::Client;
use crate::store::tables::profiles::Profile;
use crate::store::tables::requests::{Filter, Request};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const ID: &str = "client_01jd3v8m1efb9rkyq9wzvw2x4a";

/// The example of SPEC §8, without the secret's value.
const EXAMPLE: &str = r#"
[[users]]
email = "ada@example.test"
password = "correct horse battery staple"
given_name = "Ada"
family_name = "Lovelace"
email_verified = true
plan = "paid"

[[clients]]
id = "client_01jd3v8m1efb9rkyq9wzvw2x4a"
name = "Analytical Engines"
owner = "ada@example.test"
scopes = ["openid", "profile", "email", "offline_access", "userinfo"]

  [[clients.secrets]]
  label = "Standard Key"

  [[clients.domains]]
  root_domain = "engines.example"
  server_ips = ["127.0.0.1", "::1"]
  allow_login = true
  allow_api = true
  active = true
  primary = true
  test_mode = true
  secrets = ["Standard Key"]
  urls = [
    { kind = "callback", url = "http://127.0.0.1:8081/callback" },
    { kind = "logout", url = "http://127.0.0.1:8081/" },
  ]
"#;

/// The same and one of everything else.
const RICH: &str = r#"
[[users]]
email = "ada@example.test"
plan = "paid"
plan_valid_until = 2030-01-31T12:00:00Z
email_verified = true
given_name = "Ada"
second_email = "countess@example.test"
birth_date = "1815-12-10"
country = "GB"
locale = "en-GB"
zoneinfo = "Europe/London"
gender = "female"
phone_number = "+442071234567"
phone_number_verified = true
picture = "https://engines.example/ada.png"
staff = "reviewer"

[[users]]
email = "charles@example.test"

[[users]]
email = "mary@example.test"

[[clients]]
id = "client_01jd3v8m1efb9rkyq9wzvw2x4a"
name = "Analytical Engines"
owner = "ada@example.test"
contact_email = "office@engines.example"
homepage_url = "https://engines.example/"
privacy_url = "https://engines.example/privacy"
terms_url = "https://engines.example/terms"
subject_type = "pairwise"
id_token_alg = "ES256"
id_token_claims = "thin"
pkce = "or_nonce"
scopes = ["openid", "userinfo"]

  [[clients.secrets]]
  label = "Standard Key"
  expires_at = "2030-01-31T12:00:00Z"

  [[clients.secrets]]
  label = "Old Key"
  active = false

  [[clients.domains]]
  root_domain = "shop.example"
  internal_name = "The shop"
  server_ips = ["192.0.2.7", "2001:db8::/32"]
  fallback_uri = "https://shop.example/sorry"
  fallback_response = """Call us:
  1 2 3."""
  secrets = ["Standard Key", "Old Key"]
  ownership = "proven"
  urls = [
    { kind = "callback", url = "https://shop.example/callback" },
    { kind = "webhook", url = "https://shop.example/hook", active = false },
  ]

  [[clients.domains]]
  root_domain = "engines.example"
  primary = true
  test_mode = true
  allow_api = true
  urls = [{ kind = "logout", url = "http://localhost:8081/" }]

  [[clients.roles]]
  key = "night-shift"
  name = "Night shift"
  description = "Looks on"
  permissions = ["domains:read", "attempts:read"]
  group = "Operations"
  level = 20
  expires_at = 2031-01-01T00:00:00Z

  [[clients.members]]
  email = "charles@example.test"
  role = "night-shift"

  [[clients.members]]
  email = "nobody@example.test"
  role = "viewer"
  expires_at = "2030-06-01T00:00:00Z"

  [[clients.requests]]
  kind = "access"
  email = "mary@example.test"
  scopes = ["userinfo"]
  reason = "To print your name."
  state = "accepted"

  [[clients.requests]]
  kind = "test"
  email = "charles@example.test"
  domain = "engines.example"
  state = "accepted"
  expires_at = "2030-06-01T00:00:00Z"

  [[clients.requests]]
  kind = "test"
  email = "nobody@example.test"

  [[clients.verifications]]
  domains = ["shop.example"]
  scopes = ["userinfo"]
  notes = "We sell cards."
  state = "approved"
"#;

struct World {
    db: Db,
    passwords: PasswordHasher,
    rules: Rules,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("xwms.db").display());
        let db =
            Db::open(&DbOptions { url, connections: 2, wait: Duration::from_secs(2), statements: None }).await.unwrap();
        let passwords = PasswordHasher::new(Cost { memory_kib: 8, iterations: 1, lanes: 1 }, 1, 4).unwrap();
        let rules = Rules {
            approval: Duration::from_secs(365 * 86_400),
            issuer: "http://127.0.0.1:8080".to_owned(),
            free: Entitlements { clients: false, max_clients: 0, advanced_stats: false },
            paid: Entitlements { clients: true, max_clients: 3, advanced_stats: true },
        };
        Self { db, passwords, rules, _folder: folder }
    }

    async fn with(text: &str) -> Self {
        let world = Self::new().await;
        world.apply(text).await.unwrap();
        world
    }

    async fn apply(&self, text: &str) -> Result<Outcome, Error> {
        self.apply_as(text, Options::default()).await
    }

    async fn apply_as(&self, text: &str, options: Options) -> Result<Outcome, Error> {
        self.apply_at(text, options, NOW).await
    }

    async fn apply_at(&self, text: &str, options: Options, now: Timestamp) -> Result<Outcome, Error> {
        {
            let (db, passwords, seal, rules) = (&self.db, &self.passwords, &sealer(), &self.rules);
            apply_to(Platform { db, passwords, seal, rules, now }, text, options).await
        }
    }

    /// What stands against a file, which must be something.
    async fn refused(&self, text: &str) -> Vec<FieldError> {
        match self.apply(text).await {
            Err(Error::Invalid(errors)) => errors,
            other => panic!("{other:?} for {text}"),
        }
    }

    /// Has the person of this address decline what the client has asked of them.
    async fn declined(&self, email: &'static str, at: Timestamp) {
        let changed = self.db.change(async move |conn: &mut Conn| {
            for request in
                store::tables::requests::page(conn, &Filter { client: id(), kind: None, state: None }, None, 100)
                    .await?
            {
                if request.email_key == email {
                    let (status, decided_at) = (RequestStatus::Declined, Some(at));
                    store::tables::requests::update(conn, &Request { status, decided_at, ..request }).await?;
                }
            }
            Ok::<_, Error>(())
        });
        changed.await.unwrap();
    }

    /// Has the person of this address block the client.
    async fn blocked(&self, email: &str) {
        let person = self.user(email).await.unwrap().id;
        let changed = self.db.change(async move |conn: &mut Conn| {
            Ok::<_, Error>(store::tables::requests::block(conn, person, id(), NOW).await?)
        });
        changed.await.unwrap();
    }

    async fn export(&self) -> String {
        self.export_at(NOW).await
    }

    async fn export_at(&self, now: Timestamp) -> String {
        super::export(&self.db, now).await.unwrap()
    }

    async fn user(&self, email: &str) -> Option<Profile> {
        let mut conn = self.db.read().await.unwrap();
        store::tables::profiles::find_by_email(&mut conn, email).await.unwrap()
    }

    async fn client(&self) -> Option<Client> {
        let mut conn = self.db.read().await.unwrap();
        store::tables::clients::find(&mut conn, id()).await.unwrap()
    }
}

fn master_key() -> MasterKey {
    MasterKey::from_bytes(&[7; 32])
}

fn sealer() -> Sealer {
    Arc::new(|secret, url| Ok(secret.seal(&master_key(), url)))
}

fn id() -> ClientId {
    ID.parse().unwrap()
}

fn actions(outcome: &Outcome) -> Vec<String> {
    outcome.events.iter().map(|event| format!("{} {}", event.action, event.name)).collect()
}

/// `path code` of each complaint.
fn told(errors: &[FieldError]) -> Vec<String> {
    errors.iter().map(|error| format!("{} {}", error.field, error.code())).collect()
}

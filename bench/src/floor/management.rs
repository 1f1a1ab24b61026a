//! M: what the management API reads and answers. The token by its SHA-256 with its maker, the client with the membership and
//! its role, and then the rows that are asked for: the statements of XWMS, in its order, on tables with the same keys.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::tokens::{Opaque, milliseconds, sha256};
use super::{Floor, Store};
use crate::management::{EACH, PREFIX};

pub(super) const TOKEN: &str = "SELECT t.user_id, t.client_id, t.permissions FROM api_tokens t \
    JOIN users u ON u.id = t.user_id WHERE t.digest = $1 AND (t.expires_at IS NULL OR t.expires_at > $2) \
    AND t.suspended_at IS NULL AND u.suspended_at IS NULL";
pub(super) const MEMBERSHIP: &str = "SELECT c.name, r.permissions FROM clients c JOIN members m ON m.client_id = c.id \
    JOIN roles r ON r.id = m.role_id WHERE c.id = $1 AND c.deleted_at IS NULL AND m.user_id = $2 \
    AND m.status = 'active' AND r.active";
const SECRET: &str =
    "SELECT id, label, active, expires_at, hint, last_used_at, last_used_from, updated_at FROM client_secrets";
const DOMAIN: &str = "SELECT id, root_domain, internal_name, fallback_uri, fallback_response, allow_login, allow_api, \
    active, is_primary, test_mode, ownership, updated_at FROM domains";

/// The tables, each with its columns and keys.
const TABLES: [(&str, &str); 9] = [
    ("users", "id BIGINT PRIMARY KEY, suspended_at BIGINT"),
    (
        "api_tokens",
        "id BYTEA PRIMARY KEY, digest BYTEA NOT NULL UNIQUE, user_id BIGINT NOT NULL, client_id BYTEA, \
         permissions TEXT NOT NULL, expires_at BIGINT, suspended_at BIGINT",
    ),
    ("clients", "id BYTEA PRIMARY KEY, name TEXT NOT NULL, deleted_at BIGINT"),
    ("roles", "id BYTEA PRIMARY KEY, permissions TEXT NOT NULL, active BOOLEAN NOT NULL"),
    (
        "members",
        "id BYTEA PRIMARY KEY, client_id BYTEA NOT NULL, user_id BIGINT NOT NULL, role_id BYTEA NOT NULL, \
         status TEXT NOT NULL, UNIQUE (client_id, user_id)",
    ),
    (
        "client_secrets",
        "id BYTEA PRIMARY KEY, client_id BYTEA NOT NULL, label TEXT NOT NULL, active BOOLEAN NOT NULL, expires_at TEXT, \
         hint TEXT NOT NULL, last_used_at TEXT, last_used_from TEXT, updated_at BIGINT NOT NULL, \
         UNIQUE (client_id, label)",
    ),
    (
        "domains",
        "id BYTEA PRIMARY KEY, client_id BYTEA NOT NULL, root_domain TEXT NOT NULL, internal_name TEXT, \
         fallback_uri TEXT, fallback_response TEXT, allow_login BOOLEAN NOT NULL, allow_api BOOLEAN NOT NULL, \
         active BOOLEAN NOT NULL, is_primary BOOLEAN NOT NULL, test_mode BOOLEAN NOT NULL, ownership TEXT NOT NULL, \
         updated_at BIGINT NOT NULL, UNIQUE (client_id, root_domain)",
    ),
    ("audit_entries", "id BYTEA PRIMARY KEY, told TEXT NOT NULL"),
    ("domain_server_ips", "domain_id BYTEA NOT NULL, network TEXT NOT NULL, PRIMARY KEY (domain_id, network)"),
];

/// The client that is managed, and the SHA-256 of the token that may read it.
pub(super) struct Managed {
    pub(super) client: String,
    pub(super) token: [u8; 32],
}

/// What a request asks for.
pub(super) struct Asked {
    pub(super) digest: [u8; 32],
    pub(super) now: i64,
    /// An id is stored as its text's bytes.
    pub(super) client: Vec<u8>,
    pub(super) resource: Resource,
    /// The one that is asked for; without it all are, as far as the limit.
    pub(super) id: Option<Vec<u8>>,
    /// One more than is shown: it tells whether more follow.
    pub(super) limit: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    Secrets,
    Domains,
}

/// What is written, beside an entry in the audit log.
pub(super) struct Change {
    pub(super) resource: Resource,
    pub(super) client: Vec<u8>,
    pub(super) id: Vec<u8>,
    /// The name of what is made; without one it is deleted.
    pub(super) name: Option<String>,
}

/// What an audit entry tells, as long as it is as a rule.
pub(super) const TOLD: &str = "4711000000001 127.0.0.1 secret.created client_01jd3v8m1efb9rkyq9wzvw2x4c \
    {\"active\": true, \"expires_at\": null, \"hint\": \"zt4Q\", \"label\": \"Made 1\"}";

/// An audit entry, of an id of its own.
pub(super) const ENTRY: &str = "INSERT INTO audit_entries VALUES ($1, $2)";

impl Change {
    /// One of each kind, in the order of their [`Change::kind`].
    pub(super) fn kinds() -> [Self; 4] {
        let of = |resource, made: bool| {
            let name = made.then(String::new);
            Self { resource, client: Vec::new(), id: Vec::new(), name }
        };
        let (secrets, domains) = (Resource::Secrets, Resource::Domains);
        [of(secrets, true), of(domains, true), of(secrets, false), of(domains, false)]
    }

    pub(super) fn kind(&self) -> usize {
        usize::from(self.resource == Resource::Domains) + if self.name.is_some() { 0 } else { 2 }
    }

    /// With the client and the id; for what is made, with its name and the time as well.
    pub(super) const fn statement(&self) -> &'static str {
        match (self.resource, self.name.is_some()) {
            (Resource::Secrets, true) => {
                "INSERT INTO client_secrets (id, client_id, label, active, hint, updated_at) \
                 VALUES ($1, $2, $3, TRUE, 'zt4Q', $4)"
            }
            (Resource::Domains, true) => {
                "INSERT INTO domains (id, client_id, root_domain, allow_login, allow_api, active, is_primary, test_mode, \
                 ownership, updated_at) VALUES ($1, $2, $3, FALSE, FALSE, TRUE, FALSE, FALSE, 'unproven', $4)"
            }
            (Resource::Secrets, false) => "DELETE FROM client_secrets WHERE id = $1 AND client_id = $2",
            (Resource::Domains, false) => "DELETE FROM domains WHERE id = $1 AND client_id = $2",
        }
    }
}

/// What was found.
pub(super) enum Found {
    Secrets(Vec<Secret>),
    Domains(Vec<Domain>),
}

#[derive(Serialize)]
pub(super) struct Secret {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) active: bool,
    pub(super) expires_at: Option<String>,
    pub(super) hint: String,
    pub(super) last_used_at: Option<String>,
    pub(super) last_used_from: Option<String>,
    #[serde(skip)]
    pub(super) updated_at: i64,
}

#[derive(Serialize)]
pub(super) struct Domain {
    pub(super) id: String,
    pub(super) root_domain: String,
    pub(super) server_ips: Vec<String>,
    pub(super) internal_name: Option<String>,
    pub(super) fallback_uri: Option<String>,
    pub(super) fallback_response: Option<String>,
    pub(super) allow_login: bool,
    pub(super) allow_api: bool,
    pub(super) active: bool,
    pub(super) primary: bool,
    pub(super) test_mode: bool,
    pub(super) ownership: String,
    #[serde(skip)]
    pub(super) updated_at: i64,
}

/// A row of [`Resource::rows`], of either driver, as a secret: `secret!(row.get)`.
macro_rules! secret {
    ($row:ident.$get:ident) => {
        $crate::floor::management::Secret {
            id: $crate::floor::management::text($row.$get(0)?),
            label: $row.$get(1)?,
            active: $row.$get(2)?,
            expires_at: $row.$get(3)?,
            hint: $row.$get(4)?,
            last_used_at: $row.$get(5)?,
            last_used_from: $row.$get(6)?,
            updated_at: $row.$get(7)?,
        }
    };
}
pub(super) use secret;

/// As [`secret!`], a domain, whose addresses come later.
macro_rules! domain {
    ($row:ident.$get:ident) => {
        $crate::floor::management::Domain {
            id: $crate::floor::management::text($row.$get(0)?),
            root_domain: $row.$get(1)?,
            server_ips: Vec::new(),
            internal_name: $row.$get(2)?,
            fallback_uri: $row.$get(3)?,
            fallback_response: $row.$get(4)?,
            allow_login: $row.$get(5)?,
            allow_api: $row.$get(6)?,
            active: $row.$get(7)?,
            primary: $row.$get(8)?,
            test_mode: $row.$get(9)?,
            ownership: $row.$get(10)?,
            updated_at: $row.$get(11)?,
        }
    };
}
pub(super) use domain;

pub(super) fn text(id: Vec<u8>) -> String {
    String::from_utf8(id).unwrap_or_default()
}

/// Gives each domain its addresses; these are in the order of the domains' ids.
pub(super) fn add_server_ips(domains: &mut [Domain], rows: impl IntoIterator<Item = (Vec<u8>, String)>) {
    let mut at = 0;
    for (id, network) in rows {
        while domains.get(at).is_some_and(|domain| domain.id.as_bytes() != id) {
            at += 1;
        }
        if let Some(domain) = domains.get_mut(at) {
            domain.server_ips.push(network);
        }
    }
}

impl Resource {
    /// The query for its rows: one of them, or a page.
    pub(super) fn rows(self, one: bool) -> String {
        let columns = if self == Self::Secrets { SECRET } else { DOMAIN };
        let which = if one { "id = $1 AND client_id = $2" } else { "client_id = $1 AND id > $2 ORDER BY id LIMIT $3" };
        format!("{columns} WHERE {which}")
    }

    /// Whether these permissions let one read it.
    pub(super) fn is_open_to(self, permissions: &str) -> bool {
        let wanted = if self == Self::Secrets { "secrets:read" } else { "domains:read" };
        permissions.split(' ').any(|permission| permission == wanted)
    }
}

/// Makes the tables anew, with one client that has as many secrets and domains as that of XWMS. `bytes` writes bytes in a
/// statement; `kind` is the type of their columns, `end` what stands behind a table.
pub(super) fn setup(managed: &Managed, bytes: impl Fn(&[u8]) -> String, kind: &str, end: &str) -> String {
    let mut script = String::new();
    for (table, columns) in TABLES {
        let columns = columns.replace("BYTEA", kind);
        // Writing into a String does not fail.
        let _ = writeln!(script, "DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({columns}){end};");
    }
    let id = |what: &str, number: usize| bytes(format!("{what}_01jd3v8m1efb9rkyq9wzvw{number:04}").as_bytes());
    let (client, token, one) = (bytes(managed.client.as_bytes()), bytes(&managed.token), id("role", 1));
    let all = "clients:read domains:create domains:delete domains:read domains:update secrets:create secrets:read";
    let _ = writeln!(
        script,
        "INSERT INTO users VALUES (1, NULL);
         INSERT INTO clients VALUES ({client}, 'managed.example', NULL);
         INSERT INTO roles VALUES ({one}, '{all}', TRUE);
         INSERT INTO members VALUES ({one}, {client}, 1, {one}, 'active');
         INSERT INTO api_tokens VALUES ({one}, {token}, 1, {client}, 'domains:read secrets:read', NULL, NULL);"
    );
    let now = milliseconds();
    for number in 1..=EACH {
        let (secret, domain, primary) = (id("secret", number), id("domain", number), number == 1);
        let _ = writeln!(
            script,
            "INSERT INTO client_secrets
                 VALUES ({secret}, {client}, 'Key {number:02}', TRUE, NULL, 'zt4Q', NULL, NULL, {now});
             INSERT INTO domains VALUES ({domain}, {client}, 'site-{number:02}.example', NULL, NULL, NULL, TRUE, FALSE,
                 TRUE, {primary}, FALSE, 'unproven', {now});
             INSERT INTO domain_server_ips VALUES ({domain}, '192.0.2.{number}');"
        );
    }
    script
}

/// The routes.
pub(super) fn routes() -> Router<Arc<Floor>> {
    let path = |rest: &str| format!("{PREFIX}/clients/{{client}}/{rest}");
    Router::new()
        .route(&path("secrets"), get(list_secrets).post(make_secret))
        .route(&path("secrets/{id}"), get(read_secret).delete(delete_secret))
        .route(&path("domains"), get(list_domains).post(make_domain))
        .route(&path("domains/{id}"), get(read_domain).delete(delete_domain))
}

type Shared = State<Arc<Floor>>;

async fn list_secrets(
    State(floor): Shared,
    headers: HeaderMap,
    Path(client): Path<String>,
    query: RawQuery,
) -> Response {
    floor.list(Resource::Secrets, &headers, client, query).await
}

async fn list_domains(
    State(floor): Shared,
    headers: HeaderMap,
    Path(client): Path<String>,
    query: RawQuery,
) -> Response {
    floor.list(Resource::Domains, &headers, client, query).await
}

async fn read_secret(State(floor): Shared, headers: HeaderMap, Path((client, id)): Path<(String, String)>) -> Response {
    floor.read(Resource::Secrets, &headers, client, id).await
}

async fn read_domain(State(floor): Shared, headers: HeaderMap, Path((client, id)): Path<(String, String)>) -> Response {
    floor.read(Resource::Domains, &headers, client, id).await
}

async fn make_secret(
    State(floor): Shared,
    headers: HeaderMap,
    Path(client): Path<String>,
    body: Json<New>,
) -> Response {
    floor.make(Resource::Secrets, &headers, client, body.0.label).await
}

async fn make_domain(
    State(floor): Shared,
    headers: HeaderMap,
    Path(client): Path<String>,
    body: Json<New>,
) -> Response {
    floor.make(Resource::Domains, &headers, client, body.0.root_domain).await
}

async fn delete_secret(State(floor): Shared, headers: HeaderMap, Path(named): Path<(String, String)>) -> Response {
    floor.delete(Resource::Secrets, &headers, named).await
}

async fn delete_domain(State(floor): Shared, headers: HeaderMap, Path(named): Path<(String, String)>) -> Response {
    floor.delete(Resource::Domains, &headers, named).await
}

#[derive(Deserialize)]
struct New {
    #[serde(default)]
    label: String,
    #[serde(default)]
    root_domain: String,
}

#[derive(Serialize)]
struct Made {
    id: String,
    name: String,
    value: String,
}

#[derive(Serialize)]
struct Page<T> {
    data: Vec<T>,
    next_cursor: Option<String>,
}

impl Floor {
    async fn list(&self, resource: Resource, headers: &HeaderMap, client: String, query: RawQuery) -> Response {
        let query = query.0.unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let limit = pairs.find(|(name, _)| name == "limit").and_then(|(_, limit)| limit.parse().ok()).unwrap_or(EACH);
        let id = |id: &String| id.clone();
        match self.look_up(resource, headers, (client, None), limit + 1).await {
            Some(Found::Secrets(found)) => page(found, limit, |secret| id(&secret.id)),
            Some(Found::Domains(found)) => page(found, limit, |domain| id(&domain.id)),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    }

    async fn read(&self, resource: Resource, headers: &HeaderMap, client: String, id: String) -> Response {
        match self.look_up(resource, headers, (client, Some(id.into_bytes())), 1).await {
            Some(Found::Secrets(found)) => one(found, |secret| secret.updated_at),
            Some(Found::Domains(found)) => one(found, |domain| domain.updated_at),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    }

    async fn make(&self, resource: Resource, headers: &HeaderMap, client: String, name: String) -> Response {
        let fresh = Opaque::generate().text;
        let id = format!("made_{}", &fresh[..26]);
        let made = Made { id: id.clone(), name: name.clone(), value: fresh };
        match self.write(resource, headers, (client, id), Some(name)).await {
            Some(()) => (StatusCode::CREATED, Json(made)).into_response(),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    }

    async fn delete(&self, resource: Resource, headers: &HeaderMap, (client, id): (String, String)) -> Response {
        match self.write(resource, headers, (client, id), None).await {
            Some(()) => StatusCode::NO_CONTENT.into_response(),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    }

    /// The reads of the API, then a change with its audit entry, in one commit.
    async fn write(
        &self,
        resource: Resource,
        headers: &HeaderMap,
        (client, id): (String, String),
        name: Option<String>,
    ) -> Option<()> {
        self.look_up(resource, headers, (client.clone(), Some(id.clone().into_bytes())), 1).await?;
        let change = Change { resource, client: client.into_bytes(), id: id.into_bytes(), name };
        let written = match &self.store {
            Store::Sqlite(store) => store.write(change).await,
            Store::Postgres(store) => store.write(change).await,
        };
        written.then_some(())
    }

    async fn look_up(
        &self,
        resource: Resource,
        headers: &HeaderMap,
        (client, id): (String, Option<Vec<u8>>),
        limit: usize,
    ) -> Option<Found> {
        let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        let digest = sha256(token.as_bytes());
        let limit = i64::try_from(limit).ok()?;
        let asked = Asked { digest, now: milliseconds(), client: client.into_bytes(), resource, id, limit };
        match &self.store {
            Store::Sqlite(store) => store.managed(&asked),
            Store::Postgres(store) => store.managed(&asked).await,
        }
    }
}

fn page<T: Serialize>(mut found: Vec<T>, limit: usize, id: impl Fn(&T) -> String) -> Response {
    let more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| more).map(id);
    Json(Page { data: found, next_cursor }).into_response()
}

fn one<T: Serialize>(found: Vec<T>, updated_at: impl Fn(&T) -> i64) -> Response {
    match found.into_iter().next() {
        Some(one) => ([(header::ETAG, format!("\"{:x}\"", updated_at(&one)))], Json(one)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

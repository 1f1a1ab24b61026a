//! The statements, one a table, each in the order of its table's key.

use xwms_core::id::ClientId;

use super::database::Database;
use super::{Sizes, Spread};
use crate::failure::Failure;

/// Kinds of ids: a byte in the time of a UUIDv7, so that ids of one kind lie together, in the order of their numbers.
pub(super) const CLIENT: u8 = 1;
const DOMAIN: u8 = 2;
const URL: u8 = 3;
const SECRET: u8 = 4;
const CONSENT: u8 = 5;
const GRANT: u8 = 6;
const SESSION: u8 = 7;
const CONSENT_OF_THE_RUN: u8 = 8;
const ATTEMPT: u8 = 9;

const SCOPE: &str = "'email offline_access openid profile'";
const DAY: i64 = 86_400_000;

/// The id with this number.
pub(super) fn id_bytes(kind: u8, number: u32) -> [u8; 16] {
    let [a, b, c, d] = number.to_be_bytes();
    [0x01, 0x90, 0, 0, 0, kind, 0x70, 0, 0x80, 0, 0, 0, a, b, c, d]
}

/// Rows of a table that are there once more for each new client.
struct Copied {
    table: &'static str,
    /// Which rows `t` are copied.
    rows: String,
    /// Columns that differ.
    changed: Vec<(&'static str, String)>,
}

impl Copied {
    fn statement(&self, columns: &[String]) -> String {
        let values = columns.iter().map(|column| {
            let value = self.changed.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone());
            value.unwrap_or_else(|| format!("t.{column}"))
        });
        let (table, rows, values) = (self.table, &self.rows, values.collect::<Vec<_>>().join(", "));
        let columns = columns.join(", ");
        format!(
            "INSERT INTO {table} ({columns}) SELECT {values} FROM seed_secrets s JOIN {table} t ON {rows} ORDER BY n"
        )
    }
}

/// The id of a kind with this number, as SQL.
fn id(database: &Database, kind: u8, number: &str) -> String {
    let [start @ .., _, _, _, _] = id_bytes(kind, 0);
    database.blob(&format!("'{}' || {}", hex(&start), database.hex(number)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A user's number is random in life; here it grows, in steps that spread over the whole range.
fn user(number: &str) -> String {
    format!("(1000000000000 + ({number}) * 4503599627)")
}

fn people(database: &Database, users: u32, now: i64) -> String {
    format!(
        "INSERT INTO users (id, email, email_key, email_verified, given_name, family_name, name_key, phone_number_verified, plan, \
         created_at, updated_at) SELECT {}, {email}, {email}, {yes}, 'Given', 'Family', ' given family', {no}, 'paid', {now}, {now} \
         FROM {}",
        user("n"),
        database.numbers(users),
        email = "'seed-' || n || '@example.test'",
        yes = "1 = 1",
        no = "1 = 0",
    )
}

/// People who have logged in through a client's first domain and share something with it, and its refused attempts.
pub(super) fn lists(database: &Database, client: ClientId, (users, attempts): (u32, u32), now: i64) -> Vec<String> {
    let client = database.blob(&format!("'{}'", hex(client.as_bytes())));
    let domain = format!("(SELECT id FROM domains WHERE client_id = {client} ORDER BY id LIMIT 1)");
    let (numbers, of_user) = (database.numbers(users), user("n"));
    vec![
        people(database, users, now),
        format!(
            "INSERT INTO consents (id, client_id, user_id, scope, granted_at, updated_at) \
             SELECT {}, {client}, {of_user}, {SCOPE}, {now}, {now} FROM {numbers}",
            id(database, CONSENT, "n")
        ),
        format!(
            "INSERT INTO client_users (client_id, user_id, subject, first_login_at, last_login_at, logins) \
             SELECT {client}, {of_user}, {of_user}, {now}, {now}, 1 FROM {numbers}"
        ),
        format!(
            "INSERT INTO client_user_domains (client_id, user_id, domain_id, last_login_at) \
             SELECT {client}, {of_user}, {domain}, {now} FROM {numbers}"
        ),
        format!(
            "INSERT INTO attempts (id, client_id, domain_id, reason, reference, at) \
             SELECT {}, {client}, {domain}, 'redirect_uri_unknown', 'seed' || {}, {now} FROM {}",
            id(database, ATTEMPT, "n"),
            database.hex("n"),
            database.numbers(attempts)
        ),
    ]
}

/// All statements. The tables of a partner's configuration are copies of the first client's rows, whatever columns they
/// have.
pub(super) async fn all(
    database: &Database,
    sizes: Sizes,
    spread: Option<Spread>,
    now: i64,
) -> Result<Vec<String>, Failure> {
    let Sizes { clients, users, .. } = sizes;
    let mut statements = vec![people(database, users, now)];

    let first = database.first_client().await?;
    let owner = user(&format!("n % {users}"));
    for copied in copies(database, &first.to_string(), owner) {
        statements.push(copied.statement(&database.columns(copied.table).await?));
    }

    statements.extend(logins(database, sizes, now));
    statements.extend(spread.map(|spread| of_the_run(database, clients, spread, now)).into_iter().flatten());
    Ok(statements)
}

/// What the first client has, once for each other client. `owner`: whose they are.
fn copies(database: &Database, first: &str, owner: String) -> [Copied; 6] {
    let id = |kind: u8, number: &str| id(database, kind, number);
    [
        Copied {
            table: "clients",
            rows: format!("t.id = {first}"),
            changed: vec![("id", id(CLIENT, "n")), ("name", "'Seed ' || n".to_owned()), ("billing_owner", owner)],
        },
        Copied {
            table: "domains",
            rows: format!("t.client_id = {first} AND t.is_primary"),
            changed: vec![
                ("id", id(DOMAIN, "n")),
                ("client_id", id(CLIENT, "n")),
                ("root_domain", "'seed-' || n || '.example'".to_owned()),
            ],
        },
        Copied {
            table: "domain_urls",
            rows: format!(
                "t.id = (SELECT u.id FROM domain_urls u JOIN domains d ON d.id = u.domain_id WHERE d.client_id = {first} \
                 AND d.is_primary AND u.kind = 'callback' ORDER BY u.id LIMIT 1)"
            ),
            changed: vec![
                ("id", id(URL, "n")),
                ("domain_id", id(DOMAIN, "n")),
                ("url", "'https://app.seed-' || n || '.example/callback'".to_owned()),
            ],
        },
        Copied {
            table: "client_secrets",
            rows: format!("t.id = (SELECT id FROM client_secrets WHERE client_id = {first} ORDER BY id LIMIT 1)"),
            changed: vec![
                ("id", id(SECRET, "n")),
                ("client_id", id(CLIENT, "n")),
                ("digest", "s.digest".to_owned()),
                ("hint", "s.hint".to_owned()),
            ],
        },
        Copied {
            table: "secret_links",
            rows: format!(
                "(t.secret_id, t.domain_id) = (SELECT l.secret_id, l.domain_id FROM secret_links l \
                 JOIN client_secrets c ON c.id = l.secret_id WHERE c.client_id = {first} LIMIT 1)"
            ),
            changed: vec![("secret_id", id(SECRET, "n")), ("domain_id", id(DOMAIN, "n"))],
        },
        Copied {
            table: "client_scopes",
            rows: format!("t.client_id = {first}"),
            changed: vec![("client_id", id(CLIENT, "n"))],
        },
    ]
}

/// Consents, grants and refresh tokens.
fn logins(database: &Database, sizes: Sizes, now: i64) -> [String; 6] {
    let id = |kind: u8, number: &str| id(database, kind, number);
    let Sizes { clients, users, refresh_tokens } = sizes;
    // Token n is of person n, and of a client with its neighbours.
    let (of_client, of_user) = (format!("n * {clients} / {refresh_tokens}"), user(&format!("n % {users}")));
    let (client, domain) = (id(CLIENT, &of_client), id(DOMAIN, &of_client));
    let (grant, consent) = (id(GRANT, "n"), id(CONSENT, "n"));
    let tokens = database.numbers(refresh_tokens);
    let (long, sliding) = (now + 365 * DAY, now + 30 * DAY);
    let key = database.blob(&format!("'0190' || {} || {}", database.hex("n"), database.digest("n")));
    [
        format!(
            "INSERT INTO consents (id, client_id, user_id, scope, granted_at, updated_at) \
             SELECT {consent}, {client}, {of_user}, {SCOPE}, {now}, {now} FROM {tokens}"
        ),
        format!(
            "INSERT INTO consent_domains (consent_id, domain_id, test_mode, granted_at) \
             SELECT {consent}, {domain}, 1 = 0, {now} FROM {tokens}"
        ),
        format!(
            "INSERT INTO client_users (client_id, user_id, subject, first_login_at, last_login_at, logins) \
             SELECT {client}, {of_user}, {of_user}, {now}, {now}, 1 FROM {tokens}"
        ),
        format!(
            "INSERT INTO client_user_domains (client_id, user_id, domain_id, last_login_at) \
             SELECT {client}, {of_user}, {domain}, {now} FROM {tokens}"
        ),
        format!(
            "INSERT INTO grants (id, client_id, domain_id, user_id, consent_id, subject, session_id, scope, \
             authenticated_at, created_at, expires_at) SELECT {grant}, {client}, {domain}, {of_user}, {consent}, \
             {of_user}, {}, {SCOPE}, {now}, {now}, {long} FROM {tokens}",
            id(SESSION, "n")
        ),
        format!(
            "INSERT INTO refresh_tokens (token_key, grant_id, created_at, expires_at) \
             SELECT {key}, {grant}, {now}, {sliding} FROM {tokens}"
        ),
    ]
}

/// The consents that the people of a run give beforehand, each to one client.
fn of_the_run(database: &Database, clients: u32, spread: Spread, now: i64) -> [String; 2] {
    let id = |kind: u8, number: &str| id(database, kind, number);
    let Spread { people, clients: wanted } = spread;
    let wanted = wanted.min(clients);
    let (numbers, consent) = (database.numbers(wanted), id(CONSENT_OF_THE_RUN, "n"));
    [
        format!(
            "INSERT INTO consents (id, client_id, user_id, scope, granted_at, updated_at) \
             SELECT {consent}, {}, u.id, {SCOPE}, {now}, {now} FROM {numbers} \
             JOIN users u ON u.email_key = 'person-' || (n * {people} / {wanted}) || '@example.test'",
            id(CLIENT, "n")
        ),
        format!(
            "INSERT INTO consent_domains (consent_id, domain_id, test_mode, granted_at) \
             SELECT {consent}, {}, 1 = 0, {now} FROM {numbers}",
            id(DOMAIN, "n")
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_sort_by_kind_and_number() {
        let ids = [id_bytes(CLIENT, 1), id_bytes(CLIENT, 256), id_bytes(DOMAIN, 0)];
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id[6] >> 4 == 7 && id[8] >> 6 == 2));
    }
}

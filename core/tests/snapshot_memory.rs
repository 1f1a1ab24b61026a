//! What a client's configuration takes of memory: counted by the allocator, so in a program of its own.

#![allow(
    clippy::unwrap_used,
    clippy::allow_attributes,
    missing_docs,
    reason = "a test says what went wrong by panicking, and needs no documentation but its name"
)]

use std::alloc::System;
use std::time::Duration;

use diesel_async::SimpleAsyncConnection as _;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use xwms_core::clock::{Clock, Timestamp};
use xwms_core::database::{Conn, Db, Options};
use xwms_core::gate::standing::PlanRules;
use xwms_core::id::ClientId;
use xwms_core::memory::snapshot_cache::SnapshotCache;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CLIENTS: usize = 10_000;
/// What one client may take, in bytes.
const BUDGET: usize = 2048;

/// Clients with everything that a partner fills in, made in the database itself: their ids, and those of what they have,
/// are sixteen digits.
const GIVEN: &str = "
INSERT INTO users (id, email, email_key, email_verified, name_key, phone_number_verified, plan, created_at, updated_at)
    VALUES (1000000000001, 'ada@example.test', 'ada@example.test', TRUE, '', FALSE, 'paid', 0, 0);
CREATE TEMP TABLE numbers AS
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < CLIENTS)
    SELECT CAST(printf('%016d', i) AS BLOB) AS id, i FROM n;
INSERT INTO clients (id, name, homepage_url, privacy_url, terms_url, subject_type, id_token_alg, billing_owner, created_at,
        updated_at)
    SELECT id, 'Analytical Engines ' || i, 'https://engines' || i || '.example/',
        'https://engines' || i || '.example/privacy', 'https://engines' || i || '.example/terms', 'public', 'RS256',
        1000000000001, 0, 0 FROM numbers;
INSERT INTO domains (id, client_id, root_domain, internal_name, fallback_uri, allow_login, allow_api, active, is_primary,
        test_mode, ownership, ownership_token, ownership_failures, created_at, updated_at)
    SELECT id, id, 'engines' || i || '.example', 'The live site', 'https://engines' || i || '.example/sorry', TRUE, TRUE,
        TRUE, TRUE, FALSE, 'proven', '', 0, 0, 0 FROM numbers;
INSERT INTO domain_server_ips (domain_id, network, position) SELECT id, '192.0.2.0/24', 0 FROM numbers;
INSERT INTO domain_urls (id, domain_id, kind, url, active, created_at, updated_at)
    SELECT id, id, 'callback', 'https://app.engines' || i || '.example/oauth/callback', TRUE, 0, 0 FROM numbers;
INSERT INTO domain_urls (id, domain_id, kind, url, active, created_at, updated_at)
    SELECT CAST('logout' || substr(CAST(id AS TEXT), 7) AS BLOB), id, 'logout', 'https://app.engines' || i || '.example/bye',
        TRUE, 0, 0 FROM numbers;
INSERT INTO client_secrets (id, client_id, label, digest, hint, active, created_at, updated_at)
    SELECT id, id, 'Standard Key', CAST(printf('%032d', i) AS BLOB), 'abcd', TRUE, 0, 0 FROM numbers;
INSERT INTO secret_links (secret_id, domain_id, created_at) SELECT id, id, 0 FROM numbers;
INSERT INTO client_scopes (client_id, scope, created_at) SELECT id, name, 0 FROM numbers, scopes;
";

#[tokio::test]
async fn a_client_takes_two_kibibytes_at_the_most() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("xwms.db").display());
    let db = Db::open(&Options { url, connections: 1, wait: Duration::from_secs(60), statements: None }).await.unwrap();
    let given = GIVEN.replace("CLIENTS", &CLIENTS.to_string());
    xwms_core::testing::change(&db, async move |conn: &mut Conn| match conn {
        Conn::Sqlite(conn) => Ok(conn.batch_execute(&given).await?),
        Conn::Postgres(conn) => Ok(conn.batch_execute(&given).await?),
    })
    .await
    .unwrap();
    let clock = Clock::manual(Timestamp::from_seconds(1_800_000_000));
    let plans = PlanRules { free: false, paid: true, grace: Duration::ZERO };
    let cache = SnapshotCache::new(db, clock, plans, CLIENTS, Duration::from_secs(4));
    // What a first load leaves behind, such as prepared statements, is not of a client.
    assert!(cache.get(id(0)).await.unwrap().is_some());

    let before = ALLOCATOR.stats();
    for number in 1..CLIENTS {
        let snapshot = cache.get(id(number)).await.unwrap().unwrap();
        assert_eq!((snapshot.scopes.len(), snapshot.domains[0].urls.len(), snapshot.secrets[0].links.len()), (9, 2, 1));
    }
    let after = ALLOCATOR.stats();

    let taken = (after.bytes_allocated - before.bytes_allocated) - (after.bytes_deallocated - before.bytes_deallocated);
    let each = taken / (CLIENTS - 1);
    println!("{each} bytes a client");
    assert!(each > size_of_val(&*cache.get(id(1)).await.unwrap().unwrap()), "they are held: {each}");
    assert!(each <= BUDGET, "{each} bytes a client");
}

fn id(number: usize) -> ClientId {
    let digits = format!("{number:016}");
    ClientId::from_bytes(digits.as_bytes().try_into().unwrap())
}

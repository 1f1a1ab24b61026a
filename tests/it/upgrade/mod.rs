//! A database of an earlier schema is brought up to date by the program, and works. The dumps beside this file are kept as
//! they were written, one for each database and each schema that was released; a name is that of the newest migration in
//! it. `XWMS_WRITE_UPGRADE=1 cargo test --test it write_upgrade` writes those of the schema of today, once.

mod dump;
mod fill;

use std::process::Command;

use serde_json::{Value, json};
use xwms_core::audit::sealing;
use xwms_core::clock::{Clock, Timestamp};
use xwms_core::database::{Db, Options};
use xwms_core::manage::letters;

use self::dump::Dump;
use crate::admin::bearer;
use crate::admin::person::{ADA, CHARLES, Person};
use crate::browser::Browser;
use crate::database::{count, tables};
use crate::postgres;
use crate::schema;
use crate::world::{Backend, CLIENT, Given, PASSWORD, World, config, run};

#[tokio::test(flavor = "multi_thread")]
async fn an_old_database_is_migrated_and_works_on_sqlite() {
    all(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_database_is_migrated_and_works_on_postgres() {
    all(Backend::Postgres).await;
}

#[test]
fn write_upgrade() {
    if std::env::var("XWMS_WRITE_UPGRADE").is_ok() {
        for backend in [Backend::Sqlite, Backend::Postgres] {
            run(backend, Given::default(), async move |world: World| {
                let kept = fill::fill(&world).await;
                dump::write(&world, backend, &kept).await;
            });
        }
    }
}

async fn all(backend: Backend) {
    let dumps = dump::all(backend);
    assert!(!dumps.is_empty());
    for dump in dumps {
        let folder = tempfile::tempdir().unwrap();
        let url = match backend {
            Backend::Sqlite => format!("sqlite://{}", folder.path().join("xwms.db").display()),
            Backend::Postgres => match postgres::fresh_database() {
                Some(url) => url,
                None => return,
            },
        };
        dump.load(&url, folder.path()).await;
        migrates_and_works(&dump, backend, &url, folder).await;
    }
}

async fn migrates_and_works(dump: &Dump, backend: Backend, url: &str, folder: tempfile::TempDir) {
    let options = xwms::wire::database_options(&config(url, folder.path()));
    let before = rows(&Db::connect(&options).await.unwrap()).await;
    let db = Db::open(&options).await.unwrap();
    let after = rows(&db).await;
    for (table, rows) in &before {
        assert!(*rows > 0, "{}: {table} is empty", dump.name);
        assert!(after.contains(&(table.clone(), *rows)), "{}: of the {rows} rows of {table} some are lost", dump.name);
    }
    has_the_schema_of_a_new_one(&db, backend, &options).await;

    let clock = Clock::manual(Timestamp::parse(dump.kept("now")).unwrap());
    let core = xwms::wire::core_on(db, config(url, folder.path()), clock).await.unwrap();
    let world = World::of(core, folder);
    gate_and_logins_work(&world, dump).await;
    management_works(&world, dump).await;
    people_are_told_what_they_were(&world, dump).await;
    sealing::seal_all(&world.core).await.unwrap();
    the_doctor_is_content(&world, url, dump);
}

/// How many rows each table has.
async fn rows(db: &Db) -> Vec<(String, u64)> {
    let mut rows = Vec::new();
    for table in tables(db).await {
        let count = count(db, &table, "1 = 1").await;
        rows.push((table, count));
    }
    rows
}

async fn has_the_schema_of_a_new_one(db: &Db, backend: Backend, options: &Options) {
    let folder = tempfile::tempdir().unwrap();
    let url = match backend {
        Backend::Sqlite => format!("sqlite://{}", folder.path().join("new.db").display()),
        Backend::Postgres => postgres::fresh_database().unwrap(),
    };
    let new = Db::open(&Options { url, ..options.clone() }).await.unwrap();
    schema::same(&schema::facts(db).await, &schema::facts(&new).await, "the migrated database", "a new one");
}

async fn gate_and_logins_work(world: &World, dump: &Dump) {
    let snapshot = world.snapshot().await;
    let roots: Vec<&str> = snapshot.domains.iter().map(|domain| domain.root.as_str()).collect();
    for root in ["engines.example", "more-engines.example", fill::TEST_SITE] {
        assert!(roots.contains(&root), "{root} is not among {roots:?}");
    }
    // What Ada has allowed covers the login, and the client has its secret of before.
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    let back = browser.sign_in(&login, ADA, PASSWORD).await;
    let code = back.parameter("code").unwrap_or_else(|| panic!("she is asked again: {back:?}"));
    let tokens = world.redeem(&code).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");

    // Tokens of before are good, and so is the key that signed them.
    let old = dump.kept("access token");
    assert_eq!(world.userinfo(old).await.json()["email"], json!(ADA));
    assert_eq!(world.introspect(dump.kept("revoked token")).await, json!({ "active": false }));
    let refreshed = world.refresh(dump.kept("refresh token")).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
}

async fn management_works(world: &World, dump: &Dump) {
    let mut caller = bearer(world, dump.kept("api token"));
    let rows = [
        ("domains", "root_domain", fill::TEST_SITE),
        ("secrets", "label", "Standard Key"),
        ("scopes", "name", "userinfo"),
        ("roles", "name", fill::ROLE),
        ("members", "email", fill::MEMBER),
        ("requests", "email", ADA),
        ("verifications", "status", "approved"),
        ("tokens", "label", fill::TOKEN),
        ("attempts", "reason", "redirect_uri_unknown"),
        ("users", "first_login", "2026-03-01T12:00:00Z"),
        ("audit", "action", "role.created"),
    ];
    for (list, member, value) in rows {
        let listed = list_of(&mut caller, list).await;
        assert!(listed.iter().any(|object| object[member] == value), "{list}: no {value} in {listed:#?}");
    }
    let stats = caller.get(&format!("/admin/v1/clients/{CLIENT}/stats")).await.json();
    assert_eq!(stats["total"]["logins"], json!(1), "{stats}");
    let domains = list_of(&mut caller, "domains").await;
    let first = domains.iter().find(|domain| domain["root_domain"] == "engines.example").unwrap();
    let urls = list_of(&mut caller, &format!("domains/{}/urls", first["id"].as_str().unwrap())).await;
    assert!(urls.iter().any(|url| url["url"] == fill::WEBHOOK), "{urls:#?}");
    let logo = caller.get(&format!("/admin/v1/clients/{CLIENT}/logo")).await;
    assert_eq!(logo.headers["content-type"], "image/png", "{logo:?}");

    // What was asked before is not done again.
    let mut charles = Person::new(world, CHARLES).await;
    charles.browser.headers.push(("idempotency-key".to_owned(), fill::IDEMPOTENCY_KEY.to_owned()));
    let again = charles.post("tokens", fill::token()).await;
    assert_eq!((again.status.as_u16(), again.json()["id"].as_str()), (201, Some(dump.kept("api token's id"))));
    let renamed = charles.patch(&format!("/admin/v1/clients/{CLIENT}"), json!({ "name": "Engines" })).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
}

async fn list_of(caller: &mut Browser, list: &str) -> Vec<Value> {
    let answer = caller.get(&format!("/admin/v1/clients/{CLIENT}/{list}")).await;
    assert_eq!(answer.status, 200, "{list}: {answer:?}");
    answer.json()["data"].as_array().unwrap().clone()
}

async fn people_are_told_what_they_were(world: &World, dump: &Dump) {
    let mut charles = Person::new(world, CHARLES).await;
    let page = charles.get("/account/notifications").await.body;
    assert!(page.contains(dump.kept("notification")), "{page}");
    // The letter that was left over is delivered.
    let (about, db) = (format!("object_id = '{}'", dump.kept("letter's object")), &world.core.db);
    assert_eq!(count(db, "notifications", &about).await, 0);
    world.clock.advance(std::time::Duration::from_secs(11));
    letters::deliver_left_over(&world.core).await.unwrap();
    assert_eq!((count(db, "notifications", &about).await, count(db, "letters", "1 = 1").await), (1, 0));
    let mut ada = Person::new(world, ADA).await;
    assert!(ada.get("/account/notifications").await.body.contains("Analytical Engines"));
    assert!(world.mail().await.contains("Analytical Engines"));
}

fn the_doctor_is_content(world: &World, url: &str, dump: &Dump) {
    let told = Command::new(env!("CARGO_BIN_EXE_xwms"))
        .args(["doctor", "--seal", dump.kept("seal")])
        .env_clear()
        .envs([
            ("XWMS__DATABASE__URL", url.to_owned()),
            ("XWMS__KEYS__MASTER_KEY_FILE", world.folder.path().join("master.key").display().to_string()),
            ("XWMS__MAIL__DIR", world.folder.path().join("mail").display().to_string()),
        ])
        .current_dir(world.folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    // The clock and the age of keys are those of this machine, and the cluster of the tests has no fsync.
    for line in [
        "OK    schema: it is up to date",
        "seals, all as they were written; the newest seal is",
        "OK    audit log: the seal that you kept is number 1",
        "OK    signing keys: the master key opens all",
    ] {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
}

//! The loss of the database's primary in the middle of logins and refreshes, and all that a fail-over rests on: which
//! server is taken, which connection is given up, and what `doctor` says of the standbys (SPEC §9).

use std::net::TcpListener;
use std::process::{Output, Stdio};
use std::time::Duration;

use diesel_async::SimpleAsyncConnection as _;
use xwms_core::clock::Clock;
use xwms_core::database::health;
use xwms_core::database::{Conn, Db, Options};
use xwms_core::error::Error;
use xwms_core::id::GrantId;
use xwms_core::testing;

use crate::database::{contents, texts};
use crate::load::{Gap, Load, Partner, Told, authorization_path, then_all_is_there};
use crate::postgres::{Cluster, fresh_database};
use crate::server::{Server, Visitor, program};
use crate::world::{World, on_both};

fn in_bounded_time(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(180), test).await.expect("it ends in time") });
}

/// A primary, and a standby whose word its commits wait for.
struct Pair {
    primary: Cluster,
    standby: Cluster,
}

impl Pair {
    /// `None` where PostgreSQL's programs are missing.
    ///
    /// What is lost here is the primary's processes with all they had in mind, and its data is never looked at again:
    /// the standby alone must know everything. Neither machine loses power, so fsync plays no part in it; it is on
    /// because `doctor` asks for it.
    fn start() -> Option<Self> {
        let primary = Cluster::start("a fail-over", &["pg_basebackup", "psql"], &[])?;
        primary.run("createdb", &["xwms"]);
        let standby = primary.standby(&["-c", "cluster_name=standby"]);
        let pair = Self { primary, standby };
        pair.wait_for("ANY 1 (standby)");
        Some(pair)
    }

    /// Has commits wait for these standbys, once the primary has understood.
    fn wait_for(&self, names: &str) {
        let set = format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'");
        sql(&self.primary, &[&set, "SELECT pg_reload_conf()"]);
        self.until(if names.is_empty() { "async" } else { "quorum" });
    }

    /// Waits until the primary says this of its standbys.
    fn until(&self, state: &str) {
        for _ in 0..600 {
            if sql(&self.primary, &["SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'"]) == state {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the standby is not {state:?}: {}{}", self.primary.log(), self.standby.log());
    }

    /// Makes the standby a primary, as `pg_ctl promote` does.
    fn promote(&self) {
        assert_eq!(sql(&self.standby, &["SELECT pg_promote()"]), "t");
    }

    fn url(&self) -> String {
        url(&[self.primary.port, self.standby.port])
    }
}

fn url(ports: &[u16]) -> String {
    let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    format!("postgres://xwms@{}/xwms", hosts.join(","))
}

/// Runs these as statements of their own; what the last one gives.
fn sql(cluster: &Cluster, statements: &[&str]) -> String {
    let commands = statements.iter().flat_map(|statement| ["-c", statement]);
    let arguments: Vec<&str> = ["-XqAt", "-d", "xwms"].into_iter().chain(commands).collect();
    cluster.run("psql", &arguments).lines().last().unwrap_or_default().to_owned()
}

fn options(url: String) -> Options {
    Options { url, connections: 1, wait: Duration::from_secs(9), statements: None }
}

async fn db(url: String) -> Db {
    Db::connect(&options(url)).await.unwrap()
}

#[test]
fn a_lost_primary_takes_nothing_with_it_and_nothing_works_twice() {
    in_bounded_time(async {
        let Some(pair) = Pair::start() else { return };
        let mut server = Server::start_on(pair.url(), tempfile::tempdir().unwrap()).await;
        let mut person = Person::log_in(&server).await;
        let mut load = Load::start(&server, Gap::Unavailable).await;
        load.busy(&server).await;

        pair.primary.kill();
        person.is_told_to_come_again(&server).await;

        pair.promote();
        server.ready().await;
        load.goes_on();
        load.busy(&server).await;
        person.finds_all_as_it_was().await;
        then_all_is_there(&server, &load.end().await).await;
    });
}

/// What one partner was told of a person before the primary was lost, and asks about afterwards.
struct Person {
    browser: Visitor,
    partner: Partner,
    /// Not redeemed yet.
    code: String,
    spent_code: String,
    access: String,
    refresh: String,
    spent_refresh: String,
    revoked: String,
}

impl Person {
    async fn log_in(server: &Server) -> Self {
        let mut browser = Visitor::new(&server.issuer);
        let partner = Partner::new(&server.issuer);
        browser.log_in(&authorization_path()).await;
        let mut codes = Vec::new();
        for _ in 0..3 {
            codes.push(browser.get(&authorization_path()).await.unwrap().parameter("code").unwrap());
        }
        let [code, spent_code, ended_code] = codes.try_into().unwrap();
        let spent_refresh = partner.redeem(&spent_code).await.unwrap().text("refresh_token");
        let newest = partner.refresh(&spent_refresh, &[]).await.unwrap();
        let revoked = partner.redeem(&ended_code).await.unwrap().text("refresh_token");
        assert_eq!(partner.send("/oauth/revoke", &[("token", &revoked)]).await.unwrap().status(), 200);
        let (access, refresh) = (newest.text("access_token"), newest.text("refresh_token"));
        Self { browser, partner, code, spent_code, access, refresh, spent_refresh, revoked }
    }

    async fn introspect(&self, token: &str) -> Told {
        self.partner.post("/oauth/introspect", &[("token", token)]).await.unwrap()
    }

    /// Nobody can know what holds, so nobody is let in and nobody refused.
    async fn is_told_to_come_again(&mut self, server: &Server) {
        let partner = &self.partner;
        let ready = reqwest::get(format!("{}/readyz", server.issuer)).await.unwrap();
        let statuses = [
            ("ready", ready.status().as_u16()),
            ("authorize", self.browser.get(&authorization_path()).await.unwrap().status.as_u16()),
            ("code", partner.redeem(&self.code).await.unwrap().status),
            ("spent code", partner.redeem(&self.spent_code).await.unwrap().status),
            ("refresh token", partner.refresh(&self.refresh, &[]).await.unwrap().status),
            ("spent refresh token", partner.refresh(&self.spent_refresh, &[]).await.unwrap().status),
            ("introspection", self.introspect(&self.access).await.status),
            ("revocation", partner.send("/oauth/revoke", &[("token", &self.access)]).await.unwrap().status().as_u16()),
        ];
        assert!(statuses.iter().all(|(_, status)| *status == 503), "{statuses:?}\n{}", server.log());
    }

    async fn finds_all_as_it_was(&mut self) {
        let partner = &self.partner;
        assert_eq!(self.introspect(&self.access).await.body["active"], true);
        assert_eq!(self.introspect(&self.revoked).await.body["active"], false, "a revocation is lost");
        assert_eq!(partner.refresh(&self.revoked, &[]).await.unwrap().error(), "invalid_grant");
        assert_eq!(partner.redeem(&self.spent_code).await.unwrap().error(), "invalid_grant", "a code worked twice");
        assert_eq!(partner.redeem(&self.code).await.unwrap().status, 200, "a code is lost");
        assert_eq!(partner.refresh(&self.refresh, &[]).await.unwrap().status, 200, "a refresh token is lost");
        let back = self.browser.get(&authorization_path()).await.unwrap();
        assert!(back.parameter("code").is_some(), "the session is lost: {back:?}");
    }
}

#[test]
fn doctor_says_what_a_fail_over_would_lose_and_a_standby_is_never_taken() {
    in_bounded_time(async {
        let Some(pair) = Pair::start() else { return };
        let folder = tempfile::tempdir().unwrap();
        let xwms = |argument: &str| -> Output {
            let mut program = program();
            program.arg(argument).env("XWMS__DATABASE__URL", pair.url()).current_dir(folder.path());
            program.stdin(Stdio::null()).output().unwrap()
        };
        let doctor = || {
            let output = xwms("doctor");
            let told = String::from_utf8(output.stdout).unwrap();
            let line = told.lines().find(|line| line.contains("durability:")).unwrap_or_else(|| panic!("{told}"));
            (output.status.success(), line.to_owned())
        };
        assert!(xwms("migrate").status.success());

        // Synchronous: nothing.
        let (well, told) = doctor();
        assert!(well && told.starts_with("OK ") && told.contains("ANY 1 (standby)"), "{told}");

        // Asynchronous: what may be lost, and what to set.
        pair.wait_for("");
        let (well, told) = doctor();
        assert!(well && told.starts_with("WARN "), "{told}");
        for text in ["acknowledged may be lost", "Set synchronous_standby_names"] {
            assert!(told.contains(text), "{told}");
        }
        pair.wait_for("ANY 1 (standby)");

        // An ordinary user is not told which it is, until it may know.
        sql(&pair.primary, &["CREATE ROLE plain LOGIN"]);
        let plain = db(pair.url().replace("xwms@", "plain@")).await;
        let durability = async || health::durability(&mut plain.read().await.unwrap()).await.unwrap().unwrap();
        assert_eq!((durability().await.synchronous, durability().await.hidden), (0, 1));
        sql(&pair.primary, &["GRANT pg_read_all_stats TO plain"]);
        assert_eq!((durability().await.synchronous, durability().await.hidden), (1, 0));

        // The primary is found behind its standby and behind a server that says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let ports = [pair.standby.port, silent.local_addr().unwrap().port(), pair.primary.port];
        revoke(&db(url(&ports)).await).await.unwrap();
        let standby = db(url(&[pair.standby.port])).await;
        assert!(matches!(standby.read().await.err(), Some(Error::Unavailable)), "a standby was read");

        // The standby is gone: no change is acknowledged any more.
        let Pair { primary, standby } = pair;
        drop(standby);
        while sql(&primary, &["SELECT count(*) FROM pg_stat_replication"]) != "0" {
            std::thread::sleep(Duration::from_millis(50));
        }
        let output = program()
            .arg("doctor")
            .env("XWMS__DATABASE__URL", url(&[primary.port]))
            .current_dir(folder.path())
            .output()
            .unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(!output.status.success() && told.contains("every change waits until one is"), "{told}");
    });
}

/// A change that writes, or would.
async fn revoke(db: &Db) -> Result<(), Error> {
    let now = Clock::system().now();
    testing::revoke(db, GrantId::generate(now), now).await.map(drop)
}

#[test]
fn a_connection_whose_server_takes_no_writes_is_given_up() {
    in_bounded_time(async {
        let Some(url) = fresh_database() else { return };
        let db = Db::open(&options(url)).await.unwrap();
        {
            let Conn::Postgres(conn) = &mut db.read().await.unwrap() else { panic!("not PostgreSQL") };
            conn.batch_execute("SET default_transaction_read_only = on").await.unwrap();
        }
        assert!(matches!(revoke(&db).await, Err(Error::Unavailable)));
        revoke(&db).await.unwrap();
    });
}

#[test]
fn what_a_server_cuts_short_when_it_is_stopped_may_be_tried_again() {
    in_bounded_time(async {
        let Some(url) = fresh_database() else { return };
        let db = Db::open(&options(url.clone())).await.unwrap();
        let [holding, looking] = [self::db(url.clone()).await, self::db(url).await];
        let Conn::Postgres(conn) = &mut holding.read().await.unwrap() else { panic!("not PostgreSQL") };
        conn.batch_execute("BEGIN; LOCK TABLE grants").await.unwrap();
        let waiting = tokio::spawn({
            // Only reads: nobody asks for a ROLLBACK, which would find out by itself.
            let (mut conn, id) = (db.read().await.unwrap(), GrantId::generate(Clock::system().now()));
            async move { testing::is_live(&mut conn, id).await }
        });
        // A server that is stopped in an orderly way ends its sessions so.
        let end = "SELECT pg_terminate_backend(pid)::text AS text FROM pg_stat_activity \
                   WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while texts(&looking, end).await.is_empty() {
            tokio::task::yield_now().await;
        }
        let cut = waiting.await.unwrap();
        assert!(matches!(cut, Err(Error::Unavailable)), "{:?}", cut.err());
        conn.batch_execute("ROLLBACK").await.unwrap();
        revoke(&db).await.unwrap();
    });
}

on_both!(what_the_guide_has_deleted_after_a_restore_ends_every_login_and_nothing_else, async |world: World| {
    let login = world.given_login("ada@example.test").await;
    let [access, refresh] = ["access_token", "refresh_token"].map(|name| login[name].as_str().unwrap());
    let before = contents(&world.core.db).await;

    let guide = include_str!("../../docs/replication.md");
    let statements = guide.split("```sql").nth(1).unwrap().split("```").next().unwrap();
    // A change is a transaction already.
    world.sql(&statements.replace("BEGIN;", "").replace("COMMIT;", "")).await;

    for (table, rows) in contents(&world.core.db).await {
        let ended = statements.contains(&format!("DELETE FROM {table};"));
        assert_eq!(rows, if ended { vec![] } else { before[&table].clone() }, "{table}");
    }
    assert_eq!(world.introspect(access).await["active"], false);
    assert_eq!(world.refresh(refresh).await.error(), "invalid_grant");
    assert!(world.given_login("ada@example.test").await["access_token"].is_string());
});

//! `kill -9` in the middle of logins and refreshes (SPEC §10).

use std::time::Duration;

use xwms_core::random;

use crate::load::{Gap, Load, Login, then_all_is_there};
use crate::server::Server;
use crate::world::Backend;

#[test]
fn st_07_a_kill_loses_nothing_and_nothing_works_twice_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn st_07_a_kill_loses_nothing_and_nothing_works_twice_on_postgres() {
    run(Backend::Postgres);
}

fn kills() -> u32 {
    std::env::var("XWMS_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(5)
}

fn run(backend: Backend) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(mut server) = Server::start(backend).await else { return };
        let limit = Duration::from_secs(120 + 20 * u64::from(kills()));
        let logins = tokio::time::timeout(limit, under_load(&mut server)).await.expect("the load ends in time");
        then_all_is_there(&server, &logins).await;
    });
}

/// Kills the server again and again while logins and refreshes go on, and returns them.
async fn under_load(server: &mut Server) -> Vec<Login> {
    let mut load = Load::start(server, Gap::Broken).await;
    for _ in 0..kills() {
        load.busy(server).await;
        let [delay] = random::bytes::<1>();
        tokio::time::sleep(Duration::from_millis(u64::from(delay))).await;
        server.kill();
        server.restart().await;
        load.goes_on();
    }
    load.busy(server).await;
    load.end().await
}

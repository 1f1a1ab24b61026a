//! Several servers on one PostgreSQL: what one changes is in force on the others, and what one does is done once.

mod cable;
mod outage;
mod races;
mod switch_table;
mod switches;

use std::time::{Duration, Instant};

use tempfile::TempDir;
use xwms_core::clock::Clock;
use xwms_core::jobs::{self, Jobs};

use self::cable::Proxy;
use crate::postgres;
use crate::world::{World, config_with, given_partners};

/// Two servers with their jobs. The other one's way to the database goes through a cable.
struct Pair {
    one: World,
    other: World,
    cable: Proxy,
    jobs: [Jobs; 2],
}

impl Pair {
    async fn new(database: &str, clock: Clock, settings: &[(&str, &str)]) -> Self {
        let mut behind_cable = url::Url::parse(database).unwrap();
        let cable = Proxy::to(behind_cable.port().unwrap()).await;
        behind_cable.set_port(Some(cable.port)).unwrap();

        let (folder, empty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let other = config_with(behind_cable.as_str(), folder.path(), settings);
        let one = xwms::wire::core(config_with(database, folder.path(), settings), clock.clone()).await.unwrap();
        given_partners(&one).await;
        let other = xwms::wire::core(other, clock).await.unwrap();
        let jobs = [jobs::start(&one), jobs::start(&other)];
        let pair = |core, folder: TempDir| World::of(core, folder);
        Self { one: pair(one, folder), other: pair(other, empty), cable, jobs }
    }

    /// Runs a test in bounded time. It is left out, and says so, where PostgreSQL's programs are missing.
    fn test(clock: Clock, settings: &[(&str, &str)], test: impl AsyncFnOnce(&Self)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let Some(database) = postgres::fresh_database() else { return };
        runtime.block_on(async {
            let pair = Self::new(&database, clock, settings).await;
            tokio::time::timeout(Duration::from_secs(120), test(&pair)).await.expect("the test ends in time");
            pair.cable.set(cable::Cable::Whole);
            for jobs in pair.jobs {
                jobs.stop().await;
            }
        });
    }
}

/// Asks again and again until the answer is the one that is awaited; gives how long that took.
async fn until<T: PartialEq + std::fmt::Debug>(awaited: T, mut ask: impl AsyncFnMut() -> T) -> Duration {
    let began = Instant::now();
    loop {
        let answer = ask().await;
        if answer == awaited {
            return began.elapsed();
        }
        assert!(began.elapsed() < Duration::from_secs(30), "still {answer:?}, not {awaited:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

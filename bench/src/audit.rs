//! `xwms-bench run --audit`: what an audit entry costs those who change different clients at the same time. The changes are
//! made in this process, on the database itself: nothing else is measured.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use xwms_core::clock::{Clock, Timestamp};
use xwms_core::database::{Db, Options};
use xwms_core::error::Error;
use xwms_core::id::ClientId;
use xwms_core::testing;

use crate::cli::say;
use crate::cores::Cores;
use crate::failure::Failure;
use crate::platform::{Database, Platform, Where};
use crate::postgres::Cluster;
use crate::run::RunArgs;
use crate::statistics::median;

const WRITERS: u8 = 32;
/// Changes that each writer makes in a round.
const CHANGES: usize = 100;
/// Rounds of each kind, in turn.
const ROUNDS: usize = 11;
/// So many times as long a change may take with an entry.
const GOAL: f64 = 1.10;

/// Measures on one database; the line that tells what was found.
pub(crate) async fn on(
    database: Database,
    cluster: Option<&Cluster>,
    cores: Cores,
    args: &RunArgs,
) -> Result<String, Failure> {
    say(&format!("{}: changes with and without an audit entry", database.title()));
    let place = Where::new(cluster, "audit").await?;
    let platform = Platform::set_up(cores, &args.program()?, &place, 1)?;
    let options = Options {
        url: platform.database_url.clone(),
        connections: usize::from(WRITERS),
        wait: Duration::from_secs(30),
        statements: None,
    };
    let db = Db::open(&options).await.map_err(failed)?;
    let example = platform.managed.client.parse().map_err(|_| Failure("the client's id is none".to_owned()))?;
    testing::copy_client(&db, example, (1..=WRITERS).map(client_of).collect()).await.map_err(failed)?;
    let now = Clock::system().now();
    round(&db, now, true).await?;
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let without = round(&db, now, false).await?;
        ratios.push(round(&db, now, true).await?.as_secs_f64() / without.as_secs_f64());
    }
    let (least, most) =
        ratios.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), &one| (least.min(one), most.max(one)));
    let ratio = median(ratios);
    let met = if ratio <= GOAL { "ok" } else { "MISSED" };
    Ok(format!(
        "{}: {WRITERS} writers to different clients take {ratio:.2} times as long with an audit entry (median of {ROUNDS} \
         pairs, {least:.2} to {most:.2}; goal ≤ {GOAL:.2}: {met})",
        database.title()
    ))
}

fn failed(error: Error) -> Failure {
    Failure(format!("the database: {error:?}"))
}

/// How long it takes all writers to make their changes.
async fn round(db: &Db, now: Timestamp, entry: bool) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let mut writers = JoinSet::new();
    for writer in 1..=WRITERS {
        let db = db.clone();
        writers.spawn(async move {
            for _ in 0..CHANGES {
                testing::change_client(&db, client_of(writer), now, entry).await?;
            }
            Ok(())
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended.map_err(|_| Failure("a writer died".to_owned()))?.map_err(failed)?;
    }
    Ok(begun.elapsed())
}

/// The client that is a writer's own.
fn client_of(writer: u8) -> ClientId {
    ClientId::from_bytes([writer; 16])
}

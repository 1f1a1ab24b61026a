//! `xwms-bench run --growth`: XWMS on a large database and on a small one in turn, and what a client in memory costs.

use std::time::Duration;

use crate::cli::say;
use crate::cores::Cores;
use crate::driver;
use crate::failure::Failure;
use crate::operations::Operation;
use crate::pair::{Pair, Plan, Side};
use crate::platform::{Database, Platform, Where};
use crate::postgres::Cluster;
use crate::report::{Comparison, Goals, Report, mib};
use crate::run::RunArgs;
use crate::seed::{self, Sizes, Spread};
use crate::stage::Stage;
use crate::worker::{Client, Use, Worker};

/// What a large database may leave of the speed of a small one.
const GOAL: f64 = 0.90;
/// Memory for one client, in KiB.
const KIB_A_CLIENT: f64 = 2.0;
/// Clients that each connection uses in turn, where requests are spread.
const CLIENTS_A_CONNECTION: usize = 256;
/// Operations that are also measured spread over many clients.
const SPREAD: [Operation; 5] = [
    Operation::CodeFlow,
    Operation::Refresh,
    Operation::UserinfoFirst,
    Operation::IntrospectFirst,
    Operation::ClientCredentials,
];

/// Measures on one database.
pub(crate) async fn on(
    database: Database,
    cluster: Option<&Cluster>,
    cores: Cores,
    args: &RunArgs,
) -> Result<Report, Failure> {
    let (program, people, sizes) = (args.program()?, args.people(), args.sizes);
    say(&format!("{}: setting up", database.title()));
    let mut small = Stage::set_up(cores, &program, &Where::new(cluster, "small").await?, people, 1)?;
    small.sign_in(people).await?;
    let place = Where::new(cluster, "grown").await?;
    let platform = Platform::set_up(cores, &program, &place, people)?;
    let mut before = Stage::open(platform, place.database_pid, 1)?;
    before.sign_in(people).await?;
    let (platform, cookies) = before.close();
    let Sizes { clients, users, refresh_tokens } = sizes;
    let contents = format!("{clients} clients, {users} people, {refresh_tokens} refresh tokens");
    say(&format!("{}: seeding {contents}", database.title()));
    let each = CLIENTS_A_CONNECTION.min(clients as usize / people);
    let spread = Spread { people, clients: u32::try_from(each * people).unwrap_or(clients) };
    let many = seed::fill(&platform.database_url, sizes, Some(spread)).await?;
    let mut grown = Stage::open(platform, place.database_pid, args.repeat)?;
    grown.cookies = cookies;

    let title = format!("{}, a large database beside a small one: {contents}; {}", database.title(), cores.note());
    let mut report = Report::new(title, "small");
    let per_client = memory_per_client(&grown, &many, each, args.plan()).await?;
    for &connections in &args.connections {
        for operation in args.operations() {
            say(&format!("{}: {} with {connections} connections", database.title(), operation.title()));
            let mut pair = Pair {
                xwms: grown.side("the large one", connections),
                other: small.side("the small one", connections),
            };
            let compared = pair.compare(operation, args.plan()).await?;
            report.add(Comparison { goals: Goals { ratio: Some(GOAL), p99: None }, other_name: "small", ..compared });
            if SPREAD.contains(&operation) && each > 0 {
                pair.xwms.workers = spread_out(&grown, &many, each, connections);
                let compared = pair.compare(operation, args.plan()).await?;
                let name = format!("{}, {} clients", operation.title(), each * connections);
                report.add(Comparison { name, other_name: "small", ..compared });
            }
        }
    }
    report.bound("start on the large database, ms", grown.start.as_secs_f64() * 1000.0, 100.0);
    report.bound("memory idle, MiB", mib(grown.idle_kib), 20.0);
    report.bound("memory after the run, MiB", mib(grown.resident_kib()), 48.0);
    if let Some(per_client) = per_client {
        report.bound("memory for each client held, KiB", per_client, KIB_A_CLIENT);
    }
    Ok(report)
}

/// Connections that use as many clients in turn, each its own.
fn spread_out(stage: &Stage, clients: &[Client], each: usize, connections: usize) -> Vec<Worker> {
    let portions = clients.chunks(each).zip(&stage.cookies).take(connections);
    portions.map(|(portion, cookie)| Worker::new(&stage.site, portion, Use::InTurn, cookie)).collect()
}

/// By how many KiB the server grows with each client that asks it for a token, once it has answered one client for a
/// while; `None` where there are no clients to ask.
async fn memory_per_client(stage: &Stage, clients: &[Client], each: usize, plan: Plan) -> Result<Option<f64>, Failure> {
    if each == 0 {
        return Ok(None);
    }
    let mut one: Side = stage.side("the large one", stage.cookies.len());
    one.measure(Operation::ClientCredentials, plan).await?;
    let before = stage.resident_kib();
    let mut workers = spread_out(stage, clients, each, stage.cookies.len());
    driver::each(&mut workers, Duration::from_secs(60), |mut worker| async move {
        worker.step_for_each_client(Operation::ClientCredentials).await?;
        Ok((worker, ()))
    })
    .await?;
    let grown = u32::try_from(stage.resident_kib().saturating_sub(before)).unwrap_or(u32::MAX);
    let clients = u32::try_from(clients.len()).unwrap_or(u32::MAX);
    Ok(Some(f64::from(grown) / f64::from(clients)))
}

//! `xwms-bench run`: XWMS and the floors in turn, one table.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::cli::{print, say};
use crate::cores::Cores;
use crate::driver::{self, Pids, Sample};
use crate::failure::Failure;
use crate::operations::Operation;
use crate::person;
use crate::platform::{Database, Platform};
use crate::process::resident_kib;
use crate::report::{Comparison, Report};
use crate::server::Running;
use crate::statistics::median;
use crate::worker::{Client, Site, Worker};

/// Most requests a second that a server may answer with access tokens never shown: so many are in stock for an interval.
const TOKENS_A_SECOND: f64 = 14_000.0;
/// An interval with such tokens is no longer than this.
const LONGEST_ON_STOCK: Duration = Duration::from_secs(1);
/// Access tokens live 600 seconds; those taken longer ago than this are let go.
const TOKENS_LIVE: Duration = Duration::from_secs(420);
/// Before the first interval of an operation.
const WARM_UP: Duration = Duration::from_millis(200);

/// What `xwms-bench run` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// One short interval each with 16 connections: less than two minutes
    #[arg(long)]
    short: bool,
    /// Which databases; PostgreSQL where its programs are installed
    #[arg(long, default_value = "both")]
    database: Databases,
    /// Only these operations
    #[arg(long, value_delimiter = ',')]
    only: Vec<Operation>,
    /// Connections at the same time
    #[arg(long, value_delimiter = ',', default_values_t = [16, 1])]
    connections: Vec<usize>,
    /// Length of an interval
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Intervals for each operation and server, in turn
    #[arg(long, default_value_t = 3)]
    repeat: usize,
    /// The server's program; by default the one beside this
    #[arg(long)]
    server: Option<PathBuf>,
    /// Print the tables as Markdown
    #[arg(long)]
    markdown: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Databases {
    Sqlite,
    Postgres,
    Both,
}

/// Measures, prints what was found.
pub(crate) async fn run(mut args: RunArgs) -> Result<(), Failure> {
    if args.short {
        (args.connections, args.repeat, args.seconds) = (vec![16], 1, args.seconds.min(1.0));
    }
    let cores = Cores::claim();
    say(&cores.note());
    let databases: &[Database] = match args.database {
        Databases::Sqlite => &[Database::Sqlite],
        Databases::Postgres => &[Database::Postgres],
        Databases::Both => &[Database::Sqlite, Database::Postgres],
    };
    for database in databases {
        let report = on(*database, cores, &args).await?;
        print(&report.render(args.markdown))?;
    }
    Ok(())
}

async fn on(database: Database, cores: Cores, args: &RunArgs) -> Result<Report, Failure> {
    let program = match &args.server {
        Some(program) => std::path::absolute(program)?,
        None => std::env::current_exe()?.with_file_name("xwms"),
    };
    let most = args.connections.iter().copied().max().unwrap_or(1).max(1);
    say(&format!("{}: setting up", database.title()));
    let platform = Platform::set_up(cores, &program, None, most)?;
    // The first start makes the signing keys; those that count find them there.
    drop(Running::xwms(&platform)?);
    let mut starts = Vec::new();
    for _ in 0..args.repeat.max(1) - 1 {
        starts.push(Running::xwms(&platform)?.started_in.as_secs_f64());
    }
    let xwms = Running::xwms(&platform)?;
    starts.push(xwms.started_in.as_secs_f64());
    let pid = xwms.process.pid();
    let idle_kib = resident_kib(pid);
    let floor = Running::floor(&platform, &format!("sqlite://{}", platform.path("floor.db").display()))?;

    let site = Site::at(xwms.address);
    let mut cookies = Vec::new();
    for number in 0..most {
        cookies.push(person::sign_in(&site, &platform.clients, number).await?);
    }
    let mut report = Report::new(database, cores);
    for &connections in &args.connections {
        let mut pair = Pair {
            xwms: Side::new(&site, &platform.clients, &cookies, connections, pid, None),
            floor: Side::new(
                &Site::at(floor.address),
                &platform.clients,
                &cookies,
                connections,
                floor.process.pid(),
                None,
            ),
        };
        pair.floor.remembers = false;
        for operation in Operation::ALL.into_iter().filter(|one| args.only.is_empty() || args.only.contains(one)) {
            say(&format!("{}: {} with {connections} connections", database.title(), operation.title()));
            let compared = pair.compare(operation, args).await;
            let compared = compared.map_err(|why| Failure::of(operation.title(), why))?;
            report.add(compared);
        }
    }
    report.start = Duration::from_secs_f64(median(starts));
    report.idle_kib = idle_kib;
    report.resident_kib = resident_kib(pid);
    Ok(report)
}

/// XWMS and the floors, measured in turn.
struct Pair {
    xwms: Side,
    floor: Side,
}

impl Pair {
    async fn compare(&mut self, operation: Operation, args: &RunArgs) -> Result<Comparison, Failure> {
        let length = Duration::try_from_secs_f64(args.seconds).unwrap_or(Duration::from_secs(2));
        let length = if operation.uses_up_tokens() { length.min(LONGEST_ON_STOCK) } else { length };
        self.floor.get_ready(operation, length).await.map_err(|why| Failure::of("the floor", why))?;
        self.xwms.get_ready(operation, length).await?;
        let (mut floor, mut xwms) = (Vec::new(), Vec::new());
        for _ in 0..args.repeat.max(1) {
            let measured = self.floor.measure(operation, length).await;
            floor.push(measured.map_err(|why| Failure::of("the floor", why))?);
            xwms.push(self.xwms.measure(operation, length).await?);
        }
        Ok(Comparison::of(operation, self.xwms.workers.len(), &floor, &xwms))
    }
}

/// A server with the connections that drive it.
struct Side {
    workers: Vec<Worker>,
    pids: Pids,
    /// Whether it may be quicker about what it has seen before.
    remembers: bool,
    stocked_at: Instant,
}

impl Side {
    fn new(
        site: &Site,
        clients: &[Client],
        cookies: &[String],
        connections: usize,
        server: u32,
        database: Option<u32>,
    ) -> Self {
        let workers = cookies.iter().take(connections).map(|cookie| Worker::new(site, clients, cookie)).collect();
        let pids = Pids { server: Some(server), database };
        Self { workers, pids, remembers: true, stocked_at: Instant::now() }
    }

    /// Warms up, and takes the access tokens in stock that every interval needs.
    async fn get_ready(&mut self, operation: Operation, length: Duration) -> Result<(), Failure> {
        if !operation.shows_a_token() {
            self.collect(matches!(operation, Operation::CodeFlow | Operation::Refresh));
            driver::interval(&mut self.workers, operation, WARM_UP, self.pids).await?;
            return Ok(());
        }
        if self.stocked_at.elapsed() > TOKENS_LIVE {
            self.forget_tokens();
        }
        self.take_stock(100).await?;
        let again = operation.without_memory();
        driver::each(&mut self.workers, Duration::from_secs(60), |mut worker| async move {
            worker.show_once(again).await?;
            Ok((worker, ()))
        })
        .await?;
        driver::interval(&mut self.workers, again, WARM_UP.min(length), self.pids).await?;
        Ok(())
    }

    async fn measure(&mut self, operation: Operation, length: Duration) -> Result<Sample, Failure> {
        let operation = if self.remembers { operation } else { operation.without_memory() };
        if operation.uses_up_tokens() {
            if self.stocked_at.elapsed() > TOKENS_LIVE {
                self.forget_tokens();
            }
            let all = TOKENS_A_SECOND * length.as_secs_f64();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
            let each = all as usize / self.workers.len().max(1);
            self.take_stock(each).await?;
        }
        driver::interval(&mut self.workers, operation, length, self.pids).await
    }

    fn collect(&mut self, collects: bool) {
        let remembers = self.remembers;
        self.workers.iter_mut().for_each(|worker| worker.collects = collects && remembers);
    }

    fn forget_tokens(&mut self) {
        self.workers.iter_mut().for_each(Worker::forget_tokens);
        self.stocked_at = Instant::now();
    }

    async fn take_stock(&mut self, each: usize) -> Result<(), Failure> {
        driver::each(&mut self.workers, Duration::from_secs(120), |mut worker| async move {
            worker.take_stock(each).await?;
            Ok((worker, ()))
        })
        .await?;
        Ok(())
    }
}

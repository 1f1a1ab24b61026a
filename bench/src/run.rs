//! `xwms-bench run`: XWMS and the floors in turn, one table.

use std::path::PathBuf;
use std::time::Duration;

use crate::audit;
use crate::cli::{print, say};
use crate::cores::Cores;
use crate::driver::Watched;
use crate::failure::Failure;
use crate::growth;
use crate::operations::Operation;
use crate::pages;
use crate::pair::{Pair, Plan, Side};
use crate::platform::{Database, Where};
use crate::postgres::Cluster;
use crate::report::{Comparison, Goals, Report, mib};
use crate::seed::Sizes;
use crate::server::Running;
use crate::stage::{Stage, workers};
use crate::worker::Site;

/// The 99th percentile may be so many times the floor's.
const P99_GOAL: f64 = 2.0;
/// Connections at which that is asked for.
const P99_CONNECTIONS: usize = 16;

/// What `xwms-bench run` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// One interval of a second each with 16 connections: less than two minutes
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
    pub(crate) connections: Vec<usize>,
    /// Length of an interval
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Intervals for each operation and server, in turn
    #[arg(long, default_value_t = 3)]
    pub(crate) repeat: usize,
    /// The server's program; by default the one beside this
    #[arg(long)]
    server: Option<PathBuf>,
    /// Count how often an operation that writes reaches the disk, in intervals of their own under strace
    #[arg(long)]
    count_syncs: bool,
    /// Measure XWMS on a large database beside a small one, in place of the floors
    #[arg(long)]
    growth: bool,
    /// Walk long lists of the management API from page to page, in place of everything else
    #[arg(long, conflicts_with = "growth")]
    pages: bool,
    /// Have 32 writers change different clients with and without an audit entry, in place of everything else
    #[arg(long, conflicts_with_all = ["growth", "pages"])]
    audit: bool,
    #[command(flatten)]
    pub(crate) sizes: Sizes,
    /// Print the tables as Markdown
    #[arg(long)]
    markdown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Databases {
    Sqlite,
    Postgres,
    Both,
}

impl RunArgs {
    pub(crate) fn operations(&self) -> impl Iterator<Item = Operation> {
        Operation::ALL.into_iter().filter(|one| self.only.is_empty() || self.only.contains(one))
    }

    pub(crate) fn plan(&self) -> Plan {
        let length = Duration::try_from_secs_f64(self.seconds).unwrap_or(Duration::from_secs(2));
        Plan { length, repeat: self.repeat }
    }

    pub(crate) fn program(&self) -> Result<PathBuf, Failure> {
        Ok(match &self.server {
            Some(program) => std::path::absolute(program)?,
            None => std::env::current_exe()?.with_file_name("xwms"),
        })
    }

    pub(crate) fn people(&self) -> usize {
        self.connections.iter().copied().max().unwrap_or(1).max(1)
    }
}

/// Measures, and prints what was found.
pub(crate) async fn run(mut args: RunArgs) -> Result<(), Failure> {
    if args.short {
        (args.connections, args.repeat, args.seconds) = (vec![16], 1, args.seconds.min(1.0));
    }
    let cores = Cores::claim();
    say(&cores.note());
    if args.database != Databases::Postgres {
        measure(Database::Sqlite, None, cores, &args).await?;
    }
    if args.database != Databases::Sqlite {
        match Cluster::start(cores).await? {
            Some(cluster) => {
                measure(Database::Postgres, Some(&cluster), cores, &args).await?;
            }
            None if args.database == Databases::Both => say("SKIPPED PostgreSQL: its programs are not installed"),
            None => return Err(Failure("PostgreSQL's programs (initdb, postgres) are not installed".to_owned())),
        }
    }
    Ok(())
}

async fn measure(database: Database, cluster: Option<&Cluster>, cores: Cores, args: &RunArgs) -> Result<(), Failure> {
    if args.audit {
        return print(&audit::on(database, cluster, cores, args).await?);
    }
    if args.pages {
        return print(&pages::on(database, cluster, cores, args).await?.render(args.markdown));
    }
    let report = match args.growth {
        true => growth::on(database, cluster, cores, args).await?,
        false => on(database, cluster, cores, args).await?,
    };
    print(&report.render(args.markdown))
}

async fn on(database: Database, cluster: Option<&Cluster>, cores: Cores, args: &RunArgs) -> Result<Report, Failure> {
    say(&format!("{}: setting up", database.title()));
    let place = Where::new(cluster, "xwms").await?;
    let mut stage = Stage::set_up(cores, &args.program()?, &place, args.people(), args.repeat)?;
    let floor_url = match cluster {
        Some(cluster) => cluster.database("floor").await?,
        None => format!("sqlite://{}", stage.platform.path("floor.db").display()),
    };
    let floor = Running::floor(&stage.platform, &floor_url)?;
    stage.sign_in(args.people()).await?;

    let mut report = Report::new(format!("{}; {}", database.title(), cores.note()), "floor");
    for &connections in &args.connections {
        let floor_workers = workers(&Site::at(floor.address), &stage.platform, &stage.cookies, connections);
        let watched = Watched { server: Some(floor.process.pid()), database: place.database_pid, core: cores.server() };
        let other = Side::new("the floor", floor_workers, watched, false);
        let mut pair = Pair { xwms: stage.side("XWMS", connections), other };
        for operation in args.operations() {
            say(&format!("{}: {} with {connections} connections", database.title(), operation.title()));
            let mut compared = pair.compare(operation, args.plan()).await?;
            if args.count_syncs && operation.writes() {
                let floor = pair.other.syncs(operation, cores).await?;
                compared.syncs = pair.xwms.syncs(operation, cores).await?.zip(floor);
            }
            let ratio = operation.goal(database);
            let p99 = ratio.filter(|_| connections == P99_CONNECTIONS).map(|_| P99_GOAL);
            let goals = Goals { ratio, p99 };
            report.add(Comparison { goals, other_name: operation.floor(), ..compared });
        }
    }
    report.bound("start on an existing database, ms", stage.start.as_secs_f64() * 1000.0, 100.0);
    report.bound("memory idle, MiB", mib(stage.idle_kib), 20.0);
    report.bound("memory after the run, MiB", mib(stage.resident_kib()), 48.0);
    Ok(report)
}

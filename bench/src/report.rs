//! What was found, beside what is wanted.

use std::time::Duration;

use crate::cores::Cores;
use crate::driver::Sample;
use crate::operations::Operation;
use crate::platform::Database;
use crate::statistics::median;
use crate::table::Table;

/// The 99th percentile may be so many times the floor's.
const P99_GOAL: f64 = 2.0;
/// Connections at which that is asked for.
const P99_CONNECTIONS: usize = 16;
const IDLE_MIB_GOAL: f64 = 20.0;
const RESIDENT_MIB_GOAL: f64 = 48.0;
const START_GOAL: Duration = Duration::from_millis(100);

/// One operation, on XWMS and on its floor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comparison {
    pub(crate) operation: Operation,
    pub(crate) connections: usize,
    /// Median of the ratios of each pair of intervals.
    ratio: f64,
    p99_ratio: f64,
    floor: Sample,
    xwms: Sample,
    /// How often one operation reaches the disk, on XWMS and on the floor.
    pub(crate) syncs: Option<(f64, f64)>,
}

impl Comparison {
    /// Of intervals that were measured in turn.
    pub(crate) fn of(operation: Operation, connections: usize, floor: &[Sample], xwms: &[Sample]) -> Self {
        let pairs = || xwms.iter().zip(floor);
        let ratio = median(pairs().map(|(xwms, floor)| quotient(xwms.per_second, floor.per_second)));
        let p99 = pairs().map(|(xwms, floor)| quotient(xwms.p99.as_secs_f64(), floor.p99.as_secs_f64()));
        let p99_ratio = median(p99);
        Self { operation, connections, ratio, p99_ratio, floor: middle(floor), xwms: middle(xwms), syncs: None }
    }
}

/// The whole of one run on one database.
pub(crate) struct Report {
    database: Database,
    cores: Cores,
    comparisons: Vec<Comparison>,
    pub(crate) start: Duration,
    pub(crate) idle_kib: u64,
    pub(crate) resident_kib: u64,
}

impl Report {
    pub(crate) const fn new(database: Database, cores: Cores) -> Self {
        let start = Duration::ZERO;
        Self { database, cores, comparisons: Vec::new(), start, idle_kib: 0, resident_kib: 0 }
    }

    pub(crate) fn add(&mut self, comparison: Comparison) {
        self.comparisons.push(comparison);
    }

    pub(crate) fn render(&self, markdown: bool) -> String {
        let mut table = Table::new(&[
            "operation",
            "conn",
            "floor",
            "floor/s",
            "XWMS/s",
            "ratio",
            "goal",
            "",
            "p50 ms",
            "p99 ms",
            "floor p99",
            "p99 ratio",
            "",
            "µs CPU",
            "µs db",
            "floor µs",
            "syncs",
            "floor syncs",
            "driver",
            "others",
        ]);
        for one in &self.comparisons {
            let goal = one.operation.goal(self.database);
            let p99_goal = (one.connections == P99_CONNECTIONS).then_some(P99_GOAL);
            table.row(vec![
                one.operation.title().to_owned(),
                one.connections.to_string(),
                one.operation.floor().to_owned(),
                format!("{:.0}", one.floor.per_second),
                format!("{:.0}", one.xwms.per_second),
                format!("{:.2}", one.ratio),
                goal.map(|goal| format!("≥ {goal:.2}")).unwrap_or_default(),
                goal.map(|goal| reached(one.ratio >= goal)).unwrap_or_default(),
                milliseconds(one.xwms.p50),
                milliseconds(one.xwms.p99),
                milliseconds(one.floor.p99),
                format!("{:.2}", one.p99_ratio),
                p99_goal.map(|goal| reached(one.p99_ratio <= goal)).unwrap_or_default(),
                one.xwms.server_time.as_micros().to_string(),
                one.xwms.database_time.as_micros().to_string(),
                (one.floor.server_time + one.floor.database_time).as_micros().to_string(),
                one.syncs.map(|(xwms, _)| format!("{xwms:.3}")).unwrap_or_default(),
                one.syncs.map(|(_, floor)| format!("{floor:.3}")).unwrap_or_default(),
                percent(one.xwms.driver_load.max(one.floor.driver_load)),
                percent(one.xwms.others_load.max(one.floor.others_load)),
            ]);
        }
        let mut bounds = Table::new(&["bound", "found", "goal", ""]);
        let mut bound = |name: &str, found: String, goal: String, met: bool| {
            bounds.row(vec![name.to_owned(), found, goal, reached(met)]);
        };
        let (idle, resident) = (mib(self.idle_kib), mib(self.resident_kib));
        bound(
            "start on an existing database, ms",
            milliseconds(self.start),
            "≤ 100".to_owned(),
            self.start <= START_GOAL,
        );
        bound("memory idle, MiB", format!("{idle:.1}"), format!("≤ {IDLE_MIB_GOAL}"), idle <= IDLE_MIB_GOAL);
        bound(
            "memory after the run, MiB",
            format!("{resident:.1}"),
            format!("≤ {RESIDENT_MIB_GOAL}"),
            resident <= RESIDENT_MIB_GOAL,
        );
        let (title, note) = (self.database.title(), self.cores.note());
        format!("\n{title} ({note})\n\n{}\n\n{}\n", table.render(markdown), bounds.render(markdown))
    }
}

/// The middle of several intervals, figure by figure.
fn middle(samples: &[Sample]) -> Sample {
    let time = |of: fn(&Sample) -> Duration| {
        Duration::from_secs_f64(median(samples.iter().map(|sample| of(sample).as_secs_f64())))
    };
    Sample {
        per_second: median(samples.iter().map(|sample| sample.per_second)),
        p50: time(|sample| sample.p50),
        p99: time(|sample| sample.p99),
        server_time: time(|sample| sample.server_time),
        database_time: time(|sample| sample.database_time),
        driver_load: samples.iter().map(|sample| sample.driver_load).fold(0.0, f64::max),
        others_load: samples.iter().map(|sample| sample.others_load).fold(0.0, f64::max),
        operations: samples.iter().map(|sample| sample.operations).sum(),
    }
}

fn quotient(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn reached(yes: bool) -> String {
    if yes { "ok".to_owned() } else { "MISSED".to_owned() }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}

#[expect(clippy::cast_precision_loss, reason = "memory of a process in KiB is far below 2^52")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

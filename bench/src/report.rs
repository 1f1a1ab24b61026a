//! What was found, beside what is wanted.

use std::time::Duration;

use crate::driver::Sample;
use crate::statistics::median;
use crate::table::Table;

/// What an operation is measured against, and what is wanted of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Goals {
    /// At least so many times the other's operations in a second.
    pub(crate) ratio: Option<f64>,
    /// At most so many times the other's 99th percentile.
    pub(crate) p99: Option<f64>,
}

/// One operation, on XWMS and on what it is compared with.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) name: String,
    /// What it is compared with.
    pub(crate) other_name: &'static str,
    pub(crate) goals: Goals,
    pub(crate) connections: usize,
    /// Median of the ratios of each pair of intervals.
    pub(crate) ratio: f64,
    pub(crate) p99_ratio: f64,
    pub(crate) other: Sample,
    pub(crate) xwms: Sample,
    /// How often one operation reaches the disk, on XWMS and on the other.
    pub(crate) syncs: Option<(f64, f64)>,
}

impl Comparison {
    /// Of intervals that were measured in turn.
    pub(crate) fn of(name: &str, connections: usize, other: &[Sample], xwms: &[Sample]) -> Self {
        let pairs = || xwms.iter().zip(other);
        let ratio = median(pairs().map(|(xwms, other)| quotient(xwms.per_second, other.per_second)));
        let p99 = pairs().map(|(xwms, other)| quotient(xwms.p99.as_secs_f64(), other.p99.as_secs_f64()));
        Self {
            name: name.to_owned(),
            other_name: "",
            goals: Goals::default(),
            connections,
            ratio,
            p99_ratio: median(p99),
            other: middle(other),
            xwms: middle(xwms),
            syncs: None,
        }
    }
}

/// The whole of one run on one database.
pub(crate) struct Report {
    title: String,
    /// What stands over the figures of that with which XWMS is compared.
    other: &'static str,
    comparisons: Vec<Comparison>,
    bounds: Table,
}

impl Report {
    pub(crate) fn new(title: String, other: &'static str) -> Self {
        Self { title, other, comparisons: Vec::new(), bounds: Table::new(&["bound", "found", "goal", ""]) }
    }

    pub(crate) fn add(&mut self, comparison: Comparison) {
        self.comparisons.push(comparison);
    }

    /// Adds a figure that may be no larger than another.
    pub(crate) fn bound(&mut self, name: &str, found: f64, most: f64) {
        let met = reached(found <= most);
        self.bounds.row(vec![name.to_owned(), format!("{found:.1}"), format!("≤ {most}"), met]);
    }

    pub(crate) fn render(&self, markdown: bool) -> String {
        let other = self.other;
        let (per_second, other_p99) = (format!("{other}/s"), format!("{other} p99"));
        let (other_time, other_syncs) = (format!("{other} µs"), format!("{other} syncs"));
        let counted = self.comparisons.iter().any(|one| one.syncs.is_some());
        let mut heading = vec!["operation", "conn.", "against", &per_second, "XWMS/s", "ratio", "goal", ""];
        heading.extend(["p50 ms", "p99 ms", &other_p99, "p99 ratio", "", "XWMS µs", "db µs", &other_time]);
        if counted {
            heading.extend(["syncs", &other_syncs]);
        }
        heading.extend(["driver", "others"]);
        let mut table = Table::new(&heading);
        for one in &self.comparisons {
            let (goal, p99_goal) = (one.goals.ratio, one.goals.p99);
            let mut cells = vec![
                one.name.clone(),
                one.connections.to_string(),
                one.other_name.to_owned(),
                format!("{:.0}", one.other.per_second),
                format!("{:.0}", one.xwms.per_second),
                format!("{:.2}", one.ratio),
                goal.map(|goal| format!("≥ {goal:.2}")).unwrap_or_default(),
                goal.map(|goal| reached(one.ratio >= goal)).unwrap_or_default(),
                milliseconds(one.xwms.p50),
                milliseconds(one.xwms.p99),
                milliseconds(one.other.p99),
                format!("{:.2}", one.p99_ratio),
                p99_goal.map(|goal| reached(one.p99_ratio <= goal)).unwrap_or_default(),
                one.xwms.server_time.as_micros().to_string(),
                one.xwms.database_time.as_micros().to_string(),
                (one.other.server_time + one.other.database_time).as_micros().to_string(),
            ];
            if counted {
                let (xwms, other) = one.syncs.unzip();
                cells.extend([xwms, other].map(|syncs| syncs.map(|syncs| format!("{syncs:.3}")).unwrap_or_default()));
            }
            cells.push(percent(one.xwms.driver_load.max(one.other.driver_load)));
            cells.push(percent(one.xwms.others_load.max(one.other.others_load)));
            table.row(cells);
        }
        format!("\n{}\n\n{}\n\n{}\n", self.title, table.render(markdown), self.bounds.render(markdown))
    }
}

/// The middle of several intervals, figure by figure; of what spoils an interval, the worst.
pub(crate) fn middle(samples: &[Sample]) -> Sample {
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

pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}

/// MiB of KiB.
#[expect(clippy::cast_precision_loss, reason = "memory of a process in KiB is far below 2^52")]
pub(crate) fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn quotient(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

pub(crate) fn reached(yes: bool) -> String {
    if yes { "ok".to_owned() } else { "MISSED".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(per_second: f64, p99: u64) -> Sample {
        Sample { per_second, p99: Duration::from_millis(p99), ..Sample::default() }
    }

    #[test]
    fn a_ratio_is_the_median_of_the_ratios_of_the_pairs() {
        // The machine was slow in the second pair, on both sides alike.
        let other = [sample(1000.0, 2), sample(100.0, 20), sample(1000.0, 2)];
        let xwms = [sample(500.0, 4), sample(60.0, 30), sample(450.0, 6)];
        let compared = Comparison::of("refresh", 16, &other, &xwms);
        assert_eq!((compared.ratio, compared.p99_ratio), (0.5, 2.0));
        assert_eq!((compared.xwms.per_second, compared.other.per_second), (450.0, 1000.0));
    }

    #[test]
    fn a_goal_says_whether_it_is_reached() {
        let mut report = Report::new("SQLite".to_owned(), "floor");
        for (name, ratio) in [("one", 0.9), ("other", 0.91)] {
            let goals = Goals { ratio: Some(ratio), p99: None };
            let compared = Comparison::of(name, 16, &[sample(100.0, 1)], &[sample(90.0, 1)]);
            report.add(Comparison { goals, ..compared });
        }
        report.bound("memory", 48.0, 48.0);
        let text = report.render(false);
        let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().contains("MISSED");
        assert!(!line("one ") && line("other ") && !line("memory"), "{text}");
    }
}

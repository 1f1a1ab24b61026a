//! Drives a server with one operation from all connections at once, for a time, and says how it went.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::failure::Failure;
use crate::operations::Operation;
use crate::process::{busy_time, processor_time};
use crate::statistics::percentile;
use crate::worker::{Step, Worker};

/// How long an interval may take beyond its length before the server counts as hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// One interval.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// Processor time of the server for one operation.
    pub(crate) server_time: Duration,
    /// Processor time of a database of its own for one operation.
    pub(crate) database_time: Duration,
    /// How much of its time the driver was busy: near one, it was the driver that was measured.
    pub(crate) driver_load: f64,
    /// How much of the servers' core was taken by something else, the system's own work on the network included.
    pub(crate) others_load: f64,
    pub(crate) operations: u64,
}

/// Whose processor time is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watched {
    pub(crate) server: Option<u32>,
    pub(crate) database: Option<u32>,
    pub(crate) core: Option<usize>,
}

impl Watched {
    fn times(self) -> [Duration; 4] {
        let process = |pid: Option<u32>| pid.map(processor_time).unwrap_or_default();
        let driver = processor_time(std::process::id());
        [process(self.server), process(self.database), driver, self.core.map(busy_time).unwrap_or_default()]
    }
}

/// Repeats an operation on every connection until the time is over, or until one has no access token left to show.
pub(crate) async fn interval(
    workers: &mut Vec<Worker>,
    operation: Operation,
    length: Duration,
    watched: Watched,
) -> Result<Sample, Failure> {
    let before = watched.times();
    let began = Instant::now();
    let over = Rc::new(Cell::new(false));
    let mut latencies: Vec<u32> = Vec::new();
    each(workers, length + PATIENCE, |mut worker| {
        let over = Rc::clone(&over);
        async move {
            let mut latencies: Vec<u32> = Vec::with_capacity(4096);
            let mut last = Instant::now();
            while !over.get() {
                if worker.step(operation).await? == Step::OutOfStock {
                    break;
                }
                let now = Instant::now();
                latencies.push(u32::try_from((now - last).as_nanos()).unwrap_or(u32::MAX));
                last = now;
                if now - began >= length {
                    break;
                }
            }
            over.set(true);
            Ok((worker, latencies))
        }
    })
    .await?
    .into_iter()
    .for_each(|more| latencies.extend(more));
    let elapsed = began.elapsed();
    let after = watched.times();
    latencies.sort_unstable();
    let count = latencies.len();
    let [server, database, driver, core] = [0, 1, 2, 3].map(|index| after[index].saturating_sub(before[index]));
    let operations = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    let share = |time: Duration| time.as_secs_f64() / elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
    Ok(Sample {
        per_second: per_second(count, elapsed),
        p50: Duration::from_nanos(percentile(&latencies, 50).into()),
        p99: Duration::from_nanos(percentile(&latencies, 99).into()),
        server_time: server / operations,
        database_time: database / operations,
        driver_load: share(driver),
        others_load: share(core.saturating_sub(server + database)),
        operations: count as u64,
    })
}

/// Has every connection do something at the same time, and gives them back. Each is opened anew: while the other server was
/// driven, this one may have ended what lay idle.
pub(crate) async fn each<T: 'static, F: Future<Output = Result<(Worker, T), Failure>> + 'static>(
    workers: &mut Vec<Worker>,
    patience: Duration,
    mut task: impl FnMut(Worker) -> F,
) -> Result<Vec<T>, Failure> {
    let mut running = JoinSet::new();
    for mut worker in workers.drain(..) {
        worker.renew_connection();
        running.spawn_local(task(worker));
    }
    let all = async {
        let mut results = Vec::new();
        while let Some(ended) = running.join_next().await {
            let (worker, result) = ended.map_err(|why| Failure::of("a connection's task", why))??;
            workers.push(worker);
            results.push(result);
        }
        Ok(results)
    };
    let hung = |_| Failure("the server does not answer any more".to_owned());
    tokio::time::timeout(patience, all).await.map_err(hung)?
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
fn per_second(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
}

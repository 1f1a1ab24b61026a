//! Two servers, measured in turn, so that what else the machine does hits both alike.

use std::time::{Duration, Instant};

use crate::cores::Cores;
use crate::driver::{self, Sample, Watched};
use crate::failure::Failure;
use crate::operations::Operation;
use crate::process::children_of;
use crate::report::Comparison;
use crate::syncs::Count;
use crate::worker::Worker;

/// Most requests a second that a server may answer with access tokens never shown: so many are in stock for an interval.
const TOKENS_A_SECOND: f64 = 14_000.0;
/// An interval with such tokens is no longer than this.
const LONGEST_ON_STOCK: Duration = Duration::from_secs(1);
/// Access tokens live 600 seconds; those taken longer ago than this are let go.
const TOKENS_LIVE: Duration = Duration::from_secs(420);
/// Before the first interval of an operation.
const WARM_UP: Duration = Duration::from_millis(200);
/// How long what reaches the disk is counted.
const COUNTED: Duration = Duration::from_secs(1);

/// How an operation is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) length: Duration,
    pub(crate) repeat: usize,
}

/// XWMS, and what it is compared with.
pub(crate) struct Pair {
    pub(crate) xwms: Side,
    pub(crate) other: Side,
}

impl Pair {
    /// Measures both in turn.
    pub(crate) async fn compare(&mut self, operation: Operation, plan: Plan) -> Result<Comparison, Failure> {
        for side in [&mut self.other, &mut self.xwms] {
            side.get_ready(operation, plan).await?;
        }
        let (mut other, mut xwms) = (Vec::new(), Vec::new());
        for _ in 0..plan.repeat.max(1) {
            other.push(self.other.measure(operation, plan).await?);
            xwms.push(self.xwms.measure(operation, plan).await?);
        }
        Ok(Comparison::of(operation.title(), self.xwms.workers.len(), &other, &xwms))
    }
}

/// A server with the connections that drive it.
pub(crate) struct Side {
    pub(crate) name: &'static str,
    pub(crate) workers: Vec<Worker>,
    pub(crate) watched: Watched,
    /// Whether it may be quicker about what it has seen before.
    pub(crate) remembers: bool,
    stocked_at: Instant,
}

impl Side {
    pub(crate) fn new(name: &'static str, workers: Vec<Worker>, watched: Watched, remembers: bool) -> Self {
        Self { name, workers, watched, remembers, stocked_at: Instant::now() }
    }

    /// Warms up, and takes access tokens to show where they are needed.
    pub(crate) async fn get_ready(&mut self, operation: Operation, plan: Plan) -> Result<(), Failure> {
        self.prepare(operation, plan).await.map_err(|why| self.failed(operation, &why))
    }

    /// One interval.
    pub(crate) async fn measure(&mut self, operation: Operation, plan: Plan) -> Result<Sample, Failure> {
        self.sample(operation, plan).await.map_err(|why| self.failed(operation, &why))
    }

    async fn prepare(&mut self, operation: Operation, plan: Plan) -> Result<(), Failure> {
        let collects = self.remembers && matches!(operation, Operation::CodeFlow | Operation::Refresh);
        self.workers.iter_mut().for_each(|worker| worker.collects = collects);
        let again = operation.without_memory();
        if operation.shows_a_token() {
            self.take_stock(100).await?;
        }
        driver::each(&mut self.workers, Duration::from_secs(60), |mut worker| async move {
            match operation {
                Operation::Refresh => worker.take_refresh_tokens().await?,
                _ if operation.manages() => worker.look_around().await?,
                _ if operation.shows_a_token() => worker.show_once(again).await?,
                _ => {}
            }
            Ok((worker, ()))
        })
        .await?;
        driver::interval(&mut self.workers, again, WARM_UP.min(plan.length), self.watched).await?;
        Ok(())
    }

    async fn sample(&mut self, operation: Operation, plan: Plan) -> Result<Sample, Failure> {
        let operation = if self.remembers { operation } else { operation.without_memory() };
        let mut length = plan.length;
        if operation.uses_up_tokens() {
            length = length.min(LONGEST_ON_STOCK);
            let all = TOKENS_A_SECOND * length.as_secs_f64();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
            let each = all as usize / self.workers.len().max(1);
            self.take_stock(each).await?;
        }
        driver::interval(&mut self.workers, operation, length, self.watched).await
    }

    fn failed(&self, operation: Operation, why: &Failure) -> Failure {
        Failure(format!("{}, {}: {why}", self.name, operation.title()))
    }

    /// How many times one operation reaches the disk; `None` where it can't be counted.
    pub(crate) async fn syncs(&mut self, operation: Operation, cores: Cores) -> Result<Option<f64>, Failure> {
        let pids: Vec<u32> = match (self.watched.server, self.watched.database) {
            (_, Some(database)) => [vec![database], children_of(database)].concat(),
            (server, None) => server.into_iter().collect(),
        };
        let Some(count) = Count::begin(cores, &pids)? else { return Ok(None) };
        let sample = driver::interval(&mut self.workers, operation, COUNTED, self.watched).await?;
        let syncs = u32::try_from(count.end()?).unwrap_or(u32::MAX);
        let operations = u32::try_from(sample.operations).unwrap_or(u32::MAX).max(1);
        Ok(Some(f64::from(syncs) / f64::from(operations)))
    }

    async fn take_stock(&mut self, each: usize) -> Result<(), Failure> {
        if self.stocked_at.elapsed() > TOKENS_LIVE {
            self.workers.iter_mut().for_each(Worker::forget_tokens);
            self.stocked_at = Instant::now();
        }
        driver::each(&mut self.workers, Duration::from_secs(120), |mut worker| async move {
            worker.take_stock(each).await?;
            Ok((worker, ()))
        })
        .await?;
        Ok(())
    }
}

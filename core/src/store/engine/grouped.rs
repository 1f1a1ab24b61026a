//! Hot changes on PostgreSQL: requests that wait are gathered, and each group goes to the database as one statement that
//! commits by itself. One round trip and one fsync serve them all.
//!
//! A task for each kind of request takes the first that waits and every further one; there is no timer, so a lone
//! request goes at once, and while one group is at the database the next gathers. A request that was handed over runs to
//! its end, also when its caller goes away.

use std::collections::btree_map::{BTreeMap, Entry};
use std::collections::vec_deque::VecDeque;
use std::time::Duration;

use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Pool;
use tokio::sync::{mpsc, oneshot};

use crate::error::Error;
use crate::store::engine::conn::{Conn, lend};
use crate::store::engine::lent::{Lent, in_time};
use crate::store::engine::writer::change_on_postgres;

/// Requests that may wait for their group; a further one waits outside, within its request's own time limit.
const WAITING: usize = 1024;
/// Requests that share one statement at the most, so that the first of them is not kept waiting for long.
const GROUP: usize = 64;

/// A request that can share a statement with others of its kind.
pub(in crate::store) trait Grouped: Sized + Send + Sync + 'static {
    /// The row that it changes. No two requests of one statement change the same: the second joins the next group. A
    /// group is in the order of its keys, so that two servers lock rows in the same order.
    type Key: Ord + Send;

    /// The row that it changes.
    fn key(&self) -> Self::Key;

    /// Runs a group as one statement, and tells of each request, in their order, whether it was granted.
    fn together(conn: &mut AsyncPgConnection, requests: &[Self])
    -> impl Future<Output = QueryResult<Vec<bool>>> + Send;

    /// Runs the request by itself, within a transaction: what a group does is the same.
    fn alone(self, conn: &mut Conn) -> impl Future<Output = Result<bool, Error>> + Send;
}

/// Where groups find their connections.
#[derive(Clone)]
pub(in crate::store) struct Pools {
    /// Connections that are set up for groups.
    pub(in crate::store) grouped: Pool<AsyncPgConnection>,
    /// Connections for all else.
    pub(in crate::store) others: Pool<AsyncPgConnection>,
    /// How long to wait for a connection, and for an answer.
    pub(in crate::store) wait: Duration,
}

/// The handle to the task of one kind of request, which ends when the last handle is dropped.
pub(in crate::store) struct Group<R>(mpsc::Sender<Waiting<R>>);

impl<R> Clone for Group<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct Waiting<R> {
    request: R,
    tell: oneshot::Sender<Result<bool, Error>>,
}

impl<R: Grouped> Group<R> {
    /// Starts the task.
    pub(in crate::store) fn start(pools: Pools) -> Self {
        let (requests, waiting) = mpsc::channel(WAITING);
        tokio::spawn(work(waiting, pools));
        Self(requests)
    }

    /// Hands a request over, and answers after the COMMIT of its group.
    pub(in crate::store) async fn run(&self, request: R) -> Result<bool, Error> {
        let (tell, told) = oneshot::channel();
        self.0.send(Waiting { request, tell }).await.map_err(|_| Error::Unavailable)?;
        told.await.map_err(|_| Error::Unavailable)?
    }
}

async fn work<R: Grouped>(mut waiting: mpsc::Receiver<Waiting<R>>, pools: Pools) {
    let mut held = VecDeque::new();
    loop {
        let first = match held.pop_front() {
            Some(first) => first,
            None => match waiting.recv().await {
                Some(first) => first,
                None => return,
            },
        };
        run_group(gather(first, &mut held, &mut waiting), &pools).await;
    }
}

/// `first` and all that wait, but for those whose row one before them changes: they are held for the next group.
fn gather<R: Grouped>(
    first: Waiting<R>,
    held: &mut VecDeque<Waiting<R>>,
    waiting: &mut mpsc::Receiver<Waiting<R>>,
) -> Vec<Waiting<R>> {
    let mut group = BTreeMap::from([(first.request.key(), first)]);
    let mut later = VecDeque::new();
    while group.len() < GROUP && later.len() < WAITING {
        let Some(next) = held.pop_front().or_else(|| waiting.try_recv().ok()) else { break };
        match group.entry(next.request.key()) {
            Entry::Vacant(free) => drop(free.insert(next)),
            Entry::Occupied(_) => later.push_back(next),
        }
    }
    later.append(held);
    *held = later;
    group.into_values().collect()
}

/// Runs a group and answers its callers, who may have gone away: what they asked for stands all the same.
async fn run_group<R: Grouped>(group: Vec<Waiting<R>>, pools: &Pools) {
    let (requests, callers): (Vec<_>, Vec<_>) = group.into_iter().map(|one| (one.request, one.tell)).unzip();
    match together(&requests, pools).await {
        Ok(granted) => callers.into_iter().zip(granted).for_each(|(caller, granted)| drop(caller.send(Ok(granted)))),
        // What became of the statement is not known: each is told what it would be told of a COMMIT of its own.
        Err(Error::Unavailable) => callers.into_iter().for_each(|caller| drop(caller.send(Err(Error::Unavailable)))),
        Err(why) => {
            tracing::warn!(?why, requests = requests.len(), "a group failed: each of its requests is run alone");
            for (request, caller) in requests.into_iter().zip(callers) {
                let pools = pools.clone();
                tokio::spawn(async move { drop(caller.send(alone(request, &pools).await)) });
            }
        }
    }
}

async fn alone<R: Grouped>(request: R, pools: &Pools) -> Result<bool, Error> {
    let conn = Lent::new(lend(pools.wait, pools.others.get()).await?, pools.wait);
    change_on_postgres(Conn::Postgres(conn), async move |conn: &mut Conn| request.alone(conn).await).await
}

async fn together<R: Grouped>(requests: &[R], pools: &Pools) -> Result<Vec<bool>, Error> {
    let conn = &mut Lent::new(lend(pools.wait, pools.grouped.get()).await?, pools.wait);
    Ok(in_time!(conn, |c| R::together(c, requests))?)
}

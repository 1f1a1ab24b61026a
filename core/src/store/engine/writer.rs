//! The one way to change the database: a change is one closure, answered after its COMMIT.
//!
//! On SQLite one thread owns the writing connection. It begins a transaction for the first waiting change, runs every
//! further one that waits in a SAVEPOINT of its own, and commits once for all: the fsync, which is the dear part, is
//! shared. There is no timer: a lone change commits at once.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use diesel_async::{AnsiTransactionManager, AsyncPgConnection, SimpleAsyncConnection, TransactionManager};
use tokio::sync::{mpsc, oneshot};

use crate::error::Error;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::engine::lent::in_time;

/// Changes that may wait for the writer; a further one waits outside, within its request's own time limit.
const WAITING: usize = 1024;
/// Changes that share one COMMIT at the most, so that the first of them is not kept waiting for long.
const GROUP: usize = 64;

/// Names the future of an async closure, so that it can be required to be `Send`.
pub trait Change<Input, Output>: AsyncFnOnce(Input) -> Output + FnOnce(Input) -> Self::Running {
    /// The future.
    type Running: Future<Output = Output>;
}

impl<F, Input, Output, Running> Change<Input, Output> for F
where
    F: AsyncFnOnce(Input) -> Output + FnOnce(Input) -> Running,
    Running: Future<Output = Output>,
{
    type Running = Running;
}

/// What became of a change inside its group: whether to keep what it did, and how to tell its caller.
struct Ran {
    keep: Keep,
    answer: Box<dyn FnOnce(Result<(), Error>) + Send>,
}

/// What to do with a change's part of the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Yes,
    /// It is undone to its SAVEPOINT.
    No,
    /// It has none: the whole group is undone.
    NothingOfTheGroup,
}

/// How a change that fails is undone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Undo {
    /// By itself, to a SAVEPOINT, of which SQLite keeps a copy of every page it changes.
    Alone,
    /// With its whole group, whose others are to be tried again. For changes that only fail when the database does.
    WithItsGroup,
}

struct Job {
    undo: Undo,
    run: Run,
}

type Run = Box<dyn for<'c> FnOnce(&'c mut Conn, &tokio::runtime::Handle) -> Ran + Send>;

/// The handle to SQLite's writer thread, which ends when the last handle is dropped.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the thread that owns `conn`.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no thread.
    pub(crate) fn start(conn: Conn) -> Result<Self, Error> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write(conn, waiting, &runtime))
            .map_err(|_| Error::Internal("no thread for the writer"))?;
        Ok(Self { jobs })
    }

    /// Runs one change; see [`crate::store::db::Db::change`].
    pub(in crate::store) async fn change<T, F>(&self, undo: Undo, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        for<'c> F: AsyncFnOnce(&'c mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let run: Run = Box::new(move |conn, runtime| {
            // A panic in a change must not take the writer with it.
            let result = std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(change(conn))))
                .unwrap_or_else(|panic| Err(panicked(&*panic)));
            Ran {
                keep: match (&result, undo) {
                    (Ok(_), _) => Keep::Yes,
                    (Err(_), Undo::Alone) => Keep::No,
                    (Err(_), Undo::WithItsGroup) => Keep::NothingOfTheGroup,
                },
                // The caller may have hung up; the change stands all the same.
                answer: Box::new(move |committed| drop(tell.send(committed.and(result)))),
            }
        });
        self.jobs.send(Job { undo, run }).await.map_err(|_| Error::Unavailable)?;
        told.await.map_err(|_| Error::Unavailable)?
    }
}

fn panicked(_: &(dyn Any + Send)) -> Error {
    Error::Internal("a change panicked")
}

fn write(mut conn: Conn, mut waiting: mpsc::Receiver<Job>, runtime: &tokio::runtime::Handle) {
    while let Some(first) = waiting.blocking_recv() {
        let mut ran = Vec::with_capacity(1);
        let committed = run_group(&mut conn, first, &mut waiting, &mut ran, runtime);
        if committed.is_err() {
            // The transaction may be gone already (SQLITE_FULL and I/O errors end it); a failing ROLLBACK says just that.
            let _ = runtime.block_on(execute(&mut conn, "ROLLBACK"));
        }
        for ran in ran {
            (ran.answer)(if committed.is_ok() { Ok(()) } else { Err(Error::Unavailable) });
        }
    }
}

/// Runs `first` and all that wait as one transaction. On an error nothing of it is committed.
fn run_group(
    conn: &mut Conn,
    first: Job,
    waiting: &mut mpsc::Receiver<Job>,
    ran: &mut Vec<Ran>,
    runtime: &tokio::runtime::Handle,
) -> Result<(), Error> {
    runtime.block_on(execute(conn, "BEGIN IMMEDIATE"))?;
    let mut next = Some(first);
    while let Some(job) = next {
        let alone = job.undo == Undo::Alone;
        if alone {
            runtime.block_on(execute(conn, "SAVEPOINT change"))?;
        }
        let outcome = (job.run)(conn, runtime);
        let keep = outcome.keep;
        ran.push(outcome);
        match keep {
            Keep::NothingOfTheGroup => return Err(Error::Unavailable),
            Keep::No => runtime.block_on(execute(conn, "ROLLBACK TO change; RELEASE change"))?,
            Keep::Yes if alone => runtime.block_on(execute(conn, "RELEASE change"))?,
            Keep::Yes => {}
        }
        next = if ran.len() < GROUP { waiting.try_recv().ok() } else { None };
    }
    runtime.block_on(execute(conn, "COMMIT"))
}

async fn execute(conn: &mut Conn, statement: &str) -> Result<(), Error> {
    with_conn!(conn, |c| c.batch_execute(statement)).map_err(Error::from)
}

/// Runs a change on PostgreSQL in a task of its own, so that a caller who goes away neither cancels it nor leaves its
/// transaction open.
pub(in crate::store) async fn change_on_postgres<T, F>(mut conn: Conn, change: F) -> Result<T, Error>
where
    T: Send + 'static,
    for<'c> F: AsyncFnOnce(&'c mut Conn) -> Result<T, Error>
        + Change<&'c mut Conn, Result<T, Error>, Running: Send>
        + Send
        + 'static,
{
    let running = tokio::spawn(async move {
        manage(&mut conn, Step::Begin).await?;
        let result = change(&mut conn).await;
        match &result {
            Ok(_) => manage(&mut conn, Step::Commit).await?,
            Err(_) => manage(&mut conn, Step::Rollback).await?,
        }
        result
    });
    running.await.map_err(|_| Error::Internal("a change panicked"))?
}

enum Step {
    Begin,
    Commit,
    Rollback,
}

/// A step through the transaction manager, which the pool asks whether a connection is fit to be lent on.
async fn manage(conn: &mut Conn, step: Step) -> Result<(), Error> {
    let Conn::Postgres(lent) = conn else { return Err(Error::Internal("not a PostgreSQL connection")) };
    Ok(in_time!(lent, |c| take(c, step))?)
}

async fn take(conn: &mut AsyncPgConnection, step: Step) -> diesel::QueryResult<()> {
    match step {
        Step::Begin => AnsiTransactionManager::begin_transaction(conn).await,
        Step::Commit => AnsiTransactionManager::commit_transaction(conn).await,
        Step::Rollback => AnsiTransactionManager::rollback_transaction(conn).await,
    }
}

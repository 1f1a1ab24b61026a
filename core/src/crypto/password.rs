//! Passwords: Argon2id (RFC 9106) on threads of its own, a fixed number of them.
//!
//! A hash takes a processor and megabytes for tens of milliseconds. So at most as many run at once as there are threads,
//! a bounded queue waits for them, and what does not fit is refused at once: a flood of logins fills the queue and
//! nothing else.

use std::fmt;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::oneshot;

use super::digest::constant_time_eq;
use crate::random;
use crate::secret::Secret;

/// What one hash costs. RFC 9106 §4 has recommendations; OWASP's least is 19,456 KiB, 2 iterations, 1 lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB. At least 8 a lane.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes. They run one after the other: a login takes one thread.
    pub lanes: u32,
}

/// Hashes and verifies passwords. Clones share the threads, which end with the last of them.
#[derive(Clone, Debug)]
pub struct PasswordHasher(SyncSender<Job>);

impl PasswordHasher {
    /// Starts `threads` threads, at most one hash each at a time; `queue` more may wait. Each keeps the memory of one hash.
    ///
    /// # Errors
    /// If Argon2 does not take the cost, or the machine gives no threads.
    pub fn new(cost: Cost, threads: usize, queue: usize) -> Result<Self, StartError> {
        let work = Work::new(cost)?;
        let (sender, receiver) = sync_channel(queue.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..threads.max(1) {
            let (work, receiver) = (work.clone(), Arc::clone(&receiver));
            let thread = thread::Builder::new().name(format!("argon2-{number}"));
            thread.spawn(move || run(&work, &receiver)).map_err(StartError::Threads)?;
        }
        Ok(Self(sender))
    }

    /// Hashes a password, byte for byte as it was typed, with a fresh salt. Gives a PHC string, `$argon2id$v=19$…`.
    ///
    /// # Errors
    /// [`Busy`], at once, when the queue is full.
    pub async fn hash(&self, password: Secret<String>) -> Result<String, Busy> {
        self.answer(|answer| Job::Hash { password, answer }).await
    }

    /// Whether `password` is the one that `hash` was made of. With `None` (there is no such account, or it has no
    /// password) the same work is done and the answer is false, so that the time it takes tells nothing.
    ///
    /// # Errors
    /// [`Busy`], at once, when the queue is full.
    pub async fn verify(&self, password: Secret<String>, hash: Option<String>) -> Result<bool, Busy> {
        self.answer(|answer| Job::Verify { password, hash, answer }).await
    }

    async fn answer<T>(&self, job: impl FnOnce(oneshot::Sender<T>) -> Job) -> Result<T, Busy> {
        let (sender, receiver) = oneshot::channel();
        self.0.try_send(job(sender)).map_err(|_| Busy)?;
        receiver.await.map_err(|_| Busy)
    }
}

/// Whether a hash was made at this cost; one that cannot be read was not.
pub fn is_of_cost(hash: &str, cost: Cost) -> bool {
    parse(hash).is_some_and(|parsed| {
        let params = parsed.params;
        (params.m_cost(), params.t_cost(), params.p_cost()) == (cost.memory_kib, cost.iterations, cost.lanes)
    })
}

/// All threads are at work and the queue is full: try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many passwords are being checked at the moment")
    }
}

impl std::error::Error for Busy {}

/// Why no passwords can be checked at all.
#[derive(Debug)]
pub enum StartError {
    /// Argon2 does not take this cost.
    Cost(Cost),
    /// The machine gives no threads.
    Threads(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cost(cost) => write!(
                f,
                "Argon2 takes no {} KiB, {} iterations and {} lanes: it wants 8 KiB a lane and 1 of each at least",
                cost.memory_kib, cost.iterations, cost.lanes
            ),
            Self::Threads(error) => write!(f, "no threads for passwords: {error}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Cost(_) => None,
            Self::Threads(error) => Some(error),
        }
    }
}

/// Who waits is gone when `answer` is closed: a browser that went away costs no hash.
enum Job {
    Hash { password: Secret<String>, answer: oneshot::Sender<String> },
    Verify { password: Secret<String>, hash: Option<String>, answer: oneshot::Sender<bool> },
}

/// Takes jobs until the last [`PasswordHasher`] is gone.
fn run(work: &Work, jobs: &Mutex<Receiver<Job>>) {
    let mut memory = Vec::new();
    loop {
        // The lock is held while waiting, never while hashing.
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(job) => drop(work.finish(job, &mut memory)),
            Err(_) => return,
        }
    }
}

#[derive(Clone)]
struct Work {
    params: Params,
}

/// A hash taken apart.
struct Parsed {
    params: Params,
    salt: Vec<u8>,
    output: [u8; OUTPUT_LENGTH],
}

const OUTPUT_LENGTH: usize = 32;
/// 1 GiB, in KiB. A stored hash that asks for more was not made here, and would take the machine's memory.
const LARGEST_MEMORY: u32 = 1 << 20;

impl Work {
    fn new(cost: Cost) -> Result<Self, StartError> {
        let params = Params::new(cost.memory_kib, cost.iterations, cost.lanes, Some(OUTPUT_LENGTH));
        match params {
            Ok(params) if cost.memory_kib <= LARGEST_MEMORY => Ok(Self { params }),
            _ => Err(StartError::Cost(cost)),
        }
    }

    /// Does a job and answers it; `None` when nobody waits for it any more, or Argon2 failed.
    fn finish(&self, job: Job, memory: &mut Vec<Block>) -> Option<()> {
        match job {
            Job::Hash { answer, .. } if answer.is_closed() => None,
            Job::Hash { password, answer } => answer.send(self.hash(&password, memory)?).ok(),
            Job::Verify { answer, .. } if answer.is_closed() => None,
            Job::Verify { password, hash, answer } => {
                answer.send(self.verify(&password, hash.as_deref(), memory)?).ok()
            }
        }
    }

    fn hash(&self, password: &Secret<String>, memory: &mut Vec<Block>) -> Option<String> {
        let salt: [u8; 16] = random::bytes();
        let output = argon2id(password, &salt, &self.params, memory)?;
        Some(format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            self.params.m_cost(),
            self.params.t_cost(),
            self.params.p_cost(),
            STANDARD_NO_PAD.encode(salt),
            STANDARD_NO_PAD.encode(output)
        ))
    }

    /// A hash that cannot be read is treated as none: the same work, and false.
    fn verify(&self, password: &Secret<String>, hash: Option<&str>, memory: &mut Vec<Block>) -> Option<bool> {
        let stored = hash.and_then(parse);
        let exists = stored.is_some();
        let against = stored.unwrap_or_else(|| self.nobody());
        let output = argon2id(password, &against.salt, &against.params, memory)?;
        Some(constant_time_eq(&output, &against.output) & exists)
    }

    /// The hash of no password, at the cost of a fresh one.
    fn nobody(&self) -> Parsed {
        Parsed { params: self.params.clone(), salt: vec![0; 16], output: [0; OUTPUT_LENGTH] }
    }
}

/// The parts of a PHC string that [`Work::hash`] made, at today's cost or another.
fn parse(hash: &str) -> Option<Parsed> {
    let hash = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let known = hash.algorithm.as_str() == "argon2id"
        && hash.version == Some(Version::V0x13.into())
        && params.m_cost() <= LARGEST_MEMORY
        && params.keyid().is_empty()
        && params.data().is_empty();
    let output = hash.hash.as_ref()?.as_bytes().try_into().ok().filter(|_| known)?;
    Some(Parsed { params, salt: hash.salt.as_ref()?.to_vec(), output })
}

/// `memory` grows to what the hash needs, and is used again by the next one: fresh pages for each would cost more than
/// their zeroing. Argon2 writes each block before it reads it.
fn argon2id(
    password: &Secret<String>,
    salt: &[u8],
    params: &Params,
    memory: &mut Vec<Block>,
) -> Option<[u8; OUTPUT_LENGTH]> {
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut output = [0; OUTPUT_LENGTH];
    argon2.hash_password_into_with_memory(password.expose().as_bytes(), salt, &mut output, memory).ok()?;
    Some(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1, lanes: 1 };

    fn password(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn hasher() -> PasswordHasher {
        PasswordHasher::new(CHEAP, 2, 8).unwrap()
    }

    /// A hasher without threads: what it is given waits in `jobs`.
    fn waiting(queue: usize) -> (PasswordHasher, Receiver<Job>) {
        let (sender, jobs) = sync_channel(queue);
        (PasswordHasher(sender), jobs)
    }

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let hasher = hasher();
        let hash = hasher.hash(password("correct horse battery staple")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        for (typed, same) in [
            ("correct horse battery staple", true),
            ("correct horse battery staple ", false),
            ("Correct horse battery staple", false),
            ("", false),
        ] {
            assert_eq!(hasher.verify(password(typed), Some(hash.clone())).await, Ok(same), "{typed}");
        }
    }

    #[tokio::test]
    async fn a_hash_tells_what_it_cost() {
        let hash = hasher().hash(password("correct horse battery staple")).await.unwrap();
        assert!(is_of_cost(&hash, CHEAP));
        for other in [
            Cost { memory_kib: 65, ..CHEAP },
            Cost { iterations: 2, ..CHEAP },
            Cost { lanes: 2, memory_kib: 64, iterations: 1 },
        ] {
            assert!(!is_of_cost(&hash, other), "{other:?}");
        }
        assert!(!is_of_cost("$argon2id$", CHEAP));
    }

    #[tokio::test]
    async fn a_password_is_its_bytes_as_typed() {
        let hasher = hasher();
        // The same letter in one code point (NFC) and in two (NFD).
        let hash = hasher.hash(password("caf\u{e9}\0 end")).await.unwrap();
        assert_eq!(hasher.verify(password("caf\u{e9}\0 end"), Some(hash.clone())).await, Ok(true));
        assert_eq!(hasher.verify(password("cafe\u{301}\0 end"), Some(hash.clone())).await, Ok(false));
        assert_eq!(hasher.verify(password("caf\u{e9}"), Some(hash)).await, Ok(false));
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let hasher = hasher();
        let (first, second) = (hasher.hash(password("a")).await.unwrap(), hasher.hash(password("a")).await.unwrap());
        assert_ne!(first, second);
    }

    #[tokio::test]
    async fn without_a_hash_or_with_an_unreadable_one_nothing_verifies() {
        let hasher = hasher();
        let good = hasher.hash(password("a")).await.unwrap();
        assert_eq!(hasher.verify(password(""), None).await, Ok(false));
        for wrong in [
            String::new(),
            "a".to_owned(),
            "$".repeat(100),
            good.replace("argon2id", "argon2i"),
            good.replace("v=19", "v=16"),
            good.replace("$v=19", ""),
            good.replace("m=64", "m=4294967295"),
            good.replace("m=64", "m=0"),
            good[..good.len() - 1].to_owned(),
            good.rsplit_once('$').unwrap().0.to_owned(),
            format!("{good}="),
        ] {
            assert_eq!(hasher.verify(password("a"), Some(wrong.clone())).await, Ok(false), "{wrong}");
        }
        assert_eq!(hasher.verify(password("a"), Some(good)).await, Ok(true));
    }

    /// The hash of "password" with the salt "somesalt", from the reference implementation's own tests.
    #[tokio::test]
    async fn a_hash_made_elsewhere_at_another_cost_verifies() {
        let hash = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert_eq!(hasher().verify(password("password"), Some(hash.to_owned())).await, Ok(true));
        assert_eq!(hasher().verify(password("passwore"), Some(hash.to_owned())).await, Ok(false));
    }

    #[test]
    fn memory_that_was_used_before_gives_the_same_hash() {
        let large = Work::new(Cost { memory_kib: 128, iterations: 2, lanes: 2 }).unwrap();
        let small = Work::new(CHEAP).unwrap();
        let mut memory = Vec::new();
        let once = argon2id(&password("a"), &[1; 16], &small.params, &mut Vec::new()).unwrap();
        argon2id(&password("b"), &[2; 16], &large.params, &mut memory).unwrap();
        assert_eq!(argon2id(&password("a"), &[1; 16], &small.params, &mut memory), Some(once));
    }

    #[test]
    fn ds_01_what_does_not_fit_in_the_queue_is_refused_at_once() {
        let (hasher, _jobs) = waiting(2);
        let mut first = pin!(hasher.verify(password("a"), None));
        let mut second = pin!(hasher.hash(password("a")));
        assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        assert_eq!(poll(pin!(hasher.verify(password("a"), None))), Poll::Ready(Err(Busy)));
        assert_eq!(poll(pin!(hasher.hash(password("a")))), Poll::Ready(Err(Busy)));
    }

    #[test]
    fn ds_01_a_job_nobody_waits_for_is_skipped() {
        let (hasher, jobs) = waiting(4);
        {
            let mut gone = pin!(hasher.verify(password("a"), None));
            let mut gone_too = pin!(hasher.hash(password("a")));
            assert!(poll(gone.as_mut()).is_pending() && poll(gone_too.as_mut()).is_pending());
        }
        let mut waits = pin!(hasher.verify(password("a"), None));
        assert!(poll(waits.as_mut()).is_pending());

        let (work, mut memory) = (Work::new(CHEAP).unwrap(), Vec::new());
        let done: Vec<bool> = jobs.try_iter().map(|job| work.finish(job, &mut memory).is_some()).collect();
        assert_eq!(done, [false, false, true]);
        assert_eq!(poll(waits.as_mut()), Poll::Ready(Ok(false)));
    }

    #[tokio::test]
    async fn more_callers_than_threads_are_all_answered() {
        let hasher = PasswordHasher::new(CHEAP, 2, 32).unwrap();
        let callers: Vec<_> = (0..32)
            .map(|_| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.verify(password("a"), None).await })
            })
            .collect();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), Ok(false));
        }
    }

    #[test]
    fn a_cost_that_argon2_does_not_take_is_an_error() {
        for cost in [
            Cost { memory_kib: 7, ..CHEAP },
            Cost { memory_kib: u32::MAX, ..CHEAP },
            Cost { iterations: 0, ..CHEAP },
            Cost { lanes: 0, ..CHEAP },
            Cost { lanes: 9, ..CHEAP },
        ] {
            assert!(matches!(PasswordHasher::new(cost, 1, 1), Err(StartError::Cost(refused)) if refused == cost));
        }
    }
}

//! The chain of seals: made by one server at a time, and looked through by `doctor`.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::{is_intact, seal};
use crate::clock::Timestamp;
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::id::AuditId;
use crate::state::Core;
use crate::store::tables::audit::{self, Entry, Seal};

/// Entries under one seal at the most.
const BATCH: i64 = 500;
/// Seals that are looked through at a time.
const SEALS: i64 = 200;
/// An entry waits no longer than this while a server runs.
const WAIT: Duration = Duration::from_secs(10);
/// What the first seal follows.
const NOTHING: [u8; 32] = [0; 32];

/// Chains everything that was committed since the last seal. Another server may be doing it: then nothing is done here.
///
/// # Errors
/// The database's.
pub async fn seal_all(core: &Core) -> Result<(), Error> {
    // A look that writes nothing comes first: most of the time there is nothing to seal.
    while audit::any_unsealed(&mut core.db.read().await?).await? {
        let now = core.clock.now();
        let sealed = core.db.change(async move |conn: &mut Conn| seal_some(conn, now).await).await?;
        if sealed < BATCH {
            break;
        }
    }
    Ok(())
}

async fn seal_some(conn: &mut Conn, now: Timestamp) -> Result<i64, Error> {
    if !audit::may_seal(conn).await? {
        return Ok(0);
    }
    let last = audit::newest_seal(conn).await?;
    let waiting = audit::waiting(conn, BATCH).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let before = last.as_ref().map_or(&NOTHING[..], |last| &last.seal);
    let value = seal(before, waiting.iter().map(|(id, digest)| (id, &digest[..])));
    let new = Seal { number: last.as_ref().map_or(1, |last| last.number + 1), seal: value.to_vec(), at: now };
    let ids: Vec<AuditId> = waiting.iter().map(|(id, _)| *id).collect();
    audit::add_seal(conn, &new, &ids).await?;
    Ok(i64::try_from(ids.len()).unwrap_or(BATCH))
}

/// Tells the newest seal to the log, which is kept elsewhere: `doctor --seal` holds the chain against it.
///
/// # Errors
/// The database's.
pub async fn tell(core: &Core) -> Result<(), Error> {
    if let Some(newest) = audit::newest_seal(&mut core.db.read().await?).await? {
        tracing::info!(number = newest.number, seal = hex(&newest.seal), "the newest seal of the audit log");
    }
    Ok(())
}

/// What is wrong with the log or its chain: the first thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// An entry is not as it was written.
    Edited(AuditId),
    /// An entry that a seal names is gone.
    Gone {
        /// The entry.
        entry: AuditId,
        /// The seal, or `None` while it waits for one.
        seal: Option<i64>,
    },
    /// A seal is not that of the seal before and of its entries.
    Broken {
        /// The seal.
        seal: i64,
        /// The first of the entries it names now.
        first: Option<AuditId>,
    },
    /// A seal is gone.
    SealGone {
        /// The seal.
        seal: i64,
        /// The lowest of the entries that are left of it, and of those that went with it.
        first: Option<AuditId>,
    },
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edited(entry) => write!(f, "the entry {entry} was edited"),
            Self::Gone { entry, seal: Some(seal) } => write!(f, "the entry {entry}, which seal {seal} names, is gone"),
            Self::Gone { entry, seal: None } => write!(f, "the entry {entry}, which waits for its seal, is gone"),
            Self::Broken { seal, first: Some(first) } => {
                write!(f, "seal {seal} does not fit: entries from {first} on were edited, cut, added or reordered")
            }
            Self::Broken { seal, first: None } => write!(f, "seal {seal} does not fit: all its entries were cut"),
            Self::SealGone { seal, first: Some(first) } => {
                write!(f, "seal {seal} is gone: what the entries from {first} on say is proven by nothing")
            }
            Self::SealGone { seal, first: None } => write!(f, "seal {seal} is gone"),
        }
    }
}

/// The state of the log.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many entries there are under seals.
    pub sealed: u64,
    /// The newest seal.
    pub newest: Option<Seal>,
    /// The first flaw.
    pub flaw: Option<Flaw>,
    /// How many entries have waited too long for their seal.
    pub late: u64,
    /// The first of those.
    pub first_late: Option<AuditId>,
}

/// Recomputes every entry and every seal, up to the first flaw.
///
/// # Errors
/// The database's.
pub async fn examine(db: &Db, now: Timestamp) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut conn = db.read().await?;
    let mut before = NOTHING.to_vec();
    let mut number = 0;
    loop {
        let seals = audit::seals_after(&mut conn, number, SEALS).await?;
        let (Some(first), Some(last)) = (seals.first(), seals.last()) else { break };
        let mut named: BTreeMap<i64, Vec<(AuditId, Option<Entry>)>> = BTreeMap::new();
        for (seal, id, entry) in audit::sealed_between(&mut conn, first.number, last.number).await? {
            named.entry(seal).or_default().push((id, entry));
        }
        for next in seals {
            let entries = named.remove(&next.number).unwrap_or_default();
            report.flaw = flaw(number, &before, &next, &entries);
            if report.flaw.is_some() {
                return Ok(report);
            }
            report.sealed += entries.len() as u64;
            (number, before) = (next.number, next.seal.clone());
            report.newest = Some(next);
        }
    }
    // Whoever cuts seals off the end, so that what was under them can be edited, leaves the entries named by nothing that is
    // there.
    if let Some((seal, first)) = audit::named_beside(&mut conn, number).await? {
        report.flaw = Some(Flaw::SealGone { seal, first: Some(first) });
        return Ok(report);
    }
    look_at_waiting(&mut conn, now, &mut report).await?;
    Ok(report)
}

/// What is wrong with the seal that should follow number `last`.
fn flaw(last: i64, before: &[u8], next: &Seal, entries: &[(AuditId, Option<Entry>)]) -> Option<Flaw> {
    if next.number != last + 1 {
        return Some(Flaw::SealGone { seal: last + 1, first: None });
    }
    for (id, entry) in entries {
        match entry {
            None => return Some(Flaw::Gone { entry: *id, seal: Some(next.number) }),
            Some(entry) if !is_intact(entry) => return Some(Flaw::Edited(*id)),
            Some(_) => {}
        }
    }
    let digests = entries.iter().filter_map(|(id, entry)| Some((id, &entry.as_ref()?.digest[..])));
    let fits = seal(before, digests)[..] == next.seal[..];
    (!fits).then(|| Flaw::Broken { seal: next.number, first: entries.first().map(|(id, _)| *id) })
}

async fn look_at_waiting(conn: &mut Conn, now: Timestamp, report: &mut Report) -> Result<(), Error> {
    if let Some(entry) = audit::waits_for_nothing(conn).await? {
        report.flaw = Some(Flaw::Gone { entry, seal: None });
        return Ok(());
    }
    let mut after = None;
    loop {
        let waiting = audit::without_seal(conn, after, BATCH).await?;
        let Some(last) = waiting.last() else { return Ok(()) };
        after = Some(last.id);
        for entry in &waiting {
            if !is_intact(entry) {
                report.flaw = Some(Flaw::Edited(entry.id));
                return Ok(());
            }
            if entry.at.after(WAIT) < now {
                report.late += 1;
                report.first_late = report.first_late.or(Some(entry.id));
            }
        }
    }
}

/// Whether the chain has a seal that was kept elsewhere, as `tell` wrote it; `None` when it has none, or the text is none.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, text: &str) -> Result<Option<Seal>, Error> {
    let Some(value) = unhex(text.trim()) else { return Ok(None) };
    Ok(audit::find_seal(&mut db.read().await?, &value).await?)
}

/// A seal as text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let whole = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pairs = whole.then(|| text.as_bytes().chunks(2))?;
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

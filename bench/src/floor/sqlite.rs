//! The floors' SQLite: one connection to read, and a thread with one to write, which puts all that waits into one
//! commit.

use std::sync::Mutex;
use std::sync::mpsc;

use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use tokio::sync::oneshot;

use super::management::TOLD;
use super::management::{self, Asked, Change, Found, Managed, Resource, add_server_ips, domain, secret};
use super::tokens::{Opaque, hexadecimal, milliseconds};
use super::{NONCE, Person, SCOPE};
use crate::failure::Failure;

const SETUP: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS codes (
        code_key BLOB NOT NULL PRIMARY KEY, subject BIGINT NOT NULL, scope TEXT NOT NULL, nonce TEXT NOT NULL,
        expires_at BIGINT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS refresh_tokens (
        token_key BLOB NOT NULL PRIMARY KEY, subject BIGINT NOT NULL, scope TEXT NOT NULL, expires_at BIGINT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS people (
        subject INTEGER PRIMARY KEY, given_name TEXT NOT NULL, family_name TEXT NOT NULL, email TEXT NOT NULL
    );";

enum Job {
    Keep { code: Vec<u8>, kept: oneshot::Sender<bool> },
    Write { change: Change, kept: oneshot::Sender<bool> },
    Spend { token: Vec<u8>, is_code: bool, next: Vec<u8>, subject: oneshot::Sender<Option<i64>> },
}

enum Done {
    Kept(oneshot::Sender<bool>),
    Spent(oneshot::Sender<Option<i64>>, Option<i64>),
}

pub(super) struct Store {
    subject: i64,
    jobs: mpsc::Sender<Job>,
    reader: Mutex<Connection>,
}

impl Store {
    /// Opens the file and makes its tables, with one person in them.
    pub(super) fn open(path: &str, subject: i64, managed: &Managed) -> Result<Self, Failure> {
        let mut writer = Connection::open(path)?;
        writer.execute_batch(SETUP)?;
        writer.execute_batch(TABLES)?;
        writer.execute(
            "INSERT OR REPLACE INTO people VALUES (?1, 'Ada', 'Lovelace', 'ada@example.test')",
            params![subject],
        )?;
        let bytes = |bytes: &[u8]| format!("X'{}'", hexadecimal(bytes));
        let tables = management::setup(managed, bytes, "BLOB", " WITHOUT ROWID");
        writer.execute_batch(&format!("BEGIN; {tables} COMMIT;"))?;
        let reader = Connection::open(path)?;
        reader.execute_batch(SETUP)?;
        let (jobs, waiting) = mpsc::channel();
        std::thread::spawn(move || {
            let mut group = Vec::new();
            while let Ok(first) = waiting.recv() {
                group.push(first);
                group.extend(waiting.try_iter());
                // Whose answer is dropped unsent is told so.
                let _ = commit(&mut writer, &mut group, subject);
                group.clear();
            }
        });
        Ok(Self { subject, jobs, reader: Mutex::new(reader) })
    }

    pub(super) async fn keep_code(&self, code: Vec<u8>) -> bool {
        let (kept, answer) = oneshot::channel();
        self.jobs.send(Job::Keep { code, kept }).is_ok() && answer.await.unwrap_or(false)
    }

    pub(super) async fn write(&self, change: Change) -> bool {
        let (kept, answer) = oneshot::channel();
        self.jobs.send(Job::Write { change, kept }).is_ok() && answer.await.unwrap_or(false)
    }

    /// Deletes a code or refresh token and keeps the next one; whose it was, or none if it was not there.
    pub(super) async fn spend(&self, token: Vec<u8>, is_code: bool, next: Vec<u8>) -> Option<i64> {
        let (subject, answer) = oneshot::channel();
        self.jobs.send(Job::Spend { token, is_code, next, subject }).ok()?;
        answer.await.ok()?
    }

    pub(super) fn person(&self, subject: i64) -> Option<Person> {
        debug_assert_eq!(subject, self.subject);
        let reader = self.reader.lock().ok()?;
        let mut query =
            reader.prepare_cached("SELECT given_name, family_name, email FROM people WHERE subject = ?1").ok()?;
        let person = query.query_row(params![subject], |row| {
            Ok(Person { given_name: row.get(0)?, family_name: row.get(1)?, email: row.get(2)? })
        });
        person.optional().ok()?
    }

    pub(super) fn managed(&self, asked: &Asked) -> Option<Found> {
        managed(&*self.reader.lock().ok()?, asked).ok()?
    }
}

/// M: the reads of the management API, one after the other.
fn managed(conn: &Connection, asked: &Asked) -> rusqlite::Result<Option<Found>> {
    let (client, resource) = (&asked.client, asked.resource);
    let token = conn.prepare_cached(management::TOKEN)?.query_row(params![asked.digest, asked.now], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, String>(2)?))
    });
    let Some((user, only, permissions)) = token.optional()? else { return Ok(None) };
    let mut membership = conn.prepare_cached(management::MEMBERSHIP)?;
    let place =
        membership.query_row(params![client, user], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let Some((_, role)) = place.optional()? else { return Ok(None) };
    if only != *client || !resource.is_open_to(&permissions) || !resource.is_open_to(&role) {
        return Ok(None);
    }
    if resource == Resource::Secrets {
        return rows(conn, asked, |row| Ok(secret!(row.get))).map(Found::Secrets).map(Some);
    }
    let mut domains = rows(conn, asked, |row| Ok(domain!(row.get)))?;
    let places = vec!["?"; domains.len()].join(", ");
    let query = format!(
        "SELECT domain_id, network FROM domain_server_ips WHERE domain_id IN ({places}) ORDER BY domain_id, network"
    );
    let mut query = conn.prepare_cached(&query)?;
    let ids: Vec<Vec<u8>> = domains.iter().map(|domain| domain.id.clone().into_bytes()).collect();
    let networks = query.query_map(params_from_iter(ids), |row| Ok((row.get(0)?, row.get(1)?)))?;
    add_server_ips(&mut domains, networks.collect::<rusqlite::Result<Vec<_>>>()?);
    Ok(Some(Found::Domains(domains)))
}

fn rows<T>(conn: &Connection, asked: &Asked, row: fn(&Row<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<Vec<T>> {
    let mut query = conn.prepare_cached(&asked.resource.rows(asked.id.is_some()))?;
    let found = match &asked.id {
        Some(id) => query.query_map(params![id, asked.client], row)?,
        None => query.query_map(params![asked.client, [0_u8; 16], asked.limit], row)?,
    };
    found.collect()
}

/// Does all jobs in one transaction and answers after its COMMIT.
fn commit(conn: &mut Connection, group: &mut Vec<Job>, subject: i64) -> rusqlite::Result<()> {
    let now = milliseconds();
    let mut done = Vec::with_capacity(group.len());
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let worked = work(conn, group, subject, now, &mut done);
    if worked.is_err() {
        conn.execute_batch("ROLLBACK")?;
        return worked;
    }
    conn.prepare_cached("COMMIT")?.execute([])?;
    for answer in done {
        // Nobody waits any more for one that can't be told.
        match answer {
            Done::Kept(kept) => drop(kept.send(true)),
            Done::Spent(told, subject) => drop(told.send(subject)),
        }
    }
    Ok(())
}

fn work(conn: &Connection, group: &mut Vec<Job>, subject: i64, now: i64, done: &mut Vec<Done>) -> rusqlite::Result<()> {
    for job in group.drain(..) {
        match job {
            Job::Keep { code, kept } => {
                let mut insert = conn.prepare_cached("INSERT INTO codes VALUES (?1, ?2, ?3, ?4, ?5)")?;
                insert.execute(params![code, subject, SCOPE, NONCE, now + 60_000])?;
                done.push(Done::Kept(kept));
            }
            Job::Write { change, kept } => {
                let Change { client, id, name, .. } = &change;
                let mut write = conn.prepare_cached(change.statement())?;
                match name {
                    Some(name) => write.execute(params![id, client, name, now])?,
                    None => write.execute(params![id, client])?,
                };
                conn.prepare_cached(management::ENTRY)?.execute(params![Opaque::generate().key, TOLD])?;
                done.push(Done::Kept(kept));
            }
            Job::Spend { token, is_code, next, subject } => {
                let mut delete = conn.prepare_cached(if is_code {
                    "DELETE FROM codes WHERE code_key = ?1 AND expires_at > ?2 RETURNING subject"
                } else {
                    "DELETE FROM refresh_tokens WHERE token_key = ?1 AND expires_at > ?2 RETURNING subject"
                })?;
                let spent: Option<i64> = delete.query_row(params![token, now], |row| row.get(0)).optional()?;
                if let Some(spent) = spent {
                    let mut insert = conn.prepare_cached("INSERT INTO refresh_tokens VALUES (?1, ?2, ?3, ?4)")?;
                    insert.execute(params![next, spent, SCOPE, now + 2_592_000_000])?;
                }
                done.push(Done::Spent(subject, spent));
            }
        }
    }
    Ok(())
}

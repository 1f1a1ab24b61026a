//! The floors' PostgreSQL: one connection to read, whose queries are pipelined, and one to write, on which one task
//! sends all that waits as one pipelined BEGIN … COMMIT of prepared statements.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::{join_all, join3};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, NoTls, Statement};

use super::management::TOLD;
use super::management::{self, Asked, Change, Found, Managed, Resource, add_server_ips, domain, secret};
use super::tokens::{Opaque, hexadecimal, milliseconds};
use super::{NONCE, Person, SCOPE};
use crate::failure::Failure;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS codes (
        code_key BYTEA NOT NULL PRIMARY KEY, subject BIGINT NOT NULL, scope TEXT NOT NULL, nonce TEXT NOT NULL,
        expires_at BIGINT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS refresh_tokens (
        token_key BYTEA NOT NULL PRIMARY KEY, subject BIGINT NOT NULL, scope TEXT NOT NULL, expires_at BIGINT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS people (
        subject BIGINT PRIMARY KEY, given_name TEXT NOT NULL, family_name TEXT NOT NULL, email TEXT NOT NULL
    );";

struct Statements {
    begin: Statement,
    commit: Statement,
    keep: Statement,
    spend_code: Statement,
    spend_refresh: Statement,
    /// Makes a secret, a domain; deletes a secret, a domain.
    changes: Vec<Statement>,
}

struct Job {
    work: Work,
    /// The subject of what was kept or spent.
    subject: oneshot::Sender<Option<i64>>,
}

enum Work {
    Keep { code: Vec<u8> },
    Spend { token: Vec<u8>, is_code: bool, next: Vec<u8> },
    Write { change: Change },
}

pub(super) struct Store {
    jobs: mpsc::UnboundedSender<Job>,
    reader: Client,
    person: Statement,
    /// For M, in turn.
    readers: Vec<Reader>,
    turn: AtomicUsize,
}

/// A connection with the statements of M.
struct Reader {
    client: Client,
    token: Statement,
    membership: Statement,
    /// Of one secret, a page of them, one domain, a page of them.
    rows: [Statement; 4],
    networks: Statement,
}

/// Connections for M: as many as XWMS has by default.
const READERS: usize = 8;

type Answer<T> = Result<T, tokio_postgres::Error>;

impl Store {
    /// Connects and makes the tables, with one person in them.
    pub(super) async fn open(url: &str, subject: i64, managed: &Managed) -> Result<Self, Failure> {
        let (writer, reader) = (connect(url).await?, connect(url).await?);
        writer.batch_execute(TABLES).await?;
        let person = "INSERT INTO people VALUES ($1, 'Ada', 'Lovelace', 'ada@example.test') ON CONFLICT DO NOTHING";
        writer.execute(person, &[&subject]).await?;
        let bytes = |bytes: &[u8]| format!("'\\x{}'", hexadecimal(bytes));
        writer.batch_execute(&management::setup(managed, bytes, "BYTEA", "")).await?;
        let mut readers = Vec::new();
        for _ in 0..READERS {
            readers.push(Reader::of(connect(url).await?).await?);
        }
        let spend = |table: &str, key: &str| {
            format!(
                "WITH spent AS (DELETE FROM {table} WHERE {key} = $1 AND expires_at > $2 RETURNING subject) \
                 INSERT INTO refresh_tokens SELECT $3, subject, $4, $5 FROM spent RETURNING subject"
            )
        };
        let statements = Statements {
            begin: writer.prepare("BEGIN").await?,
            commit: writer.prepare("COMMIT").await?,
            keep: writer.prepare("INSERT INTO codes VALUES ($1, $2, $3, $4, $5) RETURNING subject").await?,
            spend_code: writer.prepare(&spend("codes", "code_key")).await?,
            spend_refresh: writer.prepare(&spend("refresh_tokens", "token_key")).await?,
            changes: {
                let mut prepared = Vec::new();
                for change in Change::kinds() {
                    let next = if change.name.is_some() { 5 } else { 3 };
                    let with_entry = format!(
                        "WITH written AS ({} RETURNING id) INSERT INTO audit_entries SELECT ${next}, ${} FROM written \
                         RETURNING 1::bigint",
                        change.statement(),
                        next + 1
                    );
                    prepared.push(writer.prepare(&with_entry).await?);
                }
                prepared
            },
        };
        let query = "SELECT given_name, family_name, email FROM people WHERE subject = $1";
        let person = reader.prepare(query).await?;
        let (jobs, mut waiting) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut group = Vec::new();
            while waiting.recv_many(&mut group, 1024).await > 0 {
                commit(&writer, &statements, std::mem::take(&mut group), subject).await;
            }
        });
        Ok(Self { jobs, reader, person, readers, turn: AtomicUsize::new(0) })
    }

    pub(super) async fn keep_code(&self, code: Vec<u8>) -> bool {
        self.run(Work::Keep { code }).await.is_some()
    }

    pub(super) async fn write(&self, change: Change) -> bool {
        self.run(Work::Write { change }).await.is_some()
    }

    /// Deletes a code or refresh token and keeps the next one; whose it was, or none if it was not there.
    pub(super) async fn spend(&self, token: Vec<u8>, is_code: bool, next: Vec<u8>) -> Option<i64> {
        self.run(Work::Spend { token, is_code, next }).await
    }

    async fn run(&self, work: Work) -> Option<i64> {
        let (subject, answer) = oneshot::channel();
        self.jobs.send(Job { work, subject }).ok()?;
        answer.await.ok()?
    }

    pub(super) async fn person(&self, subject: i64) -> Option<Person> {
        let row = self.reader.query_opt(&self.person, &[&subject]).await.ok()??;
        Some(Person { given_name: row.get(0), family_name: row.get(1), email: row.get(2) })
    }

    pub(super) async fn managed(&self, asked: &Asked) -> Option<Found> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.readers[turn % READERS].managed(asked).await.ok()?
    }
}

impl Reader {
    async fn of(client: Client) -> Answer<Self> {
        let networks = "SELECT domain_id, network FROM domain_server_ips WHERE domain_id = ANY($1) \
                        ORDER BY domain_id, network";
        let rows = async |resource: Resource, one| client.prepare(&resource.rows(one)).await;
        Ok(Self {
            token: client.prepare(management::TOKEN).await?,
            membership: client.prepare(management::MEMBERSHIP).await?,
            rows: [
                rows(Resource::Secrets, true).await?,
                rows(Resource::Secrets, false).await?,
                rows(Resource::Domains, true).await?,
                rows(Resource::Domains, false).await?,
            ],
            networks: client.prepare(networks).await?,
            client,
        })
    }

    /// M: the reads of the management API, one after the other.
    async fn managed(&self, asked: &Asked) -> Answer<Option<Found>> {
        let (conn, client, resource) = (&self.client, &asked.client, asked.resource);
        let token = conn.query_opt(&self.token, &[&&asked.digest[..], &asked.now]).await?;
        let Some(token) = token else { return Ok(None) };
        let (user, only): (i64, Vec<u8>) = (token.try_get(0)?, token.try_get(1)?);
        let Some(place) = conn.query_opt(&self.membership, &[client, &user]).await? else { return Ok(None) };
        let _name: String = place.try_get(0)?;
        if only != *client || !resource.is_open_to(token.try_get(2)?) || !resource.is_open_to(place.try_get(1)?) {
            return Ok(None);
        }
        let [secret, secrets, domain, domains] = &self.rows;
        let (one, page) = if resource == Resource::Secrets { (secret, secrets) } else { (domain, domains) };
        let rows = match &asked.id {
            Some(id) => conn.query(one, &[id, client]).await?,
            None => conn.query(page, &[client, &&[0_u8; 16][..], &asked.limit]).await?,
        };
        if resource == Resource::Secrets {
            let secrets = rows.iter().map(|row| Ok(secret!(row.try_get))).collect::<Answer<_>>()?;
            return Ok(Some(Found::Secrets(secrets)));
        }
        let mut domains = rows.iter().map(|row| Ok(domain!(row.try_get))).collect::<Answer<Vec<_>>>()?;
        let ids: Vec<&[u8]> = domains.iter().map(|domain| domain.id.as_bytes()).collect();
        let networks = conn.query(&self.networks, &[&ids]).await?;
        let networks = networks.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Answer<Vec<_>>>()?;
        add_server_ips(&mut domains, networks);
        Ok(Some(Found::Domains(domains)))
    }
}

async fn connect(url: &str) -> Result<Client, Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        // What fails fails at the requests, too.
        let _ = connection.await;
    });
    Ok(client)
}

/// Does all jobs in one transaction and answers after its COMMIT. A lone one is its own transaction.
async fn commit(client: &Client, statements: &Statements, group: Vec<Job>, subject: i64) {
    let (work, waiting): (Vec<Work>, Vec<_>) = group.into_iter().map(|job| (job.work, job.subject)).unzip();
    let now = milliseconds();
    // Each future sends when it is first polled, and these are polled in order: nothing waits for an answer in between.
    let all = join_all(work.iter().map(|work| run(client, statements, work, subject, now)));
    let results = if work.len() == 1 {
        all.await
    } else {
        let (begin, commit) = (client.execute(&statements.begin, &[]), client.execute(&statements.commit, &[]));
        match join3(begin, all, commit).await {
            (Ok(_), results, Ok(_)) if results.iter().all(Result::is_ok) => results,
            _ => return,
        }
    };
    for (waiting, result) in waiting.into_iter().zip(results) {
        // Nobody waits any more for one that can't be told.
        let _ = waiting.send(result.ok().flatten());
    }
}

async fn run(
    client: &Client,
    statements: &Statements,
    work: &Work,
    subject: i64,
    now: i64,
) -> Result<Option<i64>, tokio_postgres::Error> {
    let row = match work {
        Work::Keep { code } => {
            client.query_opt(&statements.keep, &[code, &subject, &SCOPE, &NONCE, &(now + 60_000)]).await
        }
        Work::Spend { token, is_code, next } => {
            let statement = if *is_code { &statements.spend_code } else { &statements.spend_refresh };
            client.query_opt(statement, &[token, &now, next, &SCOPE, &(now + 2_592_000_000)]).await
        }
        Work::Write { change } => {
            let (statement, entry) = (&statements.changes[change.kind()], Opaque::generate().key);
            let Change { client: of, id, name, .. } = change;
            match name {
                Some(name) => client.query_opt(statement, &[id, of, name, &now, &entry, &TOLD]).await,
                None => client.query_opt(statement, &[id, of, &entry, &TOLD]).await,
            }
        }
    };
    Ok(row?.map(|row| row.get(0)))
}

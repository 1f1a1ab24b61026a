//! Refused attempts, for the partner to see: gathered in memory and written in one batch a second. They are no
//! acknowledged writes; a crash may lose a second of them.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::gate::denial::Denial;
use crate::id::{AttemptId, ClientId, DomainId};
use crate::random;
use crate::store::tables::attempts::{self, Attempt};

/// Attempts that may wait for the next batch; strangers cause them, so their number is bounded.
const WAITING: usize = 10_000;

/// The refused attempts that wait to be written.
#[derive(Default)]
pub struct AttemptLog {
    waiting: Mutex<Vec<Attempt>>,
    /// Clients with new attempts since theirs were last trimmed.
    grown: Mutex<BTreeSet<ClientId>>,
}

impl AttemptLog {
    /// Notes a refusal and returns its reference. No data of a person goes in.
    pub fn refused(&self, client: ClientId, domain: Option<DomainId>, denial: &Denial, now: Timestamp) -> String {
        let reference = reference();
        let mut waiting = self.waiting();
        if waiting.len() < WAITING {
            waiting.push(Attempt {
                id: AttemptId::generate(now),
                client_id: client,
                domain_id: domain,
                reason: denial.code().to_owned(),
                reference: reference.clone(),
                at: now,
            });
        }
        reference
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// The database's; what could not be written is dropped.
    pub async fn flush(&self, db: &Db) -> Result<(), Error> {
        let batch = std::mem::take(&mut *self.waiting());
        if batch.is_empty() {
            return Ok(());
        }
        self.grown().extend(batch.iter().map(|attempt| attempt.client_id));
        db.change(async move |conn: &mut Conn| Ok(attempts::insert(conn, &batch).await?)).await
    }

    /// Deletes all but the newest `keep` attempts of each client that has got new ones since this last ran, `batch` rows
    /// a change.
    ///
    /// # Errors
    /// The database's; a client that was not reached is trimmed after its next attempt.
    pub async fn trim(&self, db: &Db, keep: i64, batch: i64) -> Result<(), Error> {
        let grown = std::mem::take(&mut *self.grown());
        for client in grown {
            let newest = attempts::first_beyond(&mut db.read().await?, client, keep).await?;
            let Some(newest) = newest else { continue };
            let delete = async move |conn: &mut Conn| Ok(attempts::delete_up_to(conn, client, newest, batch).await?);
            while db.change(delete).await? as i64 == batch {}
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Attempt>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn grown(&self) -> MutexGuard<'_, BTreeSet<ClientId>> {
        self.grown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A fresh reference: 12 characters of lower-case base32.
pub fn reference() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    random::bytes::<12>().iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()
}

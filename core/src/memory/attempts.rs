//! Refused attempts, for the partner to see: gathered in memory and written in one batch a second. They are no
//! acknowledged writes; a crash may lose a second of them.

use std::collections::BTreeSet;
use std::net::IpAddr;
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
/// The longest text that is kept of what was sent, in bytes.
const LONGEST: usize = 1024;

/// The refused attempts that wait to be written.
#[derive(Default)]
pub struct AttemptLog {
    waiting: Mutex<Vec<Attempt>>,
    /// Clients with new attempts since theirs were last trimmed.
    grown: Mutex<BTreeSet<ClientId>>,
}

impl AttemptLog {
    /// Notes a refusal and returns its reference. No data of a person goes in.
    pub fn refused(&self, client: ClientId, refused: &Refused<'_>, now: Timestamp) -> String {
        let Refused { domain, denial, address, redirect_uri, scope } = *refused;
        let reference = reference();
        tracing::info!(%client, reason = denial.code(), reference, "an attempt was refused");
        let mut waiting = self.waiting();
        if waiting.len() < WAITING {
            waiting.push(Attempt {
                id: AttemptId::generate(now),
                client_id: client,
                domain_id: domain,
                reason: denial.code().to_owned(),
                reference: reference.clone(),
                at: now,
                detail: denial.detail().map(str::to_owned),
                address: address.map(|address| address.to_string()),
                redirect_uri: redirect_uri.map(without_query).and_then(short),
                scope: scope.and_then(short),
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

/// What is noted of a refusal.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// The domain it concerns, where one is known.
    pub domain: Option<DomainId>,
    /// Why.
    pub denial: &'a Denial,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// The redirect URI that was sent.
    pub redirect_uri: Option<&'a str>,
    /// The scopes that were asked for.
    pub scope: Option<&'a str>,
}

/// What stands in a query or a fragment may be a person's.
fn without_query(uri: &str) -> &str {
    uri.split(['?', '#']).next().unwrap_or(uri)
}

/// Strangers send these: what is longer than any that is registered is left out.
fn short(text: &str) -> Option<String> {
    (text.len() <= LONGEST && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// A fresh reference: 12 characters of lower-case base32.
pub fn reference() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    random::bytes::<12>().iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_helps_is_kept_of_what_was_sent() {
        assert_eq!(without_query("https://a.example/cb?email=ada@example.test#x"), "https://a.example/cb");
        assert_eq!(without_query("https://a.example/cb#access_token=x"), "https://a.example/cb");
        assert_eq!(short("https://a.example/cb").as_deref(), Some("https://a.example/cb"));
        assert_eq!(short(&"a".repeat(LONGEST + 1)), None);
        assert_eq!(short("https://a.example/\n"), None);
    }
}

//! When, and from where, each client secret was last used: gathered in memory, written once a second, so that no
//! request writes a row for it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::id::SecretId;
use crate::store::tables::secrets;

/// The uses that wait to be written; one for each secret, so at most as many as there are secrets in use.
#[derive(Default)]
pub struct SecretUses {
    waiting: Mutex<HashMap<SecretId, (Timestamp, IpAddr)>>,
}

impl SecretUses {
    /// Notes a use.
    pub fn note(&self, secret: SecretId, address: IpAddr, now: Timestamp) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(secret, (now, address));
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// The database's; what could not be written is dropped.
    pub async fn flush(&self, db: &Db) -> Result<(), Error> {
        let batch = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if batch.is_empty() {
            return Ok(());
        }
        db.change(async move |conn: &mut Conn| {
            for (secret, (at, from)) in &batch {
                secrets::mark_used(conn, *secret, *at, &from.to_string()).await?;
            }
            Ok(())
        })
        .await
    }
}

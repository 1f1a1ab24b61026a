//! When each API token was last used: gathered in memory, written once a second, so that no request writes a row for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::id::TokenId;
use crate::store::tables::api_tokens;

/// The uses that wait to be written; one for each token, so at most as many as there are tokens in use.
#[derive(Default)]
pub struct TokenUses {
    waiting: Mutex<HashMap<TokenId, Timestamp>>,
}

impl TokenUses {
    /// Notes a use.
    pub fn note(&self, token: TokenId, now: Timestamp) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(token, now);
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
            for (token, at) in &batch {
                api_tokens::mark_used(conn, *token, *at).await?;
            }
            Ok(())
        })
        .await
    }
}

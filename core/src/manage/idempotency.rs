//! A request that is sent again with the same `Idempotency-Key` is carried out once (SPEC §5).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;
use crate::contract::View;
use crate::crypto::digest::sha256;
use crate::database::Conn;
use crate::error::Error;
use crate::manage::permit::Caller;
use crate::store::tables::idempotency_keys::{self, KeptAnswer};
use crate::text;

/// What makes a request one that is carried out once: its caller, route and key, and the body it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    key_digest: Vec<u8>,
    body_digest: Vec<u8>,
}

/// What a request was answered: its object, without what is told once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The object, or `null`.
    pub body: Value,
    /// Its version then, in milliseconds since 1970.
    pub version: Option<i64>,
}

impl Once {
    /// That of a request. `route`: its method and path; `key`: what its caller calls it. The caller and the route are part
    /// of what is stored, so that nobody meets another's.
    pub fn of(caller: &Caller, route: &str, key: &str, body: &[u8]) -> Self {
        let token = caller.token.as_ref().map(|token| token.id.to_string());
        let whose = format!("{} {}", caller.user.as_public_subject(), token.unwrap_or_default());
        let key = sha256(format!("xwms idempotency key 1\n{whose}\n{route}\n{key}").as_bytes());
        Self { key_digest: key.to_vec(), body_digest: sha256(body).to_vec() }
    }
}

/// Begins a request in its transaction; gives what it was answered before.
///
/// # Errors
/// [`Error::Conflict`] `in_progress` while another transaction carries it out, [`Error::IdempotencyKeyReused`] for another
/// body; the database's.
pub(crate) async fn take(conn: &mut Conn, once: &Once, now: Timestamp) -> Result<Option<Kept>, Error> {
    if !idempotency_keys::lock(conn, &once.key_digest).await? {
        return Err(Error::Conflict(text!("in_progress")));
    }
    let Some(found) = idempotency_keys::find(conn, &once.key_digest).await?.filter(|row| now < row.expires_at) else {
        return Ok(None);
    };
    if found.body_digest != once.body_digest {
        return Err(Error::IdempotencyKeyReused);
    }
    let kept = found.answer.and_then(|answer| serde_json::from_str(&answer).ok());
    kept.map(Some).ok_or(Error::Internal("an answer was kept that can't be read"))
}

impl Kept {
    /// What is kept of an answer with this view.
    ///
    /// # Errors
    /// [`Error::Internal`] for a view that JSON can't hold.
    pub(crate) fn of(view: &impl View) -> Result<Self, Error> {
        let mut body = serde_json::to_value(view).map_err(|_| Error::Internal("a view can't be written"))?;
        if let Value::Object(members) = &mut body {
            // A credential is told once.
            members.remove("value");
        }
        Ok(Self { body, version: view.version().map(Timestamp::milliseconds) })
    }
}

/// Keeps what a request was answered, in its transaction: both are there, or neither is.
///
/// # Errors
/// The database's.
pub(crate) async fn keep(conn: &mut Conn, once: &Once, kept: &Kept, now: Timestamp) -> Result<(), Error> {
    let row = KeptAnswer {
        key_digest: once.key_digest.clone(),
        body_digest: once.body_digest.clone(),
        status: Some(200),
        answer: serde_json::to_string(kept).ok(),
        created_at: now,
        expires_at: now.after(KEPT),
    };
    idempotency_keys::take(conn, &row).await?;
    Ok(())
}

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

//! The life of the signing keys: published, then signing, then retired, then gone. Every step is a guarded statement,
//! so any number of replicas, and the operator beside them, may try it at once: one does it.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::config;
use crate::crypto::keys::{self, KeySet, KeyState, UnusableKey};
use crate::crypto::seal::MasterKey;
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::model::client::SigningAlg;
use crate::state::Core;
use crate::store::tables::{domain_urls, signing_keys};

pub use crate::store::tables::signing_keys::SigningKey;

/// The signing keys at a start: those that are missing are made, what fell due meanwhile is done, and all are loaded.
///
/// # Errors
/// The database's, or [`Error::Internal`] when a key cannot be used, most often because the master key is another's;
/// then nothing was changed.
pub async fn ready(db: &Db, master_key: &MasterKey, keys: &config::Keys, now: Timestamp) -> Result<KeySet, Error> {
    let rows = list(db).await?;
    // Nothing may be added under a master key that does not open what is there.
    load(rows.clone(), master_key)?;
    for &alg in SigningAlg::ALL {
        if in_state(&rows, alg, KeyState::Current).is_none() {
            let row = make(alg, KeyState::Current, now, now, master_key).await?;
            db.change(async move |conn: &mut Conn| Ok(signing_keys::insert(conn, &row).await?)).await?;
        }
    }
    turn(db, master_key, keys, &list(db).await?, now).await?;
    load(list(db).await?, master_key)
}

/// Does what has fallen due, and puts the keys in force here that are in the database. Called every few seconds, so that
/// all replicas sign with a new key shortly after one of them let it.
///
/// # Errors
/// The database's, or [`Error::Internal`] when a key cannot be used; the keys in force stay then.
pub async fn keep(core: &Core) -> Result<(), Error> {
    let now = core.clock.now();
    let mut rows = list(&core.db).await?;
    let turned = turn(&core.db, &core.master_key, &core.config.keys, &rows, now).await?;
    let deleted = delete_retired(core, &rows, now).await?;
    if turned || deleted {
        rows = list(&core.db).await?;
    }
    let stored: Vec<_> = rows.into_iter().map(Into::into).collect();
    if !core.keys.get().is_of(&stored) {
        core.keys.replace(KeySet::new(stored, &core.master_key).map_err(told)?);
    }
    Ok(())
}

/// What the operator's rotation did about the keys of one algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The algorithm.
    pub alg: SigningAlg,
    /// The new key.
    pub kid: String,
    /// Since when the new key has been published.
    pub published_at: Timestamp,
    /// What it does.
    pub step: Step,
}

/// What a new key does after a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is published, and signs from this moment on.
    Waits(Timestamp),
    /// It signs; this key was retired.
    Signs {
        /// The key that signed before.
        retired: String,
    },
}

/// Publishes the next key of each algorithm now, if none is published yet; `at_once` lets it sign at once too, without
/// the time in which caches learn of it. Running servers notice by themselves. Without keys nothing is done.
///
/// # Errors
/// The database's, or [`Error::Internal`] when the master key does not open the keys.
pub async fn rotate(
    db: &Db,
    master_key: &MasterKey,
    keys: &config::Keys,
    now: Timestamp,
    at_once: bool,
) -> Result<Vec<Rotation>, Error> {
    load(list(db).await?, master_key)?;
    let mut rotations = Vec::new();
    for &alg in SigningAlg::ALL {
        let Some((current, next)) = pair(&list(db).await?, alg) else { continue };
        if next.is_none() {
            publish(db, master_key, &current, now.after(keys.publish_hours.duration()), now).await?;
        }
        let Some((current, Some(next))) = pair(&list(db).await?, alg) else { continue };
        let step = if at_once && promote(db, master_key, &current, &next, now).await? {
            Step::Signs { retired: current.kid }
        } else {
            Step::Waits(due(&next, keys))
        };
        rotations.push(Rotation { alg, kid: next.kid, published_at: next.published_at, step });
    }
    Ok(rotations)
}

/// Every key, the oldest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &Db) -> Result<Vec<SigningKey>, Error> {
    Ok(signing_keys::all(&mut db.read().await?).await?)
}

/// Whether the database holds anything that the master key sealed.
///
/// # Errors
/// The database's.
pub async fn holds_sealed(db: &Db) -> Result<bool, Error> {
    let mut conn = db.read().await?;
    Ok(!signing_keys::all(&mut conn).await?.is_empty() || domain_urls::any_sealed(&mut conn).await?)
}

/// Whether the master key opens this key and its parts belong together, whatever state it is in.
///
/// # Errors
/// What is wrong with it.
pub fn usable(row: &SigningKey, master_key: &MasterKey) -> Result<(), UnusableKey> {
    // Only keys that sign are opened when a set is made.
    let as_current = SigningKey { state: KeyState::Current, ..row.clone() };
    KeySet::new(vec![as_current.into()], master_key).map(drop)
}

/// When a key that signs ceases to, as the configuration stands.
pub fn signs_until(current: &SigningKey, keys: &config::Keys) -> Timestamp {
    current.signs_from.unwrap_or(current.published_at).after(keys.signing_days.duration())
}

/// Caches and other replicas may still take a key for the signing one so long after its retirement.
const LATE_SIGNATURES: Duration = Duration::from_secs(60);

fn load(rows: Vec<SigningKey>, master_key: &MasterKey) -> Result<KeySet, Error> {
    KeySet::new(rows.into_iter().map(Into::into).collect(), master_key).map_err(told)
}

fn told(why: UnusableKey) -> Error {
    tracing::error!(%why, "a signing key cannot be used");
    Error::Internal("a signing key cannot be used: does the master key belong to this database?")
}

fn in_state(rows: &[SigningKey], alg: SigningAlg, state: KeyState) -> Option<&SigningKey> {
    rows.iter().find(|row| row.alg == alg && row.state == state)
}

/// The key that signs with `alg`, and the one that is to.
fn pair(rows: &[SigningKey], alg: SigningAlg) -> Option<(SigningKey, Option<SigningKey>)> {
    let current = in_state(rows, alg, KeyState::Current)?;
    Some((current.clone(), in_state(rows, alg, KeyState::Next).cloned()))
}

/// From when on a published key signs.
fn due(next: &SigningKey, keys: &config::Keys) -> Timestamp {
    next.signs_from.unwrap_or_else(|| next.published_at.after(keys.publish_hours.duration()))
}

/// Publishes and promotes what is due; whether anything was. Another server may have done it first: then too `rows` are out
/// of date.
async fn turn(
    db: &Db,
    master_key: &MasterKey,
    keys: &config::Keys,
    rows: &[SigningKey],
    now: Timestamp,
) -> Result<bool, Error> {
    let mut was_due = false;
    for &alg in SigningAlg::ALL {
        let Some((current, next)) = pair(rows, alg) else { continue };
        let ends = signs_until(&current, keys);
        let published_for = keys.publish_hours.duration();
        match next {
            Some(next) if due(&next, keys) <= now => promote(db, master_key, &current, &next, now).await?,
            None if ends.before(published_for) <= now => {
                publish(db, master_key, &current, ends.max(now.after(published_for)), now).await?
            }
            _ => continue,
        };
        was_due = true;
    }
    Ok(was_due)
}

/// Publishes a new key that is to sign from `signs_from` on in the place of `current`; false when another did.
async fn publish(
    db: &Db,
    master_key: &MasterKey,
    current: &SigningKey,
    signs_from: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    let row = make(current.alg, KeyState::Next, now, signs_from, master_key).await?;
    let (kid, current) = (row.kid.clone(), current.kid.clone());
    let published = db.change(async move |conn: &mut Conn| {
        // While this key was being made, another may have been published and promoted already.
        Ok(signing_keys::holds_current(conn, &current).await? && signing_keys::insert(conn, &row).await?)
    });
    let published = published.await?;
    if published {
        tracing::info!(kid, %signs_from, "a new signing key is published");
    }
    Ok(published)
}

/// Lets `next` sign in the place of `current`; false when another did.
async fn promote(
    db: &Db,
    master_key: &MasterKey,
    current: &SigningKey,
    next: &SigningKey,
    now: Timestamp,
) -> Result<bool, Error> {
    usable(next, master_key).map_err(told)?;
    let (old, new) = (current.kid.clone(), next.kid.clone());
    let promoted = db.change(async move |conn: &mut Conn| {
        if !signing_keys::retire(conn, &old, now).await? {
            return Ok(false);
        }
        // An error, so that the old one is not left retired without a successor.
        if signing_keys::promote(conn, &new, now).await? { Ok(true) } else { Err(Error::StalePrecondition) }
    });
    match promoted.await {
        Ok(true) => {
            tracing::info!(kid = next.kid, retired = current.kid, "a new signing key signs");
            Ok(true)
        }
        Ok(false) | Err(Error::StalePrecondition) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Deletes the keys whose last token has expired; whether there were any.
async fn delete_retired(core: &Core, rows: &[SigningKey], now: Timestamp) -> Result<bool, Error> {
    let tokens = &core.config.tokens;
    let longest = tokens.access_token_seconds.duration().max(tokens.id_token_seconds.duration());
    let until = now.before(core.config.keys.retired_hours.duration().max(longest + LATE_SIGNATURES));
    let over = |row: &SigningKey| row.state == KeyState::Retired && row.retired_at.is_some_and(|at| at <= until);
    // A look at what was read anyway spares a transaction every few seconds.
    if !rows.iter().any(over) {
        return Ok(false);
    }
    let deleted = core.db.change(async move |conn: &mut Conn| Ok(signing_keys::delete_retired(conn, until).await?));
    Ok(deleted.await? > 0)
}

/// Makes a key, on a thread that may be busy for a while.
async fn make(
    alg: SigningAlg,
    state: KeyState,
    now: Timestamp,
    signs_from: Timestamp,
    master_key: &MasterKey,
) -> Result<SigningKey, Error> {
    let made = tokio::task::spawn_blocking(move || keys::generate(alg)).await;
    let key = made.ok().and_then(Result::ok).ok_or(Error::Internal("a signing key could not be made"))?;
    Ok(SigningKey {
        sealed_private_key: key.seal(master_key),
        kid: key.kid,
        alg,
        state,
        public_jwk: key.public_jwk,
        published_at: now,
        signs_from: Some(signs_from),
        retired_at: None,
    })
}

#[cfg(test)]
mod tests;

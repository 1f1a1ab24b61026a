//! Applying a file: one transaction, every objection at once, nothing written unless all is good.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::entries::{File, ScopeEntry};
use super::outcome::{MadeSecret, Outcome};
use super::reader::under;
use super::{client, file, people};
use crate::clock::Timestamp;
use crate::contract::{Contract, Patch};
use crate::crypto::password::PasswordHasher;
use crate::crypto::webhook_secret::WebhookSecret;
use crate::database::{Conn, Db};
use crate::error::{Error, FieldError};
use crate::id::UrlId;
use crate::manage::catalog;
use crate::manage::change::{Change, Permit};
use crate::manage::entitlement::Rules;
use crate::state::Core;
use crate::store::engine::savepoint;
use crate::{store, text};

/// How a file is applied.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Only say what would be done: everything is tried and undone.
    pub plan: bool,
    /// Set the passwords in the file also for accounts that have one.
    pub set_passwords: bool,
}

/// Seals the secret of a new webhook under the master key, or says why there is none. Asked only when a file makes one.
pub type Sealer = Arc<dyn Fn(&WebhookSecret, UrlId) -> Result<Vec<u8>, String> + Send + Sync>;

/// Brings the database of a running platform to what the file says, as [`apply_to`] does; its next request sees it.
///
/// # Errors
/// As [`apply_to`].
pub async fn apply(core: &Core, text: &str, options: Options) -> Result<Outcome, Error> {
    let rules = Rules::of(&core.config);
    let parts = core.clone();
    let seal: Sealer = Arc::new(move |secret, url| Ok(secret.seal(&parts.master_key, url)));
    let (db, passwords, now) = (&core.db, &core.passwords, core.clock.now());
    let platform = Platform { db, passwords, seal: &seal, rules: &rules, now };
    let outcome = apply_to(platform, text, options).await?;
    if outcome.everything {
        core.snapshots.forget_all();
    }
    outcome.touched().iter().for_each(|client| core.snapshots.forget(*client));
    Ok(outcome)
}

/// What a file is brought to, and held against.
#[derive(Clone, Copy)]
pub struct Platform<'p> {
    /// The database.
    pub db: &'p Db,
    /// Hashes the passwords of new accounts.
    pub passwords: &'p PasswordHasher,
    /// Seals the secrets of new webhooks.
    pub seal: &'p Sealer,
    /// What the configuration says.
    pub rules: &'p Rules,
    /// The time.
    pub now: Timestamp,
}

/// Brings the database to what the file says; tells what was done.
///
/// `text` is the file, TOML of at most [`super::MAX_BYTES`]. Servers that run beside hear of it.
///
/// # Errors
/// [`Error::Invalid`] with everything that stands against it, each with its path (`clients[0].domains[1].urls[0].url`) and
/// a message that begins with its line; nothing is written then. [`Error::Unavailable`] and the database's.
pub async fn apply_to(platform: Platform<'_>, text: &str, options: Options) -> Result<Outcome, Error> {
    let Platform { db, passwords, seal, rules, now } = platform;
    let (file, lines) = file::read(text, &rules.issuer)?;
    let hashes = people::hash_passwords(db, passwords, &file.users, options).await?;
    let (rules, seal) = (rules.clone(), Arc::clone(seal));
    let applied = db
        .change(async move |conn: &mut Conn| {
            if options.plan {
                savepoint::set(conn).await?;
            }
            let mut work = Work {
                change: Change::begin(conn, Permit::of_operator(), rules, now),
                seal,
                stated_ends: stated_ends(&file),
                errors: Vec::new(),
                made: Vec::new(),
            };
            let mut outcome = work.bring(&file, &hashes).await?;
            let Work { change, made, .. } = work;
            let changed = change.end(()).await?;
            outcome.everything = changed.touched_everything();
            let ((), events, touched) = changed.into_parts();
            outcome.planned = options.plan;
            outcome.events = events;
            outcome.touched = touched;
            outcome.secrets = made;
            if options.plan {
                savepoint::undo(conn).await?;
            }
            Ok(outcome)
        })
        .await;
    applied.map_err(|error| match error {
        Error::Invalid(errors) => Error::Invalid(lines.told(errors)),
        other => other,
    })
}

fn stated_ends(file: &File) -> BTreeSet<String> {
    let stated = file.users.iter().filter(|user| user.fields.names("plan_valid_until"));
    stated.map(|user| user.email.key().to_owned()).collect()
}

/// A file being applied.
pub(super) struct Work<'c> {
    pub(super) change: Change<'c>,
    pub(super) seal: Sealer,
    /// The accounts of which the file says when their plan ends, by the keys of their addresses.
    pub(super) stated_ends: BTreeSet<String>,
    pub(super) errors: Vec<FieldError>,
    pub(super) made: Vec<MadeSecret>,
}

impl Work<'_> {
    async fn bring(&mut self, file: &File, hashes: &people::Hashes) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        for entry in &file.scopes {
            self.bring_scope(entry).await?;
        }
        for entry in &file.users {
            if let Some(account) = people::bring(self, entry, hashes).await? {
                outcome.users.push(account);
            }
        }
        for entry in &file.clients {
            if let Some(client) = client::bring(self, entry).await? {
                outcome.clients.push(client);
            }
        }
        match std::mem::take(&mut self.errors) {
            errors if errors.is_empty() => Ok(outcome),
            errors => Err(Error::Invalid(errors)),
        }
    }

    /// Adds a scope to the catalog, or brings it to what the file says.
    async fn bring_scope(&mut self, entry: &ScopeEntry) -> Result<(), Error> {
        let fields = entry.fields.clone();
        let brought = match store::tables::scopes::find(self.change.conn, entry.name.as_str()).await? {
            Some(scope) => catalog::apply(&mut self.change, scope, fields).await,
            None => match self.change.take(fields.whole()) {
                Ok(settings) => catalog::insert(&mut self.change, entry.name.clone(), settings).await,
                Err(error) => Err(error),
            },
        };
        self.judge(&entry.path, brought).map(drop)
    }

    /// What a file says of what has this end. Export writes what is over as switched off: that says nothing of what it is.
    pub(super) fn of_ended<T: Contract + Clone>(&self, said: &Patch<T>, end: Option<Timestamp>) -> Patch<T> {
        let over = end.is_some_and(|end| end <= self.change.now);
        let stays = over && said.flag("active") == Some(false) && !said.names("expires_at");
        if stays { said.clone().without("active") } else { said.clone() }
    }

    /// What a use case gave; `None` after noting why it refused. Only what is no refusal stops the rest.
    pub(super) fn judge<T>(&mut self, path: &str, result: Result<T, Error>) -> Result<Option<T>, Error> {
        match self.change.settle(result) {
            Ok(value) => return Ok(Some(value)),
            Err(Error::Invalid(errors)) => self.errors.extend(errors.into_iter().map(|error| under(path, error))),
            Err(Error::Conflict(text) | Error::TooManyAtOnce(text)) => self.errors.push(text.at(path)),
            Err(Error::PlanRequired) => {
                self.errors.push(text!("plan_required").at(format!("{path}.owner")));
            }
            Err(error) => return Err(error),
        }
        Ok(None)
    }
}

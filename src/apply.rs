//! `xwms apply FILE`: brings the database to what a provisioning file says.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xwms_core::clock::Clock;
use xwms_core::config::Config;
use xwms_core::crypto::keys::KeyState;
use xwms_core::crypto::password::PasswordHasher;
use xwms_core::crypto::seal::MasterKey;
use xwms_core::database::{Db, Options as DbOptions};
use xwms_core::error::Error;
use xwms_core::key_rotation;
use xwms_core::manage::entitlement::Rules;
use xwms_core::provision::{self, MAX_BYTES, Options, Platform, Sealer};
use xwms_core::random;
use xwms_core::secret::Secret;

use crate::database::current;
use crate::output;
use crate::wire::{self, StartError, database_options};

/// What `apply` is told.
#[derive(Debug, clap::Args)]
pub struct ApplyArgs {
    /// The provisioning file (TOML, at most 1 MiB); - for standard input
    file: PathBuf,
    /// Only print what would change
    #[arg(long)]
    plan: bool,
    /// Print as JSON, with the generated secrets and all ids
    #[arg(long)]
    json: bool,
    /// Set the passwords of the file also for accounts that have one
    #[arg(long)]
    set_passwords: bool,
}

/// Applies the file and prints what changed.
///
/// # Errors
/// Everything that stands against the file, or why the database can't be used.
pub async fn run(config: Config, args: ApplyArgs) -> Result<(), StartError> {
    let (config, text) = (Arc::new(config), read(&args.file)?);
    // What is planned for a database that is not there yet is tried on one that goes with this command.
    let folder = tempfile::tempdir().map_err(|why| StartError(format!("there is no place for a plan: {why}")))?;
    let db = if args.plan { database_to_plan_on(&config, folder.path()).await? } else { database(&config).await? };
    let passwords = password_hasher(&config)?;
    let options = Options { plan: args.plan, set_passwords: args.set_passwords };
    let seal = sealer(&db, Arc::clone(&config), args.plan).await?;
    let (rules, now) = (Rules::of(&config), Clock::system().now());
    let platform = Platform { db: &db, passwords: &passwords, seal: &seal, rules: &rules, now };
    let applied = provision::apply_to(platform, text.expose(), options).await;
    let outcome = applied.map_err(|error| refused(&args.file, error))?;
    if args.json {
        return output::result(&format!("{:#}", outcome.json()));
    }
    output::result(&outcome.lines().join("\n"))
}

/// The database of this configuration, its schema brought up to date.
pub(crate) async fn database(config: &Config) -> Result<Db, StartError> {
    let opened = Db::open(&database_options(config)).await;
    opened.map_err(|error| StartError(format!("the database can't be opened: {error:?}")))
}

/// The database that is there, as it is; an empty one in `folder` when there is none.
async fn database_to_plan_on(config: &Config, folder: &Path) -> Result<Db, StartError> {
    let options = database_options(config);
    let there = options.url.strip_prefix("sqlite://").is_none_or(|path| Path::new(path).exists());
    if there {
        return current(config).await;
    }
    let url = format!("sqlite://{}", folder.join("plan.db").display());
    let opened = Db::open(&DbOptions { url, ..options }).await;
    opened.map_err(|error| StartError(format!("no database to plan on can be made: {error:?}")))
}

/// Seals under the master key, which is looked for, and made, as the server does it. A plan makes no file.
async fn sealer(db: &Db, config: Arc<Config>, plan: bool) -> Result<Sealer, StartError> {
    let read = |error: Error| StartError(format!("the database can't be read: {error:?}"));
    let has_keys = key_rotation::holds_sealed(db).await.map_err(read)?;
    let rows = key_rotation::list(db).await.map_err(read)?;
    Ok(Arc::new(move |secret, url| {
        let key = match wire::existing_master_key(&config, has_keys) {
            Ok(Some(key)) => Ok(key),
            Ok(None) if plan => Ok(MasterKey::from_bytes(&random::bytes())),
            Ok(None) => wire::master_key(&config, has_keys),
            Err(why) => Err(why),
        };
        let key = key.map_err(|why| why.0)?;
        for row in rows.iter().filter(|row| row.state != KeyState::Retired) {
            key_rotation::usable(row, &key).map_err(|why| format!("it is not that of this database: {why}"))?;
        }
        Ok(secret.seal(&key, url))
    }))
}

/// Hashes passwords as the server does.
pub(crate) fn password_hasher(config: &Config) -> Result<PasswordHasher, StartError> {
    let passwords = &config.passwords;
    let (threads, queue) = (passwords.threads.get() as usize, passwords.queue.get() as usize);
    PasswordHasher::new(passwords.cost(), threads, queue).map_err(|error| StartError(format!("passwords: {error}")))
}

/// Reads the file, and no more of it than is taken. It holds passwords.
fn read(path: &Path) -> Result<Secret<String>, StartError> {
    let failed = |error: std::io::Error| StartError(format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    let most = MAX_BYTES as u64 + 1;
    if path == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        std::fs::File::open(path).map_err(failed)?.take(most).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() > MAX_BYTES {
        return Err(StartError(format!("{}: a provisioning file has at most {} MiB", path.display(), MAX_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| StartError(format!("{}: this is not UTF-8", path.display())))?;
    Ok(Secret::new(text))
}

fn refused(path: &Path, error: Error) -> StartError {
    let Error::Invalid(errors) = error else {
        return StartError(format!("the file can't be applied; nothing was changed: {error:?}"));
    };
    let lines: Vec<String> =
        errors.iter().map(|error| format!("  {} ({}): {}", error.field, error.code(), error.message())).collect();
    StartError(format!("{} is refused; nothing was changed:\n{}", path.display(), lines.join("\n")))
}

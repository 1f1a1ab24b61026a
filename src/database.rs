//! The database for commands that look at it or change it as it is, and neither make nor migrate one.

use std::path::Path;

use xwms_core::config::Config;
use xwms_core::database::Db;
use xwms_core::database::health::{self, Schema};

use crate::wire::{StartError, database_options};

/// Opens the database that is there.
///
/// # Errors
/// When there is none, or it can't be reached.
pub async fn existing(config: &Config) -> Result<Db, StartError> {
    let options = database_options(config);
    // SQLite would make an empty file.
    if let Some(path) = options.url.strip_prefix("sqlite://")
        && !Path::new(path).exists()
    {
        return Err(StartError(format!("there is no database {path}: `xwms migrate` or the first start makes it")));
    }
    let db = Db::connect(&options).await.map_err(away)?;
    db.ping().await.map_err(away)?;
    Ok(db)
}

/// Opens the database that is there, when its schema is that of this program.
///
/// # Errors
/// As [`existing`]; also when it was never migrated, or by a newer program.
pub async fn current(config: &Config) -> Result<Db, StartError> {
    let db = existing(config).await?;
    let never = |_| StartError("the database was never migrated: `xwms migrate` or the first start does it".to_owned());
    let schema = health::schema(&mut db.read().await.map_err(away)?).await.map_err(never)?;
    if !schema.missing.is_empty() {
        return Err(StartError("the database's schema is that of an older program: run `xwms migrate`".to_owned()));
    }
    not_newer(&schema)?;
    Ok(db)
}

/// Goes on only when no newer program has changed the schema: what that relies on this one may break.
///
/// # Errors
/// The names of what this program does not know.
pub fn not_newer(schema: &Schema) -> Result<(), StartError> {
    if schema.unknown.is_empty() {
        return Ok(());
    }
    let unknown = schema.unknown.join(", ");
    Err(StartError(format!(
        "the database's schema is that of a newer program (it has run {unknown}): start that one, or bring back a backup \
         from before"
    )))
}

fn away(_: xwms_core::error::Error) -> StartError {
    StartError("the database can't be reached; the log says why".to_owned())
}

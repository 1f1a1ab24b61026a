//! `xwms migrate`: brings the schema up to date, and nothing else. `serve` does the same when it starts.

use xwms_core::config::Config;
use xwms_core::database;

use crate::output;
use crate::wire::{StartError, database_options};

/// Migrates the configured database; a SQLite file is made when it is absent.
///
/// # Errors
/// When the database can't be reached or a migration fails; the log says which.
pub async fn run(config: &Config) -> Result<(), StartError> {
    let migrated = database::migrate(&database_options(config)).await;
    migrated.map_err(|_| StartError("the database was not migrated; the log says why".to_owned()))?;
    output::message("The schema is up to date.");
    Ok(())
}

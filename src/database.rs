//! The database for commands that look at it or change it as it is, and neither make nor migrate one.

use std::path::Path;

use xwms_core::config::Config;
use xwms_core::database::Db;

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

fn away(_: xwms_core::error::Error) -> StartError {
    StartError("the database can't be reached; the log says why".to_owned())
}

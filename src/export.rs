//! `xwms export`: prints a provisioning file of what is in the database.

use xwms_core::clock::Clock;
use xwms_core::config::Config;
use xwms_core::provision;

use crate::database;
use crate::output;
use crate::wire::StartError;

/// What `export` is told: nothing.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {}

/// Prints all people and clients, without passwords and secrets' values.
///
/// # Errors
/// Why the database can't be read.
pub async fn run(config: Config, _: ExportArgs) -> Result<(), StartError> {
    let db = database::current(&config).await?;
    let exported = provision::export(&db, Clock::system().now()).await;
    output::result(&exported.map_err(|error| StartError(format!("the database can't be exported: {error:?}")))?)
}

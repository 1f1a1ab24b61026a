//! `xwms secret new`: makes a client secret for a provisioning file.

use clap::Subcommand;
use xwms_core::clock::Clock;
use xwms_core::config::Config;
use xwms_core::crypto::credential::{Credential, Kind};

use crate::output;
use crate::wire::StartError;

/// What `secret` is told.
#[derive(Debug, clap::Args)]
pub struct SecretArgs {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    /// Print a new client secret, and nothing else
    New,
}

/// Prints a new secret alone. It is stored nowhere.
///
/// # Errors
/// When it can't be written.
pub async fn run(_: Config, args: SecretArgs) -> Result<(), StartError> {
    match args.command {
        SecretCommand::New => {
            let made = Credential::generate(Kind::ClientSecret, Clock::system().now());
            output::result(made.text().expose())
        }
    }
}

//! `xwms token new`: makes an API token for somebody, for the machine they deploy from.

use clap::Subcommand;
use serde_json::{Map, json};
use xwms_core::clock::Clock;
use xwms_core::config::Config;
use xwms_core::contract::Patch;
use xwms_core::error::Error;
use xwms_core::id::ClientId;
use xwms_core::manage::entitlement::Rules;
use xwms_core::manage::tokens::{self, Whose};

use crate::database;
use crate::output;
use crate::wire::StartError;

/// What `token` is told.
#[derive(Debug, clap::Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token and print it, and nothing else
    New(NewArgs),
}

#[derive(Debug, clap::Args)]
struct NewArgs {
    /// The account it acts for
    #[arg(long)]
    user: String,
    /// The only client it is good for; without one it is a token of the account
    #[arg(long)]
    client: Option<ClientId>,
    /// What it permits, such as domains:read, once for each; without one, all that its maker may at the moment of use
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<String>,
    /// What people call it
    #[arg(long)]
    label: Option<String>,
    /// When it ends, RFC 3339
    #[arg(long)]
    expires_at: Option<String>,
}

/// Makes a token in the database, and prints it alone.
///
/// # Errors
/// Why it can't be made.
pub async fn run(config: Config, args: TokenArgs) -> Result<(), StartError> {
    let TokenCommand::New(new) = args.command;
    let (db, rules) = (database::current(&config).await?, Rules::of(&config));
    let mut members = Map::new();
    if !new.permissions.is_empty() {
        members.insert("permissions".to_owned(), json!(new.permissions));
    }
    for (name, given) in [("label", new.label), ("expires_at", new.expires_at)] {
        members.extend(given.map(|text| (name.to_owned(), json!(text))));
    }
    let whose = Whose { email: new.user, client: new.client };
    let made = tokens::create_for(&db, &rules, Clock::system().now(), &whose, Patch::new(members)).await;
    output::result(made.map_err(|error| explain(&error))?.expose())
}

fn explain(error: &Error) -> StartError {
    StartError(match error {
        Error::Invalid(errors) => {
            let lines = errors.iter().map(|error| format!("{}: {}", error.field, error.message()));
            lines.collect::<Vec<_>>().join("; ")
        }
        Error::NotFound(what) => format!("there is no such {what}"),
        Error::Refused(message) | Error::Conflict(message) => message.to_string(),
        error => format!("the token can't be made: {error:?}"),
    })
}

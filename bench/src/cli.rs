//! The command line.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::drive::{self, DriveArgs};
use crate::failure::Failure;
use crate::floor::{self, FloorArgs};
use crate::run::{self, RunArgs};
use crate::seed::{self, SeedArgs};

/// Measures XWMS beside floors
#[derive(Debug, Parser)]
#[command(name = "xwms-bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start XWMS and the floors, drive both in turn, and print one table
    Run(RunArgs),
    /// Drive any authorization server that has a discovery document
    Drive(Box<DriveArgs>),
    /// Fill an XWMS database with clients, people and refresh tokens
    Seed(SeedArgs),
    /// Serve the floors alone
    Floor(FloorArgs),
}

/// Runs what the arguments of the process ask for.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("xwms-bench: there is no thread to run on: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let ended = tokio::task::LocalSet::new().block_on(&runtime, dispatch(cli.command));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("xwms-bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(args) => run::run(args).await,
        Command::Drive(args) => drive::run(*args).await,
        Command::Seed(args) => seed::run(args).await,
        Command::Floor(args) => floor::serve(args).await,
    }
}

/// A line about how it goes, on standard error.
pub(crate) fn say(line: &str) {
    // Whoever closed it does not want to know.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A result, on standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

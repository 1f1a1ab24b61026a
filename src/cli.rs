//! The command line. Results go to standard output, messages and logs to standard error; the exit status is 0, 1 when
//! a command failed, and 2 when it was not understood.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xwms_core::clock::Clock;
use xwms_core::config::{Config, ConfigError};

use crate::apply::{self, ApplyArgs};
#[cfg(feature = "demo")]
use crate::demo::{self, DemoArgs};
use crate::doctor::{self, DoctorArgs};
use crate::export::{self, ExportArgs};
use crate::keys::{self, KeysArgs};
use crate::secret::{self, SecretArgs};
use crate::token::{self, TokenArgs};
use crate::user::{self, UserArgs};
use crate::wire::{self, StartError};
use crate::{listener, log, migrate, only_server, openapi, output, serve};

/// OAuth 2.1 and OpenID Connect authorization server
#[derive(Debug, Parser)]
#[command(name = "xwms", version)]
struct Cli {
    /// Read settings from this TOML file; XWMS__SECTION__KEY in the environment goes above it
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (what `xwms` alone does)
    Serve,
    /// Serve a throw-away platform with a partner, two people and a sample site
    #[cfg(feature = "demo")]
    Demo(DemoArgs),
    /// Bring the database's schema up to date
    Migrate,
    /// Manage accounts
    User(UserArgs),
    /// Bring the database to what a provisioning file says
    Apply(ApplyArgs),
    /// Print a provisioning file of what is in the database
    Export(ExportArgs),
    /// Show and rotate the signing keys
    Keys(KeysArgs),
    /// Make client secrets
    Secret(SecretArgs),
    /// Make API tokens
    Token(TokenArgs),
    /// Print the OpenAPI document of the management API
    Openapi,
    /// Check this installation
    Doctor(DoctorArgs),
    /// The sample site of `demo`, in a process of its own
    #[cfg(feature = "demo")]
    #[command(hide = true)]
    DemoPartnerSite,
}

/// Runs what the arguments of the process ask for.
pub fn run() -> ExitCode {
    // On its own, this prints help or usage and ends the process with 0 or 2.
    let cli = Cli::parse();
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::message(&format!("xwms: there are no threads to run on: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::message(&format!("xwms: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// A thread for each processor that this process may use. Where there is one only, tasks need not be ready to move.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let alone = std::thread::available_parallelism().is_ok_and(|processors| processors.get() == 1);
    let mut builder =
        if alone { tokio::runtime::Builder::new_current_thread() } else { tokio::runtime::Builder::new_multi_thread() };
    builder.enable_all().build()
}

async fn dispatch(cli: Cli) -> Result<(), StartError> {
    let file = cli.config.as_deref();
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(configured(file)?).await,
        #[cfg(feature = "demo")]
        Command::Demo(args) => demo::run(file, args).await,
        Command::Migrate => migrate::run(&configured(file)?).await,
        Command::User(args) => user::run(configured(file)?, args).await,
        Command::Apply(args) => apply::run(configured(file)?, args).await,
        Command::Export(args) => export::run(configured(file)?, args).await,
        Command::Keys(args) => keys::run(&configured(file)?, args).await,
        Command::Secret(args) => secret::run(configured(file)?, args).await,
        Command::Token(args) => token::run(configured(file)?, args).await,
        Command::Openapi => openapi::run(),
        Command::Doctor(args) => doctor::run(load(file), args).await,
        #[cfg(feature = "demo")]
        Command::DemoPartnerSite => demo::partner_site().await,
    }
}

fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    Config::load(file, environment())
}

/// The environment, as far as it is text: nothing else can be a setting of ours.
pub(crate) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The configuration, with the log started as it says.
fn configured(file: Option<&Path>) -> Result<Config, StartError> {
    let config = load(file).map_err(|why| StartError(why.to_string()))?;
    log::start(&config.log)?;
    Ok(config)
}

async fn serve(config: Config) -> Result<(), StartError> {
    // First of all, so that a second server touches nothing that the first one uses.
    let listener = listener::bind(config.server.listen, "server.listen").await?;
    let _only = only_server::hold(&config)?;
    let core = wire::core(config, Clock::system()).await?;
    let issuer = core.config.server.issuer();
    tracing::info!(address = %core.config.server.listen, issuer, "serving");
    serve::serve(core, listener, serve::stop_signal()).await.map_err(|error| metrics_refused(&error))
}

/// What [`serve::serve`] fails with.
pub(crate) fn metrics_refused(error: &std::io::Error) -> StartError {
    StartError(format!("cannot listen for metrics: {error}; server.metrics_listen changes the address"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serving_is_what_the_program_does_alone() {
        let cli = Cli::try_parse_from(["xwms"]).unwrap();
        assert!(cli.command.is_none() && cli.config.is_none());
        let cli = Cli::try_parse_from(["xwms", "serve", "--config", "xwms.toml"]).unwrap();
        assert_eq!(cli.config.as_deref(), Some(Path::new("xwms.toml")));
    }

    #[test]
    fn what_is_not_understood_is_usage() {
        let rows: [&[&str]; 5] = [&["nothing"], &["keys"], &["keys", "lose"], &["serve", "--port", "80"], &["apply"]];
        for arguments in rows {
            let error = Cli::try_parse_from([&["xwms"], arguments].concat()).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{arguments:?}");
        }
        let help = Cli::try_parse_from(["xwms", "--help"]).unwrap_err();
        assert_eq!((help.kind(), help.exit_code()), (ErrorKind::DisplayHelp, 0));
    }

    #[cfg(feature = "demo")]
    #[test]
    fn the_inner_command_of_the_demo_is_not_shown() {
        assert!(!Cli::command().render_help().to_string().contains("demo-partner-site"));
    }
}

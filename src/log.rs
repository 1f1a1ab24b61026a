//! The log: one line an event on standard error, for people or for programs.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use xwms_core::config::{Log, LogFormat};

use crate::wire::StartError;

/// Sends the log where `config` says, for the rest of the process.
///
/// # Errors
/// When the filter can't be read, or a log has been started already.
pub fn start(config: &Log) -> Result<(), StartError> {
    let filter =
        EnvFilter::try_new(&config.filter).map_err(|why| StartError(format!("log.filter {}: {why}", config.filter)))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let started = match config.format {
        LogFormat::Text => log.with_ansi(stderr().is_terminal()).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(|why| StartError(format!("the log can't be started: {why}")))
}

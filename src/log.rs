//! The log: one line an event on standard error, for people or for programs.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use xwms_core::config::{Log, LogFormat};

use crate::wire::StartError;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Whether a part of the filter says something. A word that is no level would be taken for a crate, whose log is all that
/// is left then.
fn is_directive(word: &str) -> bool {
    let is_level = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
    match word.rsplit_once('=') {
        // With a span or a field in it, its own reader judges.
        _ if word.contains('[') => true,
        Some((target, level)) => !target.is_empty() && is_level(level),
        None => is_level(word) || word.starts_with("xwms"),
    }
}

/// Sends the log where `config` says, for the rest of the process.
///
/// # Errors
/// When the filter can't be read, or a log has been started already.
pub fn start(config: &Log) -> Result<(), StartError> {
    if let Some(word) = config.filter.split(',').map(str::trim).find(|word| !is_directive(word)) {
        return Err(StartError(format!(
            "log.filter {}: {word:?} is neither a level ({}) nor one of a crate of ours, such as xwms_core=debug",
            config.filter,
            LEVELS.join(", ")
        )));
    }
    let filter =
        EnvFilter::try_new(&config.filter).map_err(|why| StartError(format!("log.filter {}: {why}", config.filter)))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let started = match config.format {
        LogFormat::Text => log.with_ansi(stderr().is_terminal()).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(|why| StartError(format!("the log can't be started: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f_18_a_word_that_is_neither_a_level_nor_a_crate_of_ours_is_none() {
        for word in ["info", "WARN", "off", "xwms_core", "xwms_core=debug", "hyper=warn", "info[request{id=7}]"] {
            assert!(is_directive(word), "{word}");
        }
        for word in ["warning", "", "inf", "xwms_core=verbose", "=info", "hyper"] {
            assert!(!is_directive(word), "{word}");
        }
        let refused = start(&Log { format: LogFormat::Text, filter: "warning".to_owned() }).unwrap_err().to_string();
        assert!(refused.contains("\"warning\" is neither a level (off, error, warn, info, debug, trace)"), "{refused}");
    }
}

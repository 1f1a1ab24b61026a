//! One server on one SQLite database: a second one would not hear of what the first one writes.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;

use xwms_core::config::Config;

use crate::wire::StartError;

/// Holds the database for this server. It ends with the process, however that ends.
#[derive(Debug)]
pub(crate) struct OnlyServer {
    _lock: Option<File>,
}

/// Takes the database's lock, a file beside it; nothing is to be taken for PostgreSQL, which serves many.
///
/// # Errors
/// When another server has it, or it can't be made.
pub(crate) fn hold(config: &Config) -> Result<OnlyServer, StartError> {
    let Some(path) = config.database.url.expose().strip_prefix("sqlite://") else {
        return Ok(OnlyServer { _lock: None });
    };
    let lock = PathBuf::from(format!("{path}.lock"));
    let failed = |why: std::io::Error| StartError(format!("{} can't be locked: {why}", lock.display()));
    if let Some(folder) = lock.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        xwms_core::database::make_folder(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&lock).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(OnlyServer { _lock: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(StartError(format!(
            "another server uses the database {path}: stop it first, or move to PostgreSQL, which serves several"
        ))),
        Err(TryLockError::Error(why)) => Err(failed(why)),
    }
}

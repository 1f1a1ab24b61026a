//! Mail as files, for development and tests.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::clock::Timestamp;
use crate::random;

/// Tells apart, in order, what this process writes within one millisecond.
static WRITTEN: AtomicU32 = AtomicU32::new(0);

/// Writes a message to a file that is there whole or not at all and that only its owner reads; names sort by time. The
/// folder is made when it is absent.
///
/// # Errors
/// The file system's.
pub(super) async fn write(folder: Arc<PathBuf>, now: Timestamp, message: Vec<u8>) -> io::Result<()> {
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let random = u64::from_be_bytes(random::bytes());
    let name = format!("{:013}-{number:010}-{random:016x}", now.milliseconds());
    tokio::task::spawn_blocking(move || write_now(&folder, &name, &message)).await.map_err(io::Error::other)?
}

fn write_now(folder: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(format!(".{name}"));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    let written = file
        .write_all(message)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&unfinished, folder.join(format!("{name}.eml"))));
    if written.is_err() {
        // It may hold a link, and nobody will look for it under this name; the first error is the one to tell.
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

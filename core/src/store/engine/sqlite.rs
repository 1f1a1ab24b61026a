//! How a file of SQLite is made and opened.

use deadpool::managed::QueueMode;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};

use crate::error::Error;
use crate::store::engine::conn::{Options, SqliteConn, failed, observed};

/// The path in a `sqlite://` URL; `None` for another kind of database.
pub(in crate::store) fn path(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite://")
}

pub(in crate::store) fn setup(options: &Options) -> String {
    format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        options.wait.as_millis()
    )
}

pub(in crate::store) fn pool(
    path: &str,
    options: &Options,
    size: usize,
    more: &str,
) -> Result<Pool<SqliteConn>, Error> {
    let setup = setup(options) + more;
    let mut config = ManagerConfig::<SqliteConn>::default();
    config.recycling_method = RecyclingMethod::Fast;
    let statements = options.statements.clone();
    config.custom_setup = Box::new(move |path| {
        let (path, setup, statements) = (path.to_owned(), setup.clone(), statements.clone());
        Box::pin(async move {
            let mut conn = SqliteConn::establish(&path).await?;
            conn.batch_execute(&setup).await.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok(observed(conn, statements))
        })
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(path, config))
        .max_size(size)
        // The last one used is the readiest: its statements are prepared, and its copy of the pages is current.
        .queue_mode(QueueMode::Lifo)
        .build()
        .map_err(|why| failed("no pool", &why))
}

/// Makes a folder that only its owner can look into; one that is there stays as it is.
pub fn make_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the database's file, readable by its owner alone, when it is absent: SQLite gives its other files the same mode.
pub(in crate::store) fn make_private(path: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

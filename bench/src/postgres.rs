//! A throw-away PostgreSQL cluster, as durable as PostgreSQL is by default: on loopback, owned by an unprivileged user,
//! gone with this process.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::cores::Cores;
use crate::failure::Failure;
use crate::platform::free_address;
use crate::process::Process;

/// The user that runs the cluster when this runs as root, which PostgreSQL refuses.
const NOBODY: &str = "65534";
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running cluster.
pub(crate) struct Cluster {
    // Ended before its folder goes.
    pub(crate) process: Process,
    _folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Makes and starts one on the servers' core; `None` where PostgreSQL's programs are missing.
    pub(crate) async fn start(cores: Cores) -> Result<Option<Self>, Failure> {
        let Some(programs) = programs() else { return Ok(None) };
        let folder = tempfile::Builder::new().prefix("xwms-bench-postgres-").tempdir()?;
        let as_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        if as_root {
            Command::new("chown").arg(NOBODY).arg(folder.path()).status()?;
        }
        let (data, port) = (folder.path().join("data"), free_address()?.port());
        let program = |name: &str| {
            let program = programs.join(name);
            let mut command = Command::new(if as_root { "setpriv".as_ref() } else { program.as_os_str() });
            if as_root {
                command
                    .args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups"])
                    .arg(program);
            }
            command.current_dir(folder.path());
            command
        };
        let mut initdb = program("initdb");
        initdb.arg("-D").arg(&data).args(["-U", "xwms", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        let made = initdb.stdin(Stdio::null()).output()?;
        if !made.status.success() {
            return Err(Failure::of("initdb", String::from_utf8_lossy(&made.stderr)));
        }
        let mut postgres = program("postgres");
        postgres.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        postgres.arg("-c").arg(format!("unix_socket_directories={}", folder.path().display()));
        let process = Process::start(cores, &postgres, "INT", &folder.path().join("log"))?;
        let mut cluster = Self { process, _folder: folder, port };
        let deadline = Instant::now() + PATIENCE;
        while cluster.execute("SELECT 1").await.is_err() {
            if cluster.process.has_ended() || Instant::now() > deadline {
                return Err(Failure::of("PostgreSQL does not start", cluster.process.said()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Some(cluster))
    }

    /// A fresh, empty database; its URL.
    pub(crate) async fn database(&self, name: &str) -> Result<String, Failure> {
        self.execute(&format!("CREATE DATABASE {name}")).await?;
        Ok(self.url(name))
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://xwms@127.0.0.1:{}/{database}", self.port)
    }

    async fn execute(&self, statement: &str) -> Result<(), Failure> {
        let (client, connection) = tokio_postgres::connect(&self.url("postgres"), NoTls).await?;
        let connection = tokio::spawn(connection);
        client.batch_execute(statement).await?;
        drop(client);
        // What failed on the connection failed at the statement.
        let _ = connection.await;
        Ok(())
    }
}

/// The folder of PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged.map(|version| version.path().join("bin"));
    on_path.chain(packaged).find(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).exists()))
}

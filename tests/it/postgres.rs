//! A throw-away PostgreSQL cluster for this run of the tests: on loopback, owned by an unprivileged user, gone with the
//! process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The user that runs the cluster when the tests run as root, which PostgreSQL refuses.
const NOBODY: &str = "65534";

struct Cluster {
    port: u16,
    programs: PathBuf,
    folder: PathBuf,
    // Its standard input keeps the cluster alive: when this process ends, however it does, the cluster ends.
    _keeper: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URL of a fresh, empty database; `None` where PostgreSQL's programs are missing, which is said once.
pub fn fresh_database() -> Option<String> {
    let cluster = CLUSTER.get_or_init(start).as_ref()?;
    let name = format!("xwms_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
    cluster.run("createdb", &[&name]);
    Some(cluster.url(&name))
}

impl Cluster {
    fn url(&self, database: &str) -> String {
        format!("postgres://xwms@127.0.0.1:{}/{database}", self.port)
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let port = self.port.to_string();
        let output = Command::new(self.programs.join(program))
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "xwms"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn start() -> Option<Cluster> {
    let Some(programs) = programs() else {
        crate::skipped("PostgreSQL", "its programs (initdb, postgres) are not installed");
        return None;
    };
    let folder = tempfile::Builder::new().prefix("xwms-postgres-").tempdir().unwrap().keep();
    let as_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if as_root {
        let owned = Command::new("chown").arg(NOBODY).arg(&folder).status().unwrap();
        assert!(owned.success());
    }
    let port = crate::free_port();
    let script = script(&programs, &folder, port, as_root);
    let mut keeper =
        Command::new("sh").arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "started\n", "the cluster did not start: see {}/log", folder.display());
    let cluster = Cluster { port, programs, folder, _keeper: keeper };
    for _ in 0..600 {
        let ready = Command::new(cluster.programs.join("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status();
        if ready.is_ok_and(|status| status.success()) {
            return Some(cluster);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the cluster does not answer: see {}/log", cluster.folder.display());
}

/// Makes and runs a cluster until standard input ends, then removes it.
fn script(programs: &Path, folder: &Path, port: u16, as_root: bool) -> String {
    let (programs, folder) = (programs.display(), folder.display());
    let lower =
        if as_root { format!("setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups ") } else { String::new() };
    format!(
        "cd {folder} || exit 1; \
         {lower}{programs}/initdb -D {folder}/data -U xwms -A trust -E UTF8 --no-sync >{folder}/log 2>&1 || exit 1; \
         {lower}{programs}/postgres -D {folder}/data -p {port} -c listen_addresses=127.0.0.1 \
         -c unix_socket_directories={folder} -c max_connections=300 -c fsync=off </dev/null >>{folder}/log 2>&1 & \
         server=$!; echo started; cat >/dev/null; kill -INT $server; wait $server; rm -rf {folder}"
    )
}

/// The folder of PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged.map(|version| version.path().join("bin"));
    // Some packages link only a few of them into the path.
    let needed = ["initdb", "postgres", "pg_isready", "createdb"];
    on_path.chain(packaged).find(|folder| needed.iter().all(|program| folder.join(program).exists()))
}

/// Says on the terminal, past the test runner's capture, what was left out.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

//! Throw-away PostgreSQL clusters for this run of the tests: on loopback, owned by an unprivileged user, gone with the
//! process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The user that runs the clusters when the tests run as root, which PostgreSQL refuses.
const NOBODY: &str = "65534";

/// One server with its data.
pub struct Cluster {
    pub port: u16,
    programs: PathBuf,
    folder: PathBuf,
    // Its standard input keeps the cluster alive: when this process ends, however it does, the cluster ends.
    keeper: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URL of a fresh, empty database; `None` where PostgreSQL's programs are missing, which is said once.
pub fn fresh_database() -> Option<String> {
    let cluster = CLUSTER.get_or_init(|| Cluster::start("PostgreSQL", &[], &["-c", "fsync=off"])).as_ref()?;
    let name = format!("xwms_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
    cluster.run("createdb", &[&name]);
    Some(cluster.url(&name))
}

/// What `pg_dump` says of a database that `fresh_database` gave.
pub fn dump(url: &str) -> String {
    let cluster = CLUSTER.get().and_then(Option::as_ref).unwrap();
    let name = url.rsplit('/').next().unwrap();
    cluster.run("pg_dump", &["--no-owner", "--no-privileges", "--rows-per-insert=1000", name])
}

impl Cluster {
    /// A new, empty one. `None` where its programs, or `more` of them, are missing, which `what` is said to need.
    pub fn start(what: &str, more: &[&str], settings: &[&str]) -> Option<Self> {
        let needed = [&["initdb", "postgres", "pg_isready", "createdb"], more].concat();
        let Some(programs) = programs(&needed) else {
            crate::skipped(what, &format!("PostgreSQL's programs ({}) are not installed", needed.join(", ")));
            return None;
        };
        Some(Self::make(&programs, "initdb -U xwms -A trust -E UTF8 --no-sync", settings))
    }

    /// A standby of this one: it follows, and can take its place.
    pub fn standby(&self, settings: &[&str]) -> Self {
        let source = format!("-h 127.0.0.1 -p {} -U xwms", self.port);
        let copy = format!("pg_basebackup {source} --write-recovery-conf --checkpoint=fast --no-sync");
        Self::make(&self.programs, &copy, settings)
    }

    /// Makes the data with one of PostgreSQL's programs, and starts the server on it.
    fn make(programs: &Path, maker: &str, settings: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("xwms-postgres-").tempdir().unwrap().keep();
        let as_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        if as_root {
            let owned = Command::new("chown").arg(NOBODY).arg(&folder).status().unwrap();
            assert!(owned.success());
        }
        let port = crate::free_port();
        let script = script(programs, &folder, maker, port, as_root);
        let mut keeper = Command::new("sh");
        keeper.arg("-c").arg(script).arg("sh").args(settings);
        let mut keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let cluster = Self { port, programs: programs.to_owned(), folder, keeper };
        assert_eq!(line, "started\n", "the cluster did not start: {}", cluster.log());
        for _ in 0..600 {
            let ready = Command::new(cluster.programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
                .status();
            if ready.is_ok_and(|status| status.success()) {
                return cluster;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the cluster does not answer: {}", cluster.log());
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://xwms@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs one of PostgreSQL's programs on it, and returns what it printed.
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        let port = self.port.to_string();
        let output = Command::new(self.programs.join(program))
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "xwms"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Kills the server and every process of it where they stand, as when their machine is lost.
    pub fn kill(&self) {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let postmaster: u32 = pid.lines().next().unwrap().parse().unwrap();
        // Stopped, it makes no further processes while the list of them is taken.
        signal("-STOP", &[postmaster]);
        let mut all: Vec<u32> =
            processes().filter(|process| process.parent == postmaster).map(|child| child.pid).collect();
        assert!(all.len() > 4, "a server has processes: {all:?}");
        all.push(postmaster);
        signal("-KILL", &all);
        while processes().any(|process| all.contains(&process.pid) && !process.has_ended) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// What the server said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Makes and runs a cluster with the script's arguments until standard input ends, then removes it.
fn script(programs: &Path, folder: &Path, maker: &str, port: u16, as_root: bool) -> String {
    let (programs, folder) = (programs.display(), folder.display());
    let lower =
        if as_root { format!("setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups ") } else { String::new() };
    format!(
        "cd {folder} || exit 1; \
         {lower}{programs}/{maker} -D {folder}/data >{folder}/log 2>&1 || exit 1; \
         {lower}{programs}/postgres -D {folder}/data -p {port} -c listen_addresses=127.0.0.1 \
         -c unix_socket_directories={folder} -c max_connections=300 \"$@\" </dev/null >>{folder}/log 2>&1 & \
         server=$!; echo started; cat >/dev/null; kill -QUIT $server 2>/dev/null; wait $server; rm -rf {folder}"
    )
}

struct Process {
    pid: u32,
    parent: u32,
    has_ended: bool,
}

/// All processes of this machine.
fn processes() -> impl Iterator<Item = Process> {
    let list = Command::new("ps").args(["-A", "-o", "pid=,ppid=,stat="]).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let read = |line: &str| {
        let mut words = line.split_whitespace();
        let mut word = || words.next().unwrap().to_owned();
        Process { pid: word().parse().unwrap(), parent: word().parse().unwrap(), has_ended: word().starts_with('Z') }
    };
    list.lines().map(read).collect::<Vec<_>>().into_iter()
}

fn signal(name: &str, processes: &[u32]) {
    // One that has just ended by itself is no failure.
    let _ = Command::new("kill").arg(name).args(processes.iter().map(u32::to_string)).stderr(Stdio::null()).status();
}

/// The folder of PostgreSQL's programs.
fn programs(needed: &[&str]) -> Option<PathBuf> {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged.map(|version| version.path().join("bin"));
    // Some packages link only a few of them into the path.
    on_path.chain(packaged).find(|folder| needed.iter().all(|program| folder.join(program).exists()))
}

/// Says on the terminal, past the test runner's capture, what was left out.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

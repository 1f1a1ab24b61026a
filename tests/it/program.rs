//! The program as a process: its exit status, what it writes where, and the demo from start to end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// The program with nothing set in the environment but where temporary data goes.
fn xwms(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xwms"));
    command.args(arguments).env_clear().env("TMPDIR", folder).current_dir(folder).stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    xwms(folder, arguments).output().unwrap()
}

/// A running demo and the addresses it has printed.
struct Demo {
    process: Child,
    xwms: String,
    site: String,
}

impl Demo {
    fn start(folder: &Path) -> Self {
        let arguments = ["demo", "--listen", "127.0.0.1:0", "--partner-listen", "127.0.0.1:0"];
        let mut process = xwms(folder, &arguments).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let told: Vec<String> = lines.take_while(|line| !line.contains("Ctrl-C")).collect();
        let address = |name: &str| {
            let line =
                told.iter().find(|line| line.trim_start().starts_with(name)).unwrap_or_else(|| panic!("{told:?}"));
            line.split_whitespace().find_map(|word| word.strip_prefix("http://")).unwrap().to_owned()
        };
        Self { xwms: address("XWMS"), site: address("Analytical Engines"), process }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

fn status_of_health(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

fn falls_silent(address: &str) -> bool {
    (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        TcpStream::connect(address).is_err()
    })
}

#[test]
fn st_10_the_demo_serves_until_a_signal_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path());
    for address in [&demo.xwms, &demo.site] {
        assert!(address.starts_with("127.0.0.1:"), "{address}");
        assert_eq!(status_of_health(address), "HTTP/1.1 200 OK");
    }

    demo.signal("-TERM");
    assert!(demo.process.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(falls_silent(&demo.site) && falls_silent(&demo.xwms));
}

#[test]
fn the_sample_site_ends_when_its_demo_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path());
    demo.signal("-KILL");
    demo.process.wait().unwrap();
    assert!(falls_silent(&demo.site));
}

#[test]
fn the_exit_status_tells_failure_from_misuse() {
    let folder = tempfile::tempdir().unwrap();
    let rows: [(&[&str], i32); 6] = [
        (&["--version"], 0),
        (&["secret", "new"], 0),
        (&["keys", "list"], 1),
        (&["doctor"], 1),
        (&["--config", "absent.toml", "migrate"], 1),
        (&["serve", "--port", "80"], 2),
    ];
    for (arguments, status) in rows {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
        // Only what failed has something to say beside its result.
        assert_eq!(output.stderr.is_empty(), status == 0, "{arguments:?}: {output:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_migrated_passes_the_doctor_and_a_new_secret_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let migrated = run(folder.path(), &["migrate"]);
    assert!(migrated.status.success() && migrated.stdout.is_empty(), "{migrated:?}");
    let doctor = run(folder.path(), &["doctor"]);
    let told = String::from_utf8(doctor.stdout).unwrap();
    assert!(doctor.status.success(), "{told}");
    assert!(told.contains("OK    schema: it is up to date\n"), "{told}");

    // A seal that was kept elsewhere is looked for; here is none.
    let doctor = run(folder.path(), &["doctor", "--seal", &"0".repeat(64)]);
    let told = String::from_utf8(doctor.stdout).unwrap();
    assert_eq!(doctor.status.code(), Some(1), "{told}");
    assert!(told.contains("FAIL  audit log: the chain does not have the seal that you kept"), "{told}");

    let secret = String::from_utf8(run(folder.path(), &["secret", "new"]).stdout).unwrap();
    assert!(secret.starts_with("xwms_sk_") && secret.ends_with('\n') && secret.lines().count() == 1);
}

#[test]
fn a_plan_is_set_for_an_account_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let ada = "ada@example.test";
    assert!(run(folder.path(), &["user", "create", ada]).status.success());
    for (arguments, status) in [
        (&["user", "plan", ada, "paid", "--until", "2040-01-31T12:00:00Z"][..], 0),
        (&["user", "plan", ada, "free"], 0),
        (&["user", "plan", "nobody@example.test", "paid"], 1),
        (&["user", "plan", ada, "paid", "--until", "tomorrow"], 1),
        (&["user", "plan", ada, "golden"], 2),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
    }
}

#[test]
fn a_token_for_somebody_needs_no_permission_to_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let ada = "ada@example.test";
    let client = "client_01jd3v8m1efb9rkyq9wzvw2x4a";
    let file = format!(
        "[[users]]\nemail = {ada:?}\nplan = \"paid\"\n[[clients]]\nid = {client:?}\nowner = {ada:?}\nname = \"Engines\"\n"
    );
    std::fs::write(folder.path().join("platform.toml"), file).unwrap();
    assert!(run(folder.path(), &["apply", "platform.toml"]).status.success());
    for more in [&[][..], &["--client", client], &["--client", client, "--permission", "domains:read"]] {
        let made = run(folder.path(), &[&["token", "new", "--user", ada], more].concat());
        let text = String::from_utf8(made.stdout.clone()).unwrap();
        assert!(made.status.success() && text.starts_with("xwms_pat_") && text.lines().count() == 1, "{made:?}");
    }
    let refused =
        run(folder.path(), &["token", "new", "--user", ada, "--client", client, "--permission", "staff:read"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
}

#[test]
fn st_03_the_secret_of_a_new_webhook_is_sealed_under_the_master_key_as_serve_finds_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |hook: &str| {
        let file = format!(
            "[[users]]\nemail = \"ada@example.test\"\nplan = \"paid\"\n[[clients]]\nowner = \"ada@example.test\"\n\
             name = \"Engines\"\n[[clients.domains]]\nroot_domain = \"engines.example\"\n\
             urls = [{{ kind = \"webhook\", url = \"https://engines.example/{hook}\" }}]\n"
        );
        std::fs::write(folder.path().join("platform.toml"), file).unwrap();
    };
    let key = folder.path().join("data/master.key");
    let told = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    write("hook");
    let beyond = xwms(folder.path(), &["apply", "platform.toml"])
        .envs([("XWMS__SERVER__LISTEN", "0.0.0.0:8080"), ("XWMS__SERVER__ISSUER", "https://login.example")])
        .output()
        .unwrap();
    assert_eq!(beyond.status.code(), Some(1), "{beyond:?}");
    assert!(told(&beyond).contains("line 9:") && told(&beyond).contains("make one with"), "{}", told(&beyond));
    let planned = run(folder.path(), &["apply", "platform.toml", "--plan"]);
    assert!(planned.status.success() && !key.exists(), "{planned:?}");
    assert!(!String::from_utf8_lossy(&planned.stdout).contains("whsec_"), "{planned:?}");

    let applied = run(folder.path(), &["apply", "platform.toml", "--json"]);
    assert!(applied.status.success() && key.exists(), "{applied:?}");
    assert_eq!(String::from_utf8_lossy(&applied.stdout).matches("\"value\": \"whsec_").count(), 1, "{applied:?}");
    std::fs::rename(&key, folder.path().join("elsewhere")).unwrap();
    write("another");
    let lost = run(folder.path(), &["apply", "platform.toml"]);
    assert_eq!((lost.status.code(), key.exists()), (Some(1), false), "{lost:?}");
    assert!(told(&lost).contains("bring it back"), "{}", told(&lost));
}

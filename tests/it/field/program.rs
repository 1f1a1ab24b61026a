//! The program as people start it.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn xwms(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xwms"));
    command.args(arguments).env_clear().env("TMPDIR", folder).current_dir(folder).stdin(Stdio::null());
    command
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn f_18_f_19_f_28_a_setting_that_would_be_misread_is_refused_with_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        ("XWMS__LOG__FILTER", "warning", "off, error, warn, info, debug, trace"),
        ("XWMS__DATABASE__URL", "sqlite://data/x.db?mode=rwc", "a path and nothing else"),
        ("XWMS__DATABASE__URL", "sqlite://file:q.db", "a path and nothing else"),
        ("XWMS_SERVER_LISTEN", "127.0.0.1:0", "write XWMS__SERVER__LISTEN"),
    ];
    for (name, value, told) in rows {
        let output = xwms(folder.path(), &["migrate"]).env(name, value).output().unwrap();
        let why = refused(&output);
        assert!(why.contains(told), "{name}={value}: {why}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn f_35_a_plan_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("site.toml"), "[[users]]\nemail = \"ada@example.test\"\n").unwrap();
    let output = xwms(folder.path(), &["apply", "site.toml", "--plan"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("ada@example.test"), "{output:?}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["site.toml"]);
}

#[test]
fn f_37_a_second_server_on_one_sqlite_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let serve = || {
        let mut command = xwms(folder.path(), &["serve"]);
        command.env("XWMS__SERVER__LISTEN", "127.0.0.1:0").env("XWMS__SERVER__ISSUER", "http://127.0.0.1:8080");
        command
    };
    let mut first = serve().stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !folder.path().join("data/xwms.db").exists() {
        assert!(Instant::now() < deadline && first.try_wait().unwrap().is_none(), "the first one does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    let second = serve().output().unwrap();
    assert!(refused(&second).contains("another server uses the database data/xwms.db"), "{second:?}");
    first.kill().unwrap();
    first.wait().unwrap();
    // The lock died with the process; what was made stays.
    let mut third = serve().stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert!(third.try_wait().unwrap().is_none(), "the lock outlives its server");
    third.kill().unwrap();
    third.wait().unwrap();
}

#[test]
fn f_70_f_78_a_schema_that_is_not_this_programs_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/xwms.db"), "").unwrap();
    for arguments in [&["export"][..], &["keys", "list"], &["token", "new", "--user", "ada@example.test"]] {
        let why = refused(&xwms(folder.path(), arguments).output().unwrap());
        assert!(why.contains("never migrated: `xwms migrate`"), "{arguments:?}: {why}");
    }
    assert!(xwms(folder.path(), &["migrate"]).output().unwrap().status.success());
    assert!(xwms(folder.path(), &["export"]).output().unwrap().status.success());

    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000')";
    run_sql(&folder.path().join("data/xwms.db"), newer);
    for arguments in [&["export"][..], &["serve"]] {
        let output = xwms(folder.path(), arguments).env("XWMS__SERVER__LISTEN", "127.0.0.1:0").output().unwrap();
        let why = refused(&output);
        assert!(why.contains("a newer program (it has run 29991231000000)"), "{arguments:?}: {why}");
    }
}

fn run_sql(database: &Path, statement: &str) {
    use diesel::connection::{Connection as _, SimpleConnection as _};
    let mut conn = diesel::sqlite::SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    conn.batch_execute(statement).unwrap();
}

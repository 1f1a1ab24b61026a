//! A migration that was released stays as it is: databases have run it, and a changed text reaches none of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use xwms_core::crypto::digest::sha256;

/// The digest of each released file, as `sha256sum` writes and checks them.
const RELEASED: &str = "migrations/released.txt";

/// Digests by the path of their file.
type Digests = BTreeMap<String, String>;

#[test]
fn released_migrations_stay_as_they_are_and_new_ones_are_released() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let released = std::fs::read_to_string(root.join(RELEASED)).unwrap();
    let faults = faults(&parse(&released), &present(root));
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn what_is_edited_removed_new_late_or_missing_on_one_database_is_named() {
    let digests = |files: &[(&str, &str)]| -> Digests {
        files.iter().map(|(path, digest)| ((*path).to_owned(), (*digest).to_owned())).collect()
    };
    let (sqlite, postgres) = ("migrations/sqlite/2_model/up.sql", "migrations/postgres/2_model/up.sql");
    let (late_sqlite, late_postgres) = ("migrations/sqlite/1_late/up.sql", "migrations/postgres/1_late/up.sql");
    let released = digests(&[(sqlite, "a"), (postgres, "b")]);
    assert_eq!(faults(&released, &released), [""; 0]);

    type Row<'r> = (&'r [(&'r str, &'r str)], &'r [&'r str]);
    let rows: [Row<'_>; 4] = [
        (&[(sqlite, "A"), (postgres, "b")], &["sqlite/2_model/up.sql was edited"]),
        (&[(sqlite, "a")], &["postgres/2_model/up.sql was removed", "2_model is not there for both databases"]),
        (
            &[(sqlite, "a"), (postgres, "b"), ("migrations/sqlite/3_new/up.sql", "c")],
            &["sha256sum migrations/sqlite/3_new/up.sql >> ", "3_new is not there for both databases"],
        ),
        (
            &[(sqlite, "a"), (postgres, "b"), (late_sqlite, "c"), (late_postgres, "d")],
            &[
                "sha256sum migrations/postgres/1_late/up.sql >> ",
                "sha256sum migrations/sqlite/1_late/up.sql >> ",
                "1_late would run before 2_model",
            ],
        ),
    ];
    for (present, expected) in rows {
        let found = faults(&released, &digests(present));
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (fault, part) in found.iter().zip(expected) {
            assert!(fault.contains(part), "{fault} does not say {part}");
        }
    }
}

/// What is wrong with the files of the checkout, a sentence each.
fn faults(released: &Digests, present: &Digests) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, digest) in released {
        let undo = "Databases have run it: restore it, and write what shall change as a new migration.";
        match present.get(path) {
            Some(now) if now == digest => {}
            Some(_) => faults.push(format!("{path} was edited after its release. {undo}")),
            None => faults.push(format!("{path} was removed after its release. {undo}")),
        }
    }
    for path in present.keys().filter(|path| !released.contains_key(*path)) {
        let cure = format!("sha256sum {path} >> {RELEASED}");
        faults.push(format!("{path} is not released yet. Once it is final, add its line: {cure}"));
    }
    let (sqlite, postgres) = (names(present, "sqlite"), names(present, "postgres"));
    for name in sqlite.symmetric_difference(&postgres) {
        faults.push(format!("{name} is not there for both databases: give it the same name in each."));
    }
    // The program runs what is missing in the order of names, so an earlier one would run late on databases of today.
    let before = names(released, "sqlite");
    if let Some(last) = before.last() {
        for name in sqlite.difference(&before).filter(|name| *name < last) {
            faults.push(format!("{name} would run before {last}, which is released: give it a later date."));
        }
    }
    faults
}

/// The names of one database's migrations, in the order in which they run.
fn names<'d>(digests: &'d Digests, database: &str) -> BTreeSet<&'d str> {
    let prefix = format!("migrations/{database}/");
    digests.keys().filter_map(|path| path.strip_prefix(&prefix)?.split('/').next()).collect()
}

fn parse(released: &str) -> Digests {
    let line = |line: &str| {
        let (digest, path) = line.split_once("  ").unwrap_or_else(|| panic!("{RELEASED}: {line}"));
        (path.to_owned(), digest.to_owned())
    };
    released.lines().map(line).collect()
}

/// The digests of all files of the migrations.
fn present(root: &Path) -> Digests {
    let entries = |folder: PathBuf| -> Vec<PathBuf> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let folders = ["sqlite", "postgres"].map(|database| entries(root.join("migrations").join(database))).concat();
    let files = folders.into_iter().flat_map(entries);
    let digest = |file: PathBuf| {
        let digest = sha256(&std::fs::read(&file).unwrap()).map(|byte| format!("{byte:02x}")).concat();
        (file.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), digest)
    };
    files.map(digest).collect()
}

//! The rules of the house, checked over the sources: where a library may be named, which crate uses which, how long a
//! file may get.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file with its path from the root of the checkout.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// Its lines of code with their numbers, without comments that stand alone.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(number, line)| (number + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// What follows each mention of `word` as a word of its own, with the line's number.
    fn mentions<'s>(&'s self, word: &'s str) -> impl Iterator<Item = (usize, &'s str)> {
        self.code().flat_map(move |(number, line)| {
            let mentions = line.match_indices(word).filter(move |(at, _)| {
                let before = line[..*at].chars().next_back();
                let after = line[at + word.len()..].chars().next();
                ![before, after].into_iter().flatten().any(|letter| letter.is_alphanumeric() || letter == '_')
            });
            mentions.map(move |(at, _)| (number, &line[at + word.len()..]))
        })
    }
}

/// Files of the checkout whose names end in one of these.
fn sources(endings: &[&str]) -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() && !matches!(&*name, "target" | ".git" | "node_modules" | "data") {
                walk(&path, found);
            } else if path.is_file() {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(root, &mut found);
    found.sort();
    let wanted = found.iter().filter(|path| endings.iter().any(|ending| path.to_str().unwrap().ends_with(ending)));
    let sources: Vec<Source> = wanted
        .map(|path| Source {
            path: path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(),
            text: std::fs::read_to_string(path).unwrap(),
        })
        .collect();
    assert!(!sources.is_empty());
    sources
}

fn product() -> Vec<Source> {
    let mut sources = sources(&[".rs"]);
    sources.retain(|source| !source.is_in(&["tests/", "bench/"]));
    sources
}

fn none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

#[test]
fn queries_stand_in_the_store() {
    // A type says itself how it is a column, and the error of the store carries diesel's: neither is a query.
    const OF_A_TYPE: [&str; 7] =
        ["::backend", "::deserialize", "::expression", "::result", "::serialize", "::sql_types", "("];
    let mut broken = Vec::new();
    for source in product().iter().filter(|source| !source.is_in(&["core/src/store/", "core/tests/"])) {
        for library in ["diesel", "diesel_async", "diesel_migrations", "tokio_postgres"] {
            for (line, after) in source.mentions(library) {
                let of_a_type = library == "diesel"
                    && source.is_in(&["core/src/"])
                    && OF_A_TYPE.iter().any(|allowed| after.starts_with(allowed));
                if !of_a_type {
                    broken.push(format!("{}:{line}", source.path));
                }
            }
        }
    }
    none(&broken, "queries stand in core/src/store only");
}

#[test]
fn each_library_is_named_in_its_own_place_only() {
    let rows: [(&str, &[&str]); 4] = [
        ("ring", &["core/src/crypto/", "core/src/random.rs"]),
        ("argon2", &["core/src/crypto/"]),
        ("rsa", &["core/src/crypto/"]),
        ("askama", &["dashboard/src/", "examples/"]),
    ];
    let mut broken = Vec::new();
    for (library, places) in rows {
        for source in product().iter().filter(|source| !source.is_in(places)) {
            let used = source.mentions(library).filter(|(_, after)| after.starts_with("::") || after.starts_with(';'));
            broken.extend(used.map(|(line, _)| format!("{library} in {}:{line}", source.path)));
        }
    }
    none(&broken, "a library has one place");
}

#[test]
fn oxide_auth_is_named_by_the_two_files_that_drive_it() {
    let product = product();
    let named = product.iter().filter(|source| source.mentions("oxide_auth").next().is_some());
    let named: Vec<&str> = named.map(|source| source.path.as_str()).collect();
    assert_eq!(named, ["auth-server/src/authorize/oxide.rs", "auth-server/src/token/oxide.rs"]);
}

/// The paths that a tree of `use` names, such as `a::{b, c::d}` behind `crate::`; gives what follows it.
fn paths<'t>(tree: &'t str, so_far: &str, found: &mut Vec<String>) -> &'t str {
    if let Some(mut rest) = tree.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches(|letter: char| letter == ',' || letter.is_whitespace());
            if rest.is_empty() || rest.starts_with('}') {
                return rest.get(1..).unwrap_or_default();
            }
            let after = paths(rest, so_far, found);
            rest = &after[after.find([',', '}']).unwrap_or(after.len())..];
        }
    }
    let end = tree.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(tree.len());
    let path = format!("{so_far}{}", &tree[..end]);
    match tree[end..].strip_prefix("::") {
        Some(rest) if !rest.starts_with(['<', '*']) => paths(rest, &format!("{path}::"), found),
        _ => {
            found.push(path);
            &tree[end..]
        }
    }
}

/// The module of a file of `core`, and the modules that it uses outside of its tests, from the root of the crate.
fn used_by(source: &Source) -> (String, Vec<String>) {
    let module = source.path.trim_start_matches("core/src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let product = source.text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    let code: Vec<&str> = product.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        paths(&code[at + "crate::".len()..], "", &mut used);
    }
    for (at, _) in code.match_indices("super::").filter(|(at, _)| !code[..*at].ends_with("super::")) {
        let (mut rest, mut parent) = (&code[at..], module);
        while let Some(after) = rest.strip_prefix("super::") {
            (rest, parent) = (after, parent.rsplit_once('/').map_or("", |(parent, _)| parent));
        }
        let parent = if parent.is_empty() { String::new() } else { format!("{}::", parent.replace('/', "::")) };
        paths(rest, &parent, &mut used);
    }
    (module.replace('/', "::"), used)
}

#[test]
fn each_module_of_core_uses_only_those_above_it() {
    let mut sources = sources(&[".rs"]);
    sources.retain(|source| source.is_in(&["core/src/"]) && !source.path.split(['/', '.']).any(|part| part == "tests"));
    let lists = [
        ("core/src/lib.rs", ""),
        ("core/src/store/mod.rs", "store::"),
        ("core/src/store/engine/mod.rs", "store::engine::"),
        ("core/src/store/tables/mod.rs", "store::tables::"),
    ];
    let mut broken = Vec::new();
    for (list, within) in lists {
        let text = &sources.iter().find(|source| source.path == list).unwrap().text;
        let listed = text.lines().filter_map(|line| line.strip_suffix(';'));
        let order: Vec<&str> = listed.filter_map(|line| line.split_once("mod ").map(|(_, name)| name)).collect();
        let place = |module: &str| {
            let name = module.strip_prefix(within)?.split("::").next()?;
            order.iter().position(|listed| *listed == name)
        };
        for source in sources.iter().filter(|source| source.path != list) {
            let (module, used) = used_by(source);
            let Some(here) = place(&module) else { continue };
            let below = used.iter().filter(|used| place(used).is_some_and(|there| there > here));
            broken.extend(below.map(|used| format!("{} uses {used}, which stands below it in {list}", source.path)));
        }
    }
    broken.sort();
    broken.dedup();
    none(&broken, "in core a module uses only those that are listed above it, so that none of them goes in circles");
}

#[test]
fn only_tests_and_benchmarks_write_past_the_use_cases() {
    let mut broken = Vec::new();
    for source in product().iter().filter(|source| source.path != "core/src/lib.rs" && !source.is_in(&["core/tests/"]))
    {
        let named = source.mentions("testing").filter(|(_, after)| after.starts_with("::") || after.starts_with(';'));
        broken.extend(named.map(|(line, _)| format!("{}:{line}", source.path)));
    }
    none(&broken, "the product names nothing of xwms_core::testing");
}

#[test]
fn the_gate_is_pure() {
    let mut broken = Vec::new();
    for source in product().iter().filter(|source| source.is_in(&["core/src/gate"])) {
        for word in ["async", "await", "tokio", "tracing", "Clock", "Db", "Conn", "std::fs", "std::net::Tcp", "println"]
        {
            broken.extend(source.mentions(word).map(|(line, _)| format!("{word} in {}:{line}", source.path)));
        }
    }
    none(&broken, "the gate decides over what it is handed: no async, I/O, clock or log");
}

#[test]
fn no_file_is_too_long() {
    let mut sources = sources(&[".rs", ".sql", ".html", ".css", ".mjs", ".py", ".toml"]);
    // Dumps are written by a program, and whole.
    sources.retain(|source| !(source.is_in(&["tests/it/upgrade/"]) && source.path.ends_with(".sql")));
    let long =
        sources.iter().map(|source| (source.text.lines().count(), &source.path)).filter(|(lines, _)| *lines > 600);
    let long: Vec<String> = long.map(|(lines, path)| format!("{path}: {lines}")).collect();
    none(&long, "no file has more than 600 lines");
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let sources = sources(&[".rs", ".mjs", ".py"]);
    let names = ["util", "utils", "helper", "helpers", "common", "misc"];
    let vague = sources.iter().filter(|source| source.path.split(['/', '.']).any(|part| names.contains(&part)));
    let vague: Vec<String> = vague.map(|source| source.path.clone()).collect();
    none(&vague, "a name says what is inside");
}

#[test]
fn the_crates_use_each_other_in_one_direction() {
    let rows: [(&str, &[&str]); 7] = [
        ("core/Cargo.toml", &[]),
        ("auth-server/Cargo.toml", &["xwms-core"]),
        ("admin-api/Cargo.toml", &["xwms-core"]),
        ("dashboard/Cargo.toml", &["xwms-core"]),
        // It makes ids and secrets for seeding, and knows XWMS by the wire only besides.
        ("bench/Cargo.toml", &["xwms-core"]),
        // It knows XWMS by the wire only, as any partner's site does.
        ("examples/partner-site/Cargo.toml", &[]),
        ("Cargo.toml", &["xwms-admin-api", "xwms-auth-server", "xwms-core", "xwms-dashboard", "xwms-partner-site"]),
    ];
    let manifests = sources(&["Cargo.toml"]);
    let paths: BTreeSet<&str> = manifests.iter().map(|manifest| manifest.path.as_str()).collect();
    assert_eq!(paths, rows.iter().map(|(path, _)| *path).collect(), "every crate has its row");
    for (path, allowed) in rows {
        let manifest = manifests.iter().find(|manifest| manifest.path == path).unwrap();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let mut table = "";
        for line in manifest.text.lines() {
            if line.starts_with('[') {
                table = line;
            } else if table.ends_with("dependencies]")
                && table != "[workspace.dependencies]"
                && line.starts_with("xwms-")
            {
                used.extend(line.split(['.', ' ', '=']).next());
            }
        }
        assert_eq!(used, allowed.iter().copied().collect(), "{path}");
    }
}

#[test]
fn every_setting_is_explained() {
    let sources = sources(&["config/default.toml"]);
    let lines: Vec<&str> = sources[0].text.lines().collect();
    let is_setting = |line: &str| !line.starts_with(['#', '[']) && line.contains(" = ");
    assert!(lines.iter().filter(|line| is_setting(line)).count() > 30);
    let bare = lines.windows(2).filter(|pair| is_setting(pair[1]) && !pair[0].starts_with("# "));
    let bare: Vec<String> = bare.map(|pair| pair[1].to_owned()).collect();
    none(&bare, "a comment stands above every setting");
}

#[test]
fn the_map_in_the_readme_names_files_that_are_there() {
    let readme = sources(&["README.md"]);
    let readme = readme.iter().find(|source| source.path == "README.md").unwrap();
    let rows: Vec<&str> = readme.text.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    for row in rows.iter().filter(|row| row.contains(".rs`")) {
        let files = row.split('`').skip(1).step_by(2).filter(|word| word.contains('/') && !word.contains('<'));
        broken.extend(files.filter(|file| !root.join(file).exists()).map(str::to_owned));
    }
    none(&broken, "the map names no file that is gone");
}

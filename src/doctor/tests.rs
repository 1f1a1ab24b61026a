use super::*;
use xwms_core::crypto::keys::{GeneratedKey, generate};

fn now() -> Timestamp {
    Timestamp::from_seconds(1_800_000_000)
}

fn config(settings: &[(&str, &str)]) -> Config {
    Config::load(None, settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))).unwrap()
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

fn row(state: KeyState, signs_from: Timestamp) -> SigningKey {
    let key: GeneratedKey = generate(SigningAlg::Es256).unwrap();
    SigningKey {
        sealed_private_key: key.seal(&MasterKey::from_bytes(&[7; 32])),
        kid: key.kid,
        alg: SigningAlg::Es256,
        state,
        public_jwk: key.public_jwk,
        published_at: signs_from.before(days(1)),
        signs_from: Some(signs_from),
        retired_at: None,
    }
}

#[test]
fn a_finding_is_one_check_also_when_its_text_has_lines() {
    assert_eq!(Finding::ok("clock", "good").to_string(), "OK    clock: good");
    assert_eq!(Finding::fail("configuration", "a\nb").to_string(), "FAIL  configuration: a\n      b");
}

#[test]
fn a_schema_of_another_program_fails() {
    let versions = |versions: &[&str]| versions.iter().map(|version| (*version).to_owned()).collect();
    let rows: [(&[&str], &[&str], Verdict, &str); 3] = [
        (&[], &[], Verdict::Ok, "up to date"),
        (&["2"], &[], Verdict::Fail, "xwms migrate"),
        (&["2"], &["3"], Verdict::Fail, "newer program"),
    ];
    for (missing, unknown, verdict, text) in rows {
        let found = schema(&Schema { missing: versions(missing), unknown: versions(unknown) });
        assert_eq!(found.verdict, verdict);
        assert!(found.text.contains(text), "{}", found.text);
    }
}

#[test]
fn a_commit_that_could_be_lost_is_told() {
    // Settings (synchronous_commit, fsync, synchronous_standby_names), standbys (synchronous, asynchronous, hidden).
    let rows = [
        (["on", "on", ""], [0, 0, 0], Verdict::Ok, "no standby"),
        (["on", "on", "ANY 1 (*)"], [2, 0, 0], Verdict::Ok, "ANY 1 (*)"),
        (["remote_apply", "on", "s"], [1, 0, 0], Verdict::Ok, "remote_apply"),
        (["on", "on", ""], [0, 1, 0], Verdict::Warn, "Set synchronous_standby_names"),
        (["on", "on", ""], [0, 0, 1], Verdict::Warn, "Set synchronous_standby_names"),
        (["on", "on", "s"], [1, 2, 0], Verdict::Warn, "2 of 3 standbys are asynchronous"),
        (["on", "on", "s"], [0, 0, 1], Verdict::Warn, "GRANT pg_read_all_stats"),
        (["local", "on", "s"], [1, 0, 0], Verdict::Warn, "synchronous_commit is local"),
        (["local", "on", ""], [0, 0, 0], Verdict::Ok, "local"),
        (["on", "on", "s"], [0, 0, 0], Verdict::Fail, "every change waits"),
        (["on", "on", "s"], [0, 1, 0], Verdict::Fail, "every change waits"),
        (["off", "on", ""], [0, 0, 0], Verdict::Fail, "synchronous_commit is off"),
        (["on", "off", ""], [0, 0, 0], Verdict::Fail, "fsync is off"),
    ];
    for (settings, [synchronous, asynchronous, hidden], verdict, text) in rows {
        let [synchronous_commit, fsync, synchronous_standby_names] = settings.map(str::to_owned);
        let durability =
            Durability { synchronous_commit, fsync, synchronous_standby_names, synchronous, asynchronous, hidden };
        let found = durable(&durability);
        assert!(found.verdict == verdict && found.text.contains(text), "{durability:?}: {found}");
    }
}

#[test]
fn a_clock_that_others_contradict_is_told() {
    let keys = [row(KeyState::Current, now())];
    assert_eq!(clock(now(), None, &keys).verdict, Verdict::Ok);
    assert_eq!(clock(now(), Some(now().after(Duration::from_secs(2))), &keys).verdict, Verdict::Ok);
    for theirs in [now().after(Duration::from_secs(3)), now().before(Duration::from_secs(3))] {
        assert_eq!(clock(now(), Some(theirs), &keys).verdict, Verdict::Warn);
    }
    assert_eq!(clock(now().before(days(2)), None, &keys).verdict, Verdict::Fail);
}

#[test]
fn a_rotation_that_is_overdue_is_told() {
    let keys = config(&[]).keys;
    let current = |age| row(KeyState::Current, now().before(days(age)));
    let rows = [
        (vec![current(0)], Verdict::Ok),
        (vec![current(89)], Verdict::Ok),
        (vec![current(90)], Verdict::Warn),
        (vec![current(90), row(KeyState::Next, now().after(days(1)))], Verdict::Ok),
        (vec![current(90), row(KeyState::Next, now().before(days(1)))], Verdict::Warn),
        (vec![row(KeyState::Next, now())], Verdict::Fail),
    ];
    for (rows, verdict) in rows {
        let found = of_algorithm(SigningAlg::Es256, &rows, &keys, now());
        assert_eq!(found.verdict, verdict, "{found}");
    }
}

#[test]
fn st_03_a_key_that_the_master_key_does_not_open_is_named() {
    let keys = config(&[]).keys;
    // Not only the key that signs: the next one would fail on the day of its first use.
    let rows = [row(KeyState::Current, now()), row(KeyState::Next, now())];
    let opens = |key: u8| signing_keys(&rows, Some(&MasterKey::from_bytes(&[key; 32])), &keys, now()).pop().unwrap();
    assert_eq!(opens(7).verdict, Verdict::Ok);
    let shut = opens(8);
    assert_eq!(shut.verdict, Verdict::Fail);
    assert!(rows.iter().all(|row| shut.text.contains(&row.kid)));
}

#[test]
fn a_missing_master_key_is_well_only_where_one_may_be_made() {
    let missing = || Err(MasterKeyError::Missing("data/master.key".into()));
    let open = [("XWMS__SERVER__LISTEN", "0.0.0.0:8080"), ("XWMS__SERVER__ISSUER", "https://id.example")];
    let keys = [row(KeyState::Current, now())];
    let rows: [(_, Option<&[SigningKey]>, Verdict); 4] = [
        (config(&[]), Some(&[]), Verdict::Warn),
        (config(&open), Some(&[]), Verdict::Fail),
        (config(&[]), Some(&keys), Verdict::Fail),
        (config(&[]), None, Verdict::Fail),
    ];
    for (config, rows, verdict) in rows {
        assert_eq!(master_key_file(&missing(), rows, &config).verdict, verdict);
    }
}

#[tokio::test]
async fn a_mail_server_is_asked_where_its_url_leads() {
    let rows = [
        ("smtps://ada:secret@mail.example", "mail.example", 465),
        ("smtp://mail.example?tls=required", "mail.example", 587),
        ("smtp://mail.example", "mail.example", 25),
        ("smtp://[::1]:2525", "::1", 2525),
    ];
    for (url, host, port) in rows {
        assert_eq!(place(&Url::parse(url).unwrap()), Some((host.to_owned(), port)), "{url}");
    }

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("smtp://ada:secret@{}", listener.local_addr().unwrap());
    assert_eq!(mail_server(&url).await.verdict, Verdict::Ok);
    drop(listener);
    let refused = mail_server(&url).await;
    assert_eq!(refused.verdict, Verdict::Fail);
    assert!(!refused.text.contains("secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_installation_is_examined_without_leaving_anything() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("xwms.db").display());
    let key = folder.path().join("master.key").display().to_string();
    let config = config(&[("XWMS__DATABASE__URL", &database), ("XWMS__KEYS__MASTER_KEY_FILE", &key)]);

    let found = examine(&config, now(), None).await;
    assert!(found.iter().any(|found| found.subject == "database" && found.verdict == Verdict::Fail));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    let core = crate::wire::core(config, Clock::manual(now())).await.unwrap();
    let found = examine(&core.config, now(), None).await;
    assert!(found.iter().all(|found| found.verdict == Verdict::Ok), "{found:?}");
}

#[test]
fn the_public_suffix_list_is_the_one_that_was_built_in() {
    let (name, version) = PUBLIC_SUFFIX_LIST.split_once(' ').unwrap();
    let locked = format!("name = \"{name}\"\nversion = \"{version}\"\n");
    assert!(include_str!("../../Cargo.lock").contains(&locked), "PUBLIC_SUFFIX_LIST names another version");
}

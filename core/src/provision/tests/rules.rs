//! What is refused: with every reason at once, naming the line, and with nothing written.

use super::*;
use crate::crypto::credential::{Credential, Kind};

/// A row: what to put in place of what, and what is told.
type Row<'a> = (&'a str, &'a str, &'a [&'a str]);

const PATH: &str = "clients[0].domains[0]";

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one table")]
async fn each_bad_value_is_refused_and_nothing_is_written() {
    let world = World::new().await;
    let long = format!("name = \"{}\"", "x".repeat(121));
    let ips = (0..257).map(|n| format!("\"10.0.{}.{}\"", n / 256, n % 256)).collect::<Vec<_>>().join(",");
    let ips = format!("[{ips}]");
    let rows: &[Row] = &[
        ("given_name", "givenname", &["users[0].givenname unknown_field"]),
        ("ada@example.test\"\npassword", "ada\"\npassword", &["users[0].email malformed"]),
        ("correct horse battery staple", "password", &["users[0].password common"]),
        ("email_verified = true", "email_verified = 1", &["users[0].email_verified not_a_boolean"]),
        ("plan = \"paid\"", "plan = \"gold\"", &["users[0].plan unknown_value"]),
        ("plan = \"paid\"", "plan = \"free\"", &["clients[0].owner plan_required"]),
        ("plan = \"paid\"", "plan = \"paid\"\nstaff = \"king\"", &["users[0].staff unknown_value"]),
        ("client_01jd", "client_99jd", &["clients[0].id not_an_id"]),
        ("name = \"Analytical Engines\"", "", &["clients[0].name required"]),
        ("name = \"Analytical Engines\"", &long, &["clients[0].name too_long"]),
        ("owner = \"ada@example.test\"", "", &["clients[0].owner required"]),
        ("owner = \"ada@example.test\"", "owner = \"eve@example.test\"", &["clients[0].owner no_account"]),
        ("owner = ", "homepage_url = \"javascript:alert(1)\"\nowner = ", &["clients[0].homepage_url scheme"]),
        ("\"userinfo\"]", "\"userinfo\", \"everything\"]", &["clients[0].scopes[5] unknown_scope"]),
        ("\"userinfo\"]", "\"openid\"]", &["clients[0].scopes[4] duplicate"]),
        ("label = \"Standard Key\"", "", &["clients[0].secrets[0].label required"]),
        ("label = \"Standard Key\"", "label = \"Other Key\"", &["clients[0].domains[0].secrets[0] unknown_secret"]),
        (
            "label = \"Standard Key\"",
            "label = \"Standard Key\"\nexpires_at = \"2020-01-01T00:00:00Z\"",
            &["clients[0].secrets[0].expires_at past"],
        ),
        (
            "label = \"Standard Key\"",
            "label = \"Standard Key\"\n[[clients.secrets]]\nlabel = \" Standard Key \"",
            &["clients[0].secrets[1] duplicate"],
        ),
        ("engines.example\"\n", "co.uk\"\n", &["clients[0].domains[0].root_domain public_suffix"]),
        ("\"::1\"]", "\"0.0.0.0/0\"]", &["clients[0].domains[0].server_ips[1] everyone"]),
        ("[\"127.0.0.1\", \"::1\"]", &ips, &["clients[0].domains[0].server_ips too_many"]),
        ("primary = true", "primary = false", &["clients[0].domains[0].primary primary_needed"]),
        // A callback for an app is looked at with its client, once the file reads well by itself.
        ("test_mode = true", "test_mode = false", &["clients[0].domains[0].urls[1].url scheme"]),
        ("http://127.0.0.1:8081/callback", "https://evil.test/callback", &["clients[0].domains[0].urls[0].url host"]),
        (
            "kind = \"logout\", url = \"http://127.0.0.1:8081/\"",
            "kind = \"callback\", url = \"http://127.0.0.1:8081/callback\"",
            &["clients[0].domains[0].urls[1] duplicate"],
        ),
        ("kind = \"logout\"", "kind = \"log out\"", &["clients[0].domains[0].urls[1].kind unknown_value"]),
        ("kind = \"logout\", ", "", &["clients[0].domains[0].urls[1].kind required"]),
        (
            "primary = true",
            "fallback_uri = \"http://127.0.0.1:8080/login\"",
            &["clients[0].domains[0].fallback_uri issuer"],
        ),
        ("[[clients]]", "[[clients]]\nsurprise = 1", &["clients[0].surprise unknown_field"]),
        ("[[users]]", "[nothing]\n[[users]]", &["nothing unknown_field"]),
        ("[[users]]", "[[users]", &["file malformed"]),
        ("given_name = \"Ada\"", "given_name = \"Ada\"\ngiven_name = \"Eve\"", &["file malformed"]),
    ];
    for (good, bad, reasons) in rows {
        let file = EXAMPLE.replacen(good, bad, 1);
        assert_ne!(file, EXAMPLE, "{good}");
        let errors = world.refused(&file).await;
        assert_eq!(told(&errors), *reasons, "{bad}: {errors:?}");
        assert!(world.user("ada@example.test").await.is_none() && world.client().await.is_none(), "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_entry_of_the_organisation_is_refused() {
    let world = World::with("[[users]]\nemail = \"ada@example.test\"\nplan = \"paid\"\n").await;
    let base =
        format!("[[clients]]\nid = {ID:?}\nname = \"Engines\"\nowner = \"ada@example.test\"\nscopes = [\"openid\"]\n");
    let domain = "[[clients.domains]]\nroot_domain = \"engines.example\"\n";
    let rows = [
        ("[[clients.roles]]\nkey = \"owner\"\n", "clients[0].roles[0].key preset"),
        ("[[clients.roles]]\nkey = \"a\"\nname = \"A\"\nlevel = 101\n", "clients[0].roles[0].level range"),
        (
            "[[clients.roles]]\nkey = \"a\"\nname = \"A\"\npermissions = [\"staff:read\"]\n",
            "clients[0].roles[0].permissions[0] unknown_permission",
        ),
        ("[[clients.roles]]\nkey = \"a\"\n", "clients[0].roles[0].name required"),
        (
            "[[clients.members]]\nemail = \"eve@example.test\"\nrole = \"king\"\n",
            "clients[0].members[0].role unknown_role",
        ),
        (
            "[[clients.members]]\nemail = \"ada@example.test\"\nrole = \"viewer\"\n",
            "clients[0].members[0].role last_owner",
        ),
        (
            "[[clients.members]]\nemail = \"eve@example.test\"\nrole = \"viewer\"\nstatus = \"active\"\n",
            "clients[0].members[0].status no_account",
        ),
        (
            "[[clients.requests]]\nkind = \"access\"\nemail = \"eve@example.test\"\n",
            "clients[0].requests[0].scopes required",
        ),
        (
            "[[clients.requests]]\nkind = \"test\"\nemail = \"eve@example.test\"\nstate = \"accepted\"\n",
            "clients[0].requests[0].state no_account",
        ),
        (
            "[[clients.requests]]\nkind = \"test\"\nemail = \"eve@example.test\"\nstate = \"declined\"\n",
            "clients[0].requests[0].state unknown_value",
        ),
        (
            "[[clients.requests]]\nkind = \"test\"\nemail = \"eve@example.test\"\ndomain = \"other.example\"\n",
            "clients[0].requests[0].domain unknown_domain",
        ),
        (
            "[[clients.verifications]]\ndomains = [\"engines.example\"]\nscopes = [\"openid\"]\nstate = \"approved\"\n",
            "clients[0].verifications[0].domains unproven",
        ),
        (
            "[[clients.verifications]]\ndomains = [\"other.example\"]\nscopes = [\"openid\"]\n",
            "clients[0].verifications[0].domains unknown_domain",
        ),
        (
            "[[clients.verifications]]\ndomains = [\"engines.example\"]\nscopes = []\n",
            "clients[0].verifications[0].scopes required",
        ),
    ];
    for (entry, reason) in rows {
        let errors = world.refused(&format!("{base}{domain}{entry}")).await;
        assert_eq!(told(&errors), [reason], "{errors:?}");
        assert!(world.client().await.is_none(), "{entry}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_reasons_are_told_at_once_each_with_its_line() {
    let world = World::new().await;
    let file = EXAMPLE.replace("given_name", "givenname").replace("kind = \"callback\"", "kind = \"nowhere\"");
    let file =
        file.replace("\"::1\"", "\"everywhere\"").replace("email_verified = true", "email_verified = \"hunter2\"");
    let errors = world.refused(&file).await;
    assert_eq!(
        told(&errors),
        [
            "users[0].givenname unknown_field",
            "users[0].email_verified not_a_boolean",
            "clients[0].domains[0].server_ips[1] malformed",
            "clients[0].domains[0].urls[0].kind unknown_value",
        ]
    );
    let lines: Vec<String> = errors.iter().map(|error| error.message().split(':').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["line 5", "line 7", "line 21", "line 29"]);
    assert!(!format!("{errors:?}").contains("hunter2"), "what is in a wrong place may be a secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn st_09_a_weak_secret_is_refused() {
    let world = World::new().await;
    let good = Credential::generate(Kind::ClientSecret, NOW).into_text();
    let good = good.expose();
    let other = if good.ends_with('0') { "1" } else { "0" };
    for weak in [
        "hunter2",
        "xwms_sk_0000000000000000000000000000000000000000000000000",
        &good.replace("xwms_sk_", "xwms_pat_"),
        &good[..good.len() - 1],
        &format!("{}{other}", &good[..good.len() - 1]),
    ] {
        let file = EXAMPLE.replace("label = \"Standard Key\"", &format!("label = \"Standard Key\"\nvalue = {weak:?}"));
        let errors = world.refused(&file).await;
        assert_eq!(told(&errors), ["clients[0].secrets[0].value weak"]);
        assert!(!format!("{errors:?}").contains(weak) && world.client().await.is_none());
    }
    let file = EXAMPLE.replace("label = \"Standard Key\"", &format!("label = \"Standard Key\"\nvalue = {good:?}"));
    let outcome = world.apply(&file).await.unwrap();
    assert!(outcome.secrets.is_empty() && !outcome.json().to_string().contains(good));
    let second = file.replace(ID, "client_01jd3v8m1efb9rkyq9wzvw2x4b").replace("Analytical", "Difference");
    assert_eq!(told(&world.refused(&second).await), ["clients[0].secrets[0].value taken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mg_19_another_tenants_client_cannot_be_taken() {
    let world = World::with(EXAMPLE).await;
    let before = world.export().await;
    let eve = "[[users]]\nemail = \"eve@example.test\"\nplan = \"paid\"\n";
    let swap = format!("{eve}[[clients]]\nid = {ID:?}\nowner = \"eve@example.test\"\nname = \"Mine\"\n");
    assert_eq!(told(&world.refused(&swap).await), ["clients[0].owner other_owner"]);
    let twice = format!("[[clients]]\nid = {ID:?}\n[[clients]]\nid = {ID:?}\n");
    assert_eq!(told(&world.refused(&twice).await), ["clients[1] duplicate"]);
    let users = "[[users]]\nemail = \"ada@example.test\"\n[[users]]\nemail = \"ADA@example.test\"\n";
    assert_eq!(told(&world.refused(users).await), ["users[1] duplicate"]);
    let large = format!("{EXAMPLE}#{}", "x".repeat(64 << 20));
    assert_eq!(told(&world.refused(&large).await), ["file too_long"]);
    let unknown = world.refused(&EXAMPLE.replace("allow_api", "allow_apis")).await;
    assert!(unknown[0].message().starts_with("line 23:") && unknown[0].message().contains("allow_apis"), "{unknown:?}");

    // One good entry before a bad one is not applied either.
    let half = format!("{eve}[[clients]]\nid = \"client_01jd3v8m1efb9rkyq9wzvw2x4b\"\nname = \"Mine\"\n");
    assert_eq!(told(&world.refused(&half).await), ["clients[0].owner required"]);
    assert!(world.user("eve@example.test").await.is_none());
    assert_eq!(world.export().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn test_mode_ends_only_without_its_urls_and_never_covers_what_is_verified() {
    let world = World::with(EXAMPLE).await;
    let mine = |rest: &str| {
        format!("[[clients]]\nid = {ID:?}\n[[clients.domains]]\nroot_domain = \"engines.example\"\n{rest}")
    };
    let errors = world.refused(&mine("test_mode = false\n")).await;
    assert_eq!(told(&errors), [format!("{PATH} test_urls_present")]);
    assert!(errors[0].message().contains("http://127.0.0.1:8081/callback"), "{errors:?}");

    let urls = "urls = [{ kind = \"callback\", url = \"https://engines.example/callback\" }, { kind = \"logout\", url = \"http://127.0.0.1:8081/\", active = false }]\n";
    world.apply(&mine(&format!("test_mode = false\nownership = \"proven\"\n{urls}"))).await.unwrap();
    let verified =
        "[[clients.verifications]]\ndomains = [\"engines.example\"]\nscopes = [\"userinfo\"]\nstate = \"approved\"\n";
    world.apply(&mine(verified)).await.unwrap();
    assert_eq!(told(&world.refused(&mine("test_mode = true\n")).await), [format!("{PATH} verified_domain")]);
    world.apply(&format!("[[clients]]\nid = {ID:?}\nverifications = []\n")).await.unwrap();
    world.apply(&mine("test_mode = true\n")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_entitles_to_so_many_clients() {
    let world = World::with("[[users]]\nemail = \"ada@example.test\"\nplan = \"paid\"\n").await;
    let named = |name: &str| format!("[[clients]]\nname = {name:?}\nowner = \"ada@example.test\"\n");
    world.apply(&["A", "B", "C"].map(named).concat()).await.unwrap();
    assert_eq!(told(&world.refused(&named("D")).await), ["clients[0].owner plan_required"]);
    assert!(!world.apply(&named("C")).await.unwrap().changed());
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_domain_is_primary_and_it_moves_as_told() {
    let world = World::with(RICH).await;
    let mine = |rest: &str| format!("[[clients]]\nid = {ID:?}\n{rest}");
    let both = "[[clients.domains]]\nroot_domain = \"shop.example\"\nprimary = true\n[[clients.domains]]\nroot_domain = \"engines.example\"\n";
    let moved = world.apply(&mine(both)).await.unwrap();
    assert_eq!(actions(&moved), ["domain.updated engines.example", "domain.updated shop.example"]);
    let neither = both.replace("= true", "= false");
    assert_eq!(told(&world.refused(&mine(&neither)).await), ["clients[0].domains[0].primary primary_needed"]);
    let two = format!("{both}primary = true\n");
    assert_eq!(told(&world.refused(&mine(&two)).await), ["clients[0].domains[1].primary duplicate"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mg_14_a_client_of_a_lapsed_plan_stays_as_it_is() {
    let world = World::with(EXAMPLE).await;
    let free = "[[users]]\nemail = \"ada@example.test\"\nplan = \"free\"\n";
    world.apply(free).await.unwrap();
    let before = world.export().await;
    let mine = format!("[[clients]]\nid = {ID:?}\n");
    for change in [
        "name = \"Other\"\n",
        "scopes = [\"openid\"]\n",
        "secrets = []\n",
        "[[clients.domains]]\nroot_domain = \"engines.example\"\nallow_login = false\n",
        "[[clients.members]]\nemail = \"eve@example.test\"\nrole = \"viewer\"\n",
    ] {
        for file in [format!("{mine}{change}"), format!("{free}{mine}{change}")] {
            let errors = world.refused(&file).await;
            assert_eq!(told(&errors), ["clients[0] plan_required"], "{file}");
            let line = file.lines().position(|line| line == "[[clients]]").unwrap() + 1;
            assert!(
                errors[0].message().starts_with(&format!("line {line}: The plan of ada@example.test")),
                "{errors:?}"
            );
        }
    }
    assert_eq!(world.export().await, before);

    // What it says of the client already changes nothing; with the plan, the same file gives back the right to.
    assert!(!world.apply(&format!("{mine}name = \"Analytical Engines\"\n")).await.unwrap().changed());
    let paid = free.replace("free", "paid");
    world.apply(&format!("{paid}{mine}name = \"Other\"\n")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_by_a_file_who_does_not_want_to_be_and_no_more_than_fifty() {
    let world = World::with(EXAMPLE).await;
    world.apply("[[users]]\nemail = \"mary@example.test\"\n").await.unwrap();
    let asks = |email: &str, state: &str| {
        format!("[[clients.requests]]\nkind = \"test\"\nemail = \"{email}@example.test\"\n{state}")
    };
    let file = |requests: &str| format!("[[clients]]\nid = {ID:?}\n{requests}");
    world.apply(&file(&asks("mary", ""))).await.unwrap();
    let trial = Options { plan: true, ..Options::default() };
    for (days, refused) in [(0, true), (29, true), (31, false)] {
        world.declined("mary@example.test", NOW.before(Duration::from_secs(days * 86_400))).await;
        match world.apply_as(&file(&asks("mary", "")), trial).await {
            Err(Error::Invalid(errors)) if refused => {
                assert_eq!(told(&errors), ["clients[0].requests[0] declined_recently"]);
                assert!(errors[0].message().starts_with("line 3:"), "{errors:?}");
            }
            Ok(_) if !refused => {}
            other => panic!("{days} {other:?}"),
        }
        // An answer that is given for her is the operator's word.
        world.apply_as(&file(&asks("mary", "state = \"accepted\"\n")), trial).await.unwrap();
    }
    world.blocked("mary@example.test").await;
    assert_eq!(told(&world.refused(&file(&asks("mary", ""))).await), ["clients[0].requests[0] declined_recently"]);

    let many = |n: usize| file(&(0..n).map(|number| asks(&format!("p{number}"), "")).collect::<String>());
    assert_eq!(told(&world.refused(&many(51)).await), ["clients[0].requests[50] too_many_open"]);
    world.apply(&many(50)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_a_lapsed_plan_is_set_up_again_with_its_id_and_the_end_of_the_plan() {
    let lapsed = |plan: &str| {
        let ended = format!("plan = {plan:?}\nplan_valid_until = 2020-01-01T00:00:00Z");
        EXAMPLE.replace("plan = \"paid\"", &ended)
    };
    for plan in ["paid", "free"] {
        let world = World::with(&lapsed(plan)).await;
        assert!(!world.apply(&lapsed(plan)).await.unwrap().changed());
        // It is as any other of a lapsed plan then.
        let other = lapsed(plan).replace("Analytical", "Difference");
        assert_eq!(told(&world.refused(&other).await), ["clients[0] plan_required"]);
    }
    let (_, client) = EXAMPLE.split_once("[[clients]]").unwrap();
    let world = World::new().await;
    world.apply(lapsed("paid").split_once("[[clients]]").unwrap().0).await.unwrap();
    for file in [
        // Nothing new comes of a plan that has lapsed, and nothing of one that never was.
        lapsed("paid").replace(&format!("id = {ID:?}\n"), ""),
        format!("[[clients]]{client}"),
        EXAMPLE.replace("plan = \"paid\"", "plan = \"free\"").replace("ada@", "eve@"),
        EXAMPLE.replace("plan = \"paid\"", "plan = \"free\"\nplan_valid_until = \"\"").replace("ada@", "eve@"),
    ] {
        assert_eq!(told(&world.refused(&file).await), ["clients[0].owner plan_required"], "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_of_a_file_goes_by_the_rules_of_the_catalog() {
    let world = World::new().await;
    let scope = "[[scopes]]\nname = \"birthday\"\ntitle = \"Birthday\"\ndescription = \"See your birthday.\"\n";
    for (good, bad, reasons) in [
        ("birthday", "Birth day", &["scopes[0].name character"][..]),
        ("title = \"Birthday\"\n", "", &["scopes[0].title required"]),
        ("See your birthday.", " ", &["scopes[0].description too_short"]),
        ("name", "tier = \"secret\"\nname", &["scopes[0].tier unknown_value"]),
        ("name", "position = -1\nname", &["scopes[0].position range"]),
        ("name", "colour = 1\nname", &["scopes[0].colour unknown_field"]),
        ("[[scopes]]", "[[scopes]]\nname = \"birthday\"\n[[scopes]]", &["scopes[1] duplicate"]),
    ] {
        let errors = world.refused(&scope.replacen(good, bad, 1)).await;
        assert_eq!(told(&errors), reasons, "{bad}");
        assert!(errors[0].message().starts_with("line "), "{errors:?}");
    }
    let applied = world.apply(&format!("{scope}[[scopes]]\nname = \"email\"\ntitle = \"Mail\"\n")).await.unwrap();
    assert_eq!(actions(&applied), ["catalog.scope_added birthday", "catalog.scope_changed email"]);
    assert!(!world.apply(scope).await.unwrap().changed());
    let mut conn = world.db.read().await.unwrap();
    let entries = store::tables::audit::newest(&mut conn, None, 2).await.unwrap();
    assert!(entries.iter().all(|entry| entry.actor == "operator"), "{entries:?}");
}

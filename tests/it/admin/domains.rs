//! Domains: what they may be, which is primary, what test mode takes.

use axum::http::Method;
use serde_json::{Value, json};

use super::{ask, domain, given_signed_in, given_token, of_client, problem, wrong};
use crate::browser::{Answer, Browser};
use crate::database::{count, texts};
use crate::world::{CLIENT, OTHER_CLIENT, World, on_both};

const NONE: Value = Value::Null;

async fn make(browser: &mut Browser, body: &Value) -> Answer {
    ask(browser, Method::POST, &of_client("/domains"), body).await
}

async fn change(browser: &mut Browser, path: &str, body: &Value) -> Answer {
    ask(browser, Method::PATCH, path, body).await
}

fn only(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

on_both!(a_domain_is_made_with_its_defaults_and_changed, async |world: World| {
    world.given_webhook("engines.example").await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let made = make(&mut owner, &json!({ "root_domain": "Third-Engines.Example." })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let id = path.rsplit('/').next().unwrap();
    let mut expected = json!({
        "id": id, "root_domain": "third-engines.example", "server_ips": [], "internal_name": null, "fallback_uri": null,
        "fallback_response": null, "allow_login": true, "allow_api": false, "active": true, "primary": false,
        "test_mode": false, "ownership": "unproven",
    });
    assert_eq!(made.json(), expected);
    let taken = make(&mut owner, &json!({ "root_domain": "third-engines.example" })).await;
    assert_eq!(problem(&taken), (409, "root_domain_taken".to_owned()));

    let body = json!({
        "root_domain": "THIRD-engines.example", "server_ips": ["2001:db8::1/32", "192.0.2.7", "192.0.2.7/32"],
        "internal_name": "Shop", "fallback_uri": "https://third-engines.example/sorry?a=1", "fallback_response": "Call us.",
        "allow_api": true,
    });
    let read = owner.get(&path).await;
    let tag = read.headers["etag"].to_str().unwrap();
    let mut careful = owner.clone().with("if-match", tag);
    let changed = change(&mut careful, &path, &body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    for name in ["internal_name", "fallback_uri", "fallback_response", "allow_api"] {
        expected[name] = body[name].clone();
    }
    expected["server_ips"] = json!(["2001:db8::/32", "192.0.2.7"]);
    assert_eq!(changed.json(), expected);
    assert_eq!(problem(&change(&mut careful, &path, &json!({})).await), (412, "stale".to_owned()));
    let cleared =
        change(&mut owner, &path, &json!({ "internal_name": null, "fallback_uri": "", "server_ips": [] })).await;
    assert_eq!((&cleared.json()["internal_name"], &cleared.json()["fallback_uri"]), (&NONE, &NONE));

    // Whoever listens hears of every change, and of none that is none.
    let told = format!("event = 'domain.updated' AND body LIKE '%{id}%'");
    assert_eq!(count(&world.core.db, "outbox", &told).await, 2);
    change(&mut owner, &path, &json!({ "active": true })).await;
    assert_eq!(count(&world.core.db, "outbox", &told).await, 2);
});

on_both!(server_ips_stay_in_their_order_and_null_takes_them_away, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = domain(&mut owner, "engines.example").await;
    let ips = json!(["203.0.113.0/24", "198.51.100.7", "2001:db8::1", "192.0.2.1"]);
    let changed = ask(&mut owner, Method::PATCH, &path, &json!({ "server_ips": ips })).await;
    assert_eq!(changed.json()["server_ips"], ips);
    assert_eq!(owner.get(&path).await.json()["server_ips"], ips);
    let reversed: Vec<&Value> = ips.as_array().unwrap().iter().rev().collect();
    let changed = ask(&mut owner, Method::PATCH, &path, &json!({ "server_ips": reversed })).await;
    assert_eq!(changed.json()["server_ips"], json!(reversed));
    let cleared = ask(&mut owner, Method::PATCH, &path, &json!({ "server_ips": null })).await;
    assert_eq!((cleared.status.as_u16(), &cleared.json()["server_ips"]), (200, &json!([])));
});

on_both!(mg_09_what_was_changed_meanwhile_is_neither_deleted_nor_rotated, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let made = [
        ("/domains", json!({ "root_domain": "third-engines.example" })),
        ("/secrets", json!({ "label": "Third" })),
        ("/roles", json!({ "name": "Night shift", "level": 5, "permissions": ["client:read"] })),
    ];
    for (resource, body) in made {
        let made = ask(&mut owner, Method::POST, &of_client(resource), &body).await;
        let path = made.headers["location"].to_str().unwrap().to_owned();
        let mut careful = owner.clone();
        careful.headers.push(("if-match".to_owned(), "\"1\"".to_owned()));
        let mut tries = vec![(Method::DELETE, path.clone())];
        if resource == "/secrets" {
            tries.push((Method::POST, format!("{path}/rotate")));
        }
        for (method, path) in tries {
            let stale = careful.send(method.clone(), &path, None, Vec::new()).await;
            assert_eq!(problem(&stale), (412, "stale".to_owned()), "{method} {path}");
        }
        let tag = made.headers["etag"].to_str().unwrap().to_owned();
        owner.headers.push(("if-match".to_owned(), tag));
        assert_eq!(owner.send(Method::DELETE, &path, None, Vec::new()).await.status, 204, "{path}");
        owner.headers.pop();
    }
});

on_both!(a_list_shows_each_domain_with_its_own_server_ips, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let ips = |host: u8| json!([format!("192.0.2.{host}"), format!("198.51.100.{host}/32")]);
    for (host, root) in [(1, "one-engine.example"), (2, "two-engines.example"), (3, "no-engine.example")] {
        let body = if host == 3 {
            json!({ "root_domain": root })
        } else {
            json!({ "root_domain": root, "server_ips": ips(host) })
        };
        assert_eq!(make(&mut owner, &body).await.status, 201);
    }
    let listed = owner.get(&of_client("/domains")).await.json();
    let of = |root: &str| {
        let all = listed["data"].as_array().unwrap();
        all.iter().find(|domain| domain["root_domain"] == root).unwrap()["server_ips"].clone()
    };
    assert_eq!(of("one-engine.example"), json!(["192.0.2.1", "198.51.100.1"]));
    assert_eq!(of("two-engines.example"), json!(["192.0.2.2", "198.51.100.2"]));
    assert_eq!((of("no-engine.example"), of("engines.example")), (json!([]), json!([])));
    // One alone shows the same.
    let path = domain(&mut owner, "two-engines.example").await;
    assert_eq!(owner.get(&path).await.json()["server_ips"], of("two-engines.example"));
});

on_both!(dv_01_dv_02_fb_04_every_bad_value_is_named_and_changes_nothing, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let long_label = format!("{}.example", "a".repeat(64));
    let long_name = format!("{}example", "abcdefg.".repeat(31));
    let roots = [
        ("https://x.example", "malformed"),
        ("x.example/a", "malformed"),
        ("x.example:443", "malformed"),
        ("ada@x.example", "malformed"),
        ("*.x.example", "malformed"),
        ("x..example", "malformed"),
        ("-x.example", "malformed"),
        ("", "malformed"),
        (&long_label, "malformed"),
        (&long_name, "malformed"),
        ("localhost", "localhost"),
        ("engines", "single_label"),
        ("printer.local", "special_use"),
        ("wiki.internal", "special_use"),
        ("x.onion", "special_use"),
        ("1.2.3.4", "ip_address"),
        ("[::1]", "ip_address"),
        ("com", "public_suffix"),
        ("co.uk", "public_suffix"),
        ("github.io", "public_suffix"),
        ("vercel.app", "public_suffix"),
        ("s3.amazonaws.com", "public_suffix"),
        ("kawasaki.jp", "public_suffix"),
    ];
    for (root, code) in roots {
        assert_eq!(
            wrong(&make(&mut owner, &json!({ "root_domain": root })).await),
            only("root_domain", code),
            "{root}"
        );
    }
    for numeric in ["0x7f.1", "2130706433", "0177.0.0.1"] {
        let found = wrong(&make(&mut owner, &json!({ "root_domain": numeric })).await);
        assert_eq!(found[0].0, "root_domain", "{numeric}");
    }

    let path = domain(&mut owner, "engines.example").await;
    let before = owner.get(&path).await.body;
    let many: Vec<String> = (0..257).map(|n| format!("192.0.{}.{}", n / 250, n % 250)).collect();
    let rows = [
        (json!({ "root_domain": "other.example" }), "root_domain", "immutable"),
        (json!({ "server_ips": ["0.0.0.0/0"] }), "server_ips[0]", "everyone"),
        (json!({ "server_ips": ["192.0.2.1", "::/0"] }), "server_ips[1]", "everyone"),
        (json!({ "server_ips": ["engines.example"] }), "server_ips[0]", "malformed"),
        (json!({ "server_ips": many }), "server_ips", "too_many"),
        (json!({ "server_ips": [1] }), "server_ips", "not_a_list"),
        (json!({ "internal_name": "a\nb" }), "internal_name", "character"),
        (json!({ "fallback_uri": "javascript:alert(1)" }), "fallback_uri", "scheme"),
        (json!({ "fallback_uri": "data:text/html,x" }), "fallback_uri", "scheme"),
        (json!({ "fallback_uri": "//engines.example/x" }), "fallback_uri", "scheme"),
        (json!({ "fallback_uri": "https://engines.example/\r\nx" }), "fallback_uri", "character"),
        (json!({ "fallback_uri": "https://evil.test/" }), "fallback_uri", "host"),
        (json!({ "fallback_uri": "http://127.0.0.1:8080/" }), "fallback_uri", "scheme"),
        (json!({ "test_mode": true, "fallback_uri": "http://127.0.0.1:8080/" }), "fallback_uri", "issuer"),
        (json!({ "fallback_response": "x".repeat(4097) }), "fallback_response", "too_long"),
        (json!({ "allow_login": 1 }), "allow_login", "not_a_boolean"),
        (json!({ "id": "domain_01jd3v8m1efb9rkyq9wzvw2x4a" }), "id", "unknown_field"),
        (json!({ "ownership": "proven" }), "ownership", "unknown_field"),
        (json!({ "client": OTHER_CLIENT }), "client", "unknown_field"),
        (json!({ "created_at": "2020-01-01T00:00:00Z" }), "created_at", "unknown_field"),
    ];
    for (body, field, code) in rows {
        assert_eq!(wrong(&change(&mut owner, &path, &body).await), only(field, code), "{body}");
    }
    // All at once, and nothing of it is applied.
    let both = json!({ "allow_login": false, "internal_name": "a\nb", "server_ips": ["x"] });
    assert_eq!(wrong(&change(&mut owner, &path, &both).await).len(), 2);
    assert_eq!(owner.get(&path).await.body, before);
    assert_eq!(wrong(&make(&mut owner, &json!({})).await), only("root_domain", "required"));
});

on_both!(exactly_one_domain_is_primary, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let (first, second) =
        (domain(&mut owner, "engines.example").await, domain(&mut owner, "more-engines.example").await);
    let primaries = async |owner: &mut Browser| -> Vec<String> {
        let list = owner.get(&of_client("/domains")).await.json();
        let primary = list["data"].as_array().unwrap().iter().filter(|domain| domain["primary"] == true);
        primary.map(|domain| domain["root_domain"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(primaries(&mut owner).await, ["engines.example"]);
    let refused = change(&mut owner, &first, &json!({ "primary": false })).await;
    assert_eq!(problem(&refused), (409, "primary_needed".to_owned()));
    assert_eq!(change(&mut owner, &second, &json!({ "primary": false })).await.status, 200);

    let changed = change(&mut owner, &second, &json!({ "primary": true, "internal_name": "Second" })).await;
    assert_eq!((&changed.json()["primary"], &changed.json()["internal_name"]), (&json!(true), &json!("Second")));
    assert_eq!(primaries(&mut owner).await, ["more-engines.example"]);
    assert_eq!(make(&mut owner, &json!({ "root_domain": "third.example", "primary": true })).await.status, 201);
    assert_eq!(primaries(&mut owner).await, ["third.example"]);

    // An inactive one stays primary. Its successor is the oldest active one, else the oldest.
    let third = domain(&mut owner, "third.example").await;
    change(&mut owner, &third, &json!({ "active": false })).await;
    change(&mut owner, &first, &json!({ "active": false })).await;
    assert_eq!(primaries(&mut owner).await, ["third.example"]);
    assert_eq!(ask(&mut owner, Method::DELETE, &third, &NONE).await.status, 204);
    assert_eq!(primaries(&mut owner).await, ["more-engines.example"]);
    assert_eq!(ask(&mut owner, Method::DELETE, &second, &NONE).await.status, 204);
    assert_eq!(primaries(&mut owner).await, ["engines.example"]);
    assert_eq!(ask(&mut owner, Method::DELETE, &first, &NONE).await.status, 204);
    assert_eq!(
        make(&mut owner, &json!({ "root_domain": "fourth.example", "primary": false })).await.json()["primary"],
        true
    );
});

on_both!(dv_06_test_mode_needs_a_permission_of_its_own_and_is_told_to_the_owners, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = domain(&mut owner, "engines.example").await;
    let mut developer = given_token(&world, &mut owner, &["domains:read", "domains:create", "domains:update"]).await;
    let on = json!({ "test_mode": true });
    let refused = [
        change(&mut developer, &path, &on).await,
        make(&mut developer, &json!({ "root_domain": "new.example", "test_mode": true })).await,
    ];
    for refused in refused {
        assert_eq!(problem(&refused), (403, "permission_missing".to_owned()));
        assert!(refused.json()["detail"].as_str().unwrap().contains("domains:test"), "{refused:?}");
    }
    assert_eq!(owner.get(&path).await.json()["test_mode"], false);
    assert!(!world.mail().await.contains("Test mode"));

    assert_eq!(change(&mut owner, &path, &on).await.status, 200);
    assert_eq!(change(&mut owner, &path, &on).await.status, 200, "on already: nobody is told twice");
    assert_eq!(world.mail().await.matches("Test mode was switched on for engines.example").count(), 1);
    assert_eq!(count(&world.core.db, "notifications", "kind = 'domain.test_mode'").await, 1);
    let after = "SELECT after AS text FROM audit_entries WHERE action = 'domain.updated' AND after LIKE '%test_mode%'";
    assert_eq!(texts(&world.core.db, after).await, [r#"{"test_mode":true}"#]);
    // Whoever may change the domain may end it.
    assert_eq!(change(&mut developer, &path, &json!({ "test_mode": false })).await.status, 200);
});

on_both!(test_mode_ends_only_when_nothing_needs_it_and_never_begins_for_a_verified_domain, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = domain(&mut owner, "engines.example").await;
    change(&mut owner, &path, &json!({ "test_mode": true, "fallback_uri": "http://localhost:3000/sorry" })).await;
    let url = json!({ "kind": "callback", "url": "http://127.0.0.1:8081/cb" });
    let url = ask(&mut owner, Method::POST, &format!("{path}/urls"), &url).await;
    let url = url.headers["location"].to_str().unwrap().to_owned();
    let off = json!({ "test_mode": false });
    let refused = change(&mut owner, &path, &off).await;
    assert_eq!(problem(&refused), (409, "test_urls_present".to_owned()));
    for named in ["http://127.0.0.1:8081/cb", "http://localhost:3000/sorry"] {
        assert!(refused.json()["detail"].as_str().unwrap().contains(named), "{refused:?}");
    }
    let cleared = json!({ "test_mode": false, "fallback_uri": null });
    assert_eq!(problem(&change(&mut owner, &path, &cleared).await), (409, "test_urls_present".to_owned()));
    ask(&mut owner, Method::PATCH, &url, &json!({ "active": false })).await;
    assert_eq!(change(&mut owner, &path, &cleared).await.status, 200);
    // Switched off it may stay; switched on it is held against the domain's mode again.
    assert_eq!(wrong(&ask(&mut owner, Method::PATCH, &url, &json!({ "active": true })).await), only("url", "scheme"));

    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.verifications]]\ndomains = [\"engines.example\"]\n\
             scopes = [\"userinfo\"]\nstate = \"approved\"\n"
        ))
        .await;
    let refused = change(&mut owner, &path, &json!({ "test_mode": true })).await;
    assert_eq!(problem(&refused), (409, "verified_domain".to_owned()));
});

on_both!(dv_08_the_same_root_in_two_clients_is_proven_for_one_of_them, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let body = json!({ "root_domain": "engines.example" });
    let theirs = ask(&mut owner, Method::POST, &format!("/admin/v1/clients/{OTHER_CLIENT}/domains"), &body).await;
    assert_eq!((theirs.status.as_u16(), &theirs.json()["ownership"]), (201, &json!("unproven")));
    let ours = domain(&mut owner, "engines.example").await;
    assert_eq!(owner.get(&ours).await.json()["ownership"], "proven");
    let tokens = "SELECT DISTINCT ownership_token AS text FROM domains WHERE root_domain = 'engines.example'";
    assert_eq!(texts(&world.core.db, tokens).await.len(), 2, "each has a token of its own");
});

on_both!(mg_09_of_two_changes_of_one_version_one_wins, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = domain(&mut owner, "engines.example").await;
    for round in 0..20 {
        let tag = owner.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
        let (mut one, mut other) = (owner.clone().with("if-match", &tag), owner.clone().with("if-match", &tag));
        let body = |who: &str| json!({ "internal_name": format!("{who} {round}") });
        let (one_says, other_says) = (body("one"), body("other"));
        let (one, other) = tokio::join!(change(&mut one, &path, &one_says), change(&mut other, &path, &other_says));
        let mut answers = [one.status.as_u16(), other.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [200, 412], "round {round}");
    }
});

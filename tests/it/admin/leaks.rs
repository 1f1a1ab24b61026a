//! Reports of secret scanners.

use std::sync::LazyLock;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use xwms_core::error::Error;
use xwms_core::provision::{Options, apply};

use super::{ask, given_signed_in, given_token, of_client, path_of, problem};
use crate::browser::Answer;
use crate::world::{CLIENT, Given, OTHER_CLIENT, OTHER_SECRET, SECRET, World, on_both};

const REPORTER: &str = "bcb53661c06b4728";
/// What stands before the point in the SubjectPublicKeyInfo of a P-256 key.
const BEFORE: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3,
    0x42, 0,
];

static KEY: LazyLock<EcdsaKeyPair> = LazyLock::new(|| {
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pair.as_ref(), &random).unwrap()
});

static REPORTERS: LazyLock<String> = LazyLock::new(|| {
    let spki = [&BEFORE[..], KEY.public_key().as_ref()].concat();
    format!("another={0}, {REPORTER}={0}", STANDARD.encode(spki))
});

static SETTINGS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| vec![("LEAKS__REPORTERS", REPORTERS.as_str())]);

fn given_reporter() -> Given {
    Given { settings: &SETTINGS, ..Given::default() }
}

async fn report_as(world: &World, key: &str, signed: &str, body: &str) -> Answer {
    let signature = STANDARD.encode(KEY.sign(&SystemRandom::new(), signed.as_bytes()).unwrap());
    let mut reporter = world.browser();
    reporter.headers = vec![
        ("github-public-key-identifier".to_owned(), key.to_owned()),
        ("github-public-key-signature".to_owned(), signature),
    ];
    reporter.send(Method::POST, "/admin/v1/leaks", Some("application/json"), body.as_bytes().to_vec()).await
}

async fn report(world: &World, tokens: &[&str]) -> Value {
    let found = |token: &&str| json!({ "token": token, "type": "xwms", "url": format!("https://code.example/a?b={token}"), "source": "commit" });
    let body = json!(tokens.iter().map(found).collect::<Vec<_>>()).to_string();
    let answer = report_as(world, REPORTER, &body, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    for token in tokens {
        assert!(!answer.body.contains(token), "{}", answer.body);
    }
    answer.json()
}

on_both!(what_leaked_is_out_of_use_at_once_and_its_owners_are_told, given_reporter(), async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut narrow = given_token(&world, &mut owner, &["client:read"]).await;
    let token = narrow.headers[0].1.trim_start_matches("Bearer ").to_owned();
    let unknown = "xwms_sk_YRmmoFOFtKJKjoqMVjqh2FB0JKklR0I4X92ZQyRx1LW2XOCxX";
    let credentials = [("grant_type", "client_credentials")];
    assert_eq!(world.client_post("/oauth/token", &credentials).await.status, 200);
    assert_eq!(narrow.get(&of_client("")).await.status, 200);

    let answered = report(&world, &[SECRET, &token, unknown, "anything"]).await;
    let labels: Vec<&Value> = answered.as_array().unwrap().iter().map(|answer| &answer["label"]).collect();
    assert_eq!(labels, ["true_positive", "true_positive", "false_positive", "false_positive"]);
    assert_eq!(answered[0]["token_hash"].as_str().unwrap().len(), 64);
    assert_eq!(world.client_post("/oauth/token", &credentials).await.status, 401);
    assert_eq!(narrow.get(&of_client("")).await.status, 401);

    let log = owner.get(&format!("{}?limit=200", of_client("/audit"))).await;
    let log_of = |action: &str| {
        let entries = log.json()["data"].as_array().unwrap().clone();
        entries.into_iter().find(|entry| entry["action"] == action).unwrap()
    };
    assert_eq!(log_of("secret.leaked")["after"]["active"], false);
    assert_eq!(log_of("secret.leaked")["after"]["found_at"], "https://code.example/a?b=…");
    assert_eq!(log_of("token.leaked")["after"]["suspended"], true);
    assert!(!log.body.contains(SECRET) && !log.body.contains(&token), "{}", log.body);
    let mail = world.mail().await;
    assert!(mail.contains("A client secret of yours has leaked") && mail.contains("An API token of yours has leaked"));
    assert!(!mail.contains(SECRET) && !mail.contains(&token));

    // Reported once more, it is ours as before, and nobody is told again.
    assert_eq!(report(&world, &[SECRET]).await[0]["label"], "true_positive");
    assert_eq!(world.mail().await.len(), mail.len());
});

on_both!(what_was_out_of_use_and_leaks_is_told_and_stays_out_of_use, given_reporter(), async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = path_of(&mut owner, &of_client("/secrets"), "label", "Standard Key").await;
    assert_eq!(ask(&mut owner, Method::PATCH, &path, &json!({ "active": false })).await.status, 200);
    for _ in 0..2 {
        assert_eq!(report(&world, &[SECRET]).await[0]["label"], "true_positive");
    }
    let log = owner.get(&format!("{}?action=secret.leaked", of_client("/audit"))).await.json();
    let entries = log["data"].as_array().unwrap();
    assert_eq!((entries.len(), &entries[0]["actor"]), (1, &json!("service leak report")), "{log}");
    assert_eq!(
        (&entries[0]["address"], &entries[0]["after"]["reason"]),
        (&json!("127.0.0.1"), &json!("reported as leaked"))
    );
    assert_eq!(world.mail().await.matches("A client secret of yours has leaked").count(), 1);

    let again = ask(&mut owner, Method::PATCH, &path, &json!({ "active": true })).await;
    assert_eq!(problem(&again), (409, "secret_leaked".to_owned()));
    assert_eq!(ask(&mut owner, Method::PATCH, &path, &json!({ "label": "Leaked Key" })).await.status, 200);
    let file = |more: &str| {
        format!(
            "[[clients]]\nid = \"{CLIENT}\"\nsecrets = [{{ label = \"Second Key\" }}, {{ label = \"Leaked Key\"{more} }}]\n"
        )
    };
    match apply(&world.core, &file(", active = true"), Options::default()).await {
        Err(Error::Invalid(errors)) => {
            assert_eq!((&*errors[0].field, errors[0].code()), ("clients[0].secrets[1]", "secret_leaked"));
            assert!(errors[0].message().starts_with("line 3:"), "{errors:?}");
        }
        other => panic!("{other:?}"),
    }
    world.apply(&file("")).await;
    assert_eq!(world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.status, 401);

    // With another value it is another secret.
    world.apply(&format!("[[clients]]\nid = \"{OTHER_CLIENT}\"\nsecrets = []\n")).await;
    world.apply(&file(&format!(", value = {OTHER_SECRET:?}, active = true"))).await;
});

on_both!(a_report_that_nobody_known_has_signed_changes_nothing, given_reporter(), async |world: World| {
    let body =
        json!([{ "token": SECRET, "type": "xwms", "url": "https://code.example/", "source": "commit" }]).to_string();
    for (key, signed) in [("unknown", body.as_str()), ("", &body), (REPORTER, "[]")] {
        let refused = report_as(&world, key, signed, &body).await;
        assert_eq!(problem(&refused), (401, "signature_invalid".to_owned()), "{key}");
    }
    let unsigned = ask(&mut world.browser(), Method::POST, "/admin/v1/leaks", &json!([])).await;
    assert_eq!(problem(&unsigned), (401, "signature_invalid".to_owned()));
    for bad in ["", "{}", "[1]", "[{\"token\":1}]"] {
        assert_eq!(problem(&report_as(&world, REPORTER, bad, bad).await), (400, "malformed".to_owned()), "{bad}");
    }
    let many = format!("[{}]", vec!["{\"token\":\"x\",\"type\":\"y\"}"; 501].join(","));
    assert_eq!(problem(&report_as(&world, REPORTER, &many, &many).await), (422, "invalid".to_owned()));
    assert_eq!(world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.status, 200);
});

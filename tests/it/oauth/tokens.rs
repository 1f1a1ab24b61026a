//! What is in a token, who signs it, and what is none.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Value, json};
use xwms_core::crypto::digest::sha256;
use xwms_core::crypto::jws::{ACCESS_TOKEN, ID_TOKEN};
use xwms_core::key_rotation;
use xwms_core::model::client::SigningAlg;

use crate::world::{CLIENT, ISSUER, OTHER_CLIENT, World, on_both};

/// The claims of a JWT, unverified.
pub fn claims(jwt: &str) -> Value {
    part(jwt, 1)
}

/// The header of a JWT.
pub fn header(jwt: &str) -> Value {
    part(jwt, 0)
}

fn part(jwt: &str, index: usize) -> Value {
    serde_json::from_slice(&decode(jwt.split('.').nth(index).unwrap())).unwrap()
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// A member of an answer that is a text.
pub fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer[member].as_str().unwrap_or_else(|| panic!("no {member} in {answer}"))
}

async fn jwks(world: &World) -> Vec<Value> {
    world.browser().get("/oauth/jwks").await.json()["keys"].as_array().unwrap().clone()
}

/// Whether a published key signed this token, checked without any code of ours.
async fn is_signed(world: &World, jwt: &str) -> bool {
    let header = header(jwt);
    let Some(key) = jwks(world).await.into_iter().find(|key| key["kid"] == header["kid"]) else { return false };
    assert_eq!(key["alg"], header["alg"]);
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let member = |name: &str| decode(key[name].as_str().unwrap());
    match key["alg"].as_str() {
        Some("RS256") => {
            let key = RsaPublicKeyComponents { n: member("n"), e: member("e") };
            key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decode(signature)).is_ok()
        }
        Some("ES256") => {
            let point = [vec![4], member("x"), member("y")].concat();
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
            key.verify(signed.as_bytes(), &decode(signature)).is_ok()
        }
        other => panic!("{other:?}"),
    }
}

on_both!(jw_07_an_id_token_says_what_happened, async |world: World| {
    let (mut browser, code) = world.given_code("ada@example.test", &[]).await;
    let signed_in_at = world.clock.now().seconds();
    let tokens = world.redeem(&code).await.json();
    let (id, access) = (text(&tokens, "id_token"), text(&tokens, "access_token"));
    let said = claims(id);
    let at_hash = URL_SAFE_NO_PAD.encode(&sha256(access.as_bytes())[..16]);
    for (claim, value) in [
        ("iss", json!(ISSUER)),
        ("aud", json!(CLIENT)),
        ("nonce", json!("n-0S6_WzA2Mj")),
        ("at_hash", json!(at_hash)),
        ("acr", json!("1")),
        ("amr", json!(["pwd"])),
        ("auth_time", json!(signed_in_at)),
        ("iat", json!(signed_in_at)),
    ] {
        assert_eq!(said[claim], value, "{claim}");
    }
    assert_eq!(header(id)["typ"], "JWT");
    assert_eq!(header(id)["alg"], "RS256", "the default");
    assert!(is_signed(&world, id).await);

    // A later login of the same session: no nonce where none was sent, and the time the password was typed.
    world.clock.advance(Duration::from_secs(300));
    let code = world.code_in(&mut browser, "ada@example.test", &[("nonce", "")]).await;
    let later = world.redeem(&code).await.json();
    let later = claims(text(&later, "id_token"));
    assert!(later.get("nonce").is_none());
    assert_eq!((&later["sub"], &later["sid"]), (&said["sub"], &said["sid"]));
    assert_eq!((later["auth_time"].as_i64(), later["iat"].as_i64()), (Some(signed_in_at), Some(signed_in_at + 300)));

    // Without `openid` there is none.
    let (_, code) = world.given_code("ada@example.test", &[("scope", "profile")]).await;
    assert!(world.redeem(&code).await.json().get("id_token").is_none());
});

on_both!(jw_07_an_id_token_says_of_a_person_what_userinfo_says, async |world: World| {
    let of_person =
        ["name", "given_name", "family_name", "updated_at", "email", "email_verified", "locale", "zoneinfo", "picture"];
    world.sql("UPDATE users SET picture = 'https://pictures.example/ada', locale = 'en', zoneinfo = 'UTC'").await;
    let (mut browser, code) = world.given_code("ada@example.test", &[]).await;
    let first = world.redeem(&code).await.json();
    let refreshed = world.refresh(text(&first, "refresh_token")).await.json();
    for tokens in [&first, &refreshed] {
        let said = claims(text(tokens, "id_token"));
        let userinfo = world.userinfo(text(tokens, "access_token")).await.json();
        for claim in of_person {
            assert!(!said[claim].is_null() && said[claim] == userinfo[claim], "{claim}: {said} {userinfo}");
        }
    }

    // No more than the scopes open: neither those of the login, nor those of a narrowed refresh.
    let narrowed = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&refreshed, "refresh_token")),
        ("scope", "openid email"),
    ];
    let narrowed = world.client_post("/oauth/token", &narrowed).await.json();
    let said = claims(text(&narrowed, "id_token"));
    assert_eq!((&said["email"], said.get("name")), (&json!("ada@example.test"), None));
    let code = world.code_in(&mut browser, "ada@example.test", &[("scope", "openid profile userinfo")]).await;
    let said = claims(text(&world.redeem(&code).await.json(), "id_token"));
    assert_eq!((&said["name"], said.get("email")), (&json!("Ada Lovelace"), None));

    // What has been taken back is gone at the next refresh.
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nscopes = [\"openid\", \"email\", \"offline_access\"]")).await;
    let less = world.refresh(text(&narrowed, "refresh_token")).await.json();
    let said = claims(text(&less, "id_token"));
    assert_eq!((&said["email"], said.get("name")), (&json!("ada@example.test"), None));

    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nid_token_claims = \"thin\"")).await;
    let thin = world.refresh(text(&less, "refresh_token")).await.json();
    let said = claims(text(&thin, "id_token"));
    assert!(of_person.iter().all(|claim| said.get(*claim).is_none()) && said["sub"].is_string(), "{said}");
    let userinfo = world.userinfo(text(&thin, "access_token")).await.json();
    assert_eq!(userinfo["email"], "ada@example.test", "userinfo has it as before");
});

on_both!(jw_07_a_profile_sets_no_reserved_claim, async |world: World| {
    world.sql("UPDATE users SET given_name = '\",\"sub\":\"1', family_name = '{\"aud\":\"x\"}', locale = 'sub'").await;
    let tokens = world.given_login("ada@example.test").await;
    let said = claims(text(&tokens, "id_token"));
    assert_eq!(said["aud"], CLIENT);
    let userinfo = world.userinfo(text(&tokens, "access_token")).await.json();
    assert_eq!(userinfo["sub"], said["sub"]);
    assert_eq!(userinfo["given_name"], "\",\"sub\":\"1");
});

on_both!(an_access_token_is_an_rfc_9068_one, async |world: World| {
    let tokens = world.given_login("ada@example.test").await;
    let access = text(&tokens, "access_token");
    let header = header(access);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    assert!(is_signed(&world, access).await);
    let said = claims(access);
    let now = world.clock.now().seconds();
    let snapshot = world.snapshot().await;
    let domain = snapshot.domains.iter().find(|domain| domain.root.as_str() == "engines.example").unwrap();
    for (claim, value) in [
        ("iss", json!(ISSUER)),
        ("aud", json!(ISSUER)),
        ("client_id", json!(CLIENT)),
        ("scope", json!("email offline_access openid profile")),
        ("iat", json!(now)),
        ("exp", json!(now + 600)),
        ("sub", claims(text(&tokens, "id_token"))["sub"].clone()),
        ("domain", json!(domain.id)),
    ] {
        assert_eq!(said[claim], value, "{claim}");
    }
    assert!(said["jti"].is_string());
    assert_eq!(tokens["expires_in"], 600);
    // It lives to its last second, and no longer.
    world.clock.advance(Duration::from_secs(599));
    assert_eq!(world.userinfo(access).await.status, 200);
    assert_eq!(world.introspect(access).await["active"], true);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.userinfo(access).await.status, 401);
    assert_eq!(world.introspect(access).await, json!({"active": false}));
});

on_both!(each_client_has_the_algorithm_it_chose, async |world: World| {
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nid_token_alg = \"ES256\"")).await;
    let tokens = world.given_login("ada@example.test").await;
    let id = text(&tokens, "id_token");
    assert_eq!(header(id)["alg"], "ES256");
    assert!(is_signed(&world, id).await);
});

on_both!(a_pairwise_sub_is_one_client_s_alone, async |world: World| {
    world.apply(&format!("[[clients]]\nid = \"{OTHER_CLIENT}\"\nsubject_type = \"pairwise\"")).await;
    let public = claims(text(&world.given_login("ada@example.test").await, "id_token"))["sub"].clone();
    let mut subjects = Vec::new();
    for email in ["ada@example.test", "ada@example.test", "charles@example.test"] {
        let changes =
            [("client_id", OTHER_CLIENT), ("redirect_uri", "https://shop.notes.example/cb"), ("scope", "openid")];
        let (_, code) = world.given_code(email, &changes).await;
        let mut partner = world.browser();
        partner.headers.push(crate::world::basic(OTHER_CLIENT, &world.other_secret));
        let fields =
            [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", crate::world::VERIFIER)];
        let tokens = partner.post("/oauth/token", &fields).await.json();
        let sub = claims(text(&tokens, "id_token"))["sub"].clone();
        assert_eq!(claims(text(&tokens, "access_token"))["sub"], sub);
        assert_eq!(world.userinfo(text(&tokens, "access_token")).await.json()["sub"], sub);
        subjects.push(sub);
    }
    assert_eq!(subjects[0], subjects[1], "the same at every login");
    assert_ne!(subjects[0], public);
    assert_ne!(subjects[0], subjects[2]);
    for sub in [&public, &subjects[0], &subjects[2]] {
        let number: u64 = sub.as_str().unwrap().parse().unwrap();
        assert!((1_000_000_000_000..1 << 53).contains(&number), "{sub}");
    }
    // The public one is the same at every client.
    assert_eq!(claims(text(&world.given_login("ada@example.test").await, "id_token"))["sub"], public);
});

on_both!(jw_06_a_key_is_published_before_it_signs_and_stays_until_its_tokens_are_over, async |world: World| {
    let kids = async || jwks(&world).await.iter().map(|key| text(key, "kid").to_owned()).collect::<Vec<_>>();
    let (mut browser, code) = world.given_code("ada@example.test", &[]).await;
    let first = world.redeem(&code).await.json();
    let (old_access, old_id) = (text(&first, "access_token"), text(&first, "id_token"));
    let old = [header(old_access)["kid"].clone(), header(old_id)["kid"].clone()];

    // When new keys are published, they do not sign yet.
    let parts = &world.core;
    key_rotation::rotate(&parts.db, &parts.master_key, &parts.config.keys, world.clock.now(), false).await.unwrap();
    key_rotation::keep(&world.core).await.unwrap();
    let published = kids().await;
    assert_eq!(published.len(), 4);
    let mut signed_by = async || {
        let code = world.code_in(&mut browser, "ada@example.test", &[]).await;
        let tokens = world.redeem(&code).await.json();
        [header(text(&tokens, "access_token"))["kid"].clone(), header(text(&tokens, "id_token"))["kid"].clone()]
    };
    world.clock.advance(parts.config.keys.publish_hours.duration() - Duration::from_secs(60));
    key_rotation::keep(&world.core).await.unwrap();
    let last = world.code_in(&mut world.browser(), "ada@example.test", &[]).await;
    let last = world.redeem(&last).await.json();
    assert_eq!(signed_by().await, old);

    // When caches have learnt of them, they sign; what the old ones signed holds until it expires.
    world.clock.advance(Duration::from_secs(60));
    key_rotation::keep(&world.core).await.unwrap();
    let new = signed_by().await;
    assert!(new.iter().all(|kid| !old.contains(kid) && published.contains(&kid.as_str().unwrap().to_owned())));
    assert_eq!(world.userinfo(text(&last, "access_token")).await.status, 200);
    assert!(is_signed(&world, text(&last, "id_token")).await);
    world.clock.advance(Duration::from_secs(540));
    assert_eq!(world.userinfo(text(&last, "access_token")).await.status, 401, "it has expired");

    // At last they go, and their tokens are nobody's.
    world.clock.advance(parts.config.keys.retired_hours.duration());
    key_rotation::keep(&world.core).await.unwrap();
    let left = kids().await;
    assert!(old.iter().all(|kid| !left.contains(&kid.as_str().unwrap().to_owned())), "{left:?}");
    assert_eq!(world.userinfo(old_access).await.status, 401);
    assert_eq!(world.introspect(old_access).await, json!({"active": false}));
});

on_both!(jw_05_nothing_private_is_published, async |world: World| {
    let keys = jwks(&world).await;
    assert_eq!(keys.len(), 2);
    for key in &keys {
        let members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        let allowed: &[&str] = match key["kty"].as_str() {
            Some("RSA") => &["alg", "e", "kid", "kty", "n", "use"],
            _ => &["alg", "crv", "kid", "kty", "use", "x", "y"],
        };
        assert_eq!(members, allowed);
    }
    let export = xwms_core::provision::export(&world.core.db, world.clock.now()).await.unwrap();
    let mut bodies = vec![export];
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth/jwks/x"] {
        bodies.push(world.browser().get(path).await.body);
    }
    for body in bodies {
        for member in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(!body.contains(&format!("\"{member}\":")) && !body.contains("PRIVATE KEY"), "{member} in {body}");
        }
    }
});

on_both!(jw_03_one_kind_of_token_is_not_another, async |world: World| {
    let (mut browser, code) = world.given_code("ada@example.test", &[]).await;
    let tokens = world.redeem(&code).await.json();
    let (id, access) = (text(&tokens, "id_token"), text(&tokens, "access_token"));

    // As a bearer: only an access token, by its `typ`, whoever signed it.
    let keys = world.core.keys.get();
    let retyped = |typ: &str| keys.current(SigningAlg::Es256).unwrap().sign(typ, &claims(access)).unwrap();
    assert_eq!(world.userinfo(&retyped(ACCESS_TOKEN)).await.status, 200, "the same claims with the right type");
    for token in [id.to_owned(), retyped(ID_TOKEN), retyped("logout+jwt"), retyped("")] {
        let answer = world.userinfo(&token).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_token"));
        assert_eq!(world.introspect(&token).await, json!({"active": false}));
    }

    // As a hint at logout: nobody is signed out by it.
    let answer = browser.get(&format!("/oauth/logout?id_token_hint={access}")).await;
    assert!(answer.location().contains("/logout?flow="), "{answer:?}");
    let again = browser.get(&world.authorize(&[])).await;
    assert!(again.parameter("code").is_some(), "still signed in");

    // As a session.
    for token in [access, id] {
        let mut planted = world.browser();
        planted.cookies.insert("xwms_session".to_owned(), token.to_owned());
        assert!(planted.open(&world.authorize(&[])).await.path.starts_with("/login"));
    }

    // As a client's assertion.
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", access),
    ];
    let answer = world.browser().post("/oauth/token", &fields).await;
    assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"));
});

//! Tokens that none of our keys signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::tokens::{claims, header, text};
use crate::world::{World, on_both};

/// Header and claims, as they are signed.
fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// A key of the attacker's own.
struct Attacker(EcdsaKeyPair);

impl Attacker {
    fn new() -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &SystemRandom::new());
        Self(pair.unwrap())
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "mine", "alg": "ES256", "use": "sig"})
    }
}

/// What an attacker makes of a good token and the published keys.
fn forgeries(good: &str, keys: &[Value]) -> Vec<(String, String)> {
    let (head, said) = (header(good), claims(good));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let with = |changes: Value| {
        let mut header = head.clone();
        for (name, value) in changes.as_object().unwrap() {
            header[name] = value.clone();
        }
        header
    };
    let mut forged = Vec::new();
    for alg in ["none", "nOnE", "NONE", ""] {
        let unsigned = unsigned(&with(json!({"alg": alg})), &said);
        forged.push((format!("alg {alg:?}, no signature"), format!("{unsigned}.")));
        forged.push((format!("alg {alg:?}, the old signature"), format!("{unsigned}.{signature}")));
        forged.push((format!("alg {alg:?}, two parts"), unsigned));
    }
    for key in keys {
        for material in [key.to_string(), text(key, "kid").to_owned(), key["x"].to_string(), key["n"].to_string()] {
            let signed = unsigned(&with(json!({"alg": "HS256", "kid": key["kid"]})), &said);
            let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, material.as_bytes()), signed.as_bytes());
            forged.push(("HS256 with what is public".to_owned(), format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))));
        }
    }
    forged.extend(by_the_attacker(&head, &said));
    for alg in ["RS256", "ES384", "PS256", "es256"] {
        let unsigned = unsigned(&with(json!({"alg": alg})), &said);
        forged.push((format!("swapped to {alg}"), format!("{unsigned}.{signature}")));
    }
    let rsa = keys.iter().find(|key| key["kty"] == "RSA").unwrap();
    let unsigned_rsa = unsigned(&with(json!({"kid": rsa["kid"]})), &said);
    forged.push(("another key's kid".to_owned(), format!("{unsigned_rsa}.{signature}")));
    let mut wider = said.clone();
    wider["scope"] = json!("openid userinfo");
    forged.push(("other claims".to_owned(), format!("{}.{signature}", unsigned(&head, &wider))));
    let mut flipped = signature.to_owned().into_bytes();
    flipped[0] = if flipped[0] == b'A' { b'B' } else { b'A' };
    forged.push(("other signature".to_owned(), format!("{signed}.{}", String::from_utf8(flipped).unwrap())));
    forged.push(("signature of zeros".to_owned(), format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0; 64]))));
    for odd in [".", "..", "...", "a.b.c", &format!("{good}."), &format!(".{good}"), &format!("{good}="), &good[1..]] {
        forged.push(("out of shape".to_owned(), odd.to_owned()));
    }
    forged.push(("huge".to_owned(), format!("{}.{good}", "A".repeat(20_000))));
    forged
}

/// Tokens that are signed with the attacker's own key, each with a header that leads to it.
fn by_the_attacker(head: &Value, said: &Value) -> Vec<(String, String)> {
    let with = |changes: &Value| {
        let mut header = head.clone();
        for (name, value) in changes.as_object().unwrap() {
            header[name] = value.clone();
        }
        header
    };
    let attacker = Attacker::new();
    // Where a server that follows what a header points to would look: nobody listens there.
    let elsewhere = "http://127.0.0.1:9/keys";
    let headers = [
        json!({}),
        json!({"jwk": attacker.jwk()}),
        json!({"jwk": attacker.jwk(), "kid": "mine"}),
        json!({"jku": elsewhere}),
        json!({"jku": elsewhere, "kid": "mine"}),
        json!({"x5u": elsewhere, "kid": "mine"}),
        json!({"x5c": ["MIIB"], "kid": "mine"}),
        json!({"kid": "../../x"}),
        json!({"kid": "/dev/null"}),
        json!({"kid": ""}),
        json!({"kid": null}),
        json!({"kid": {"$ne": 1}}),
        json!({"kid": "' OR '1'='1"}),
        json!({"crit": ["exp"]}),
    ];
    headers.map(|changes| (format!("the attacker's key, {changes}"), attacker.sign(&with(&changes), said))).into()
}

on_both!(jw_01_a_forged_token_is_nobody_s, async |world: World| {
    let tokens = world.given_login("ada@example.test").await;
    let good = text(&tokens, "access_token");
    let keys = world.browser().get("/oauth/jwks").await.json()["keys"].as_array().unwrap().clone();
    let own = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.json();
    for token in [good, text(&own, "access_token")] {
        assert_eq!(world.introspect(token).await["active"], true);
        for (forgery, token) in forgeries(token, &keys) {
            let answer = world.userinfo(&token).await;
            assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_token"), "{forgery}");
            assert!(answer.headers["www-authenticate"].to_str().unwrap().contains("error=\"invalid_token\""));
            assert_eq!(world.introspect(&token).await, json!({"active": false}), "{forgery}");
            let mut caller = world.browser();
            caller.headers.push(("authorization".to_owned(), format!("Bearer {token}")));
            let answer = caller.post_json("/api/sign-token", &json!({"redirect_url": crate::world::CALLBACK})).await;
            assert_eq!((answer.status.as_u16(), &*answer.code()), (401, "token_invalid"), "{forgery}");
        }
    }
});

//! Tokens of the floors: signed ones with ring, opaque ones with a key that sorts by time, as XWMS has them.
#![expect(clippy::disallowed_methods, reason = "the floors use none of XWMS, its clock and random source neither")]

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

#[derive(Serialize, Deserialize)]
pub(super) struct AccessClaims {
    pub(super) iss: String,
    pub(super) sub: String,
    pub(super) aud: String,
    pub(super) client_id: String,
    pub(super) scope: String,
    pub(super) jti: String,
    pub(super) iat: i64,
    pub(super) exp: i64,
    pub(super) domain: String,
}

#[derive(Serialize)]
pub(super) struct IdClaims<'a> {
    pub(super) iss: &'a str,
    pub(super) sub: String,
    pub(super) aud: &'a str,
    pub(super) exp: i64,
    pub(super) iat: i64,
    pub(super) auth_time: i64,
    pub(super) acr: &'static str,
    pub(super) amr: [&'static str; 1],
    pub(super) at_hash: String,
    pub(super) sid: &'static str,
    pub(super) nonce: &'static str,
}

/// A key pair for ES256, with the headers of its tokens made once.
pub(super) struct Key {
    pair: EcdsaKeyPair,
    public: Vec<u8>,
    random: SystemRandom,
    headers: [(&'static str, String); 2],
}

impl Key {
    pub(super) fn generate() -> Result<Self, Failure> {
        let refused = |_| Failure("no key can be made".to_owned());
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(refused)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
            .map_err(|why| Failure::of("no key can be made", why))?;
        let kid = URL_SAFE_NO_PAD.encode(sha256(pair.public_key().as_ref()));
        let headers = ["at+jwt", "JWT"].map(|typ| {
            let header = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"{typ}"}}"#);
            (typ, URL_SAFE_NO_PAD.encode(header) + ".")
        });
        Ok(Self { public: pair.public_key().as_ref().to_vec(), pair, random, headers })
    }

    pub(super) fn sign(&self, typ: &str, claims: &impl Serialize) -> Option<String> {
        let (_, header) = self.headers.iter().find(|(known, _)| *known == typ)?;
        let claims = serde_json::to_vec(claims).ok()?;
        let mut token = String::with_capacity(header.len() + (claims.len() + 64) * 4 / 3 + 8);
        token.push_str(header);
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.pair.sign(&self.random, token.as_bytes()).ok()?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Some(token)
    }

    pub(super) fn verify(&self, token: &str) -> Option<AccessClaims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let claims = signed.strip_prefix(self.headers[0].1.as_str())?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.public).verify(signed.as_bytes(), &signature).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }
}

/// A code or a refresh token: a time and 256 random bits. Its key in the database is the time and a SHA-256.
pub(super) struct Opaque {
    pub(super) text: String,
    pub(super) key: Vec<u8>,
}

const TIME: usize = 8;

impl Opaque {
    pub(super) fn generate() -> Self {
        let mut bytes = [0; TIME + 32];
        bytes[..TIME].copy_from_slice(&milliseconds().to_be_bytes());
        bytes[TIME..].copy_from_slice(&random::<32>());
        let text = URL_SAFE_NO_PAD.encode(bytes);
        Self { key: Self::key_of(&text), text }
    }

    pub(super) fn key_of(text: &str) -> Vec<u8> {
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        let time = bytes.get(..TIME).unwrap_or_default();
        [time, &sha256(text.as_bytes())].concat()
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    digest
}

pub(super) fn constant_time_eq(a: &[u8; 32], b: &[u8; 32]) -> bool {
    std::hint::black_box(a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b))) == 0
}

pub(super) fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(access_token.as_bytes())[..16])
}

pub(super) fn digest_from_hex(hex: &str) -> Result<[u8; 32], Failure> {
    let digits = hex.as_bytes().chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
    let bytes: Option<Vec<u8>> = digits.collect();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| Failure("this is no SHA-256".to_owned()))
}

pub(super) fn random_hex() -> String {
    hexadecimal(&random::<16>())
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(half)]));
        }
        text
    })
}

pub(super) fn milliseconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or_default()
}

pub(super) fn seconds() -> i64 {
    milliseconds() / 1000
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // The system's source does not fail once it is there; a floor without it is of no use.
    let _ = SystemRandom::new().fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_verifies_and_an_altered_one_does_not() {
        let key = Key::generate().unwrap();
        let text = || "x".to_owned();
        let claims = AccessClaims {
            iss: text(),
            sub: "1".to_owned(),
            aud: text(),
            client_id: text(),
            scope: text(),
            jti: text(),
            iat: 1,
            exp: 2,
            domain: text(),
        };
        let token = key.sign("at+jwt", &claims).unwrap();
        assert_eq!(key.verify(&token).unwrap().sub, "1");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        assert!(key.verify(&format!("{signed}A.{signature}")).is_none());
        assert!(key.verify(&key.sign("JWT", &claims).unwrap()).is_none());
    }

    #[test]
    fn an_opaque_token_leads_to_its_key() {
        let (one, other) = (Opaque::generate(), Opaque::generate());
        assert_eq!(Opaque::key_of(&one.text), one.key);
        assert!(one.key != other.key && one.key.len() == 40);
        assert_eq!(digest_from_hex(&"0f".repeat(32)).unwrap(), [15; 32]);
        assert!(digest_from_hex("0f").is_err() && digest_from_hex(&"zz".repeat(32)).is_err());
    }
}

//! Signed tokens: compact JWS (RFC 7515 §7.1), signed and verified with ES256 and RS256.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rsa;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

use super::digest::sha256;
use super::jwk::{InvalidKey, PublicKey};
use super::keys::KeySet;
use crate::model::client::SigningAlg;
use crate::random;

/// The `typ` of access tokens (RFC 9068 §2.1).
pub const ACCESS_TOKEN: &str = "at+jwt";
/// The `typ` of ID tokens.
pub const ID_TOKEN: &str = "JWT";

/// A private key that signs.
pub struct SigningKey {
    public: PublicKey,
    pair: Pair,
    /// For each `typ` that is issued often, the header as it begins a token, with its dot.
    headers: [(&'static str, String); 2],
}

enum Pair {
    Es256(Box<EcdsaKeyPair>),
    Rs256(Box<rsa::KeyPair>),
}

impl SigningKey {
    /// The key in this PKCS#8 document (RFC 5958): P-256 with its public key, or RSA of 2048 to 4096 bits.
    ///
    /// # Errors
    /// If it holds none, or one whose parts do not belong together.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, InvalidKey> {
        let (public, pair) = match EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &random::generator())
        {
            Ok(pair) => (PublicKey::of_point(pair.public_key().as_ref())?, Pair::Es256(Box::new(pair))),
            Err(_) => {
                let pair = rsa::KeyPair::from_pkcs8(der).map_err(|_| InvalidKey)?;
                (PublicKey::of_rsa(&pair.public().into())?, Pair::Rs256(Box::new(pair)))
            }
        };
        let headers = [ACCESS_TOKEN, ID_TOKEN].map(|typ| (typ, header(&public, typ)));
        Ok(Self { public, pair, headers })
    }

    /// Its public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The name tokens carry it by.
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// What it signs with.
    pub const fn alg(&self) -> SigningAlg {
        self.public.alg()
    }

    /// A signed token of these claims. `typ` says what kind of token it is: a verifier asks for it.
    ///
    /// # Errors
    /// If the claims have no JSON form, or the machine refuses to sign.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningFailed> {
        let claims = serde_json::to_vec(claims).map_err(|_| SigningFailed)?;
        let made_now;
        let header = match self.headers.iter().find(|(known, _)| *known == typ) {
            Some((_, header)) => header,
            None => {
                made_now = header(&self.public, typ);
                &made_now
            }
        };

        let mut token = String::with_capacity(header.len() + (claims.len() + LARGEST_SIGNATURE) * 4 / 3 + 4);
        token.push_str(header);
        URL_SAFE_NO_PAD.encode_string(&claims, &mut token);
        match &self.pair {
            Pair::Es256(pair) => {
                let signature = pair.sign(&random::generator(), token.as_bytes()).map_err(|_| SigningFailed)?;
                append(&mut token, signature.as_ref());
            }
            Pair::Rs256(pair) => {
                let mut signature = [0; LARGEST_SIGNATURE];
                let signature = signature.get_mut(..pair.public().modulus_len()).ok_or(SigningFailed)?;
                pair.sign(&RSA_PKCS1_SHA256, &random::generator(), token.as_bytes(), signature)
                    .map_err(|_| SigningFailed)?;
                append(&mut token, signature);
            }
        }
        Ok(token)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid()).finish_non_exhaustive()
    }
}

/// The claims, as JSON, of a token that one of our keys signed as a token of the kind `typ`.
///
/// Only `alg`, `kid` and `typ` of its header are looked at: the key is ours, found by `kid`, and its algorithm must be
/// the token's (RFC 8725 §3.1). A key that the header brings along or points to is never used. Whether the token has
/// expired, whose it is and for whom is for the caller to judge.
///
/// # Errors
/// [`InvalidToken`] for every fault alike, so that nothing can be probed.
pub fn verify(token: &str, keys: &KeySet, typ: &str) -> Result<Vec<u8>, InvalidToken> {
    if token.len() > LARGEST_TOKEN {
        return Err(InvalidToken);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(InvalidToken)?;
    // A third dot would stand in the claims, where base64url has none.
    let (header, claims) = signed.split_once('.').ok_or(InvalidToken)?;

    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| InvalidToken)?;
    let key = keys.public(&header.kid).ok_or(InvalidToken)?;
    if header.crit || header.alg != key.alg().as_str() || !same_typ(&header.typ, typ) {
        return Err(InvalidToken);
    }
    if key.accepts(signed.as_bytes(), &decode(signature)?) { decode(claims) } else { Err(InvalidToken) }
}

/// The `at_hash` of an access token: the left half of its SHA-256, which both algorithms sign with, in base64url
/// (OpenID Connect Core §3.1.3.6).
pub fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(access_token.as_bytes())[..16])
}

/// A token that none of our keys signed as what it was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidToken;

impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a token of this kind signed here")
    }
}

impl std::error::Error for InvalidToken {}

/// A token could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningFailed;

impl fmt::Display for SigningFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token could not be signed")
    }
}

impl std::error::Error for SigningFailed {}

/// Bytes of a token that is looked at; ours have some 600.
const LARGEST_TOKEN: usize = 8 * 1024;
/// Bytes of a signature by an RSA key of 4096 bits.
const LARGEST_SIGNATURE: usize = 512;

/// serde refuses each of these members when it comes twice.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
    /// Its presence says that there are extensions one must understand (RFC 7515 §4.1.11): we have none.
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Media types compare without case, and `application/` may be left out (RFC 7515 §4.1.9).
fn same_typ(found: &str, expected: &str) -> bool {
    let short = match found.split_at_checked("application/".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") => rest,
        _ => found,
    };
    short.eq_ignore_ascii_case(expected)
}

fn header(key: &PublicKey, typ: &str) -> String {
    let header = serde_json::json!({ "alg": key.alg().as_str(), "kid": key.kid(), "typ": typ });
    let mut start = URL_SAFE_NO_PAD.encode(header.to_string());
    start.push('.');
    start
}

fn append(token: &mut String, signature: &[u8]) {
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, token);
}

fn decode(part: &str) -> Result<Vec<u8>, InvalidToken> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| InvalidToken)
}

#[cfg(test)]
mod tests {
    use super::super::keys::{GeneratedKey, KeyState, StoredKey, generate};
    use super::super::seal::MasterKey;
    use super::*;
    use proptest::prelude::*;
    use ring::hmac;

    #[derive(Serialize)]
    struct Claims {
        sub: &'static str,
    }

    const CLAIMS: Claims = Claims { sub: "1234567890123" };

    /// An ES256 and an RS256 key, both current.
    struct World {
        keys: KeySet,
    }

    impl World {
        fn new() -> Self {
            let master_key = MasterKey::from_bytes(&[7; 32]);
            let rsa = include_str!("../../../tests/it/fixtures/rsa_test_key.pem");
            let rows =
                [generate(SigningAlg::Es256).unwrap(), GeneratedKey::from_pem(rsa).unwrap()].map(|key| StoredKey {
                    kid: key.kid.clone(),
                    alg: key.alg,
                    state: KeyState::Current,
                    public_jwk: key.public_jwk.clone(),
                    sealed_private_key: key.seal(&master_key),
                });
            Self { keys: KeySet::new(rows.to_vec(), &master_key).unwrap() }
        }

        fn key(&self, alg: SigningAlg) -> &SigningKey {
            self.keys.current(alg).unwrap()
        }

        fn verify(&self, token: &str) -> Result<Vec<u8>, InvalidToken> {
            verify(token, &self.keys, ACCESS_TOKEN)
        }

        /// What our own ES256 key would sign under any header whatever.
        fn signed_with_header(&self, header: &str) -> String {
            let mut token = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(r#"{"sub":"1"}"#));
            let Pair::Es256(pair) = &self.key(SigningAlg::Es256).pair else { panic!("an ES256 key") };
            let signature = pair.sign(&random::generator(), token.as_bytes()).unwrap();
            append(&mut token, signature.as_ref());
            token
        }
    }

    fn unsigned(header: &str) -> String {
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(r#"{"sub":"1"}"#))
    }

    #[test]
    fn what_is_signed_verifies_and_gives_its_claims() {
        let world = World::new();
        for alg in [SigningAlg::Es256, SigningAlg::Rs256] {
            for typ in [ACCESS_TOKEN, ID_TOKEN, "logout+jwt"] {
                let token = world.key(alg).sign(typ, &CLAIMS).unwrap();
                assert_eq!(verify(&token, &world.keys, typ).unwrap(), br#"{"sub":"1234567890123"}"#);
            }
        }
    }

    #[test]
    fn the_type_asked_for_is_the_only_one_accepted() {
        let world = World::new();
        let key = world.key(SigningAlg::Es256);
        for (typ, accepted) in [
            ("at+jwt", true),
            ("AT+JWT", true),
            ("application/at+jwt", true),
            ("Application/At+Jwt", true),
            ("JWT", false),
            ("", false),
            ("application/", false),
            ("application/application/at+jwt", false),
            ("at+jwt ", false),
            ("text/at+jwt", false),
            ("äääääääääää/at+jwt", false),
        ] {
            assert_eq!(world.verify(&key.sign(typ, &CLAIMS).unwrap()).is_ok(), accepted, "{typ}");
        }
    }

    #[test]
    fn jw_01_a_token_without_a_signature_is_refused() {
        let world = World::new();
        let kid = world.key(SigningAlg::Es256).kid();
        for alg in ["none", "nOnE", "NONE", "", "ES256"] {
            let token = unsigned(&format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"at+jwt"}}"#));
            assert_eq!(world.verify(&format!("{token}.")), Err(InvalidToken), "{alg}");
            assert_eq!(world.verify(&token), Err(InvalidToken), "{alg}");
            // Even a true signature does not make up for the algorithm.
            let signed = world.signed_with_header(&format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"at+jwt"}}"#));
            assert_eq!(world.verify(&signed).is_ok(), alg == "ES256", "{alg}");
        }
    }

    #[test]
    fn jw_01_hs256_keyed_with_a_public_key_is_refused() {
        let world = World::new();
        for alg in [SigningAlg::Es256, SigningAlg::Rs256] {
            let key = world.key(alg);
            let public_key = match &key.pair {
                Pair::Es256(pair) => pair.public_key().as_ref().to_vec(),
                Pair::Rs256(pair) => pair.public().as_ref().to_vec(),
            };
            for shared in [public_key, key.public().to_json().into_bytes()] {
                let header = format!(r#"{{"alg":"HS256","kid":"{}","typ":"at+jwt"}}"#, key.kid());
                let mut token = unsigned(&header);
                let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &shared), token.as_bytes());
                append(&mut token, code.as_ref());
                assert_eq!(world.verify(&token), Err(InvalidToken), "{alg:?}");
            }
        }
    }

    #[test]
    fn jw_01_a_key_that_the_header_brings_along_is_not_used() {
        let world = World::new();
        let foreign = generate(SigningAlg::Es256).unwrap();
        let pair = SigningKey::from_pkcs8(foreign.private_pkcs8.expose()).unwrap();
        let Pair::Es256(foreign_pair) = &pair.pair else { panic!("an ES256 key") };
        for kid in [world.key(SigningAlg::Es256).kid(), &foreign.kid] {
            for source in [
                format!(r#""jwk":{}"#, foreign.public_jwk),
                r#""jku":"https://attacker.example/jwks""#.to_owned(),
                r#""x5u":"https://attacker.example/chain.pem""#.to_owned(),
                r#""x5c":["AAAA"]"#.to_owned(),
            ] {
                let header = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"at+jwt",{source}}}"#);
                let mut forged = unsigned(&header);
                let signature = foreign_pair.sign(&random::generator(), forged.as_bytes()).unwrap();
                append(&mut forged, signature.as_ref());
                assert_eq!(world.verify(&forged), Err(InvalidToken), "{source}");
            }
        }
    }

    #[test]
    fn jw_01_an_unknown_kid_or_a_swapped_alg_is_refused() {
        let world = World::new();
        let es256 = world.key(SigningAlg::Es256).kid();
        let rs256 = world.key(SigningAlg::Rs256).kid();
        for (alg, kid) in [
            ("ES256", "../../x"),
            ("ES256", "' OR 1=1 --"),
            ("ES256", ""),
            ("ES256", rs256),
            ("RS256", es256),
            ("RS256", rs256),
            ("PS256", es256),
            ("ES384", es256),
            ("es256", es256),
            ("ES256 ", es256),
        ] {
            let token = world.signed_with_header(&format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"at+jwt"}}"#));
            assert_eq!(world.verify(&token), Err(InvalidToken), "{alg} {kid}");
        }
    }

    #[test]
    fn a_header_that_is_incomplete_ambiguous_or_critical_is_refused() {
        let world = World::new();
        let kid = world.key(SigningAlg::Es256).kid();
        let good = format!(r#""alg":"ES256","kid":"{kid}","typ":"at+jwt""#);
        assert!(world.verify(&world.signed_with_header(&format!("{{{good}}}"))).is_ok());
        for header in [
            format!("{{{good},\"alg\":\"ES256\"}}"),
            format!("{{{good},\"kid\":\"{kid}\"}}"),
            format!("{{{good},\"typ\":\"at+jwt\"}}"),
            format!("{{{good},\"crit\":[\"exp\"]}}"),
            format!("{{{good},\"crit\":[]}}"),
            format!("{{{good},\"crit\":null}}"),
            format!("{{{good}}}{{}}"),
            format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"ES256","kid":["{kid}"],"typ":"at+jwt"}}"#),
            r#"{"alg":"ES256","typ":"at+jwt"}"#.to_owned(),
            "[]".to_owned(),
            "[".repeat(2000),
            String::new(),
        ] {
            assert_eq!(world.verify(&world.signed_with_header(&header)), Err(InvalidToken), "{header}");
        }
    }

    #[test]
    fn any_other_spelling_of_a_good_token_is_refused() {
        let world = World::new();
        for alg in [SigningAlg::Es256, SigningAlg::Rs256] {
            let token = world.key(alg).sign(ACCESS_TOKEN, &CLAIMS).unwrap();
            let parts: Vec<&str> = token.split('.').collect();
            let padded = |index: usize| {
                let mut parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                parts[index].push('=');
                parts.join(".")
            };
            for wrong in [
                padded(0),
                padded(1),
                padded(2),
                format!("{token}."),
                format!(".{token}"),
                format!("{token}.{}", parts[2]),
                format!(" {token}"),
                format!("{token}\n"),
                token.replace('.', ""),
                parts[..2].join("."),
                format!("{}.{}.", parts[0], parts[1]),
                format!("{}..{}", parts[0], parts[2]),
                String::new(),
                ".".to_owned(),
                "..".to_owned(),
            ] {
                assert_eq!(world.verify(&wrong), Err(InvalidToken), "{wrong}");
            }
            for index in 0..token.len() {
                let mut changed = token.clone().into_bytes();
                changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
                assert!(world.verify(&String::from_utf8(changed).unwrap()).is_err(), "character {index}");
            }
        }
    }

    #[test]
    fn a_token_above_8_kib_is_not_looked_at() {
        #[derive(Serialize)]
        struct Long {
            long: String,
        }
        let world = World::new();
        for (length, accepted) in [(5_000, true), (7_000, false)] {
            let claims = Long { long: "a".repeat(length) };
            let token = world.key(SigningAlg::Es256).sign(ACCESS_TOKEN, &claims).unwrap();
            assert_eq!(world.verify(&token).is_ok(), accepted, "{length}");
        }
    }

    /// The example of OpenID Connect Core, appendix A.3.
    #[test]
    fn jw_07_the_at_hash_of_openid_connect() {
        assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn a_signing_key_prints_its_name_only() {
        let world = World::new();
        let key = world.key(SigningAlg::Rs256);
        assert_eq!(format!("{key:?}"), format!("SigningKey {{ kid: {:?}, .. }}", key.kid()));
    }

    proptest! {
        #[test]
        fn no_text_verifies(text: String, header: String) {
            let keys = KeySet::new(Vec::new(), &MasterKey::from_bytes(&[7; 32])).unwrap();
            prop_assert!(verify(&text, &keys, ACCESS_TOKEN).is_err());
            let token = format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(text));
            prop_assert!(verify(&token, &keys, ACCESS_TOKEN).is_err());
        }
    }
}

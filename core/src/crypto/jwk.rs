//! Public keys as JSON Web Keys (RFC 7517): what is published, what names a key, and what checks a signature.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::digest::sha256;
use crate::model::client::SigningAlg;

/// A public key: it checks signatures, and has no private part that could be published by mistake.
#[derive(Clone, Debug)]
pub struct PublicKey {
    kid: String,
    alg: SigningAlg,
    material: Material,
    checker: Checker,
}

/// What ring checks with, decoded once.
#[derive(Clone, Debug)]
enum Checker {
    Es256(UnparsedPublicKey<[u8; POINT_LENGTH]>),
    Rs256(PublicKeyComponents<Vec<u8>>),
}

impl PublicKey {
    /// Reads a key as [`PublicKey::to_json`] writes it. Other members, private ones too, are left behind.
    ///
    /// # Errors
    /// If it is no P-256 or RSA key of at least 2048 bits, if its `kid` is not its thumbprint (RFC 7638), or its `alg`
    /// not that of its kind: then somebody has changed it.
    pub fn from_json(json: &str) -> Result<Self, InvalidKey> {
        let stored: Jwk = serde_json::from_str(json).map_err(|_| InvalidKey)?;
        let key = Self::new(stored.material)?;
        if stored.kid == key.kid && stored.alg == key.alg.as_str() { Ok(key) } else { Err(InvalidKey) }
    }

    /// The key as a JWK with `kid`, `alg` and `use`.
    pub fn to_json(&self) -> String {
        serde_json::json!(self.as_jwk()).to_string()
    }

    /// Its name: the RFC 7638 thumbprint, 43 characters of base64url.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The only algorithm it is for.
    pub const fn alg(&self) -> SigningAlg {
        self.alg
    }

    /// Whether `signature` is this key's signature of `message`.
    pub(super) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.checker {
            Checker::Es256(key) => key.verify(message, signature),
            Checker::Rs256(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        }
        .is_ok()
    }

    /// The P-256 key of this point: `0x04 ‖ x ‖ y`.
    pub(super) fn of_point(point: &[u8]) -> Result<Self, InvalidKey> {
        let [0x04, coordinates @ ..] = point else { return Err(InvalidKey) };
        let (x, y) = coordinates.split_at_checked(COORDINATE_LENGTH).ok_or(InvalidKey)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        Self::new(Material::Ec { crv: P_256.to_owned(), x, y })
    }

    /// The RSA key of this modulus and exponent, big-endian.
    pub(super) fn of_rsa(components: &PublicKeyComponents<Vec<u8>>) -> Result<Self, InvalidKey> {
        let (n, e) = (URL_SAFE_NO_PAD.encode(&components.n), URL_SAFE_NO_PAD.encode(&components.e));
        Self::new(Material::Rsa { n, e })
    }

    pub(super) fn as_jwk(&self) -> impl Serialize {
        Jwk { material: &self.material, kid: self.kid.as_str(), alg: self.alg.as_str(), usage: "sig" }
    }

    fn new(material: Material) -> Result<Self, InvalidKey> {
        let checker = material.checker()?;
        let alg = match checker {
            Checker::Es256(_) => SigningAlg::Es256,
            Checker::Rs256(_) => SigningAlg::Rs256,
        };
        Ok(Self { kid: material.thumbprint(), alg, material, checker })
    }
}

/// Something that is no key of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKey;

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a P-256 or RSA signing key, or not the one its name says")
    }
}

impl std::error::Error for InvalidKey {}

#[derive(Serialize, Deserialize)]
struct Jwk<M = Material, S = String> {
    #[serde(flatten)]
    material: M,
    kid: S,
    alg: S,
    #[serde(rename = "use")]
    usage: S,
}

/// What makes the key, in base64url. The members stand in the order of a thumbprint.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kty")]
enum Material {
    #[serde(rename = "EC")]
    Ec { crv: String, x: String, y: String },
    #[serde(rename = "RSA")]
    Rsa { e: String, n: String },
}

impl Material {
    /// SHA-256 of the required members only, in the order of their names, without white space (RFC 7638 §3). None of
    /// them needs escaping: `checker` has decoded them.
    fn thumbprint(&self) -> String {
        let canonical = match self {
            Self::Ec { crv, x, y } => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Rsa { e, n } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        };
        URL_SAFE_NO_PAD.encode(sha256(canonical.as_bytes()))
    }

    fn checker(&self) -> Result<Checker, InvalidKey> {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidKey);
        match self {
            Self::Ec { crv, x, y } => {
                let (x, y) = (decode(x)?, decode(y)?);
                if crv != P_256 || x.len() != COORDINATE_LENGTH || y.len() != COORDINATE_LENGTH {
                    return Err(InvalidKey);
                }
                let point = [&[0x04], x.as_slice(), &y].concat().try_into().map_err(|_| InvalidKey)?;
                Ok(Checker::Es256(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)))
            }
            Self::Rsa { e, n } => {
                let (e, n) = (decode(e)?, decode(n)?);
                // A leading zero would give the same key a second thumbprint (RFC 7518 §6.3.1.1).
                if n.len() < LEAST_MODULUS_LENGTH || n[0] == 0 || e.first().is_none_or(|&first| first == 0) {
                    return Err(InvalidKey);
                }
                Ok(Checker::Rs256(PublicKeyComponents { n, e }))
            }
        }
    }
}

const P_256: &str = "P-256";
const COORDINATE_LENGTH: usize = 32;
const POINT_LENGTH: usize = 1 + 2 * COORDINATE_LENGTH;
/// 2048 bits.
const LEAST_MODULUS_LENGTH: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    const RSA_MODULUS: &str = concat!(
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs",
        "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI",
        "SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    );

    /// RFC 7638 §3.1 names the key of RFC 7517 appendix A.1.
    #[test]
    fn the_thumbprint_of_rfc_7638() {
        let material = Material::Rsa { e: "AQAB".to_owned(), n: RSA_MODULUS.to_owned() };
        let key = PublicKey::new(material).unwrap();
        assert_eq!(key.kid(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(key.alg(), SigningAlg::Rs256);
    }

    fn ec_json(crv: &str, x: &str, y: &str) -> String {
        let material = Material::Ec { crv: crv.to_owned(), x: x.to_owned(), y: y.to_owned() };
        let kid = material.thumbprint();
        format!(r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"{y}","kid":"{kid}","alg":"ES256","use":"sig"}}"#)
    }

    fn rsa_json(e: &str, n: &str) -> String {
        let kid = Material::Rsa { e: e.to_owned(), n: n.to_owned() }.thumbprint();
        format!(r#"{{"kty":"RSA","e":"{e}","n":"{n}","kid":"{kid}","alg":"RS256","use":"sig"}}"#)
    }

    #[test]
    fn a_key_survives_its_json() {
        let coordinate = URL_SAFE_NO_PAD.encode([5; 32]);
        for json in [ec_json("P-256", &coordinate, &coordinate), rsa_json("AQAB", RSA_MODULUS)] {
            let key = PublicKey::from_json(&json).unwrap();
            let again = PublicKey::from_json(&key.to_json()).unwrap();
            assert_eq!((again.kid(), again.alg()), (key.kid(), key.alg()));
        }
    }

    #[test]
    fn another_curve_size_or_name_is_refused() {
        let coordinate = URL_SAFE_NO_PAD.encode([5; 32]);
        let good = ec_json("P-256", &coordinate, &coordinate);
        for wrong in [
            ec_json("P-384", &coordinate, &coordinate),
            ec_json("P-256", &URL_SAFE_NO_PAD.encode([5; 31]), &coordinate),
            ec_json("P-256", &coordinate, &URL_SAFE_NO_PAD.encode([5; 33])),
            ec_json("P-256", &coordinate, ""),
            rsa_json("AQAB", &URL_SAFE_NO_PAD.encode([0xff; 255])),
            rsa_json("AQAB", &URL_SAFE_NO_PAD.encode([&[0], [0xff; 256].as_slice()].concat())),
            rsa_json("", RSA_MODULUS),
            rsa_json("AAEAAQ", RSA_MODULUS),
            good.replace("ES256", "RS256"),
            good.replace("\"kid\":\"", "\"kid\":\"x"),
            good.replace("\"EC\"", "\"oct\""),
            String::new(),
            "null".to_owned(),
        ] {
            assert_eq!(PublicKey::from_json(&wrong).map(drop), Err(InvalidKey), "{wrong}");
        }
    }

    #[test]
    fn jw_05_private_members_of_a_stored_key_are_left_behind() {
        let json = rsa_json("AQAB", RSA_MODULUS).replacen('{', r#"{"d":"AQ","p":"AQ","q":"AQ","dp":"AQ","k":"AQ","#, 1);
        let published = PublicKey::from_json(&json).unwrap().to_json();
        let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&published).unwrap();
        let names: Vec<_> = members.keys().map(String::as_str).collect();
        assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
    }
}

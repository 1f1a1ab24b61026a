//! Requests that services sign: Standard Webhooks (HMAC-SHA-256), and the reports of secret scanners (ECDSA P-256).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{hmac, signature};

/// A secret of Standard Webhooks: `whsec_` and base64.
#[derive(Clone)]
pub struct WebhookKey(hmac::Key);

impl WebhookKey {
    /// Reads one of 24 to 64 bytes, as Standard Webhooks asks.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&bytes.len()).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// Whether one of `signatures`, `v1,…` apart by spaces, is that of this message. Compared in constant time.
    pub fn accepts(&self, id: &str, timestamp: &str, body: &[u8], signatures: &str) -> bool {
        let mut message = format!("{id}.{timestamp}.").into_bytes();
        message.extend(body);
        signatures
            .split(' ')
            .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok())
            .any(|signature| hmac::verify(&self.0, &message, &signature).is_ok())
    }
}

impl fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookKey([secret])")
    }
}

/// A key that somebody who reports leaked credentials signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReporterKey {
    /// How the reports name it.
    pub id: String,
    /// The point, uncompressed.
    point: Vec<u8>,
}

/// What stands before the point in the SubjectPublicKeyInfo of a P-256 key (RFC 5480 §2).
const P256_SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

impl ReporterKey {
    /// Reads `ID=BASE64`, the base64 of a SubjectPublicKeyInfo with or without the lines of a PEM around it.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, key) = text.split_once('=')?;
        let key = key.replace("-----BEGIN PUBLIC KEY-----", "").replace("-----END PUBLIC KEY-----", "");
        let key: String = key.split_whitespace().collect();
        let point = STANDARD.decode(key).ok()?.strip_prefix(&P256_SPKI)?.to_vec();
        let whole = point.len() == 65 && point.first() == Some(&4);
        let id = id.trim();
        (whole && !id.is_empty()).then(|| Self { id: id.to_owned(), point })
    }

    /// Whether this base64 is the signature of `body` (ECDSA with SHA-256, DER).
    pub fn accepts(&self, body: &[u8], signature_text: &str) -> bool {
        let key = signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, &self.point);
        STANDARD.decode(signature_text.trim()).is_ok_and(|signature| key.verify(body, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

    use super::*;

    #[test]
    fn a_webhook_is_taken_by_its_secret_over_exactly_what_was_sent() {
        let secret = format!("whsec_{}", STANDARD.encode([7; 24]));
        let key = WebhookKey::parse(&secret).unwrap();
        let sign = |message: &[u8]| {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 24]), message);
            format!("v1,{}", STANDARD.encode(tag))
        };
        let good = sign(b"msg_1.1700000000.{}");
        assert!(key.accepts("msg_1", "1700000000", b"{}", &good));
        assert!(key.accepts("msg_1", "1700000000", b"{}", &format!("v1,AAAA v1a,BBBB {good}")));
        for (id, at, body, signatures) in [
            ("msg_2", "1700000000", &b"{}"[..], good.as_str()),
            ("msg_1", "1700000001", b"{}", &good),
            ("msg_1", "1700000000", b"{ }", &good),
            ("msg_1", "1700000000", b"{}", good.trim_start_matches("v1,")),
            ("msg_1", "1700000000", b"{}", ""),
        ] {
            assert!(!key.accepts(id, at, body, signatures), "{id} {at} {signatures}");
        }
        for wrong in ["", "whsec_", "whsec_AAAA", &secret[6..], "whsec_*"] {
            assert!(WebhookKey::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{key:?}"), "WebhookKey([secret])");
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "ring makes keys and ECDSA signatures with its own random bytes only"
    )]
    fn a_report_is_taken_by_the_reporters_key_over_exactly_what_was_sent() {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pair.as_ref(), &random).unwrap();
        let spki = STANDARD.encode([&P256_SPKI[..], pair.public_key().as_ref()].concat());
        let key = ReporterKey::parse(&format!("abc={spki}")).unwrap();
        let pem =
            format!("abc = -----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n", &spki[..64], &spki[64..]);
        assert_eq!(ReporterKey::parse(&pem).as_ref(), Some(&key));
        let signature = STANDARD.encode(pair.sign(&random, b"[]").unwrap());
        assert!(key.accepts(b"[]", &signature));
        assert!(!key.accepts(b"[ ]", &signature));
        assert!(!key.accepts(b"[]", "AAAA") && !key.accepts(b"[]", "") && !key.accepts(b"[]", "*"));
        for wrong in [spki.as_str(), "abc=", "=", &format!("={spki}"), &format!("abc={}", &spki[..100])] {
            assert!(ReporterKey::parse(wrong).is_none(), "{wrong}");
        }
    }
}

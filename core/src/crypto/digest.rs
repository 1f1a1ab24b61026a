//! SHA-256 and HMAC-SHA-256, and what follows from them: comparing without a clock to read, PKCE.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};
use subtle::ConstantTimeEq;

/// The SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    fixed(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Whether two values are equal, in a time that depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// The S256 code challenge of a code verifier: base64url(SHA-256(verifier)) (RFC 7636 §4.2).
///
/// The verifier's own form (43 to 128 unreserved characters) is for the caller to check.
pub fn pkce_s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()))
}

/// A key of HMAC-SHA-256 (RFC 2104). Each purpose has its own: see `MasterKey::mac_key`.
#[derive(Clone)]
pub struct MacKey(hmac::Key);

impl MacKey {
    /// The key of these bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The authentication code of `message`.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        fixed(hmac::sign(&self.0, message).as_ref())
    }

    /// The authentication code of `message` as text: 43 characters of base64url.
    pub fn token(&self, message: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(message))
    }

    /// Whether `token` is what [`MacKey::token`] gives for `message`; compared in constant time.
    pub fn accepts(&self, message: &[u8], token: &str) -> bool {
        constant_time_eq(self.token(message).as_bytes(), token.as_bytes())
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey([secret])")
    }
}

/// ring gives its digests as slices; those of SHA-256 are 32 bytes long.
fn fixed(bytes: &[u8]) -> [u8; 32] {
    let mut fixed = [0; 32];
    fixed.copy_from_slice(bytes);
    fixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_of_rfc_7636_appendix_b() {
        assert_eq!(
            pkce_s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn the_mac_of_a_key_and_a_message_is_that_of_rfc_2104() {
        // RFC 4231 §4.2, its key filled up to 32 bytes with zeros as HMAC itself does.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = [
            0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf, 0xce, 0xaf, 0x0b, 0xf1, 0x2b, 0x88, 0x1d,
            0xc2, 0x00, 0xc9, 0x83, 0x3d, 0xa7, 0x26, 0xe9, 0x37, 0x6c, 0x2e, 0x32, 0xcf, 0xf7,
        ];
        assert_eq!(MacKey::new(&key).mac(b"Hi There"), expected);
    }

    #[test]
    fn a_token_holds_for_its_own_message_and_key_only() {
        let key = MacKey::new(&[1; 32]);
        let token = key.token(b"session");
        assert_eq!(token.len(), 43);
        assert!(key.accepts(b"session", &token));
        assert!(!key.accepts(b"another", &token));
        assert!(!key.accepts(b"session", ""));
        assert!(!key.accepts(b"session", &token[..42]));
        assert!(!MacKey::new(&[2; 32]).accepts(b"session", &token));
    }

    #[test]
    fn comparing_looks_at_every_byte_and_the_length() {
        assert!(constant_time_eq(b"abc", b"abc"));
        for other in [&b"abd"[..], b"bbc", b"ab", b"abcd", b""] {
            assert!(!constant_time_eq(b"abc", other));
        }
    }

    #[test]
    fn a_key_prints_nothing() {
        assert_eq!(format!("{:?}", MacKey::new(&[7; 32])), "MacKey([secret])");
    }
}

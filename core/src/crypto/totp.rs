//! Codes of authenticator apps: TOTP (RFC 6238) with SHA-1, six digits and steps of thirty seconds, which every app knows.

use ring::hmac;

use super::digest::constant_time_eq;
use crate::clock::Timestamp;
use crate::secret::Secret;

/// Seconds of a step.
const STEP: i64 = 30;
/// Codes of so many steps before and after now count too: clocks differ, and typing takes time.
const DRIFT: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The key that an authenticator app and we share.
#[derive(Clone, Debug)]
pub struct TotpKey(Secret<[u8; 20]>);

impl TotpKey {
    /// The key of these bytes; `None` when they are not twenty.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Secret::new(bytes)))
    }

    /// Its bytes, to be sealed.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        self.0.expose()
    }

    /// As people type it into their app: base32 (RFC 4648 §6), 32 characters.
    pub fn base32(&self) -> Secret<String> {
        Secret::new(base32(self.as_bytes()))
    }

    /// The code of a step.
    fn code(&self, step: i64) -> String {
        // The fixed use of SHA-1 in HMAC is not broken, and apps know nothing else.
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.as_bytes());
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let digest = tag.as_ref();
        // RFC 4226 §5.3.
        let offset = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
        let word = digest.iter().skip(offset).take(4).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
    }

    /// The step whose code this is, among those that count now; `None` for a wrong one.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let step = now.seconds().div_euclid(STEP);
        let mut found = None;
        // Each is looked at, whatever was found: the time it takes tells nothing.
        for step in step - DRIFT..=step + DRIFT {
            if constant_time_eq(self.code(step).as_bytes(), code.as_bytes()) {
                found = Some(step);
            }
        }
        found
    }
}

/// The six digits that somebody typed, with or without spaces; `None` when it is something else.
pub fn read_code(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|character| !character.is_whitespace()).collect();
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let bits = chunk.iter().enumerate().fold(0_u64, |bits, (at, byte)| bits | u64::from(*byte) << (32 - 8 * at));
        // Eight bits a byte, five bits a character.
        let characters = (chunk.len() * 8).div_ceil(5);
        text.extend((0..characters).map(|at| char::from(BASE32[(bits >> (35 - 5 * at) & 31) as usize])));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> TotpKey {
        TotpKey::from_bytes(b"12345678901234567890").unwrap()
    }

    /// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let rows = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, code) in rows {
            assert_eq!(key().code(seconds / STEP), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_and_late() {
        let code = key().code(100);
        for (seconds, found) in [(2969, None), (2970, Some(100)), (3000, Some(100)), (3059, Some(100)), (3060, None)] {
            assert_eq!(key().step_of(&code, Timestamp::from_seconds(seconds)), found, "{seconds}");
        }
        assert_eq!(key().step_of("", Timestamp::from_seconds(3000)), None);
    }

    #[test]
    fn a_code_is_typed_with_spaces_or_without() {
        for (typed, read) in [("123456", true), (" 123 456\t", true), ("12345", false), ("1234567", false)] {
            assert_eq!(read_code(typed).is_some(), read, "{typed}");
        }
        assert_eq!(read_code("12345a"), None);
        assert_eq!(read_code("１２３４５６"), None, "no digits of another script");
    }

    /// RFC 4648, section 10.
    #[test]
    fn base32_is_that_of_the_standard() {
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(key().base32().expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_key_prints_nothing() {
        assert!(!format!("{:?}", key()).contains("49"));
    }
}

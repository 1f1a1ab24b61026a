//! What redeeming a code and verifying a callback token have in common.

use crate::clock::Timestamp;
use crate::crypto::digest::{constant_time_eq, pkce_s256};
use crate::database::Conn;
use crate::error::Error;
use crate::state::Core;
use crate::store::tables::codes::{self, Code};

/// Wrong verifiers or redirect URIs by the right client that burn a code.
const WRONG_TRIES: i32 = 5;

/// RFC 7636 §4.6, with the form of §4.1 asked of the verifier first.
pub(super) fn is_verifier_of(verifier: &str, challenge: &str) -> bool {
    is_verifier(verifier) && constant_time_eq(pkce_s256(verifier).as_bytes(), challenge.as_bytes())
}

/// Whether it has the form of RFC 7636 §4.1: padding is none of it.
pub(super) fn is_verifier(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

/// Counts a wrong verifier or redirect URI; the last one allowed spends the code.
pub(super) async fn count_wrong_try(core: &Core, code: &Code, now: Timestamp) -> Result<(), Error> {
    let key = code.code_key;
    core.db.change(async move |conn: &mut Conn| Ok(codes::count_wrong_try(conn, key, WRONG_TRIES, now).await?)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_has_the_form_and_the_digest_of_rfc_7636() {
        // Appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(is_verifier_of(verifier, challenge));
        assert!(!is_verifier_of(&verifier[1..], challenge));
        for verifier in
            ["a".repeat(42), "a".repeat(129), format!("{} ", "a".repeat(43)), format!("{}é", "a".repeat(43))]
        {
            assert!(!is_verifier_of(&verifier, &pkce_s256(&verifier)), "{verifier}");
        }
        for verifier in ["a".repeat(43), "~".repeat(128)] {
            assert!(is_verifier_of(&verifier, &pkce_s256(&verifier)), "{verifier}");
        }
    }
}

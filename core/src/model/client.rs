//! Choices that a client makes about its tokens.

use super::text_enum;

text_enum! {
    /// Which `sub` a client sees of a person (SPEC §1).
    SubjectType {
        /// The same for all clients.
        Public = "public",
        /// Another one per client and person.
        Pairwise = "pairwise",
    }
}

text_enum! {
    /// What an ID token is signed with (RFC 7518 §3.1).
    SigningAlg {
        /// RSASSA-PKCS1-v1_5 with SHA-256: what client libraries expect.
        Rs256 = "RS256",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that declares the values has no place for a default")]
impl Default for SubjectType {
    fn default() -> Self {
        Self::Public
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that declares the values has no place for a default")]
impl Default for SigningAlg {
    fn default() -> Self {
        Self::Rs256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_they_are_written_and_nothing_else_is() {
        for value in SubjectType::ALL {
            assert_eq!(SubjectType::parse(value.as_str()), Some(*value));
        }
        assert_eq!(serde_json::to_string(&SigningAlg::Es256).unwrap(), "\"ES256\"");
        assert_eq!(serde_json::from_str::<SigningAlg>("\"RS256\"").unwrap(), SigningAlg::Rs256);
        for text in ["none", "rs256", "HS256", ""] {
            assert_eq!(SigningAlg::parse(text), None, "{text}");
        }
    }
}

text_enum! {
    /// How a client stands.
    ClientState {
        /// People log in.
        Live = "live",
        /// The same, with every active domain in test mode.
        TestMode = "test_mode",
        /// No plan entitles it: what takes away can be done, and nothing else.
        ReadOnly = "read_only",
        /// Nothing goes on, and nothing can be changed.
        Suspended = "suspended",
    }
}

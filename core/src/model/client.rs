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

text_enum! {
    /// Whether a client can keep a secret (OAuth 2.1 §2.1).
    ClientType {
        /// It runs on servers of its partner and authenticates with a secret.
        Confidential = "confidential",
        /// It runs in people's browsers or on their devices and has none.
        Public = "public",
    }
}

text_enum! {
    /// What binds a client's codes to the login that they were asked for (SPEC §2.1).
    Pkce {
        /// A challenge (RFC 7636), always.
        Required = "required",
        /// A challenge, or the nonce of OpenID Connect where none is sent (RFC 9700 §2.1.1).
        OrNonce = "or_nonce",
    }
}

text_enum! {
    /// What an ID token says of a person beside who it is.
    IdTokenClaims {
        /// What `profile` and `email` open, as userinfo has it.
        Full = "full",
        /// Nothing: that is for userinfo.
        Thin = "thin",
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

#[expect(clippy::derivable_impls, reason = "the macro that declares the values has no place for a default")]
impl Default for ClientType {
    fn default() -> Self {
        Self::Confidential
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that declares the values has no place for a default")]
impl Default for Pkce {
    fn default() -> Self {
        Self::Required
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that declares the values has no place for a default")]
impl Default for IdTokenClaims {
    fn default() -> Self {
        Self::Full
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

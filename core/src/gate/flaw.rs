//! What is wrong with what a client brings to the token endpoint: its secret, a code, a refresh token.

use crate::crypto::credential::{Kind, StoredDigest};
use crate::text;
use crate::text::Text;

/// Why a text can't be a client secret, as far as that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretFlaw {
    /// White space stands before or behind it.
    WhiteSpace,
    /// It begins like one and is as long, but not one that was ever made: a character is another one.
    Checksum,
    /// It is shorter or longer than one, or something else altogether, such as the label.
    Form,
}

/// Why a code or a refresh token gives no tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantFlaw {
    /// It is unknown, or another client's.
    Unknown,
    /// The code has expired.
    CodeExpired,
    /// The code was used before.
    CodeUsed,
    /// The code was asked for with a challenge, and no verifier comes with it.
    VerifierMissing,
    /// The verifier has not the form that RFC 7636 §4.1 gives it.
    VerifierMalformed,
    /// The verifier is not that of the challenge.
    VerifierWrong,
    /// The code was asked for without a challenge, and a verifier comes with it.
    VerifierUnexpected,
    /// The redirect URI is not the one that the code was sent to.
    RedirectUriDiffers,
    /// The refresh token has expired.
    RefreshTokenExpired,
    /// The refresh token was used before.
    RefreshTokenUsed,
    /// What it rests on has ended: the consent, the person's account, a scope, the grant itself.
    Ended,
}

/// Reads a text as a client secret.
///
/// # Errors
/// What is seen of one that can be none.
pub fn read_secret(text: &str) -> Result<StoredDigest, SecretFlaw> {
    let read = |text| StoredDigest::parse(Kind::ClientSecret, text);
    read(text).ok_or_else(|| {
        if read(text.trim()).is_some() {
            SecretFlaw::WhiteSpace
        } else if Kind::ClientSecret.looks_like(text) {
            SecretFlaw::Checksum
        } else {
            SecretFlaw::Form
        }
    })
}

impl SecretFlaw {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WhiteSpace, Self::Checksum, Self::Form];

    /// Its name, as it is kept.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WhiteSpace => "white_space",
            Self::Checksum => "checksum",
            Self::Form => "form",
        }
    }

    /// What the partner changes.
    pub(super) fn fix(self) -> Text {
        match self {
            Self::WhiteSpace => text!("secret_malformed-fix_white_space"),
            Self::Checksum => text!("secret_malformed-fix_checksum"),
            Self::Form => text!("secret_malformed-fix_form"),
        }
    }
}

impl GrantFlaw {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Unknown,
        Self::CodeExpired,
        Self::CodeUsed,
        Self::VerifierMissing,
        Self::VerifierMalformed,
        Self::VerifierWrong,
        Self::VerifierUnexpected,
        Self::RedirectUriDiffers,
        Self::RefreshTokenExpired,
        Self::RefreshTokenUsed,
        Self::Ended,
    ];

    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "grant_unknown",
            Self::CodeExpired => "code_expired",
            Self::CodeUsed => "code_used",
            Self::VerifierMissing => "verifier_missing",
            Self::VerifierMalformed => "verifier_malformed",
            Self::VerifierWrong => "verifier_wrong",
            Self::VerifierUnexpected => "verifier_unexpected",
            Self::RedirectUriDiffers => "redirect_uri_differs",
            Self::RefreshTokenExpired => "refresh_token_expired",
            Self::RefreshTokenUsed => "refresh_token_used",
            Self::Ended => "grant_ended",
        }
    }

    /// What is wrong: for the client, which has authenticated and whose own it is.
    pub fn explanation(self) -> Text {
        match self {
            Self::Unknown => text!("grant_unknown-explanation"),
            Self::CodeExpired => text!("code_expired-explanation"),
            Self::CodeUsed => text!("code_used-explanation"),
            Self::VerifierMissing => text!("verifier_missing-explanation"),
            Self::VerifierMalformed => text!("verifier_malformed-explanation"),
            Self::VerifierWrong => text!("verifier_wrong-explanation"),
            Self::VerifierUnexpected => text!("verifier_unexpected-explanation"),
            Self::RedirectUriDiffers => text!("redirect_uri_differs-explanation"),
            Self::RefreshTokenExpired => text!("refresh_token_expired-explanation"),
            Self::RefreshTokenUsed => text!("refresh_token_used-explanation"),
            Self::Ended => text!("grant_ended-explanation"),
        }
    }

    /// What the partner changes.
    pub(super) fn fix(self) -> Text {
        match self {
            Self::Unknown => text!("grant_unknown-fix"),
            Self::CodeExpired => text!("code_expired-fix"),
            Self::CodeUsed => text!("code_used-fix"),
            Self::VerifierMissing => text!("verifier_missing-fix"),
            Self::VerifierMalformed => text!("verifier_malformed-fix"),
            Self::VerifierWrong => text!("verifier_wrong-fix"),
            Self::VerifierUnexpected => text!("verifier_unexpected-fix"),
            Self::RedirectUriDiffers => text!("redirect_uri_differs-fix"),
            Self::RefreshTokenExpired => text!("refresh_token_expired-fix"),
            Self::RefreshTokenUsed => text!("refresh_token_used-fix"),
            Self::Ended => text!("grant_ended-fix"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::crypto::credential::Credential;

    #[test]
    fn what_is_seen_of_a_text_that_is_no_secret() {
        let secret = Credential::generate(Kind::ClientSecret, Timestamp::from_seconds(1)).into_text();
        let secret = secret.expose();
        let other = if secret.ends_with('a') { "b" } else { "a" };
        let changed = format!("{}{other}", &secret[..secret.len() - 1]);
        for (text, flaw) in [
            (format!("{secret}\n"), SecretFlaw::WhiteSpace),
            (format!(" {secret}"), SecretFlaw::WhiteSpace),
            (changed, SecretFlaw::Checksum),
            (secret[..secret.len() - 1].to_owned(), SecretFlaw::Form),
            (format!("{secret}x"), SecretFlaw::Form),
            ("Standard Key".to_owned(), SecretFlaw::Form),
            (secret.replace("xwms_sk_", "xwms_pk_"), SecretFlaw::Form),
        ] {
            assert!(read_secret(&text) == Err(flaw), "{text:?}");
        }
        assert!(read_secret(secret).is_ok());
    }
}

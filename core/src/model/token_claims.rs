//! What is in a token: access tokens (RFC 9068) and ID tokens (OpenID Connect Core §2).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, DomainId, GrantId};

/// The claims of an access token (RFC 9068 §2.2), and `domain`.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// The person as this client knows them; in a client's own token the client.
    pub sub: String,
    /// Who takes it: resource servers, and the issuer for its own endpoints.
    pub aud: Audience,
    /// The client it was given to.
    pub client_id: ClientId,
    /// The scopes it was given for.
    pub scope: String,
    /// Its own id: see [`AccessTokenId`].
    pub jti: String,
    /// When it was issued, in seconds.
    pub iat: i64,
    /// Not valid from here on, in seconds.
    pub exp: i64,
    /// The domain it was issued through.
    pub domain: DomainId,
    /// When the person signed in, in seconds; none in a client's own token. By this and `acr` a resource server knows when to
    /// ask for more (RFC 9470 §6.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How sure that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
}

/// Who takes a token: one as a text, several as a list (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Audience {
    /// That of these, of which there is at least one.
    pub fn of(mut all: Vec<String>) -> Self {
        match (all.len(), all.pop()) {
            (1, Some(only)) => Self::One(only),
            (_, last) => Self::Several(all.into_iter().chain(last).collect()),
        }
    }

    /// Those who take it.
    pub const fn as_slice(&self) -> &[String] {
        match self {
            Self::One(only) => std::slice::from_ref(only),
            Self::Several(all) => all.as_slice(),
        }
    }

    /// Whether this one takes it.
    pub fn contains(&self, name: &str) -> bool {
        self.as_slice().iter().any(|known| known == name)
    }
}

/// The claims of an ID token.
#[derive(Debug, Serialize, Deserialize)]
pub struct IdClaims {
    /// The issuer.
    pub iss: String,
    /// The person as this client knows them.
    pub sub: String,
    /// The client.
    pub aud: String,
    /// Not valid from here on, in seconds.
    pub exp: i64,
    /// When it was issued, in seconds.
    pub iat: i64,
    /// When the person signed in, in seconds.
    pub auth_time: i64,
    /// How sure the sign-in was.
    pub acr: String,
    /// How the person signed in (RFC 8176).
    pub amr: Vec<String>,
    /// Binds it to the access token issued with it (OpenID Connect Core §3.1.3.6).
    pub at_hash: String,
    /// The browser's session.
    pub sid: String,
    /// The relying party's, given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// The `jti` of an access token: it leads to the grant, so that one indexed query tells whether the token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessTokenId {
    grant: Option<GrantId>,
    random: [u8; 16],
}

impl AccessTokenId {
    /// The id of a new token. `grant`: the one it is issued under; none for a client's own token.
    pub const fn new(grant: Option<GrantId>, random: [u8; 16]) -> Self {
        Self { grant, random }
    }

    /// The grant that the token of this `jti` was issued under; none for a client's own token.
    pub fn grant_of(jti: &str) -> Option<GrantId> {
        jti.split_once('.').and_then(|(grant, _)| grant.parse().ok())
    }
}

impl fmt::Display for AccessTokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(grant) = self.grant {
            write!(f, "{grant}.")?;
        }
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |index: usize| DIGITS[usize::from(self.random[index / 2] >> (4 - index % 2 * 4) & 15)];
        let digits: [u8; 32] = std::array::from_fn(digit);
        // They are ASCII, so they are text.
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_a_text_or_a_list() {
        for (all, json) in [(&["a"][..], "\"a\""), (&["a", "b"], "[\"a\",\"b\"]")] {
            let audience = Audience::of(all.iter().map(|&name| name.to_owned()).collect());
            assert_eq!(serde_json::to_string(&audience).unwrap(), json);
            assert_eq!(serde_json::from_str::<Audience>(json).unwrap(), audience);
            assert!(audience.contains("a") && !audience.contains("c"));
        }
    }

    #[test]
    fn the_id_of_a_token_leads_to_its_grant() {
        let grant = GrantId::from_bytes([7; 16]);
        let random = std::array::from_fn(|index| (index * 17) as u8);
        let jti = AccessTokenId::new(Some(grant), random).to_string();
        assert_eq!(jti, format!("{grant}.00112233445566778899aabbccddeeff"));
        assert_eq!(AccessTokenId::grant_of(&jti), Some(grant));
        assert_eq!(AccessTokenId::grant_of(&AccessTokenId::new(None, random).to_string()), None);
    }
}

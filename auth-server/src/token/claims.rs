//! What is in a token: access tokens (RFC 9068) and ID tokens (OpenID Connect Core §2).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xwms_core::clock::Timestamp;
use xwms_core::crypto::credential::Credential;
use xwms_core::crypto::jws::{self, ACCESS_TOKEN, ID_TOKEN};
use xwms_core::crypto::keys::KeySet;
use xwms_core::crypto::random;
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::id::{ClientId, DomainId, GrantId};
use xwms_core::login::live::Live;
use xwms_core::model::client::SigningAlg;
use xwms_core::model::scope::{OPENID, ScopeSet};
use xwms_core::state::Core;

use super::TokenResponse;
use crate::AuthServer;
use crate::error::OAuthError;

/// The claims of an access token (RFC 9068 §2.2), and `domain`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) client_id: ClientId,
    pub(crate) scope: String,
    pub(crate) jti: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) domain: DomainId,
}

/// The claims of an ID token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct IdClaims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    pub(crate) auth_time: i64,
    pub(crate) acr: String,
    pub(crate) amr: Vec<String>,
    pub(crate) at_hash: String,
    pub(crate) sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
}

/// A login whose tokens are due.
pub(super) struct Issuing<'a> {
    pub(super) core: &'a Core,
    pub(super) snapshot: &'a Snapshot,
    pub(super) live: &'a Live,
    pub(super) now: Timestamp,
}

impl Issuing<'_> {
    /// The answer: an access token, the refresh token given, and with `openid` an ID token.
    pub(super) fn tokens(
        &self,
        refresh: Option<&Credential>,
        nonce: Option<&str>,
    ) -> Result<TokenResponse, OAuthError> {
        let grant = &self.live.grant;
        let jti = TokenId::fresh(Some(grant.id)).to_string();
        let subject = grant.subject.to_string();
        let access =
            access_token(self.core, subject, grant.client_id, grant.domain_id, &self.live.scope, jti, self.now)?;
        let id_token =
            if self.live.scope.contains(OPENID) { Some(self.id_token(&access.access_token, nonce)?) } else { None };
        Ok(TokenResponse {
            refresh_token: refresh.map(|credential| credential.text().expose().clone()),
            id_token,
            ..access
        })
    }

    fn id_token(&self, access_token: &str, nonce: Option<&str>) -> Result<String, OAuthError> {
        let grant = &self.live.grant;
        let claims = IdClaims {
            iss: self.core.config.server.issuer().to_owned(),
            sub: grant.subject.to_string(),
            aud: grant.client_id.to_string(),
            exp: self.now.after(self.core.config.tokens.id_token_seconds.duration()).seconds(),
            iat: self.now.seconds(),
            auth_time: grant.authenticated_at.seconds(),
            acr: "1".to_owned(),
            amr: vec!["pwd".to_owned()],
            at_hash: jws::at_hash(access_token),
            sid: grant.session_id.to_string(),
            nonce: nonce.map(str::to_owned),
        };
        sign(self.core, self.snapshot.client.id_token_alg, ID_TOKEN, &claims)
    }
}

/// An access token for the client itself: its `sub` is the client's id.
pub(super) fn client_credentials_token(
    core: &Core,
    client: ClientId,
    domain: DomainId,
    scope: &ScopeSet,
    now: Timestamp,
) -> Result<TokenResponse, OAuthError> {
    access_token(core, client.to_string(), client, domain, scope, TokenId::fresh(None).to_string(), now)
}

fn access_token(
    core: &Core,
    sub: String,
    client_id: ClientId,
    domain: DomainId,
    scope: &ScopeSet,
    jti: String,
    now: Timestamp,
) -> Result<TokenResponse, OAuthError> {
    let lifetime = core.config.tokens.access_token_seconds.duration();
    let issuer = core.config.server.issuer().to_owned();
    let claims = AccessClaims {
        aud: issuer.clone(),
        iss: issuer,
        sub,
        client_id,
        scope: scope.to_string(),
        jti,
        iat: now.seconds(),
        exp: now.after(lifetime).seconds(),
        domain,
    };
    Ok(TokenResponse {
        access_token: sign(core, SigningAlg::Es256, ACCESS_TOKEN, &claims)?,
        token_type: "Bearer",
        expires_in: lifetime.as_secs(),
        scope: claims.scope,
        refresh_token: None,
        id_token: None,
    })
}

fn sign(core: &Core, alg: SigningAlg, typ: &'static str, claims: &impl Serialize) -> Result<String, OAuthError> {
    let keys = core.keys.get();
    let signed = keys.current(alg).and_then(|key| key.sign(typ, claims).ok());
    signed.ok_or_else(|| xwms_core::error::Error::Internal("no key signs").into())
}

impl AuthServer {
    /// The claims of an access token that our key signed, for this issuer, unexpired. Whether it was revoked is not known
    /// yet.
    ///
    /// # Errors
    /// `invalid_token`.
    pub(crate) fn verify_access_token(&self, token: &str) -> Result<Arc<AccessClaims>, OAuthError> {
        let keys = self.core.keys.get();
        let claims = self.remembered.claims(token, &keys, || verify(&keys, self.core.config.server.issuer(), token))?;
        if claims.exp <= self.core.clock.now().seconds() {
            return Err(OAuthError::invalid_token());
        }
        Ok(claims)
    }
}

/// What never changes about a token while the keys stay the same.
fn verify(keys: &KeySet, issuer: &str, token: &str) -> Result<AccessClaims, OAuthError> {
    let claims = jws::verify(token, keys, ACCESS_TOKEN).map_err(|_| OAuthError::invalid_token())?;
    let claims: AccessClaims = serde_json::from_slice(&claims).map_err(|_| OAuthError::invalid_token())?;
    if claims.iss != issuer || claims.aud != issuer {
        return Err(OAuthError::invalid_token());
    }
    Ok(claims)
}

/// The `jti` of an access token: it leads to the grant, so that one indexed query tells whether the token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenId {
    /// The grant it was issued under; none for a client's own token.
    pub(crate) grant: Option<GrantId>,
    random: [u8; 16],
}

impl TokenId {
    fn fresh(grant: Option<GrantId>) -> Self {
        Self { grant, random: random::bytes() }
    }

    /// Reads a `jti` that we wrote.
    pub(crate) fn grant_of(jti: &str) -> Option<GrantId> {
        jti.split_once('.').and_then(|(grant, _)| grant.parse().ok())
    }
}

impl std::fmt::Display for TokenId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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

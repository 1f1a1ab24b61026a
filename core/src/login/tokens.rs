//! Making and verifying tokens: access tokens (RFC 9068) and ID tokens (OpenID Connect Core §2).

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::client::ClientRefused;
use super::live::Live;
use super::shared_person::SharedPerson;
use crate::clock::Timestamp;
use crate::crypto::credential::Credential;
use crate::crypto::jws::{self, ACCESS_TOKEN, ID_TOKEN};
use crate::crypto::keys::KeySet;
use crate::error::Error;
use crate::gate::denial::Denial;
use crate::gate::snapshot::Snapshot;
use crate::id::{ClientId, DomainId, GrantId};
use crate::model::client::{IdTokenClaims, SigningAlg};
use crate::model::resource::Resources;
use crate::model::scope::{OPENID, ScopeSet};
use crate::model::token_claims::{AccessClaims, AccessTokenId, Audience, IdClaims};
use crate::random;
use crate::secret::Secret;
use crate::state::Core;

/// What a client is given at the token endpoint.
#[derive(Debug)]
pub struct Tokens {
    /// The access token.
    pub access_token: Secret<String>,
    /// How long the access token lives.
    pub lifetime: Duration,
    /// What the access token opens.
    pub scope: ScopeSet,
    /// The refresh token, where the login has one.
    pub refresh_token: Option<Secret<String>>,
    /// The ID token, where the scope has `openid`.
    pub id_token: Option<Secret<String>>,
}

/// Why a client is given no tokens.
#[derive(Debug)]
pub enum TokenRefused {
    /// The client may not act for the domain that the tokens are of, and nothing was spent; or what it presents gives none
    /// ([`Denial::Grant`]).
    Client(ClientRefused),
    /// The scope asked for can't be had.
    Scope(ScopeRefused),
    /// The database says why.
    Failed(Error),
}

/// What is wrong with the scope that was asked for.
#[derive(Debug)]
pub enum ScopeRefused {
    /// It is no set of scopes.
    Malformed,
    /// It has more than the login was given for.
    MoreThanGranted,
    /// Nothing of it is granted any more.
    NothingLeft,
    /// The gate says no.
    Denied(Denial),
}

impl From<ClientRefused> for TokenRefused {
    fn from(refused: ClientRefused) -> Self {
        Self::Client(refused)
    }
}

impl From<ScopeRefused> for TokenRefused {
    fn from(refused: ScopeRefused) -> Self {
        Self::Scope(refused)
    }
}

impl<E: Into<Error>> From<E> for TokenRefused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What a login gives beside its access token.
pub(super) struct Beside<'a> {
    pub(super) refresh: Option<Credential>,
    pub(super) nonce: Option<&'a str>,
    /// The resource servers that the access token is for; none for whoever takes tokens of ours.
    pub(super) resources: &'a Resources,
}

/// Makes the tokens of a login that holds: an access token, and with `openid` an ID token.
pub(super) fn of_login(
    core: &Core,
    snapshot: &Snapshot,
    live: Live,
    beside: Beside<'_>,
    now: Timestamp,
) -> Result<Tokens, Error> {
    let Live { grant, scope, person } = live;
    let subject = grant.subject.to_string();
    let of_person = match snapshot.client.id_token_claims {
        IdTokenClaims::Full => SharedPerson::in_id_token(grant.subject, person, &scope),
        IdTokenClaims::Thin => Map::new(),
    };
    let with_id_token = scope.contains(OPENID);
    let access = Access {
        subject: subject.clone(),
        client: grant.client_id,
        domain: grant.domain_id,
        grant: Some(grant.id),
        scope,
        resources: beside.resources,
        signed_in: Some((grant.authenticated_at, grant.amr.acr())),
    };
    let mut tokens = access.tokens(core, now)?;
    if with_id_token {
        let claims = IdClaims {
            iss: core.config.server.issuer().to_owned(),
            sub: subject,
            aud: grant.client_id.to_string(),
            exp: now.after(core.config.tokens.id_token_seconds.duration()).seconds(),
            iat: now.seconds(),
            auth_time: grant.authenticated_at.seconds(),
            acr: grant.amr.acr().to_owned(),
            amr: grant.amr.words(),
            at_hash: jws::at_hash(tokens.access_token.expose()),
            sid: grant.session_id.to_string(),
            nonce: beside.nonce.map(str::to_owned),
        };
        let claims = WithPerson { token: claims, person: of_person };
        tokens.id_token = Some(sign(core, snapshot.client.id_token_alg, ID_TOKEN, &claims)?);
    }
    tokens.refresh_token = beside.refresh.map(Credential::into_text);
    Ok(tokens)
}

/// An ID token's own claims, and those of the person.
#[derive(Serialize)]
struct WithPerson {
    #[serde(flatten)]
    token: IdClaims,
    #[serde(flatten)]
    person: Map<String, Value>,
}

/// An access token that is to be made.
pub(super) struct Access<'a> {
    pub(super) subject: String,
    pub(super) client: ClientId,
    pub(super) domain: DomainId,
    /// None: it is for the client itself.
    pub(super) grant: Option<GrantId>,
    pub(super) scope: ScopeSet,
    pub(super) resources: &'a Resources,
    /// When the person signed in, and how sure that was; none where it is for the client itself.
    pub(super) signed_in: Option<(Timestamp, &'static str)>,
}

impl Access<'_> {
    /// Makes the token, with none beside it.
    pub(super) fn tokens(self, core: &Core, now: Timestamp) -> Result<Tokens, Error> {
        let lifetime = core.config.tokens.access_token_seconds.duration();
        let issuer = core.config.server.issuer().to_owned();
        let claims = AccessClaims {
            aud: self.audience(&issuer),
            iss: issuer,
            sub: self.subject,
            client_id: self.client,
            scope: self.scope.to_string(),
            jti: AccessTokenId::new(self.grant, random::bytes()).to_string(),
            iat: now.seconds(),
            exp: now.after(lifetime).seconds(),
            domain: self.domain,
            auth_time: self.signed_in.map(|(at, _)| at.seconds()),
            acr: self.signed_in.map(|(_, acr)| acr.to_owned()),
        };
        Ok(Tokens {
            access_token: sign(core, SigningAlg::Es256, ACCESS_TOKEN, &claims)?,
            lifetime,
            scope: self.scope,
            refresh_token: None,
            id_token: None,
        })
    }
}

impl Access<'_> {
    /// The resource servers; the issuer beside them for its userinfo, or alone.
    fn audience(&self, issuer: &str) -> Audience {
        let mut all: Vec<String> = self.resources.iter().map(str::to_owned).collect();
        if all.is_empty() || self.scope.contains(OPENID) {
            all.push(issuer.to_owned());
        }
        Audience::of(all)
    }
}

fn sign(core: &Core, alg: SigningAlg, typ: &'static str, claims: &impl Serialize) -> Result<Secret<String>, Error> {
    let keys = core.keys.get();
    let signed = keys.current(alg).and_then(|key| key.sign(typ, claims).ok());
    signed.map(Secret::new).ok_or(Error::Internal("no key signs"))
}

/// The claims of an access token that our key signed and that has not expired, whoever it is for. Whether it was revoked is
/// not known yet.
pub(super) fn verify_access_token(core: &Core, token: &str) -> Option<Arc<AccessClaims>> {
    let keys = core.keys.get();
    let verify = || verify(&keys, core.config.server.issuer(), token).ok_or(());
    let claims = core.verified_tokens.claims(token, &keys, verify).ok()?;
    (claims.exp > core.clock.now().seconds()).then_some(claims)
}

/// The same of a token that our own endpoints take.
pub(super) fn verify_for_us(core: &Core, token: &str) -> Option<Arc<AccessClaims>> {
    verify_access_token(core, token).filter(|claims| claims.aud.contains(core.config.server.issuer()))
}

/// What never changes about a token while the keys stay the same.
fn verify(keys: &KeySet, issuer: &str, token: &str) -> Option<AccessClaims> {
    let claims = jws::verify(token, keys, ACCESS_TOKEN).ok()?;
    let claims: AccessClaims = serde_json::from_slice(&claims).ok()?;
    (claims.iss == issuer).then_some(claims)
}

/// The claims of an ID token that our key signed, for this issuer, expired or not (OpenID Connect RP-Initiated Logout §2).
pub fn id_token_hint(core: &Core, token: &str) -> Option<IdClaims> {
    let claims = jws::verify(token, &core.keys.get(), ID_TOKEN).ok()?;
    let claims: IdClaims = serde_json::from_slice(&claims).ok()?;
    (claims.iss == core.config.server.issuer()).then_some(claims)
}

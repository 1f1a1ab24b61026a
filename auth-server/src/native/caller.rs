//! Who makes a native call: three headers, or a client credentials token in their place.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};
use xwms_core::crypto::credential::{Kind, StoredDigest};
use xwms_core::gate::client_authentication::{Presented, Purpose, authenticate, domain_meant, of_domain};
use xwms_core::gate::denial::Denial;
use xwms_core::gate::login::client_live;
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::request::json;
use xwms_core::state::Core;
use xwms_core::store::tables::grants;

use super::envelope::Failure;
use crate::AuthServer;
use crate::token::claims::TokenId;

/// Reads the body of a call: a JSON object.
pub(super) fn body(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    let content_type = single(headers, "content-type")?.unwrap_or_default();
    if !content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send application/json",
        ));
    }
    json::object(bytes).map_err(|why| Failure::malformed(why.0))
}

/// A member that is a text, or absent: null and an empty text count as absent.
pub(super) fn text<'b>(body: &'b Map<String, Value>, name: &'static str) -> Result<Option<&'b str>, Failure> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Failure::invalid(name, "not_a_string", format!("{name} is a text"))),
    }
}

/// A client that has shown credentials, and the domain it named, if any.
pub(super) struct Caller {
    /// The client's configuration.
    pub(super) snapshot: Arc<Snapshot>,
    proof: Proof,
    address: IpAddr,
}

enum Proof {
    Secret {
        digest: StoredDigest,
        named: Option<String>,
    },
    /// A client credentials token, which says its domain.
    Token {
        domain: DomainId,
    },
}

/// The domain a call is for.
pub(super) enum For {
    /// The one that the caller names.
    Named,
    /// The caller may leave it out; then it is this one.
    NamedOr(DomainId),
    /// None: what the call is about is unknown, so only the credentials are judged.
    Nothing,
}

impl Caller {
    /// Takes the credentials; the secret is not judged before [`Caller::authenticate`].
    pub(super) async fn of(server: &AuthServer, headers: &HeaderMap, address: IpAddr) -> Result<Self, Failure> {
        let id = single(headers, "x-client-id")?;
        let secret = single(headers, "x-client-secret")?;
        let named = single(headers, "x-client-domain")?;
        if let Some(authorization) = single(headers, header::AUTHORIZATION.as_str())? {
            if id.is_some() || secret.is_some() {
                return Err(Failure::malformed("send an access token, or X-Client-Id and X-Client-Secret, not both"));
            }
            return Self::of_token(server, authorization, address).await;
        }
        let (Some(id), Some(secret)) = (id, secret) else {
            return Err(Failure::new(
                StatusCode::UNAUTHORIZED,
                "credentials_missing",
                "send X-Client-Id and X-Client-Secret",
            ));
        };
        let core = &server.core;
        let id: ClientId = id.parse().map_err(|_| Failure::bad_credentials())?;
        core.secret_guesses.admit(&core.config.limits, id, address, core.clock.now())?;
        match (core.snapshots.get(id).await?, StoredDigest::parse(Kind::ClientSecret, secret)) {
            (Some(snapshot), Some(digest)) => {
                Ok(Self { snapshot, proof: Proof::Secret { digest, named: named.map(str::to_owned) }, address })
            }
            _ => {
                core.secret_guesses.wrong(id, address, core.clock.now());
                Err(Failure::bad_credentials())
            }
        }
    }

    async fn of_token(server: &AuthServer, authorization: &str, address: IpAddr) -> Result<Self, Failure> {
        let invalid = || Failure::new(StatusCode::UNAUTHORIZED, "token_invalid", "the access token is not valid here");
        let token = match authorization.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return Err(invalid()),
        };
        let claims = server.verify_access_token(token).map_err(|_| invalid())?;
        if TokenId::grant_of(&claims.jti).is_some() {
            return Err(invalid());
        }
        let core = &server.core;
        let snapshot = core.snapshots.get(claims.client_id).await?.ok_or_else(invalid)?;
        if grants::is_token_revoked(&mut core.db.read().await?, &claims.jti).await? {
            return Err(invalid());
        }
        Ok(Self { snapshot, proof: Proof::Token { domain: claims.domain }, address })
    }

    /// Judges the credentials for a domain and says which one it is; none only for [`For::Nothing`].
    pub(super) fn authenticate(&self, core: &Core, domain: &For) -> Result<Option<DomainId>, Failure> {
        let now = core.clock.now();
        let judged = match &self.proof {
            Proof::Token { domain } => {
                let live = client_live(&self.snapshot, now);
                let judged = live.and_then(|()| of_domain(&self.snapshot, *domain, self.address));
                judged.map(|()| Some(*domain)).map_err(|denial| (Some(*domain), denial))
            }
            Proof::Secret { digest, named } => {
                let named = named.as_deref().filter(|named| !named.is_empty());
                let purpose = match (domain, named) {
                    (For::Nothing, _) => Purpose::Unknown,
                    (For::NamedOr(domain), None) => Purpose::IssuedThrough(*domain),
                    (_, named) => Purpose::Native { named, user_api: false },
                };
                let presented = Presented { secret: digest, purpose, address: self.address, now };
                let judged = authenticate(&self.snapshot, &presented).map(|authenticated| {
                    core.secret_uses.note(authenticated.secret, self.address, now);
                    authenticated.domain
                });
                judged.map_err(|denial| (domain_meant(&self.snapshot, &presented), denial))
            }
        };
        judged.map_err(|(domain, denial)| {
            if denial.is_of_the_secret() {
                core.secret_guesses.wrong(self.snapshot.client.id, self.address, now);
            }
            self.refused(core, domain, &denial)
        })
    }

    /// Whether the caller names a domain.
    pub(super) fn names_domain(&self) -> bool {
        match &self.proof {
            Proof::Token { .. } => true,
            Proof::Secret { named, .. } => named.as_deref().is_some_and(|named| !named.is_empty()),
        }
    }

    /// Records a refusal for the partner and turns it into an answer.
    pub(super) fn refused(&self, core: &Core, domain: Option<DomainId>, denial: &Denial) -> Failure {
        let reference = core.attempts.refused(self.snapshot.client.id, domain, denial, core.clock.now());
        Failure::denied(denial, reference)
    }
}

/// The one value of a header; an empty one counts as absent.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Failure> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    // Not `to_str`, which takes ASCII only: a host may be sent with its U-labels.
    let text = std::str::from_utf8(value.as_bytes());
    let text = text.map_err(|_| Failure::malformed(format!("{name} is not plain text")))?;
    if values.next().is_some() || text.contains(',') {
        return Err(Failure::malformed(format!("{name} is given more than once")));
    }
    Ok(Some(text.trim()).filter(|text| !text.is_empty()))
}

//! Credentials of a client at the OAuth endpoints: `client_secret_basic` or `client_secret_post`, never both.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use xwms_core::crypto::credential::{Kind, StoredDigest};
use xwms_core::gate::client_authentication::{Authenticated, Presented, Purpose, authenticate, domain_meant};
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::id::ClientId;
use xwms_core::state::Core;

use crate::error::OAuthError;
use xwms_core::request::params::{Params, form_decode};

/// A client id and the digest of the secret that came with it; nothing is judged yet.
pub(crate) struct Credentials {
    client: Option<ClientId>,
    secret: Option<StoredDigest>,
    by_basic: bool,
}

/// A client whose credentials were presented, with its configuration; the secret is not judged yet.
pub(crate) struct Claimed {
    /// The client's configuration.
    pub snapshot: Arc<Snapshot>,
    secret: StoredDigest,
    by_basic: bool,
}

impl Credentials {
    /// Takes the credentials of a request (RFC 6749 §2.3.1: Basic's halves are form-encoded).
    ///
    /// # Errors
    /// `invalid_client` without any, `invalid_request` with two or a mismatching `client_id`.
    pub(crate) fn from_request(headers: &HeaderMap, params: &Params) -> Result<Self, OAuthError> {
        let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
        let basic = authorizations.next();
        if authorizations.next().is_some() {
            return Err(OAuthError::invalid_request("the Authorization header is given twice"));
        }
        let posted = (params.get("client_id"), params.get("client_secret"));
        match (basic, posted) {
            (Some(_), (_, Some(_))) => Err(OAuthError::invalid_request(
                "use one way of client authentication, Basic or client_secret, not both",
            )),
            (Some(value), (posted_id, None)) => {
                let (id, secret) =
                    value.to_str().ok().and_then(basic_pair).ok_or_else(|| OAuthError::invalid_client(true))?;
                if posted_id.is_some_and(|posted| posted != id) {
                    return Err(OAuthError::invalid_request("client_id is not the one in the Authorization header"));
                }
                Ok(Self {
                    client: id.parse().ok(),
                    secret: StoredDigest::parse(Kind::ClientSecret, &secret),
                    by_basic: true,
                })
            }
            (None, (Some(id), Some(secret))) => Ok(Self {
                client: id.parse().ok(),
                secret: StoredDigest::parse(Kind::ClientSecret, secret),
                by_basic: false,
            }),
            (None, _) => Err(OAuthError::invalid_client(false)),
        }
    }

    /// Looks up the client. An unknown one is answered as a wrong secret is.
    ///
    /// # Errors
    /// `invalid_client`; 429 after too many wrong secrets for this client from this address; 503 when the database is
    /// away.
    pub(crate) async fn claim(self, core: &Core, address: IpAddr) -> Result<Claimed, OAuthError> {
        let Some(id) = self.client else { return Err(OAuthError::invalid_client(self.by_basic)) };
        core.secret_guesses.admit(&core.config.limits, id, address, core.clock.now())?;
        match (core.snapshots.get(id).await?, self.secret) {
            (Some(snapshot), Some(secret)) => Ok(Claimed { snapshot, secret, by_basic: self.by_basic }),
            _ => {
                core.secret_guesses.wrong(id, address, core.clock.now());
                Err(OAuthError::invalid_client(self.by_basic))
            }
        }
    }
}

impl Claimed {
    /// Judges the secret for this purpose (SPEC §2.2), and notes its use.
    ///
    /// # Errors
    /// `invalid_client`, or `invalid_request` when the `domain` parameter is missing or malformed.
    pub(crate) fn authenticate(
        &self,
        core: &Core,
        purpose: Purpose<'_>,
        address: IpAddr,
    ) -> Result<Authenticated, OAuthError> {
        let now = core.clock.now();
        let presented = Presented { secret: &self.secret, purpose, address, now };
        match authenticate(&self.snapshot, &presented) {
            Ok(authenticated) => {
                core.secret_uses.note(authenticated.secret, address, now);
                Ok(authenticated)
            }
            Err(denial) => {
                if denial.is_of_the_secret() {
                    core.secret_guesses.wrong(self.snapshot.client.id, address, now);
                }
                let domain = domain_meant(&self.snapshot, &presented);
                core.attempts.refused(self.snapshot.client.id, domain, &denial, now);
                Err(OAuthError::of_client(&denial, self.by_basic))
            }
        }
    }
}

/// The two halves of a Basic header.
fn basic_pair(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|&byte| byte == b':')?;
    Some((form_decode(&decoded[..colon]).ok()?, form_decode(&decoded[colon + 1..]).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_halves_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("client%5F1:a%2Bb+c"));
        assert_eq!(basic_pair(&header), Some(("client_1".to_owned(), "a+b c".to_owned())));
        for wrong in ["Basic", "Basic !", "Bearer YTpi", &format!("Basic {}", STANDARD.encode("no colon"))] {
            assert_eq!(basic_pair(wrong), None, "{wrong}");
        }
    }
}

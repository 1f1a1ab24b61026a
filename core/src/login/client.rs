//! A client at the endpoints that its servers call: who it says it is, and whether the gate believes it.

use std::net::IpAddr;
use std::sync::Arc;

use super::tokens;
use crate::crypto::credential::{Kind, StoredDigest};
use crate::error::Error;
use crate::gate::client_authentication::{
    Presented, Purpose, authenticate, authenticate_by_token, domain_meant, secret_of,
};
use crate::gate::denial::Denial;
use crate::gate::snapshot::Snapshot;
use crate::id::{ClientId, DomainId, SecretId};
use crate::memory::attempts::reference;
use crate::model::token_claims::AccessTokenId;
use crate::state::Core;
use crate::store::tables::grants;

/// A client id and secret as they were sent; nothing is judged yet.
#[derive(Debug)]
pub struct Credentials {
    id: Option<ClientId>,
    secret: Option<StoredDigest>,
}

impl Credentials {
    /// What was sent as id and secret. Texts that can be neither are as wrong as any other.
    pub fn new(id: &str, secret: &str) -> Self {
        Self { id: id.parse().ok(), secret: StoredDigest::parse(Kind::ClientSecret, secret) }
    }
}

/// A client whose credentials were presented, with its configuration; they are not judged yet.
#[derive(Debug)]
pub struct ClaimedClient {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) address: IpAddr,
    proof: Proof,
}

#[derive(Debug)]
enum Proof {
    Secret(StoredDigest),
    /// A client credentials token that lives; it says its domain.
    Token(DomainId),
}

/// Why a client may not do what it asks for.
#[derive(Debug)]
pub enum ClientRefused {
    /// The gate says no. An unknown client is refused as a wrong secret is.
    Denied {
        /// Why.
        denial: Denial,
        /// What the partner can search its attempts for.
        reference: String,
    },
    /// Too many wrong secrets came before, or the database says why.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for ClientRefused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl ClaimedClient {
    /// Looks up the client of these credentials, sent from `address`.
    ///
    /// # Errors
    /// [`ClientRefused::Denied`] for an unknown client; [`Error::TooMany`] after too many wrong secrets for this client from
    /// this address; the database's.
    pub async fn of(core: &Core, credentials: Credentials, address: IpAddr) -> Result<Self, ClientRefused> {
        let unknown = || ClientRefused::Denied { denial: Denial::SecretUnknown, reference: reference() };
        let id = credentials.id.ok_or_else(unknown)?;
        core.secret_guesses.admit(&core.config.limits, id, address, core.clock.now())?;
        let snapshot = core.snapshots.get(id).await?;
        // While that was loaded others may have guessed: the limit is looked at again, and a guess counted, in one step with
        // the look at the secret.
        core.secret_guesses.admit(&core.config.limits, id, address, core.clock.now())?;
        match (snapshot, credentials.secret) {
            (Some(snapshot), Some(digest)) => {
                if secret_of(&snapshot, &digest).is_none() {
                    core.secret_guesses.wrong(id, address, core.clock.now());
                }
                Ok(Self { snapshot, address, proof: Proof::Secret(digest) })
            }
            _ => {
                core.secret_guesses.wrong(id, address, core.clock.now());
                Err(unknown())
            }
        }
    }

    /// The client that shows a client credentials token in place of id and secret; `None` when that is no such token, has
    /// expired or was revoked.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_token(core: &Core, token: &str, address: IpAddr) -> Result<Option<Self>, Error> {
        let own =
            tokens::verify_access_token(core, token).filter(|claims| AccessTokenId::grant_of(&claims.jti).is_none());
        let Some(claims) = own else { return Ok(None) };
        let Some(snapshot) = core.snapshots.get(claims.client_id).await? else { return Ok(None) };
        if grants::is_token_revoked(&mut core.db.read().await?, &claims.jti).await? {
            return Ok(None);
        }
        Ok(Some(Self { snapshot, address, proof: Proof::Token(claims.domain) }))
    }

    /// Its id.
    pub fn id(&self) -> ClientId {
        self.snapshot.client.id
    }

    /// The secret that was presented, when it is one of the client's.
    pub(super) fn secret(&self) -> Option<SecretId> {
        match &self.proof {
            Proof::Secret(digest) => secret_of(&self.snapshot, digest),
            Proof::Token(_) => None,
        }
    }

    /// Judges the credentials for this purpose (SPEC §2.2), notes the use of the secret, and says the domain they are good
    /// for; none for [`Purpose::Unknown`].
    ///
    /// # Errors
    /// [`ClientRefused::Denied`], which the partner's record of attempts then has.
    pub(super) fn authenticate(&self, core: &Core, purpose: Purpose<'_>) -> Result<Option<DomainId>, ClientRefused> {
        let now = core.clock.now();
        let digest = match &self.proof {
            Proof::Token(domain) => {
                let judged = authenticate_by_token(&self.snapshot, *domain, self.address, now);
                return match judged {
                    Ok(()) => Ok(Some(*domain)),
                    Err(denial) => Err(self.refused(core, Some(*domain), denial)),
                };
            }
            Proof::Secret(digest) => digest,
        };
        let presented = Presented { secret: digest, purpose, address: self.address, now };
        match authenticate(&self.snapshot, &presented) {
            Ok(authenticated) => {
                core.secret_uses.note(authenticated.secret, self.address, now);
                Ok(authenticated.domain)
            }
            Err(denial) => {
                if denial.is_of_the_secret() && self.secret().is_some() {
                    core.secret_guesses.wrong(self.id(), self.address, now);
                }
                Err(self.refused(core, domain_meant(&self.snapshot, &presented), denial))
            }
        }
    }

    /// Records a refusal for the partner.
    pub(super) fn refused(&self, core: &Core, domain: Option<DomainId>, denial: Denial) -> ClientRefused {
        let reference = core.attempts.refused(self.id(), domain, &denial, core.clock.now());
        ClientRefused::Denied { denial, reference }
    }
}

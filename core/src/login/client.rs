//! A client at the endpoints that its servers call: who it says it is, and whether the gate believes it.

use std::net::IpAddr;
use std::sync::Arc;

use super::tokens::{self, TokenRefused};
use crate::crypto::credential::StoredDigest;
use crate::error::Error;
use crate::gate::client_authentication::{
    Presented, Purpose, authenticate, authenticate_by_token, domain_meant, identify, secret_of,
};
use crate::gate::denial::Denial;
use crate::gate::flaw::{GrantFlaw, SecretFlaw, read_secret};
use crate::gate::snapshot::Snapshot;
use crate::id::{ClientId, DomainId, SecretId};
use crate::memory::attempts::{Refused, reference};
use crate::model::token_claims::AccessTokenId;
use crate::state::Core;
use crate::store::tables::grants;

/// A client id and secret as they were sent; nothing is judged yet.
#[derive(Debug)]
pub struct Credentials {
    id: Option<ClientId>,
    shown: Shown,
}

/// What a caller shows to be the client that it names.
#[derive(Debug)]
enum Shown {
    Secret(StoredDigest),
    /// A text that can be no secret.
    Malformed(SecretFlaw),
    Nothing,
}

impl Credentials {
    /// What was sent as id and secret. Texts that can be neither are as wrong as any other.
    pub fn new(id: &str, secret: Option<&str>) -> Self {
        Self { id: id.parse().ok(), shown: secret.map_or(Shown::Nothing, Shown::of) }
    }
}

impl Shown {
    fn of(secret: &str) -> Self {
        read_secret(secret).map_or_else(Self::Malformed, Self::Secret)
    }

    /// Why it is refused where nothing more is known.
    const fn denial(&self) -> Denial {
        match self {
            Self::Secret(_) => Denial::SecretUnknown,
            Self::Malformed(flaw) => Denial::SecretMalformed(*flaw),
            Self::Nothing => Denial::SecretMissing,
        }
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
    Shown(Shown),
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
        let Credentials { id, shown } = credentials;
        let unknown = |shown: &Shown| ClientRefused::Denied { denial: shown.denial(), reference: reference() };
        let Some(id) = id else { return Err(unknown(&shown)) };
        core.secret_guesses.admit(&core.config.limits, id, address, core.clock.now())?;
        let snapshot = core.snapshots.get(id).await?;
        // While that was loaded others may have guessed: the limit is looked at again, and a guess counted, in one step with
        // the look at the secret.
        core.secret_guesses.admit(&core.config.limits, id, address, core.clock.now())?;
        let is_guess = match (&snapshot, &shown) {
            (_, Shown::Nothing) => false,
            (Some(snapshot), Shown::Secret(digest)) => secret_of(snapshot, digest).is_none(),
            (None, Shown::Secret(_)) | (_, Shown::Malformed(_)) => true,
        };
        if is_guess {
            core.secret_guesses.wrong(id, address, core.clock.now());
        }
        match snapshot {
            Some(snapshot) => Ok(Self { snapshot, address, proof: Proof::Shown(shown) }),
            None => Err(unknown(&shown)),
        }
    }

    /// The client that shows a client credentials token in place of id and secret; `None` when that is no such token, has
    /// expired or was revoked.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_token(core: &Core, token: &str, address: IpAddr) -> Result<Option<Self>, Error> {
        let own = tokens::verify_for_us(core, token).filter(|claims| AccessTokenId::grant_of(&claims.jti).is_none());
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
            Proof::Shown(Shown::Secret(digest)) => secret_of(&self.snapshot, digest),
            Proof::Shown(_) | Proof::Token(_) => None,
        }
    }

    /// Judges the credentials for this purpose (SPEC §2.2), notes the use of the secret, and says the domain they are good
    /// for; none for [`Purpose::Unknown`].
    ///
    /// # Errors
    /// [`ClientRefused::Denied`], which the partner's record of attempts then has.
    pub(super) fn authenticate(&self, core: &Core, purpose: Purpose<'_>) -> Result<Option<DomainId>, ClientRefused> {
        let now = core.clock.now();
        let (snapshot, address) = (&self.snapshot, self.address);
        let digest = match &self.proof {
            Proof::Token(domain) => {
                let judged = authenticate_by_token(snapshot, *domain, address, now);
                return judged.map(|()| Some(*domain)).map_err(|denial| self.refused(core, Some(*domain), denial));
            }
            Proof::Shown(Shown::Nothing) => {
                let judged = identify(snapshot, purpose, address, now);
                return judged.map_err(|denial| self.refused(core, domain_meant(snapshot, None, purpose), denial));
            }
            Proof::Shown(Shown::Malformed(flaw)) => {
                let denial = Denial::SecretMalformed(*flaw);
                return Err(self.refused(core, domain_meant(snapshot, None, purpose), denial));
            }
            Proof::Shown(Shown::Secret(digest)) => digest,
        };
        match authenticate(snapshot, &Presented { secret: digest, purpose, address, now }) {
            Ok(authenticated) => {
                core.secret_uses.note(authenticated.secret, address, now);
                Ok(authenticated.domain)
            }
            Err(denial) => {
                // One that is none of the client's was counted when it came.
                if denial.is_of_the_secret() && self.secret().is_some() {
                    core.secret_guesses.wrong(self.id(), address, now);
                }
                Err(self.refused(core, domain_meant(snapshot, Some(digest), purpose), denial))
            }
        }
    }

    /// Records a refusal for the partner.
    pub(super) fn refused(&self, core: &Core, domain: Option<DomainId>, denial: Denial) -> ClientRefused {
        let of = Refused { domain, denial: &denial, address: Some(self.address), redirect_uri: None, scope: None };
        let reference = core.attempts.refused(self.id(), &of, core.clock.now());
        ClientRefused::Denied { denial, reference }
    }

    /// Records that a code or refresh token gives nothing. `redirect_uri`: the one that was sent with it.
    pub(super) fn no_grant(
        &self,
        core: &Core,
        domain: Option<DomainId>,
        flaw: GrantFlaw,
        redirect_uri: Option<&str>,
    ) -> TokenRefused {
        let denial = Denial::Grant(flaw);
        let of = Refused { domain, denial: &denial, address: Some(self.address), redirect_uri, scope: None };
        let reference = core.attempts.refused(self.id(), &of, core.clock.now());
        TokenRefused::Client(ClientRefused::Denied { denial, reference })
    }
}

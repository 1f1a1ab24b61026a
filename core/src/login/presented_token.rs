//! A token that a client asks about, or wants to end.

use std::sync::Arc;

use super::client::{ClaimedClient, ClientRefused};
use super::tokens;
use crate::crypto::credential::{Credential, Kind};
use crate::error::Error;
use crate::gate::client_authentication::Purpose;
use crate::id::{ClientId, DomainId};
use crate::model::token_claims::AccessClaims;
use crate::state::Core;
use crate::store::tables::grants::LiveGrant;
use crate::store::tables::refresh_tokens::{self, RefreshToken};

/// A token of ours, of either kind. Whether it still lives is not known yet.
pub(super) enum PresentedToken {
    /// An access token that our key signed.
    Access(Arc<AccessClaims>),
    /// A refresh token with its grant.
    Refresh(RefreshToken, Box<LiveGrant>),
}

impl PresentedToken {
    /// Finds out what a token is to this client, and authenticates the client for it (SPEC §2.2); `None` for what is none
    /// of ours, or another client's.
    pub(super) async fn of_client(
        core: &Core,
        client: &ClaimedClient,
        token: &str,
    ) -> Result<Option<Self>, ClientRefused> {
        let own = Self::find(core, token).await?.filter(|found| found.client() == client.id());
        let purpose = own.as_ref().map_or(Purpose::Unknown, |own| Purpose::IssuedThrough(own.domain()));
        client.authenticate(core, purpose)?;
        Ok(own)
    }

    /// Finds out what a token is to a client that asks about it: its own, or one that a resource server of its takes.
    pub(super) async fn asked_about(
        core: &Core,
        client: &ClaimedClient,
        token: &str,
    ) -> Result<Option<Self>, ClientRefused> {
        let found = Self::find(core, token).await?;
        match &found {
            Some(own) if own.client() == client.id() => {
                client.authenticate(core, Purpose::About(Some(own.domain())))?;
                Ok(found)
            }
            Some(Self::Access(claims)) => {
                let takes = client.authenticate(core, Purpose::Audience(claims.aud.as_slice()))?.is_some();
                Ok(found.filter(|_| takes))
            }
            Some(Self::Refresh(..)) | None => {
                client.authenticate(core, Purpose::About(None))?;
                Ok(None)
            }
        }
    }

    async fn find(core: &Core, token: &str) -> Result<Option<Self>, Error> {
        if let Some(key) = Credential::parse(Kind::RefreshToken, token) {
            let found = refresh_tokens::find_with_grant(&mut core.db.read().await?, key).await?;
            return Ok(found.map(|(token, grant)| Self::Refresh(token, Box::new(grant))));
        }
        Ok(tokens::verify_access_token(core, token).map(Self::Access))
    }

    fn client(&self) -> ClientId {
        match self {
            Self::Access(claims) => claims.client_id,
            Self::Refresh(_, grant) => grant.grant.client_id,
        }
    }

    fn domain(&self) -> DomainId {
        match self {
            Self::Access(claims) => claims.domain,
            Self::Refresh(_, grant) => grant.grant.domain_id,
        }
    }
}

//! Whether a token lives, and what it opens (RFC 7662).

use std::sync::Arc;

use super::client::{ClaimedClient, ClientRefused};
use super::issue::may_refresh;
use super::live::{self, Live};
use super::presented_token::PresentedToken;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::gate::client_authentication::authenticate_by_token;
use crate::gate::scope;
use crate::model::scope::ScopeSet;
use crate::model::token_claims::{AccessClaims, AccessTokenId};
use crate::state::Core;
use crate::store::tables::grants;

/// A token that lives.
#[derive(Debug)]
pub enum LiveToken {
    /// An access token.
    Access {
        /// What it says.
        claims: Arc<AccessClaims>,
        /// What of its scope still holds; never nothing.
        scope: ScopeSet,
    },
    /// A refresh token.
    Refresh {
        /// The login it continues, and what of its scope still holds.
        live: Box<Live>,
        /// Not valid from here on.
        expires_at: Timestamp,
    },
}

/// What this token is to this client; `None` for one that does not live, is none of ours, or another client's.
///
/// # Errors
/// [`ClientRefused`].
pub async fn introspect(core: &Core, client: &ClaimedClient, token: &str) -> Result<Option<LiveToken>, ClientRefused> {
    match PresentedToken::of_client(core, client, token).await? {
        Some(PresentedToken::Access(claims)) => {
            let scope = holding_scope(core, client, &claims).await?;
            Ok(scope.filter(|scope| !scope.is_empty()).map(|scope| LiveToken::Access { claims, scope }))
        }
        Some(PresentedToken::Refresh(token, found)) => {
            let unspent = token.used_at.is_none() && token.expires_at > core.clock.now();
            let live = live::judge(core, &client.snapshot, *found).await?;
            let live = live.filter(|live| unspent && may_refresh(&live.scope));
            Ok(live.map(|live| LiveToken::Refresh { live: Box::new(live), expires_at: token.expires_at }))
        }
        None => Ok(None),
    }
}

/// What of an access token's scope still holds; `None` when the token does not live.
async fn holding_scope(core: &Core, client: &ClaimedClient, claims: &AccessClaims) -> Result<Option<ScopeSet>, Error> {
    let issued = ScopeSet::parse(&claims.scope).unwrap_or_default();
    let now_open = match AccessTokenId::grant_of(&claims.jti) {
        Some(grant) => {
            let live = live::find(core, &client.snapshot, grant, Some(&claims.jti)).await?;
            live.map(|live| live.scope)
        }
        None => own_scope(core, client, claims).await?,
    };
    Ok(now_open.map(|scope| scope.intersection(&issued)))
}

/// What a token that a client got for itself may open now. Whoever asks has just been let in for the token's domain, so
/// its address is one of that domain's.
async fn own_scope(core: &Core, client: &ClaimedClient, claims: &AccessClaims) -> Result<Option<ScopeSet>, Error> {
    let (snapshot, now) = (&client.snapshot, core.clock.now());
    if authenticate_by_token(snapshot, claims.domain, client.address, now).is_err() {
        return Ok(None);
    }
    let Some(domain) = snapshot.domain(claims.domain) else { return Ok(None) };
    if grants::is_token_revoked(&mut core.db.read().await?, &claims.jti).await? {
        return Ok(None);
    }
    Ok(Some(scope::client_credentials(snapshot, domain, None, now).unwrap_or_default()))
}

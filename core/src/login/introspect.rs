//! Whether a token lives, and what it opens (RFC 7662).

use std::sync::Arc;

use super::client::{ClaimedClient, ClientRefused};
use super::issue::may_refresh;
use super::live::{self, Live};
use super::presented_token::PresentedToken;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::gate::client_authentication::token_holds;
use crate::gate::scope;
use crate::gate::snapshot::Snapshot;
use crate::model::scope::{EMAIL, ScopeSet};
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
        /// The person's address, where that scope opens it.
        username: Option<String>,
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
    match PresentedToken::asked_about(core, client, token).await? {
        Some(PresentedToken::Access(claims)) => {
            let Some(Holding { scope, email }) = holding(core, &claims).await? else { return Ok(None) };
            let username = email.filter(|_| scope.contains(EMAIL));
            Ok(Some(scope).filter(|scope| !scope.is_empty()).map(|scope| LiveToken::Access { claims, scope, username }))
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

/// What of an access token still holds; `None` when it does not live. That is for the configuration of the client it was
/// given to, whoever asks.
async fn holding(core: &Core, claims: &AccessClaims) -> Result<Option<Holding>, Error> {
    let issued = ScopeSet::parse(&claims.scope).unwrap_or_default();
    let Some(snapshot) = core.snapshots.get(claims.client_id).await? else { return Ok(None) };
    let now_open = match AccessTokenId::grant_of(&claims.jti) {
        Some(grant) => {
            let live = live::find(core, &snapshot, grant, Some(&claims.jti)).await?;
            live.map(|live| Holding { scope: live.scope, email: Some(live.person.email) })
        }
        None => own_scope(core, &snapshot, claims).await?.map(|scope| Holding { scope, email: None }),
    };
    Ok(now_open.map(|now| Holding { scope: now.scope.intersection(&issued), ..now }))
}

/// What still holds of an access token.
struct Holding {
    scope: ScopeSet,
    /// The address of its person; none for a client's own.
    email: Option<String>,
}

/// What a token that a client got for itself may open now. Whoever asks has just been let in.
async fn own_scope(core: &Core, snapshot: &Snapshot, claims: &AccessClaims) -> Result<Option<ScopeSet>, Error> {
    let now = core.clock.now();
    if token_holds(snapshot, claims.domain, now).is_err() {
        return Ok(None);
    }
    let Some(domain) = snapshot.domain(claims.domain) else { return Ok(None) };
    if grants::is_token_revoked(&mut core.db.read().await?, &claims.jti).await? {
        return Ok(None);
    }
    Ok(Some(scope::client_credentials(snapshot, domain, None, now).unwrap_or_default()))
}

//! Rotating a refresh token (OAuth 2.1 §4.3, RFC 9700 §4.14.2).
//!
//! The child is derived from its parent with a keyed hash. So a retry of the very same request, whose answer was lost,
//! gets the same child again without its text having been stored, and there is never a second child.

use super::client::ClaimedClient;
use super::issue::may_refresh;
use super::live::{self, Live};
use super::token_reuse;
use super::tokens::{self, Beside, ScopeRefused, TokenRefused, Tokens};
use crate::crypto::credential::{Credential, CredentialKey, Kind};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::client_authentication::Purpose;
use crate::gate::flaw::GrantFlaw;
use crate::gate::resource::target;
use crate::model::resource::Resources;
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::tables::grants;
use crate::store::tables::refresh_tokens::{self, NewRefreshToken, RefreshToken};

/// What a client sends to have its tokens refreshed.
#[derive(Clone, Copy)]
pub struct PresentedRefreshToken<'a> {
    /// The refresh token.
    pub token: &'a str,
    /// The scope asked for; all that was granted without one.
    pub scope: Option<&'a str>,
    /// The resource servers that the token shall be for; all that were granted without one.
    pub resources: &'a Resources,
    /// The digest of all that the request says: by it the same request is known again.
    pub request: [u8; 32],
}

/// What became of the token that was presented.
enum Rotated {
    /// Spent by this request or by the same one a moment ago: this is its child.
    Child(Credential),
    /// Used before: somebody else may have it, so the family has ended.
    Reused {
        /// This request ended it, and no other one did before.
        ended_now: bool,
    },
}

/// Spends a refresh token for the next one, and makes new tokens.
///
/// # Errors
/// [`TokenRefused::Client`] if the client may not act for its domain, or, with [`GrantFlaw`], if it is unknown, spent,
/// expired, revoked or another client's, or what it rests on no longer holds; [`TokenRefused::Scope`] if more is asked than
/// was granted.
pub async fn rotate(
    core: &Core,
    client: &ClaimedClient,
    presented: &PresentedRefreshToken<'_>,
) -> Result<Tokens, TokenRefused> {
    let found = match Credential::parse(Kind::RefreshToken, presented.token) {
        Some(key) => refresh_tokens::find_with_grant(&mut core.db.read().await?, key).await?,
        None => None,
    };
    let own = found.filter(|(_, grant)| grant.grant.client_id == client.id());
    let purpose = own.as_ref().map_or(Purpose::Unknown, |(_, grant)| Purpose::IssuedThrough(grant.grant.domain_id));
    let domain = client.authenticate(core, purpose)?;
    let refused = |flaw| client.no_grant(core, domain, flaw, None);
    let (token, found) = own.ok_or_else(|| refused(GrantFlaw::Unknown))?;

    let now = core.clock.now();
    if token.used_at.is_none() && token.expires_at <= now {
        return Err(refused(GrantFlaw::RefreshTokenExpired));
    }
    let mut live = match live::judge(core, &client.snapshot, found).await? {
        Some(live) if may_refresh(&live.scope) => live,
        // One that was used before has ended its family itself, most often.
        _ if token.used_at.is_some() => return Err(refused(GrantFlaw::RefreshTokenUsed)),
        _ => return Err(refused(GrantFlaw::Ended)),
    };
    let resources = target(&client.snapshot, &live.grant.resources, presented.resources);
    let resources = match resources.map_err(|denial| client.refused(core, domain, denial)) {
        Err(refused) if token.used_at.is_none() => return Err(refused.into()),
        resources => resources,
    };
    let narrowed = match narrow(&mut live, presented.scope) {
        // A token that is spent is judged as that first: whatever else is asked with it, it may be a stolen one.
        Err(refused) if token.used_at.is_none() => return Err(refused.into()),
        narrowed => narrowed,
    };
    match spend(core, &token, &live, presented.request).await? {
        Rotated::Child(child) => {
            narrowed?;
            let resources = resources?;
            let beside = Beside { refresh: Some(child), nonce: None, resources: &resources };
            Ok(tokens::of_login(core, &client.snapshot, live, beside, now)?)
        }
        Rotated::Reused { ended_now } => {
            if ended_now {
                token_reuse::tell(core, &client.snapshot, &live);
            }
            Err(refused(GrantFlaw::RefreshTokenUsed))
        }
    }
}

/// A request may ask for less than was granted (RFC 6749 §6); the refresh token itself keeps its scope.
fn narrow(live: &mut Live, asked: Option<&str>) -> Result<(), ScopeRefused> {
    let Some(asked) = asked else { return Ok(()) };
    let asked = ScopeSet::parse(asked).map_err(|_| ScopeRefused::Malformed)?;
    if !asked.is_subset(&live.grant.scope) {
        return Err(ScopeRefused::MoreThanGranted);
    }
    live.scope = live.scope.intersection(&asked);
    if live.scope.is_empty() { Err(ScopeRefused::NothingLeft) } else { Ok(()) }
}

/// Spends the token and stores its child in one commit. One that is spent already is either this very request again,
/// within the retry window and before the child was used, or a reuse, which ends the family.
async fn spend(core: &Core, token: &RefreshToken, live: &Live, request: [u8; 32]) -> Result<Rotated, Error> {
    let now = core.clock.now();
    let tokens = &core.config.tokens;
    let expires_at = now.after(tokens.refresh_sliding_days.duration()).min(live.grant.expires_at);
    let retry_window = tokens.refresh_retry_seconds.duration();
    let mac = core.master_key.mac_key("refresh token child");
    let derive = move |spent_at, parent: &CredentialKey| Credential::derive(Kind::RefreshToken, spent_at, &mac, parent);
    let grant = live.grant.id;
    let parent = token.token_key;
    let child = derive(now, &parent);
    let stored = NewRefreshToken { key: child.key(), grant, parent: Some(parent), expires_at };
    if core.db.rotate(parent, request, stored, now).await? {
        return Ok(Rotated::Child(child));
    }
    let rotated = core.db.change(async move |conn: &mut Conn| {
        // Another request was first. Only a read of what it left tells whether it was this one.
        if let Some(RefreshToken { used_at: Some(spent_at), request_digest: Some(spent_by), .. }) =
            refresh_tokens::find(conn, parent).await?
            && spent_by == request
            && now.since(spent_at) <= retry_window
        {
            let child = derive(spent_at, &parent);
            let kept = refresh_tokens::find(conn, child.key()).await?;
            if kept.is_some_and(|kept| kept.used_at.is_none()) {
                return Ok(Rotated::Child(child));
            }
        }
        Ok(Rotated::Reused { ended_now: grants::revoke(conn, grant, now).await? })
    });
    rotated.await
}

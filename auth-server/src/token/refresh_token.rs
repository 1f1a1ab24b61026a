//! Rotates a refresh token (OAuth 2.1 §4.3, RFC 9700 §4.14.2).
//!
//! The child is derived from its parent with a keyed hash. So a retry of the very same request, whose answer was lost,
//! gets the same child again without its text having been stored, and there is never a second child.

use xwms_core::crypto::credential::{Credential, CredentialKey, Kind};
use xwms_core::crypto::digest::sha256;
use xwms_core::gate::client_authentication::Purpose;
use xwms_core::login::issue::may_refresh;
use xwms_core::login::live::{self, Live};
use xwms_core::login::token_reuse;
use xwms_core::model::scope::ScopeSet;
use xwms_core::state::Core;
use xwms_core::store::engine::db::Conn;
use xwms_core::store::tables::grants;
use xwms_core::store::tables::refresh_tokens::{self, NewRefreshToken, RefreshToken};

use super::claims::Issuing;
use super::{ClientRequest, TokenResponse};
use crate::error::OAuthError;

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

/// Rotates the refresh token in this request.
///
/// # Errors
/// `invalid_grant` if it is unknown, spent, expired, revoked or another client's, or what it rests on no longer holds;
/// `invalid_scope` if more is asked than was granted; `invalid_client` if the secret may not act for its domain.
pub(super) async fn rotate(core: &Core, request: &ClientRequest) -> Result<TokenResponse, OAuthError> {
    let claimed = request.claim(core).await?;
    let presented = request.require("refresh_token")?;
    let found = find(core, presented).await?;
    let own = found.filter(|(_, grant)| grant.grant.client_id == claimed.snapshot.client.id);
    let purpose = own.as_ref().map_or(Purpose::Unknown, |(_, grant)| Purpose::IssuedThrough(grant.grant.domain_id));
    claimed.authenticate(core, purpose, request.address)?;
    let Some((token, found)) = own else { return Err(OAuthError::invalid_grant()) };

    let now = core.clock.now();
    if token.used_at.is_none() && token.expires_at <= now {
        return Err(OAuthError::invalid_grant());
    }
    let mut live = match live::judge(core, &claimed.snapshot, found).await? {
        Some(live) if may_refresh(&live.scope) => live,
        _ => return Err(OAuthError::invalid_grant()),
    };
    let narrowed = match narrow(&mut live, request) {
        // A token that is spent is judged as that first: whatever else is asked with it, it may be a stolen one.
        Err(error) if token.used_at.is_none() => return Err(error),
        narrowed => narrowed,
    };
    let digest = sha256(request.params.canonical_without(&["client_secret", "client_id"]).as_bytes());
    match spend(core, token, &live, digest).await? {
        Rotated::Child(child) => {
            narrowed?;
            let issuing = Issuing { core, snapshot: &claimed.snapshot, live: &live, now };
            issuing.tokens(Some(&child), None)
        }
        Rotated::Reused { ended_now } => {
            if ended_now {
                token_reuse::tell(core, &claimed.snapshot, &live);
            }
            Err(OAuthError::invalid_grant())
        }
    }
}

async fn find(core: &Core, presented: &str) -> Result<Option<(RefreshToken, grants::LiveGrant)>, OAuthError> {
    let Some(key) = Credential::parse(Kind::RefreshToken, presented) else { return Ok(None) };
    Ok(refresh_tokens::find_with_grant(&mut core.db.read().await?, key).await?)
}

/// A request may ask for less than was granted (RFC 6749 §6); the refresh token itself keeps its scope.
fn narrow(live: &mut Live, request: &ClientRequest) -> Result<(), OAuthError> {
    let Some(asked) = request.params.get("scope") else { return Ok(()) };
    let asked = ScopeSet::parse(asked).map_err(|_| OAuthError::bad_request("invalid_scope", "scope is malformed"))?;
    if !asked.is_subset(&live.grant.scope) {
        return Err(OAuthError::bad_request("invalid_scope", "scope asks for more than was granted"));
    }
    live.scope = live.scope.intersection(&asked);
    if live.scope.is_empty() {
        return Err(OAuthError::bad_request("invalid_scope", "nothing of the scope asked for is granted any more"));
    }
    Ok(())
}

/// Spends the token and stores its child in one commit. One that is spent already is either this very request again,
/// within the retry window and before the child was used, or a reuse, which ends the family.
async fn spend(core: &Core, token: RefreshToken, live: &Live, request: [u8; 32]) -> Result<Rotated, OAuthError> {
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
    Ok(rotated.await?)
}

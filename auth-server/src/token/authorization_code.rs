//! Redeems an authorization code (OAuth 2.1 §4.1.3, RFC 7636 §4.6).

use xwms_core::crypto::credential::{Credential, Kind};
use xwms_core::crypto::digest::{constant_time_eq, pkce_s256};
use xwms_core::gate::client_authentication::Purpose;
use xwms_core::login::issue::may_refresh;
use xwms_core::login::live;
use xwms_core::model::scope::ScopeSet;
use xwms_core::state::Core;
use xwms_core::store::engine::db::Conn;
use xwms_core::store::tables::codes::{self, Code, CodeKind};
use xwms_core::store::tables::grants;
use xwms_core::store::tables::refresh_tokens::NewRefreshToken;

use super::claims::Issuing;
use super::oxide::{self, Redemption};
use super::{ClientRequest, TokenResponse};
use crate::error::OAuthError;

/// Wrong verifiers by the right client that burn a code.
pub(crate) const WRONG_TRIES: i32 = 5;

/// Redeems the code in this request.
///
/// # Errors
/// `invalid_grant` if the code is unknown, spent, expired or another client's, or the verifier or redirect URI is
/// wrong: one answer for all, so nothing can be probed. `invalid_client` if the secret may not act for the code's
/// domain; that burns nothing.
pub(super) async fn redeem(core: &Core, request: &ClientRequest) -> Result<TokenResponse, OAuthError> {
    let claimed = request.claim(core).await?;
    let presented = request.require("code")?;
    let code = match Credential::parse(Kind::Code, presented) {
        Some(key) => codes::find_with_grant(&mut core.db.read().await?, CodeKind::Authorization, key).await?,
        None => None,
    };
    let own = code.filter(|(code, _)| code.client_id == claimed.snapshot.client.id);
    let purpose = own.as_ref().map_or(Purpose::Unknown, |(code, _)| Purpose::IssuedThrough(code.domain_id));
    claimed.authenticate(core, purpose, request.address)?;
    let Some((code, grant)) = own else { return Err(OAuthError::invalid_grant()) };

    let now = core.clock.now();
    let verified = verifier_matches(&code, request) && redirect_uri_matches(&code, request);
    if let Some(used_at) = code.used_at {
        // A second, fully valid use after the grace for a repeated request: somebody else has the code
        // (OAuth 2.1 §4.1.3), so what it gave ends.
        if verified && now.since(used_at) > core.config.tokens.code_reuse_grace_seconds.duration() {
            core.db.change(async move |conn: &mut Conn| Ok(grants::revoke(conn, code.grant_id, now).await?)).await?;
        }
        return Err(OAuthError::invalid_grant());
    }
    if code.expires_at <= now {
        return Err(OAuthError::invalid_grant());
    }
    if !verified {
        let key = code.code_key;
        core.db
            .change(async move |conn: &mut Conn| Ok(codes::count_wrong_try(conn, key, WRONG_TRIES, now).await?))
            .await?;
        return Err(OAuthError::invalid_grant());
    }
    let mut live = live::judge(core, &claimed.snapshot, grant).await?.ok_or_else(OAuthError::invalid_grant)?;
    let granted = oxide::decide(&Redemption {
        client: claimed.snapshot.client.id.to_string(),
        code: presented,
        redirect_uri: request.params.get("redirect_uri").unwrap_or(&code.redirect_uri),
        code_client: code.client_id.to_string(),
        code_redirect_uri: &code.redirect_uri,
        scope: live.scope.to_string(),
        subject: live.grant.subject.to_string(),
    })?;
    // What the machine has granted is what goes on.
    live.scope = live.scope.intersection(&ScopeSet::parse(&granted).unwrap_or_default());
    if live.scope.is_empty() {
        return Err(OAuthError::invalid_grant());
    }

    let refresh = may_refresh(&live.scope).then(|| Credential::generate(Kind::RefreshToken, now));
    let stored = refresh.as_ref().map(|credential| NewRefreshToken {
        key: credential.key(),
        grant: code.grant_id,
        parent: None,
        expires_at: now.after(core.config.tokens.refresh_sliding_days.duration()).min(live.grant.expires_at),
    });
    // One commit; false when another request was first.
    if !core.db.redeem(code.code_key, stored, now).await? {
        return Err(OAuthError::invalid_grant());
    }
    let issuing = Issuing { core, snapshot: &claimed.snapshot, live: &live, now };
    issuing.tokens(refresh.as_ref(), code.nonce.as_deref())
}

/// RFC 7636 §4.6, with the form of §4.1 asked of the verifier first.
pub(crate) fn is_verifier_of(verifier: &str, challenge: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(unreserved)
        && constant_time_eq(pkce_s256(verifier).as_bytes(), challenge.as_bytes())
}

fn verifier_matches(code: &Code, request: &ClientRequest) -> bool {
    match (&code.code_challenge, request.params.get("code_verifier")) {
        (Some(challenge), Some(verifier)) => is_verifier_of(verifier, challenge),
        _ => false,
    }
}

fn redirect_uri_matches(code: &Code, request: &ClientRequest) -> bool {
    request.params.get("redirect_uri").is_none_or(|sent| sent == code.redirect_uri)
}

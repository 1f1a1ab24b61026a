//! Client credentials (OAuth 2.1 §4.2): issued from the snapshot alone, without a query or a row.

use xwms_core::gate::client_authentication::Purpose;
use xwms_core::gate::scope;
use xwms_core::model::scope::ScopeSet;
use xwms_core::state::Core;

use super::claims::client_credentials_token;
use super::{ClientRequest, TokenResponse};
use crate::error::OAuthError;

/// Issues an access token for the client itself, for one of its domains.
///
/// # Errors
/// `invalid_client`; `invalid_request` when the domain is not told or malformed; `invalid_scope`, naming the scopes.
pub(super) async fn issue(core: &Core, request: &ClientRequest) -> Result<TokenResponse, OAuthError> {
    let claimed = request.claim(core).await?;
    let named = request.params.get("domain");
    let authenticated = claimed.authenticate(core, Purpose::ClientCredentials { named }, request.address)?;
    let snapshot = &claimed.snapshot;
    let domain = snapshot
        .domains
        .iter()
        .find(|domain| Some(domain.id) == authenticated.domain)
        .ok_or_else(|| OAuthError::invalid_client(false))?;
    let asked = request.params.get("scope").map(ScopeSet::parse).transpose();
    let asked = asked.map_err(|_| OAuthError::bad_request("invalid_scope", "scope is malformed"))?;
    let now = core.clock.now();
    let granted = scope::client_credentials(snapshot, domain, asked.as_ref(), now)
        .map_err(|denial| OAuthError::bad_request("invalid_scope", denial.explanation()))?;
    client_credentials_token(core, snapshot.client.id, domain.id, &granted, now)
}

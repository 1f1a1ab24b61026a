//! What each `grant_type` reads from a request, and the use case it calls.

use xwms_core::crypto::digest::sha256;
use xwms_core::login::client_credentials::{self, Wanted};
use xwms_core::login::redeem::{self, PresentedCode};
use xwms_core::login::rotate::{self, PresentedRefreshToken};
use xwms_core::login::tokens::Tokens;
use xwms_core::model::resource::Resources;
use xwms_core::state::Core;

use super::oxide;
use crate::client_request::ClientRequest;
use crate::error::OAuthError;

/// `authorization_code` (OAuth 2.1 §4.1.3).
pub(super) async fn authorization_code(core: &Core, request: &ClientRequest) -> Result<Tokens, OAuthError> {
    let client = request.claim(core).await?;
    let resources = resources(request)?;
    let presented = PresentedCode {
        code: request.require("code")?,
        redirect_uri: request.params.get("redirect_uri"),
        code_verifier: request.params.get("code_verifier"),
        resources: &resources,
    };
    let redeemable = redeem::check(core, &client, &presented).await.map_err(OAuthError::of_tokens)?;
    let granted = oxide::decide(&client, &presented, &redeemable)?;
    redeemable.redeem(core, &granted).await.map_err(OAuthError::of_tokens)
}

/// `refresh_token` (OAuth 2.1 §4.3).
pub(super) async fn refresh_token(core: &Core, request: &ClientRequest) -> Result<Tokens, OAuthError> {
    let client = request.claim(core).await?;
    let resources = resources(request)?;
    let presented = PresentedRefreshToken {
        token: request.require("refresh_token")?,
        scope: request.params.get("scope"),
        resources: &resources,
        request: sha256(request.params.canonical_without(&["client_secret", "client_id"]).as_bytes()),
    };
    let tokens = rotate::rotate(core, &client, &presented).await;
    tokens.map_err(OAuthError::of_tokens)
}

/// `client_credentials` (OAuth 2.1 §4.2).
pub(super) async fn client_credentials(core: &Core, request: &ClientRequest) -> Result<Tokens, OAuthError> {
    let client = request.claim(core).await?;
    let resources = resources(request)?;
    let (domain, scope) = (request.params.get("domain"), request.params.get("scope"));
    let wanted = Wanted { domain, scope, resources: &resources };
    let tokens = client_credentials::issue(core, &client, &wanted);
    tokens.map_err(OAuthError::of_tokens)
}

/// The resource servers that a request names; RFC 8707 lets the parameter be repeated.
fn resources(request: &ClientRequest) -> Result<Resources, OAuthError> {
    Resources::parse(request.params.all("resource")).map_err(|_| OAuthError::invalid_target())
}

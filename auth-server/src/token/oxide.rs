//! Drives oxide-auth's redemption of a code (`code_grant::accesstoken`). No other file here names the library but
//! `authorize/oxide.rs`.
//!
//! The machine decides the course of the redemption: request, client, code, client and redirect URI against the grant,
//! extensions, issue. Its own expiry check is handed the code's.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use oxide_auth::code_grant::accesstoken::{AccessToken, Authorization, Input, Output, Request};
use oxide_auth::primitives::grant::{Extensions, Grant};
use oxide_auth::primitives::issuer::{IssuedToken, TokenType};

use xwms_core::login::client::ClaimedClient;
use xwms_core::login::redeem::{PresentedCode, Redeemable};
use xwms_core::model::scope::ScopeSet;

use crate::error::OAuthError;

/// What is redeemed, as the machine is shown it.
struct Redemption<'a> {
    /// The authenticated client.
    client: String,
    /// The code as presented.
    code: &'a str,
    /// The redirect URI as presented, or the stored one where OAuth 2.1 lets the client leave it out.
    redirect_uri: &'a str,
    /// The client the code was given to.
    code_client: String,
    /// The redirect URI it was sent to.
    code_redirect_uri: &'a str,
    /// The scope to be granted.
    scope: &'a ScopeSet,
    /// The subject.
    subject: String,
}

impl Request for Redemption<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.into())
    }

    fn authorization(&self) -> Authorization<'_> {
        // The secret has been judged by the gate: the machine is told who it is.
        Authorization::Username(Cow::Borrowed(&self.client))
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        Some(self.redirect_uri.into())
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some("authorization_code".into())
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// Whether the machine lets this code be redeemed; returns the scope it grants.
///
/// # Errors
/// `invalid_grant` when client, redirect URI or code do not go together.
pub(super) fn decide(
    client: &ClaimedClient,
    presented: &PresentedCode<'_>,
    redeemable: &Redeemable<'_>,
) -> Result<ScopeSet, OAuthError> {
    let redemption = &Redemption {
        client: client.id().to_string(),
        code: presented.code,
        redirect_uri: presented.redirect_uri.unwrap_or(redeemable.redirect_uri()),
        code_client: redeemable.client().to_string(),
        code_redirect_uri: redeemable.redirect_uri(),
        scope: redeemable.scope(),
        subject: redeemable.subject().to_string(),
    };
    let mut machine = AccessToken::new(redemption);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Authenticate { client, .. } if client == redemption.client => Input::Authenticated,
            Output::Authenticate { .. } => return Err(OAuthError::invalid_client()),
            Output::Recover { .. } => Input::Recovered(Some(Box::new(redemption.grant()?))),
            Output::Extend { .. } => Input::Extended { access_extensions: Extensions::new() },
            Output::Issue { grant } => {
                let granted: ScopeSet = grant.scope.iter().collect();
                // Our tokens are made by core; the machine only has to see that one is issued.
                let issued = IssuedToken {
                    token: String::new(),
                    refresh: None,
                    until: grant.until,
                    token_type: TokenType::Bearer,
                };
                return match machine.advance(Input::Issued(issued)) {
                    Output::Ok(_) => Ok(granted),
                    _ => Err(OAuthError::invalid_grant()),
                };
            }
            Output::Ok(_) | Output::Err(_) => return Err(OAuthError::invalid_grant()),
        };
    }
}

impl Redemption<'_> {
    fn grant(&self) -> Result<Grant, OAuthError> {
        Ok(Grant {
            owner_id: self.subject.clone(),
            client_id: self.code_client.clone(),
            scope: self.scope.as_str().parse().map_err(|_| OAuthError::invalid_grant())?,
            redirect_uri: self.code_redirect_uri.parse().map_err(|_| OAuthError::invalid_grant())?,
            // Expiry is judged by our clock when the code is spent; the machine's own check is given all the time.
            until: DateTime::<Utc>::MAX_UTC,
            extensions: Extensions::new(),
        })
    }
}

//! Verifying the callback token of a native login: it is exchanged for the person, once.

use super::client::{ClaimedClient, ClientRefused};
use super::code::{count_wrong_try, is_verifier_of};
use super::live;
use super::shared_person::SharedPerson;
use crate::crypto::credential::{Credential, Kind};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::client_authentication::Purpose;
use crate::state::Core;
use crate::store::tables::codes::{self, Code, CodeKind};

/// What a client sends to have a callback token verified.
#[derive(Clone, Copy)]
pub struct PresentedCallback<'a> {
    /// The token that the browser brought.
    pub token: Option<&'a str>,
    /// The callback URL that it was brought to, when the client says so.
    pub redirect_uri: Option<&'a str>,
    /// PKCE's verifier, where the login had a challenge.
    pub code_verifier: Option<&'a str>,
    /// The domain that the client names, when it names one.
    pub named: Option<&'a str>,
}

/// Why a callback token is not exchanged for its person.
#[derive(Debug)]
pub enum VerifyRefused {
    /// The client may not act for the token's domain.
    Client(ClientRefused),
    /// No token was sent.
    TokenMissing,
    /// It is unknown, used, expired or another domain's, or what it rests on no longer holds: one reason for all.
    TokenUnknown,
    /// The redirect URI is not the one that the token was sent to.
    RedirectUriMismatch,
    /// The verifier does not go with the login's challenge.
    CodeVerifierMismatch,
    /// The database says why.
    Failed(Error),
}

impl From<ClientRefused> for VerifyRefused {
    fn from(refused: ClientRefused) -> Self {
        Self::Client(refused)
    }
}

impl<E: Into<Error>> From<E> for VerifyRefused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Spends a callback token, and answers with the person, as far as the scopes of the login open them.
///
/// # Errors
/// See [`VerifyRefused`]. A wrong redirect URI or verifier counts against the token, which a few of them burn.
pub async fn verify(
    core: &Core,
    client: &ClaimedClient,
    presented: &PresentedCallback<'_>,
) -> Result<SharedPerson, VerifyRefused> {
    let found = match presented.token.and_then(|token| Credential::parse(Kind::CallbackToken, token)) {
        Some(key) => codes::find(&mut core.db.read().await?, CodeKind::Callback, key).await?,
        None => None,
    };
    let own = found.filter(|code| code.client_id == client.id());
    let purpose = Purpose::of_native_login(presented.named, own.as_ref().map(|code| code.domain_id));
    let domain = client.authenticate(core, purpose)?;
    if presented.token.is_none() {
        return Err(VerifyRefused::TokenMissing);
    }
    let now = core.clock.now();
    let good = |code: &Code| domain == Some(code.domain_id) && code.used_at.is_none() && code.expires_at > now;
    let code = own.filter(good).ok_or(VerifyRefused::TokenUnknown)?;
    if let Err(mismatch) = presented.belongs_to(&code) {
        count_wrong_try(core, &code, now).await?;
        return Err(mismatch);
    }
    let live = live::find(core, &client.snapshot, code.grant_id, None).await?.ok_or(VerifyRefused::TokenUnknown)?;
    let (key, secret) = (code.code_key, client.secret());
    if !core.db.change(async move |conn: &mut Conn| Ok(codes::spend(conn, key, secret, now).await?)).await? {
        return Err(VerifyRefused::TokenUnknown);
    }
    Ok(SharedPerson::of(live.grant.subject, live.person, &live.scope))
}

impl PresentedCallback<'_> {
    fn belongs_to(&self, code: &Code) -> Result<(), VerifyRefused> {
        if self.redirect_uri.is_some_and(|sent| sent != code.redirect_uri) {
            return Err(VerifyRefused::RedirectUriMismatch);
        }
        match (&code.code_challenge, self.code_verifier) {
            (Some(challenge), Some(verifier)) if is_verifier_of(verifier, challenge) => Ok(()),
            (None, None) => Ok(()),
            _ => Err(VerifyRefused::CodeVerifierMismatch),
        }
    }
}

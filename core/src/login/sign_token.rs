//! Beginning a native login: a client's server is given a sign token to send the browser with.

use super::client::{ClaimedClient, ClientRefused};
use super::flow::{self, Flow, FlowKind, LoginRequest};
use super::flow_quota::Beginner;
use crate::clock::Timestamp;
use crate::crypto::credential::{Credential, Kind};
use crate::error::Error;
use crate::gate::client_authentication::Purpose;
use crate::gate::denial::Denial;
use crate::gate::login::{Login, LoginKind, login};
use crate::gate::redirect_uri;
use crate::id::DomainId;
use crate::model::resource::Resources;
use crate::model::scope::ScopeSet;
use crate::model::url::UrlKind;
use crate::secret::Secret;
use crate::state::Core;

/// Longest `state` and `email` that are carried, in bytes.
pub const LONGEST: usize = 2048;

/// A native login that a client's server wants to begin.
#[derive(Clone, Copy, Debug)]
pub struct NativeLogin<'a> {
    /// Where the browser goes afterwards: one of the client's callback URLs.
    pub redirect_uri: Option<&'a str>,
    /// Given back unread.
    pub state: Option<&'a str>,
    /// An email address to fill in.
    pub email: Option<&'a str>,
    /// The scopes asked for; all that the client has activated without any.
    pub scope: Option<&'a str>,
    /// PKCE's S256 challenge.
    pub code_challenge: Option<&'a str>,
    /// The domain that the client names, when it names one.
    pub named: Option<&'a str>,
}

/// A native login that has begun.
#[derive(Debug)]
pub struct SignToken {
    /// What the browser brings.
    pub token: Secret<String>,
    /// Not valid from here on.
    pub expires_at: Timestamp,
}

/// Why a native login does not begin.
#[derive(Debug)]
pub enum SignTokenRefused {
    /// The client may not begin it.
    Client(ClientRefused),
    /// It does not say where the browser goes afterwards.
    RedirectUriMissing,
    /// This member is longer than [`LONGEST`].
    TooLong(&'static str),
    /// The scope is no set of scopes.
    ScopeMalformed,
    /// Too many logins are in progress, or the database says why.
    Failed(Error),
}

impl From<ClientRefused> for SignTokenRefused {
    fn from(refused: ClientRefused) -> Self {
        Self::Client(refused)
    }
}

impl<E: Into<Error>> From<E> for SignTokenRefused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Begins a native login: asks the gate, and stores the flow for the first browser that brings the token.
///
/// # Errors
/// See [`SignTokenRefused`].
pub async fn begin(
    core: &Core,
    client: &ClaimedClient,
    wanted: &NativeLogin<'_>,
) -> Result<SignToken, SignTokenRefused> {
    let (redirect_uri, domain) = settle(core, client, wanted)?;
    for (name, value) in [("state", wanted.state), ("email", wanted.email)] {
        if value.is_some_and(|value| value.len() > LONGEST) {
            return Err(SignTokenRefused::TooLong(name));
        }
    }
    let scope = wanted.scope.map(ScopeSet::parse).transpose().map_err(|_| SignTokenRefused::ScopeMalformed)?;
    let now = core.clock.now();
    let attempt = Login {
        redirect_uri,
        now,
        response_type: None,
        code_challenge: wanted.code_challenge,
        code_challenge_method: wanted.code_challenge.map(|_| "S256"),
        nonce: None,
        scope: scope.as_ref(),
        resources: None,
        kind: LoginKind::Native,
    };
    let admission = login(&client.snapshot, &attempt).map_err(|denial| client.refused(core, domain, denial))?;
    let flow = Flow {
        id: None,
        kind: FlowKind::Native,
        client: client.id(),
        request: LoginRequest {
            redirect_uri: redirect_uri.to_owned(),
            state: wanted.state.map(str::to_owned),
            scope: admission.scope,
            resources: Resources::default(),
            nonce: None,
            code_challenge: wanted.code_challenge.map(str::to_owned),
            login_hint: wanted.email.map(str::to_owned),
            ask_consent: false,
            ask_account: false,
            stale_session: None,
            signed_in_since: None,
            user: None,
        },
        decision: None,
    };
    let token = Credential::generate(Kind::SignToken, now);
    flow::store(core, &flow, admission.domain.id, Beginner::Client(flow.client, token.key())).await?;
    let expires_at = now.after(core.config.tokens.sign_token_seconds.duration());
    Ok(SignToken { token: token.into_text(), expires_at })
}

/// Authenticates the client, then looks whether the redirect URI is one of the domain it acts for. The credentials come
/// first: a stranger learns nothing of what is registered. A URL that is off names its domain too: its partner is told what
/// is off.
fn settle<'w>(
    core: &Core,
    client: &ClaimedClient,
    wanted: &NativeLogin<'w>,
) -> Result<(&'w str, Option<DomainId>), SignTokenRefused> {
    let snapshot = &client.snapshot;
    let owner = wanted.redirect_uri.and_then(|uri| redirect_uri::owner(snapshot, UrlKind::Callback, uri));
    let purpose = Purpose::of_native_login(wanted.named, owner.map(|owner| owner.id));
    let domain = client.authenticate(core, purpose)?;
    let uri = wanted.redirect_uri.ok_or(SignTokenRefused::RedirectUriMissing)?;
    let found = match owner {
        Some(owner) if domain == Some(owner.id) => redirect_uri::find(snapshot, UrlKind::Callback, uri),
        _ => Err(Denial::RedirectUriUnknown),
    };
    found.map_err(|denial| client.refused(core, domain, denial))?;
    Ok((uri, domain))
}

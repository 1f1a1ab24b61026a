//! Redeeming an authorization code (OAuth 2.1 §4.1.3, RFC 7636 §4.6).
//!
//! In two steps: [`check`] spends nothing, [`Redeemable::redeem`] does. Between them auth-server lets its OAuth library
//! have its say.

use super::client::ClaimedClient;
use super::code::{count_wrong_try, is_verifier, is_verifier_of};
use super::issue::may_refresh;
use super::live::{self, Live};
use super::tokens::{self, Beside, TokenRefused, Tokens};
use crate::clock::Timestamp;
use crate::crypto::credential::{Credential, Kind};
use crate::database::Conn;
use crate::gate::client_authentication::Purpose;
use crate::gate::flaw::GrantFlaw;
use crate::gate::pkce::{self, Binding};
use crate::gate::resource::target;
use crate::gate::snapshot::Client;
use crate::id::{ClientId, Subject};
use crate::model::resource::Resources;
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::tables::codes::{self, Code, CodeKind};
use crate::store::tables::grants;
use crate::store::tables::refresh_tokens::NewRefreshToken;

/// What a client sends to have a code redeemed.
#[derive(Clone, Copy)]
pub struct PresentedCode<'a> {
    /// The code.
    pub code: &'a str,
    /// Where it was sent, when the client says so.
    pub redirect_uri: Option<&'a str>,
    /// PKCE's verifier: 43 to 128 characters.
    pub code_verifier: Option<&'a str>,
    /// The resource servers that the token shall be for.
    pub resources: &'a Resources,
}

/// A code that may be redeemed by the client that presents it. Nothing is spent yet.
pub struct Redeemable<'c> {
    client: &'c ClaimedClient,
    code: Code,
    live: Live,
    resources: Resources,
    now: Timestamp,
}

/// Finds the code, authenticates the client for the domain it was issued through, and judges whether it may be redeemed.
///
/// # Errors
/// [`TokenRefused::Client`] if the client may not act for the code's domain; that burns nothing. With [`GrantFlaw`] if the
/// code is unknown, spent, expired or another client's, or the verifier or redirect URI is wrong; a code that is presented
/// again, with all that belongs to it, ends what it gave.
pub async fn check<'c>(
    core: &Core,
    client: &'c ClaimedClient,
    presented: &PresentedCode<'_>,
) -> Result<Redeemable<'c>, TokenRefused> {
    let found = match Credential::parse(Kind::Code, presented.code) {
        Some(key) => codes::find_with_grant(&mut core.db.read().await?, CodeKind::Authorization, key).await?,
        None => None,
    };
    let own = found.filter(|(code, _)| code.client_id == client.id());
    let purpose = own.as_ref().map_or(Purpose::Unknown, |(code, _)| Purpose::IssuedThrough(code.domain_id));
    let domain = client.authenticate(core, purpose)?;
    let refused = |flaw| client.no_grant(core, domain, flaw, presented.redirect_uri);
    let (code, grant) = own.ok_or_else(|| refused(GrantFlaw::Unknown))?;

    let now = core.clock.now();
    let proven = presented.belongs_to(&client.snapshot.client, &code);
    if let Some(used_at) = code.used_at {
        // A second, fully valid use after the grace for a repeated request: somebody else has the code
        // (OAuth 2.1 §4.1.3), so what it gave ends.
        if proven.is_ok() && now.since(used_at) > core.config.tokens.code_reuse_grace_seconds.duration() {
            core.db.change(async move |conn: &mut Conn| Ok(grants::revoke(conn, code.grant_id, now).await?)).await?;
        }
        return Err(refused(GrantFlaw::CodeUsed));
    }
    if code.expires_at <= now {
        return Err(refused(GrantFlaw::CodeExpired));
    }
    if let Err(flaw) = proven {
        count_wrong_try(core, &code, now).await?;
        return Err(refused(flaw));
    }
    let live = live::judge(core, &client.snapshot, grant).await?.ok_or_else(|| refused(GrantFlaw::Ended))?;
    let resources = target(&client.snapshot, &live.grant.resources, presented.resources)
        .map_err(|denial| client.refused(core, domain, denial))?;
    Ok(Redeemable { client, code, live, resources, now })
}

impl PresentedCode<'_> {
    /// Whether verifier and redirect URI are those of this code.
    fn belongs_to(&self, client: &Client, code: &Code) -> Result<(), GrantFlaw> {
        match pkce::binding(client, code.code_challenge.as_deref(), code.nonce.as_deref()) {
            Some(Binding::Challenge(challenge)) => match self.code_verifier {
                None => return Err(GrantFlaw::VerifierMissing),
                Some(verifier) if !is_verifier(verifier) => return Err(GrantFlaw::VerifierMalformed),
                Some(verifier) if !is_verifier_of(verifier, challenge) => return Err(GrantFlaw::VerifierWrong),
                Some(_) => {}
            },
            Some(Binding::Nonce) if self.code_verifier.is_some() => return Err(GrantFlaw::VerifierUnexpected),
            Some(Binding::Nonce) => {}
            None => return Err(GrantFlaw::Ended),
        }
        let same = self.redirect_uri.is_none_or(|sent| sent == code.redirect_uri);
        if same { Ok(()) } else { Err(GrantFlaw::RedirectUriDiffers) }
    }
}

impl Redeemable<'_> {
    /// The client that the code was given to, which is the one that presents it.
    pub fn client(&self) -> ClientId {
        self.code.client_id
    }

    /// The redirect URI that the code was sent to.
    pub fn redirect_uri(&self) -> &str {
        &self.code.redirect_uri
    }

    /// What of the login's scope holds now.
    pub fn scope(&self) -> &ScopeSet {
        &self.live.scope
    }

    /// The person, as the client knows them.
    pub fn subject(&self) -> Subject {
        self.live.grant.subject
    }

    /// Spends the code, stores the first refresh token, if there is to be one, in the same commit, and makes the tokens.
    /// `granted`: what of the scope is granted.
    ///
    /// # Errors
    /// With [`GrantFlaw`] when nothing is granted, or another request was first; the database's.
    pub async fn redeem(self, core: &Core, granted: &ScopeSet) -> Result<Tokens, TokenRefused> {
        let Self { client, code, mut live, resources, now } = self;
        let refused = |flaw| client.no_grant(core, Some(code.domain_id), flaw, None);
        live.scope = live.scope.intersection(granted);
        if live.scope.is_empty() {
            return Err(refused(GrantFlaw::Ended));
        }
        let refresh = may_refresh(&live.scope).then(|| Credential::generate(Kind::RefreshToken, now));
        let stored = refresh.as_ref().map(|credential| NewRefreshToken {
            key: credential.key(),
            grant: code.grant_id,
            parent: None,
            expires_at: now.after(core.config.tokens.refresh_sliding_days.duration()).min(live.grant.expires_at),
        });
        if !core.db.redeem(code.code_key, client.secret(), stored, now).await? {
            return Err(refused(GrantFlaw::CodeUsed));
        }
        let beside = Beside { refresh, nonce: code.nonce.as_deref(), resources: &resources };
        Ok(tokens::of_login(core, &client.snapshot, live, beside, now)?)
    }
}

//! Signing in with a passkey: a key on a device of the person's, which signs our challenge once they are verified there. It is
//! two factors by itself, and no password is asked for.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::sign_in::{FromBrowser, SignedIn};
use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::crypto::digest::{constant_time_eq, sha256};
use crate::crypto::webauthn::{self, RelyingParty};
use crate::database::Conn;
use crate::error::Error;
use crate::id::UserId;
use crate::model::amr::Amr;
use crate::random;
use crate::state::Core;
use crate::store::tables::passkeys::{self, Passkey};
use crate::store::tables::profiles;

/// A page that asks for a passkey is open so long: browsers offer one while it is.
const CHALLENGE_LIVES: Duration = Duration::from_hours(1);
const TIME: usize = 8;
const RANDOM: usize = 16;
const MAC: usize = 32;

/// What a challenge is for: one kind never counts as another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose<'a> {
    /// Signing in, in this browser.
    SignIn(&'a CredentialKey),
    /// A new passkey of this person.
    Add(UserId),
}

/// Our host, where passkeys can be had: they hang on a name, and an issuer at a bare address has none.
pub fn host(core: &Core) -> Option<&str> {
    let (_, authority) = core.config.server.issuer().split_once("://")?;
    let host = authority.split('/').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let is_name = host.chars().any(char::is_alphabetic) && !host.starts_with('[');
    is_name.then_some(host)
}

/// What a page has its browser ask for (`PublicKeyCredentialRequestOptionsJSON`); `None` where passkeys can't be had.
/// `browser`: the key of the cookie that a login is bound to.
pub fn request(core: &Core, browser: &CredentialKey) -> Option<Value> {
    let host = host(core)?;
    let challenge = challenge(core, Purpose::SignIn(browser));
    Some(json!({ "challenge": challenge, "rpId": host, "userVerification": "required" }))
}

/// A challenge that nothing stores: it says until when it counts, and its code says for what.
pub(crate) fn challenge(core: &Core, purpose: Purpose<'_>) -> String {
    let expires_at = core.clock.now().after(CHALLENGE_LIVES).milliseconds();
    let start = [expires_at.to_be_bytes().as_slice(), &random::bytes::<RANDOM>()].concat();
    let code = code(core, purpose, &start);
    URL_SAFE_NO_PAD.encode([start.as_slice(), &code].concat())
}

/// When this challenge of ours ends; `None` for one that has ended, is for something else, or none of ours.
pub(crate) fn ends(core: &Core, purpose: Purpose<'_>, challenge: &[u8]) -> Option<Timestamp> {
    let (start, given) = challenge.split_at_checked(TIME + RANDOM)?;
    let milliseconds = i64::from_be_bytes(*start.first_chunk::<TIME>()?);
    let expires_at = Timestamp::from_milliseconds(milliseconds);
    let ours = given.len() == MAC && constant_time_eq(given, &code(core, purpose, start));
    (ours && core.clock.now() < expires_at).then_some(expires_at)
}

fn code(core: &Core, purpose: Purpose<'_>, start: &[u8]) -> [u8; MAC] {
    let (kind, whose) = match purpose {
        Purpose::SignIn(browser) => (b's', browser.as_bytes().to_vec()),
        Purpose::Add(user) => (b'a', user.number().to_be_bytes().to_vec()),
    };
    core.master_key.mac_key("passkey challenge").mac(&[&[kind], start, &whose].concat())
}

/// Whose answers count.
pub(crate) fn relying_party(core: &Core) -> Option<RelyingParty<'_>> {
    Some(RelyingParty { id: host(core)?, origin: core.config.server.issuer() })
}

/// A passkey that answered a challenge of ours.
pub(crate) struct Answer {
    passkey: Passkey,
    said: webauthn::Said,
    challenge: [u8; 32],
    expires_at: Timestamp,
}

impl Answer {
    /// Whose passkey it is.
    pub(crate) const fn user(&self) -> UserId {
        self.passkey.user_id
    }

    /// How somebody signs in with it (RFC 8176).
    pub(crate) fn amr(&self) -> Amr {
        Amr::passkey(self.said.backed_up)
    }

    /// Uses the challenge up and notes the use; false when the challenge was used before, or the passkey is gone. The person's
    /// row is held.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn spend(&self, conn: &mut Conn, now: Timestamp) -> Result<bool, Error> {
        let said = (self.said.sign_count, self.said.backed_up);
        Ok(passkeys::spend(conn, &self.challenge, self.expires_at).await?
            && passkeys::used(conn, self.passkey.id, said, now).await?)
    }
}

/// The passkey that gave this answer (`PublicKeyCredential.toJSON()`) in this browser; `None` when it is none that we know,
/// did not sign what we asked for, or signs less often than before: then there is a copy of it.
///
/// # Errors
/// The database's.
pub(crate) async fn look_at(core: &Core, browser: &CredentialKey, answer: &str) -> Result<Option<Answer>, Error> {
    let (Some(party), Ok(id)) = (relying_party(core), webauthn::credential_id(answer)) else { return Ok(None) };
    let found = passkeys::find_by_credential(&mut core.db.read().await?, &id).await?;
    let Some(passkey) = found else { return Ok(None) };
    let purpose = Purpose::SignIn(browser);
    let accepts = |challenge: &[u8]| ends(core, purpose, challenge).is_some();
    let Ok((challenge, said)) = webauthn::read_signed(answer, party, &passkey.public_key, accepts) else {
        return Ok(None);
    };
    let counts = passkey.sign_count > 0 || said.sign_count > 0;
    let Some(expires_at) = ends(core, purpose, &challenge) else { return Ok(None) };
    if counts && said.sign_count <= passkey.sign_count {
        tracing::warn!(passkey = %passkey.id, "a passkey counts backwards: there may be a copy of it");
        return Ok(None);
    }
    Ok(Some(Answer { passkey, said, challenge: sha256(&challenge), expires_at }))
}

/// What a browser sends to sign in with a passkey.
#[derive(Debug)]
pub struct PasskeySignIn<'a> {
    /// What the passkey answered.
    pub answer: &'a str,
    /// The key of the cookie that the login is bound to.
    pub bound_to: CredentialKey,
    /// Where from.
    pub browser: FromBrowser<'a>,
}

/// Signs a browser in; `None` when the answer does not count, or the account is suspended.
///
/// # Errors
/// The database's.
pub async fn sign_in(core: &Core, from: PasskeySignIn<'_>) -> Result<Option<SignedIn>, Error> {
    let Some(answer) = look_at(core, &from.bound_to, from.answer).await? else { return Ok(None) };
    let user = answer.user();
    let known = from.browser.known_to(core, user).await?;
    let begin = from.browser.begin(core, user, answer.amr(), known.is_some());
    let now = begin.now;
    core.db
        .change(async move |conn: &mut Conn| {
            profiles::hold(conn, user).await?;
            let account = profiles::find(conn, user).await?;
            let lives = account.is_some_and(|account| account.suspended_at.is_none());
            if !lives || !answer.spend(conn, now).await? {
                return Ok(None);
            }
            begin.run(conn).await.map(Some)
        })
        .await
}

//! A person's passkeys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Value, json};

use super::second_factors::{RecoveryCodes, begin, settle, tell, with_first_codes};
use crate::clock::Timestamp;
use crate::contract::View;
use crate::crypto::credential::{Credential, CredentialKey, Kind};
use crate::crypto::webauthn::{self, ALGORITHMS};
use crate::database::Conn;
use crate::error::Error;
use crate::id::PasskeyId;
use crate::login::passkey::{self, Purpose, challenge, ends, relying_party};
use crate::login::session::Session;
use crate::manage::change::Change;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::model::amr::Amr;
use crate::model::label::Label;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::passkeys::{self, Passkey};
use crate::store::tables::{profiles, sessions};
use crate::text;

pub use crate::login::passkey::host;

/// A person may have so many.
const MOST: i64 = 20;

/// A passkey, as its person sees it.
#[derive(Clone, Debug)]
pub struct OwnPasskey {
    /// Its id.
    pub id: PasskeyId,
    /// What its person calls it.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// A passkey that was added.
#[derive(Debug, Serialize)]
pub struct Added {
    /// With the first factor of an account come its recovery codes.
    pub codes: Option<RecoveryCodes>,
}

impl View for Added {}

/// Those of the caller, in the order in which they were made.
///
/// # Errors
/// The database's.
pub async fn list(core: &Core, caller: &Caller) -> Result<Vec<OwnPasskey>, Error> {
    let mut reading = runner::read(core, caller, Ask::Person).await?;
    let found = passkeys::of_user(&mut reading.conn, caller.user).await?;
    let own = |row: Passkey| OwnPasskey {
        id: row.id,
        label: row.label,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    };
    Ok(found.into_iter().map(own).collect())
}

/// What a page has its browser make (`PublicKeyCredentialCreationOptionsJSON`); `None` where passkeys can't be had. `name`:
/// the person's, and their address.
///
/// # Errors
/// The database's.
pub async fn offer(core: &Core, caller: &Caller, (name, email): (&str, &str)) -> Result<Option<Value>, Error> {
    let Some(host) = host(core) else { return Ok(None) };
    let mut reading = runner::read(core, caller, Ask::Person).await?;
    let known = passkeys::of_user(&mut reading.conn, caller.user).await?;
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let known: Vec<Value> =
        known.iter().map(|row| json!({ "type": "public-key", "id": text(&row.credential_id) })).collect();
    // It says nothing of the person, and is the same each time: so an authenticator keeps one passkey of an account.
    let handle = core.master_key.mac_key("passkey user").token(&caller.user.number().to_be_bytes());
    let algorithms = ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg }));
    Ok(Some(json!({
        "challenge": challenge(core, Purpose::Add(caller.user)),
        "rp": { "id": host, "name": "XWMS" },
        "user": { "id": handle, "name": email, "displayName": name },
        "pubKeyCredParams": algorithms,
        "excludeCredentials": known,
        "authenticatorSelection": { "residentKey": "required", "userVerification": "required" },
        "attestation": "none",
    })))
}

/// Adds a passkey: what a browser answered to an offer (`PublicKeyCredential.toJSON()`). The rest ends as with any other second
/// factor.
///
/// # Errors
/// [`Error::Invalid`] with field `label` or `credential`; [`Error::Conflict`] for one more than there may be; the database's.
pub async fn add(
    core: &Core,
    caller: Caller,
    session: &Session,
    (label, answer): (&str, &str),
) -> Result<Done<Added>, Error> {
    let invalid = || Error::Invalid(vec![text!("wrong_passkey").at("credential")]);
    let label = Label::parse(label).map_err(|issue| Error::Invalid(vec![issue.at("label")]))?;
    let party = relying_party(core).ok_or_else(invalid)?;
    let accepts = |challenge: &[u8]| ends(core, Purpose::Add(caller.user), challenge).is_some();
    let made = webauthn::read_made(answer, party, accepts).map_err(|_| invalid())?;
    let (session, worker) = (session.clone(), core.clone());
    let done = runner::change(core, caller.clone(), Ask::Person, async move |change: &mut Change<'_>| {
        let account = begin(change, session.user_id).await?;
        if passkeys::count(change.conn, account.id).await? >= MOST {
            return Err(Error::Conflict(text!("too_many_passkeys", most = MOST)));
        }
        let row = Passkey {
            id: PasskeyId::generate(change.now),
            user_id: account.id,
            credential_id: made.credential_id,
            public_key: made.public_key,
            label: label.into_string(),
            sign_count: made.said.sign_count,
            backed_up: made.said.backed_up,
            created_at: change.now,
            last_used_at: None,
        };
        let codes = with_first_codes(&worker, change, account.id).await?;
        // One that is there already answered our challenge before: it is not made twice.
        if !passkeys::insert(change.conn, &row).await? {
            return Err(Error::Invalid(vec![text!("wrong_passkey").at("credential")]));
        }
        sessions::set_amr(change.conn, session.key, &Amr::passkey(row.backed_up)).await?;
        change.created(None, "user.passkey_added", (row.id, &row.label), json!({ "passkey": row.label }));
        settle(change, &account, session.key).await?;
        Ok(Added { codes })
    })
    .await?;
    tell(core, &caller, &done, text!("mail_factor-passkey_added")).await;
    Ok(done)
}

/// Removes one of the caller's. The rest ends as with any other second factor.
///
/// # Errors
/// [`Error::NotFound`]; the database's.
pub async fn remove(core: &Core, caller: Caller, session: &Session, id: PasskeyId) -> Result<(), Error> {
    let (user, kept) = (session.user_id, session.key);
    let done = runner::change(core, caller.clone(), Ask::Person, async move |change: &mut Change<'_>| {
        let account = begin(change, user).await?;
        if !passkeys::delete(change.conn, user, id).await? {
            return Err(Error::NotFound("passkey"));
        }
        change.deleted(None, "user.passkey_removed", (id, ""), json!({ "passkey": true }));
        settle(change, &account, kept).await
    })
    .await?;
    tell(core, &caller, &done, text!("mail_factor-passkey_removed")).await;
    Ok(())
}

/// Has the session count as begun just now, by a passkey of its person's; answers with its new cookie. `browser`: the key of the
/// cookie that a login is bound to; `answer`: what the passkey answered.
///
/// # Errors
/// [`Error::Invalid`] with field `credential`; [`Error::NotFound`] when the session has ended; the database's.
pub async fn sign_in_again(
    core: &Core,
    session: &Session,
    browser: &CredentialKey,
    answer: &str,
) -> Result<Secret<String>, Error> {
    let invalid = || Error::Invalid(vec![text!("wrong_passkey").at("credential")]);
    let answer = passkey::look_at(core, browser, answer).await?;
    let answer = answer.filter(|answer| answer.user() == session.user_id).ok_or_else(invalid)?;
    let now = core.clock.now();
    let cookie = Credential::generate(Kind::Session, now);
    let (old, new, user) = (session.key, cookie.key(), session.user_id);
    let counted = core.db.change(async move |conn: &mut Conn| {
        profiles::hold(conn, user).await?;
        if !answer.spend(conn, now).await? {
            return Ok(false);
        }
        let renewed = sessions::renew(conn, old, new, now, &answer.amr()).await?;
        renewed.then_some(true).ok_or(Error::NotFound("session"))
    });
    if counted.await? { Ok(cookie.into_text()) } else { Err(invalid()) }
}

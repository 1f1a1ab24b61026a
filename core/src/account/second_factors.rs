//! A person's second factors: their authenticator app, the recovery codes for when none is at hand, and what every change of
//! one means.

use serde::Serialize;
use serde_json::json;

use crate::clock::Timestamp;
use crate::contract::View;
use crate::crypto::credential::CredentialKey;
use crate::crypto::recovery_code::{self, CODES};
use crate::crypto::totp::{TotpKey, read_code};
use crate::error::Error;
use crate::id::UserId;
use crate::login::links::{FORGOT_PATH, link};
use crate::login::second_factor;
use crate::login::session::Session;
use crate::mail::messages;
use crate::manage::change::Change;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::manage::tokens;
use crate::model::amr::Amr;
use crate::postbox::post;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::{grants, passkeys, recovery_codes, sessions, totp_keys, users};
use crate::text;
use crate::text::Text;

/// What an account asks for beside the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondFactors {
    /// When the authenticator app was added.
    pub app_since: Option<Timestamp>,
    /// How many passkeys there are.
    pub passkeys: i64,
    /// Recovery codes that were not used yet.
    pub codes_left: i64,
}

impl SecondFactors {
    /// Whether there is any.
    pub const fn any(&self) -> bool {
        self.app_since.is_some() || self.passkeys > 0
    }
}

/// Fresh recovery codes, told once.
#[derive(Debug, Serialize)]
pub struct RecoveryCodes {
    /// The codes; nothing keeps them.
    #[serde(skip)]
    pub codes: Vec<Secret<String>>,
}

impl View for RecoveryCodes {}

/// An authenticator app that was added.
#[derive(Debug, Serialize)]
pub struct Added {
    /// With the first factor of an account come its recovery codes.
    pub codes: Option<RecoveryCodes>,
}

impl View for Added {}

/// Those of the caller.
///
/// # Errors
/// The database's.
pub async fn get(core: &Core, caller: &Caller) -> Result<SecondFactors, Error> {
    let mut reading = runner::read(core, caller, Ask::Person).await?;
    let app = totp_keys::find(&mut reading.conn, caller.user).await?;
    let passkeys = passkeys::count(&mut reading.conn, caller.user).await?;
    let codes_left = recovery_codes::count(&mut reading.conn, caller.user).await?;
    Ok(SecondFactors { app_since: app.map(|(_, since)| since), passkeys, codes_left })
}

/// The key that the caller's next app is to have. It is the same until a factor changes, so a page can be drawn again; nothing
/// stores it before it is confirmed.
///
/// # Errors
/// [`Error::NotFound`]; the database's.
pub async fn offered_key(core: &Core, session: &Session) -> Result<TotpKey, Error> {
    let changed = users::factors_changed_at(&mut core.db.read().await?, session.user_id).await?;
    key_of(core, session, changed.ok_or(Error::NotFound("account"))?)
}

fn key_of(core: &Core, session: &Session, changed: Timestamp) -> Result<TotpKey, Error> {
    let place = [session.id.as_bytes().as_slice(), &changed.milliseconds().to_be_bytes()].concat();
    let bytes = core.master_key.mac_key("totp key").mac(&place);
    bytes.get(..20).and_then(TotpKey::from_bytes).ok_or(Error::Internal("a key is too short"))
}

/// Adds the app that has the offered key, in the place of the one there is; `code` proves that it has it. All other sessions
/// end, all grants with their refresh tokens, and the API tokens of the account.
///
/// # Errors
/// [`Error::Invalid`] with field `code`; [`Error::NotFound`]; the database's.
pub async fn add_app(core: &Core, caller: Caller, session: &Session, code: &str) -> Result<Done<Added>, Error> {
    let (session, code) = (session.clone(), read_code(code).ok_or_else(wrong_code)?);
    let worker = core.clone();
    let change = async move |change: &mut Change<'_>| {
        let core = worker;
        let account = begin(change, session.user_id).await?;
        let changed = users::factors_changed_at(change.conn, account.id).await?.ok_or(Error::NotFound("account"))?;
        let key = key_of(&core, &session, changed)?;
        let step = key.step_of(&code, change.now).ok_or_else(wrong_code)?;
        let replaced = totp_keys::find(change.conn, account.id).await?.is_some();
        let codes = with_first_codes(&core, change, account.id).await?;
        let sealed = second_factor::seal(&core, account.id, &key);
        totp_keys::put(change.conn, account.id, &sealed, step, change.now).await?;
        // The code was the second factor just now.
        sessions::set_amr(change.conn, session.key, &Amr::password_and_code()).await?;
        let told = json!({ "authenticator_app": if replaced { "replaced" } else { "added" } });
        change.created(None, "user.second_factor_added", (account.id, &account.email_key), told);
        settle(change, &account, session.key).await?;
        Ok(Added { codes })
    };
    let done = runner::change(core, caller.clone(), Ask::Person, change).await?;
    tell(core, &caller, &done, text!("mail_factor-app_added")).await;
    Ok(done)
}

/// Removes the caller's app. With the last factor go the recovery codes. The rest ends as in [`add_app`].
///
/// # Errors
/// [`Error::NotFound`] when there is none; the database's.
pub async fn remove_app(core: &Core, caller: Caller, session: &Session) -> Result<(), Error> {
    let (user, kept) = (session.user_id, session.key);
    let done = runner::change(core, caller.clone(), Ask::Person, async move |change: &mut Change<'_>| {
        let account = begin(change, user).await?;
        if !totp_keys::delete(change.conn, user).await? {
            return Err(Error::NotFound("second factor"));
        }
        let told = json!({ "authenticator_app": true });
        change.deleted(None, "user.second_factor_removed", (account.id, &account.email_key), told);
        settle(change, &account, kept).await
    })
    .await?;
    tell(core, &caller, &done, text!("mail_factor-app_removed")).await;
    Ok(())
}

/// Makes new recovery codes; the old ones end, and the rest as in [`add_app`].
///
/// # Errors
/// [`Error::Conflict`] without a second factor; the database's.
pub async fn new_codes(core: &Core, caller: Caller, session: &Session) -> Result<Done<RecoveryCodes>, Error> {
    let (user, kept) = (session.user_id, session.key);
    let worker = core.clone();
    let done = runner::change(core, caller.clone(), Ask::Person, async move |change: &mut Change<'_>| {
        let account = begin(change, user).await?;
        if !has_one(change, user).await? {
            return Err(Error::Conflict(text!("second_factor_missing")));
        }
        let codes = renew_codes(&worker, change, user).await?;
        let told = json!({ "recovery_codes": CODES });
        change.created(None, "user.recovery_codes_made", (account.id, &account.email_key), told);
        settle(change, &account, kept).await?;
        Ok(codes)
    })
    .await?;
    tell(core, &caller, &done, text!("mail_factor-codes")).await;
    Ok(done)
}

/// The account, held to the end: a login waits, and then sees the change.
pub(super) async fn begin(change: &mut Change<'_>, user: UserId) -> Result<Profile, Error> {
    profiles::hold(change.conn, user).await?;
    profiles::find(change.conn, user).await?.ok_or(Error::NotFound("account"))
}

/// What every change of a factor means for the rest of the account (SPEC §3).
pub(super) async fn settle(change: &mut Change<'_>, account: &Profile, kept: CredentialKey) -> Result<(), Error> {
    let has_one = has_one(change, account.id).await?;
    if !has_one {
        recovery_codes::delete_all(change.conn, account.id).await?;
    }
    // Two changes within a millisecond are two: the key that is offered next is another.
    let before = users::factors_changed_at(change.conn, account.id).await?.ok_or(Error::NotFound("account"))?;
    let at = change.version_after(before);
    users::factors_changed(change.conn, account.id, has_one, at).await?;
    sessions::delete_others(change.conn, account.id, kept).await?;
    grants::revoke_all_of_user(change.conn, account.id, change.now).await?;
    tokens::sign_in_changed(change, account.id).await
}

async fn has_one(change: &mut Change<'_>, user: UserId) -> Result<bool, Error> {
    let app = totp_keys::find(change.conn, user).await?;
    Ok(app.is_some() || passkeys::count(change.conn, user).await? > 0)
}

/// The recovery codes that come with the first factor of an account, which is about to be added.
pub(super) async fn with_first_codes(
    core: &Core,
    change: &mut Change<'_>,
    user: UserId,
) -> Result<Option<RecoveryCodes>, Error> {
    if has_one(change, user).await? { Ok(None) } else { renew_codes(core, change, user).await.map(Some) }
}

async fn renew_codes(core: &Core, change: &mut Change<'_>, user: UserId) -> Result<RecoveryCodes, Error> {
    let key = core.master_key.mac_key("recovery code");
    let codes: Vec<Secret<String>> = (0..CODES).map(|_| recovery_code::generate()).collect();
    let digests: Vec<[u8; 32]> = codes
        .iter()
        .filter_map(|code| recovery_code::read(code.expose()))
        .map(|code| recovery_code::digest(&key, user, &code))
        .collect();
    recovery_codes::delete_all(change.conn, user).await?;
    recovery_codes::insert(change.conn, user, &digests).await?;
    Ok(RecoveryCodes { codes })
}

/// Tells the person by mail what was done just now. It is done, so nothing that goes wrong here undoes it.
pub(super) async fn tell<T>(core: &Core, caller: &Caller, done: &Done<T>, what: Text) {
    if matches!(done, Done::Before(_)) {
        return;
    }
    let read = async { Ok::<_, Error>(profiles::find(&mut core.db.read().await?, caller.user).await?) };
    match read.await {
        Ok(Some(account)) => {
            let forgot = link(core, FORGOT_PATH, None, None);
            post(core, messages::factor_changed(&account.email, account.language(), what, &forgot));
        }
        Ok(None) => {}
        Err(why) => tracing::error!(?why, "nobody was told that a second factor changed"),
    }
}

fn wrong_code() -> Error {
    Error::Invalid(vec![text!("wrong_code").at("code")])
}

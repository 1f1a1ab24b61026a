//! A new password, and the one that stands as proof of who somebody is.

use std::net::IpAddr;
use std::time::Duration;

use crate::crypto::credential::{Credential, Kind};
use crate::database::Conn;
use crate::error::Error;
use crate::login::links::{FORGOT_PATH, link};
use crate::login::session::Session;
use crate::login::sign_in::{Presented, Proof, Refused, prove};
use crate::mail::messages;
use crate::manage::accounts;
use crate::manage::change::Change;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask};
use crate::model::password;
use crate::postbox::post;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::email_tokens::{self, Purpose};
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::sessions;
use crate::text;

/// A page with something grave on it is opened by whoever has signed in so long ago at the most.
const TO_OPEN: Duration = Duration::from_mins(10);
/// What such a page holds is sent by whoever has signed in so long ago at the most: a form can be filled in peace.
const TO_SEND: Duration = Duration::from_mins(40);

/// The password that stands, as somebody who is signed in gives it.
#[derive(Debug)]
pub struct Current<'a> {
    /// The session in which they are signed in.
    pub session: &'a Session,
    /// As typed.
    pub password: Secret<String>,
    /// The cookie by which accounts know this browser.
    pub device: Option<&'a str>,
    /// Where it comes from.
    pub address: IpAddr,
}

/// Whether whoever is signed in said who they are a short while ago, so that a grave page may open.
pub fn may_open(core: &Core, session: &Session) -> bool {
    core.clock.now() < session.authenticated_at.after(TO_OPEN)
}

/// The same for what such a page sends.
pub fn may_send(core: &Core, session: &Session) -> bool {
    core.clock.now() < session.authenticated_at.after(TO_SEND)
}

/// Goes on only when the password is right. Wrong ones count as they do at signing in.
///
/// # Errors
/// [`Error::Invalid`] with field `password`; [`Error::TooMany`]; [`Error::Unavailable`] when too many passwords are being
/// looked at; the database's.
pub async fn check(core: &Core, current: Current<'_>) -> Result<(), Error> {
    let (_, proof) = proof(core, current).await?;
    let now = core.clock.now();
    let holds = core.db.change(async move |conn: &mut Conn| proof.still_holds(conn, now).await).await?;
    if holds { Ok(()) } else { Err(wrong()) }
}

/// The same, and the session counts as begun just now; answers with its new cookie.
///
/// # Errors
/// As [`check`]; [`Error::NotFound`] when the session has ended.
pub async fn sign_in_again(core: &Core, current: Current<'_>) -> Result<Secret<String>, Error> {
    let old = current.session.key;
    let (_, proof) = proof(core, current).await?;
    let now = core.clock.now();
    let cookie = Credential::generate(Kind::Session, now);
    let new = cookie.key();
    core.db
        .change(async move |conn: &mut Conn| {
            if !proof.still_holds(conn, now).await? {
                return Err(wrong());
            }
            let renewed = sessions::renew(conn, old, new, now).await?;
            renewed.then_some(()).ok_or(Error::NotFound("session"))
        })
        .await?;
    Ok(cookie.into_text())
}

/// Puts a new password in the place of the one that stands. All other sessions end, all grants with their refresh tokens,
/// the API tokens of the account, and links to a new password that are under way.
///
/// # Errors
/// As [`check`]; [`Error::Invalid`] with field `new_password`.
pub async fn change(core: &Core, caller: Caller, current: Current<'_>, new: Secret<String>) -> Result<(), Error> {
    let kept = current.session.key;
    let account = account(core, current.session).await?;
    let about = [Some(account.email.as_str()), account.given_name.as_deref(), account.family_name.as_deref()];
    let about: Vec<&str> = about.into_iter().flatten().collect();
    password::check_new(&new, &about).map_err(|issue| Error::Invalid(vec![issue.at("new_password")]))?;
    let (account, proof) = proof(core, current).await?;
    let hash = core.passwords.hash(new).await.map_err(|_| Error::Unavailable)?;
    let (to, language) = (account.email.clone(), account.language());
    runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        if !proof.still_holds(change.conn, change.now).await? {
            return Err(wrong());
        }
        accounts::set_password(change, &account, &hash, Some(kept)).await?;
        let (user, now) = (account.id, change.now);
        Ok(email_tokens::spend_all_of_user(change.conn, Purpose::ResetPassword, user, now).await?)
    })
    .await?;
    post(core, messages::password_changed(&to, language, &link(core, FORGOT_PATH, None, None)));
    Ok(())
}

async fn account(core: &Core, session: &Session) -> Result<Profile, Error> {
    profiles::find(&mut core.db.read().await?, session.user_id).await?.ok_or(Error::NotFound("account"))
}

async fn proof(core: &Core, current: Current<'_>) -> Result<(Profile, Proof), Error> {
    let account = account(core, current.session).await?;
    let presented = Presented {
        email_key: &account.email_key,
        password: current.password,
        device: current.device.and_then(|cookie| Credential::parse(Kind::Device, cookie)),
        address: current.address,
    };
    let proof = prove(core, presented).await.map_err(|refused| match refused {
        Refused::WrongPassword => wrong(),
        Refused::TooMany { retry_after } => Error::TooMany { retry_after },
        Refused::Busy => Error::Unavailable,
        Refused::Failed(why) => why,
    })?;
    Ok((account, proof))
}

fn wrong() -> Error {
    Error::Invalid(vec![text!("wrong_password").at("password")])
}

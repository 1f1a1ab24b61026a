//! A new password, and the one that stands as proof of who somebody is.

use std::net::IpAddr;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::contract::View;
use crate::crypto::credential::{Credential, CredentialKey, Kind};
use crate::database::Conn;
use crate::error::Error;
use crate::id::UserId;
use crate::login::links::{FORGOT_PATH, link};
use crate::login::second_factor::{self, Used};
use crate::login::session::Session;
use crate::login::sign_in::{Presented, Proof, Refused, prove};
use crate::mail::messages;
use crate::manage::accounts;
use crate::manage::change::Change;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::model::amr::Amr;
use crate::model::password;
use crate::postbox::post;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::email_tokens::{self, Purpose};
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::sessions;
use crate::text;
use crate::throttle::{self, Admitted};

/// A page with something grave on it is opened by whoever has signed in so long ago at the most.
const TO_OPEN: Duration = Duration::from_mins(10);
/// What such a page holds is sent by whoever has signed in so long ago at the most: a form can be filled in peace.
const TO_SEND: Duration = Duration::from_mins(40);

/// The password that stands, and the code of a second factor, as somebody who is signed in gives them.
#[derive(Debug)]
pub struct Current<'a> {
    /// The session in which they are signed in.
    pub session: &'a Session,
    /// As typed.
    pub password: Secret<String>,
    /// As typed; what an account without a second factor is sent is not looked at.
    pub code: Secret<String>,
    /// The cookie by which accounts know this browser.
    pub device: Option<&'a str>,
    /// Where it comes from.
    pub address: IpAddr,
}

/// Whether whoever is signed in said who they are a short while ago, with all that their account asks for, so that a grave
/// page may open.
pub fn may_open(core: &Core, session: &Session) -> bool {
    session.is_as_strong_as_the_account() && core.clock.now() < session.authenticated_at.after(TO_OPEN)
}

/// The same for what such a page sends.
pub fn may_send(core: &Core, session: &Session) -> bool {
    session.is_as_strong_as_the_account() && core.clock.now() < session.authenticated_at.after(TO_SEND)
}

/// Goes on only when the password is right, and the code where the account has a second factor. Wrong ones count as they do
/// at signing in.
///
/// # Errors
/// [`Error::Invalid`] with field `password` or `code`; [`Error::TooMany`]; [`Error::Unavailable`] when too many passwords are
/// being looked at; the database's.
pub async fn check(core: &Core, current: Current<'_>) -> Result<(), Error> {
    again(core, current, None).await
}

/// The same, and the session counts as begun just now; answers with its new cookie.
///
/// # Errors
/// As [`check`]; [`Error::NotFound`] when the session has ended.
pub async fn sign_in_again(core: &Core, current: Current<'_>) -> Result<Secret<String>, Error> {
    let cookie = Credential::generate(Kind::Session, core.clock.now());
    again(core, current, Some(cookie.key())).await?;
    Ok(cookie.into_text())
}

/// Looks at everything that was given, and has the session go on under this key.
async fn again(core: &Core, current: Current<'_>, renews: Option<CredentialKey>) -> Result<(), Error> {
    let (old, user) = (current.session.key, current.session.user_id);
    let asks_code = current.session.second_factor;
    let given = given(core, current, asks_code).await?;
    let (worker, now) = (core.clone(), core.clock.now());
    let outcome = core.db.change(async move |conn: &mut Conn| {
        let outcome = given.still_hold(&worker, conn, now).await?;
        if let (Outcome::Right(used), Some(new)) = (outcome, renews) {
            let amr = if used.is_some() { Amr::password_and_code() } else { Amr::password() };
            if !sessions::renew(conn, old, new, now, &amr).await? {
                return Err(Error::NotFound("session"));
            }
        }
        Ok(outcome)
    });
    let outcome = outcome.await?;
    if outcome == Outcome::Right(Some(Used::Recovery)) {
        second_factor::tell_of_recovery(core, user).await;
    }
    outcome.require()
}

/// Puts a new password in the place of the one that stands. All other sessions end, all grants with their refresh tokens,
/// the API tokens of the account, and links to a new password that are under way.
///
/// # Errors
/// As [`check`], the code only where the sign-in is too old or too weak for a grave change; [`Error::Invalid`] with field
/// `new_password`.
pub async fn change(core: &Core, caller: Caller, current: Current<'_>, new: Secret<String>) -> Result<(), Error> {
    let kept = current.session.key;
    let account = account(core, current.session).await?;
    let about = [Some(account.email.as_str()), account.given_name.as_deref(), account.family_name.as_deref()];
    let about: Vec<&str> = about.into_iter().flatten().collect();
    password::check_new(&new, &about).map_err(|issue| Error::Invalid(vec![issue.at("new_password")]))?;
    let asks_code = current.session.second_factor && !may_send(core, current.session);
    let given = given(core, current, asks_code).await?;
    let hash = core.passwords.hash(new).await.map_err(|_| Error::Unavailable)?;
    let (to, language) = (account.email.clone(), account.language());
    let worker = core.clone();
    let outcome = runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        let outcome = given.still_hold(&worker, change.conn, change.now).await?;
        if matches!(outcome, Outcome::Right(_)) {
            accounts::set_password(change, &account, &hash, Some(kept)).await?;
            let (user, now) = (account.id, change.now);
            email_tokens::spend_all_of_user(change.conn, Purpose::ResetPassword, user, now).await?;
        }
        Ok(outcome)
    });
    if let Done::Now(outcome) = outcome.await? {
        outcome.require()?;
        post(core, messages::password_changed(&to, language, &link(core, FORGOT_PATH, None, None)));
    }
    Ok(())
}

async fn account(core: &Core, session: &Session) -> Result<Profile, Error> {
    profiles::find(&mut core.db.read().await?, session.user_id).await?.ok_or(Error::NotFound("account"))
}

/// A password that was right, and a code that is looked at in the transaction that uses it up.
struct Given {
    proof: Proof,
    user: UserId,
    code: Option<(Secret<String>, Admitted)>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum Outcome {
    /// All was right; which code was used, where one was asked for.
    Right(#[serde(skip)] Option<Used>),
    WrongPassword,
    WrongCode,
}

impl View for Outcome {}

impl Given {
    async fn still_hold(&self, core: &Core, conn: &mut Conn, now: Timestamp) -> Result<Outcome, Error> {
        if self.proof.still_holds(conn, now).await?.is_none() {
            return Ok(Outcome::WrongPassword);
        }
        let Some((code, admitted)) = &self.code else { return Ok(Outcome::Right(None)) };
        let used = second_factor::take(core, conn, self.user, code.expose(), now).await?;
        if used.is_none() {
            return Ok(Outcome::WrongCode);
        }
        admitted.was_right(conn, now).await?;
        Ok(Outcome::Right(used))
    }
}

impl Outcome {
    fn require(self) -> Result<(), Error> {
        match self {
            Self::Right(_) => Ok(()),
            Self::WrongPassword => Err(wrong()),
            Self::WrongCode => Err(Error::Invalid(vec![text!("wrong_code").at("code")])),
        }
    }
}

async fn given(core: &Core, current: Current<'_>, asks_code: bool) -> Result<Given, Error> {
    if asks_code && current.code.expose().trim().is_empty() {
        return Err(Error::Invalid(vec![text!("required-code").at("code")]));
    }
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
    let code = match asks_code {
        true => Some((current.code, throttle::admit_code(core, account.id, proof.known_device()).await?)),
        false => None,
    };
    Ok(Given { proof, user: account.id, code })
}

fn wrong() -> Error {
    Error::Invalid(vec![text!("wrong_password").at("password")])
}

//! Signing in with an email address and a password.

use std::net::IpAddr;
use std::time::Duration;

use super::second_step;
use super::session::{self, Browser, NewSession, Session};
use crate::clock::Timestamp;
use crate::crypto::credential::{Credential, CredentialKey, Kind};
use crate::crypto::password::is_of_cost;
use crate::database::Conn;
use crate::error::Error;
use crate::id::UserId;
use crate::model::amr::Amr;
use crate::model::{email, password};
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::{known_devices, sessions, users};
use crate::throttle::{self, Admitted, Try};

/// What a browser sends to sign in.
#[derive(Debug)]
pub struct SignIn<'a> {
    /// As typed.
    pub email: &'a str,
    /// As typed.
    pub password: Secret<String>,
    /// Where from.
    pub browser: FromBrowser<'a>,
}

/// A browser that somebody signs in with, by what it sends.
#[derive(Clone, Copy, Debug)]
pub struct FromBrowser<'a> {
    /// The cookie by which accounts know it.
    pub device: Option<&'a str>,
    /// The cookie of the session that a new one takes the place of.
    pub session: Option<&'a str>,
    /// Where it is.
    pub address: IpAddr,
    /// As it names itself.
    pub user_agent: &'a str,
}

impl FromBrowser<'_> {
    /// The key of the cookie by which accounts know it.
    fn device_key(&self) -> Option<CredentialKey> {
        self.device.and_then(|cookie| Credential::parse(Kind::Device, cookie))
    }

    /// The same when this account knows it.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn known_to(&self, core: &Core, user: UserId) -> Result<Option<CredentialKey>, Error> {
        let Some(device) = self.device_key() else { return Ok(None) };
        let since = core.clock.now().before(core.config.sessions.known_device_days.duration());
        let is_known = known_devices::is_known(&mut core.db.read().await?, device, user, since).await?;
        Ok(is_known.then_some(device))
    }

    /// What beginning a session in it needs. `known`: whether the account knows it.
    pub(super) fn begin(&self, core: &Core, user: UserId, amr: Amr, known: bool) -> Begin {
        let now = core.clock.now();
        Begin {
            user,
            amr,
            browser: Browser { user_agent: self.user_agent.to_owned(), address: self.address },
            old_session: self.session.and_then(|cookie| Credential::parse(Kind::Session, cookie)),
            device: self.device.map(|cookie| Secret::new(cookie.to_owned())).zip(self.device_key()),
            known_device: known,
            now,
            expires_at: now.after(core.config.sessions.days.duration()),
        }
    }
}

/// A browser in which somebody has just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub user_id: UserId,
    /// The session; forms are bound to its key from now on.
    pub session: Session,
    /// The session's cookie.
    pub session_cookie: Secret<String>,
    /// The cookie by which accounts know this browser.
    pub device_cookie: Secret<String>,
}

/// What the right password leads to.
#[derive(Debug)]
pub enum Entered {
    /// Nothing more is asked for.
    In(Box<SignedIn>),
    /// The account has a second factor: the cookie of the step that asks for it.
    Second(Secret<String>),
}

/// Why nobody was signed in.
#[derive(Debug)]
pub enum Refused {
    /// No account has this address and this password: there is none, the password is wrong, the account has none or is
    /// suspended. One answer for all, after the same work, so that nothing can be probed.
    WrongPassword,
    /// Too many wrong passwords came before this one, which was not looked at.
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// More people sign in than there are threads for; the password was not looked at.
    Busy,
    /// The database says why.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        match error.into() {
            Error::TooMany { retry_after } => Self::TooMany { retry_after },
            other => Self::Failed(other),
        }
    }
}

/// A password that somebody gives as proof of who they are.
pub(crate) struct Presented<'a> {
    /// The key of the email address, whether or not an account has it.
    pub(crate) email_key: &'a str,
    /// As typed.
    pub(crate) password: Secret<String>,
    /// The key of the cookie by which accounts know this browser.
    pub(crate) device: Option<CredentialKey>,
    /// Where it comes from.
    pub(crate) address: IpAddr,
}

/// A password that was right.
pub(crate) struct Proof {
    user: UserId,
    hash: String,
    admitted: Admitted,
    /// The browser, when the account knows it.
    known_device: Option<CredentialKey>,
}

impl Proof {
    /// Whether the password still is what it was when it was looked at, and the account not suspended. From now on the
    /// transaction holds the account, and the try counts no more. `Some` says whether the account has a second factor.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn still_holds(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<bool>, Error> {
        let second_factor = users::holds_password(conn, self.user, &self.hash).await?;
        if second_factor.is_some() {
            self.admitted.was_right(conn, now).await?;
        }
        Ok(second_factor)
    }

    /// The hash, when it was made at another cost than new ones are.
    fn outdated_hash(&self, core: &Core) -> Option<String> {
        (!is_of_cost(&self.hash, core.config.passwords.cost())).then(|| self.hash.clone())
    }

    /// The browser, when the account knows it.
    pub(crate) const fn known_device(&self) -> Option<CredentialKey> {
        self.known_device
    }
}

/// Looks at a password. The work, and what a wrong one costs, is the same whether or not there is such an account.
///
/// # Errors
/// See [`Refused`].
pub(crate) async fn prove(core: &Core, presented: Presented<'_>) -> Result<Proof, Refused> {
    let Presented { email_key, password, device, address } = presented;
    let known_since = core.clock.now().before(core.config.sessions.known_device_days.duration());
    let facts = {
        let mut conn = core.db.read().await?;
        users::find_for_sign_in(&mut conn, email_key, device, known_since).await?
    };
    let known_device = device.filter(|_| facts.as_ref().is_some_and(|facts| facts.known_device));
    let admitted = throttle::admit(core, Try { email_key, known_device, address }).await?;

    // No account has a password that long; an ordinary wrong one takes its place, so that the work is the same.
    let too_long = password::check_length(&password).is_err();
    let typed = if too_long { Secret::new(String::new()) } else { password };
    let hash = facts.as_ref().filter(|_| !too_long).and_then(|facts| facts.password_hash.clone());
    let Ok(right) = core.passwords.verify(typed, hash.clone()).await else {
        admitted.was_not_tried(core).await?;
        return Err(Refused::Busy);
    };
    let (Some(facts), Some(hash), true) = (facts, hash, right) else { return Err(Refused::WrongPassword) };
    Ok(Proof { user: facts.id, hash, admitted, known_device })
}

/// Signs a browser in: a new session in place of the old one, and the browser known to the account from now on. Where the
/// account has a second factor, that is asked first, and nothing of this happens yet.
///
/// # Errors
/// See [`Refused`].
pub async fn sign_in(core: &Core, from: SignIn<'_>) -> Result<Entered, Refused> {
    let email_key = email::key(from.email);
    let (typed, password) = (from.password.clone(), from.password);
    let (device, address) = (from.browser.device_key(), from.browser.address);
    let proof = prove(core, Presented { email_key: &email_key, password, device, address }).await?;
    let (user, outdated) = (proof.user, proof.outdated_hash(core));
    let begin = from.browser.begin(core, user, Amr::password(), proof.known_device.is_some());
    let now = begin.now;
    let entered = core.db.change(async move |conn: &mut Conn| match proof.still_holds(conn, now).await? {
        Some(false) => Ok(Some(Entered::In(Box::new(begin.run(conn).await?)))),
        Some(true) => Ok(Some(Entered::Second(second_step::begin(conn, begin.user, now).await?))),
        // The password was changed, or the account suspended, while the hash was computed.
        None => Ok::<_, Error>(None),
    });
    let entered = entered.await?.ok_or(Refused::WrongPassword)?;
    if let Some(old) = outdated {
        renew_hash(core, user, old, typed).await?;
    }
    Ok(entered)
}

/// Hashes a password anew whose hash was made at another cost: only now is it known. When there is no thread for it, the next
/// sign-in does it.
async fn renew_hash(core: &Core, user: UserId, old: String, typed: Secret<String>) -> Result<(), Error> {
    let Ok(new) = core.passwords.hash(typed).await else { return Ok(()) };
    core.db.change(async move |conn: &mut Conn| Ok(users::renew_hash(conn, user, &old, &new).await?)).await
}

/// All that beginning a session needs of a person who has given everything that was asked.
pub(super) struct Begin {
    pub(super) user: UserId,
    pub(super) amr: Amr,
    pub(super) browser: Browser,
    pub(super) old_session: Option<CredentialKey>,
    pub(super) device: Option<(Secret<String>, CredentialKey)>,
    pub(super) known_device: bool,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl Begin {
    pub(super) async fn run(self, conn: &mut Conn) -> Result<SignedIn, Error> {
        let Self { user, amr, browser, now, expires_at, .. } = self;
        if let Some(old) = self.old_session {
            sessions::delete(conn, old).await?;
        }
        let new = NewSession { user, browser: &browser, amr, now, expires_at };
        let (session, session_cookie) = session::start(conn, new).await?;
        let device_cookie = remember_device(conn, user, self.device, self.known_device, now).await?;
        Ok(SignedIn { user_id: user, session, session_cookie, device_cookie })
    }
}

/// Notes that the account knows this browser, and answers with the cookie by which it does.
///
/// A cookie that this account does not know is replaced, for somebody else may have planted it; the accounts that do
/// know it know the new one.
async fn remember_device(
    conn: &mut Conn,
    user: UserId,
    device: Option<(Secret<String>, CredentialKey)>,
    is_known: bool,
    now: Timestamp,
) -> Result<Secret<String>, Error> {
    let old = match device {
        Some((cookie, key)) if is_known && known_devices::touch(conn, key, user, now).await? => return Ok(cookie),
        Some((_, key)) => Some(key),
        None => None,
    };
    let fresh = Credential::generate(Kind::Device, now);
    if let Some(old) = old {
        known_devices::replace_key(conn, old, fresh.key()).await?;
    }
    known_devices::insert(conn, fresh.key(), user, now).await?;
    Ok(fresh.into_text())
}

//! New accounts, and the proof of their email address.

use std::net::IpAddr;

use super::links::{LOGIN_PATH, RESET_PASSWORD_PATH, VERIFY_EMAIL_PATH, link};
use super::session::Session;
use crate::clock::Timestamp;
use crate::crypto::credential::{Credential, Kind};
use crate::database::Conn;
use crate::error::{Error, FieldError};
use crate::id::{FlowId, UserId};
use crate::mail::messages;
use crate::model::account::Plan;
use crate::model::email::{self, EmailAddress};
use crate::model::label::Label;
use crate::model::password;
use crate::postbox::post;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::email_tokens::{self, NewLink, Purpose};
use crate::store::tables::users;
use crate::text;
use crate::text::Language;
use crate::throttle::{self, Mailbox};

pub use crate::store::tables::email_tokens::SentTo;

/// A number is taken once in billions of tries; as often in a row only when something is wrong with the random source.
const TRIES_FOR_A_NUMBER: usize = 8;

/// What somebody who registers types.
#[derive(Debug)]
pub struct NewAccount {
    /// Main address.
    pub email: String,
    /// The password to be.
    pub password: Secret<String>,
    /// Given name.
    pub given_name: String,
    /// Family name; empty when the person has none.
    pub family_name: String,
    /// The language that they register in.
    pub language: Language,
}

/// An account to be made, by whatever way: all of it checked.
#[derive(Clone)]
pub struct NewUser {
    /// Main address.
    pub email: EmailAddress,
    /// Whether it is known to be theirs.
    pub email_verified: bool,
    /// From [`crate::crypto::password::PasswordHasher::hash`]; `None` when the account is to have no password yet.
    pub password_hash: Option<String>,
    /// Given name.
    pub given_name: Option<Label>,
    /// Family name.
    pub family_name: Option<Label>,
    /// Whether the plan is the paid one.
    pub paid: bool,
    /// What the person is on the staff, if anything.
    pub staff: Option<Staff>,
}

/// What a member of the staff may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staff {
    /// Decide about verifications.
    Reviewer,
    /// Everything.
    Admin,
}

/// Registers an account, unverified, and mails a link to its address; or, when the address has an account, mails its
/// owner that it has. The answer is the same, after the same work. `flow`: the login to go on with afterwards;
/// `address`: where the request comes from.
///
/// # Errors
/// [`Error::Invalid`] with fields `email`, `password`, `given_name` and `family_name`; [`Error::TooMany`] for this network;
/// [`Error::Unavailable`] when too many passwords are being hashed; the database's.
pub async fn register(core: &Core, new: NewAccount, flow: Option<FlowId>, address: IpAddr) -> Result<(), Error> {
    let (checked, asked) = (check(&new)?, new.language);
    throttle::count_mail_request(core, address).await?;
    let hash = core.passwords.hash(new.password).await.map_err(|_| Error::Unavailable)?;
    let new = NewUser { password_hash: Some(hash), ..checked };

    let now = core.clock.now();
    let mailbox = Mailbox::of(core, new.email.key());
    let expires_at = now.after(core.config.tokens.email_link_minutes.duration());
    let token = Credential::generate(Kind::EmailToken, now);
    let key = token.key();
    let outcome = core
        .db
        .change(async move |conn: &mut Conn| {
            let made = insert(conn, &new, now).await?;
            let (to, purpose, hears) = match made {
                Made::New(user_id) => {
                    let to = SentTo { user_id, email: new.email.address().to_owned() };
                    (to, Purpose::VerifyEmail, Some(asked))
                }
                // Their own spelling, not the one typed now: two mailboxes may share a key.
                Made::Known(account) => {
                    let hears = account.suspended_at.is_none().then(|| account.language_or(asked));
                    (SentTo { user_id: account.id, email: account.email }, Purpose::ResetPassword, hears)
                }
            };
            email_tokens::insert(conn, NewLink { key, purpose, expires_at }, &to, now).await?;
            let may_get = mailbox.may_get_one_more(conn, now).await?;
            let hears = hears.filter(|_| may_get);
            Ok(hears.map(|language| (to.email, language, purpose)))
        })
        .await?;
    match outcome {
        Some((to, language, Purpose::VerifyEmail)) => {
            let link = link(core, VERIFY_EMAIL_PATH, Some(token.text()), flow);
            post(core, messages::verify_email(&to, language, &link));
        }
        Some((to, language, Purpose::ResetPassword)) => {
            let sign_in = link(core, LOGIN_PATH, None, flow);
            let forgot = link(core, RESET_PASSWORD_PATH, Some(token.text()), None);
            post(core, messages::account_exists(&to, language, &sign_in, &forgot));
        }
        None => {}
    }
    Ok(())
}

/// Makes an account.
///
/// # Errors
/// [`Error::Conflict`] `email_taken`; the database's.
pub async fn create(conn: &mut Conn, new: &NewUser, now: Timestamp) -> Result<UserId, Error> {
    match insert(conn, new, now).await? {
        Made::New(id) => Ok(id),
        Made::Known(_) => Err(Error::Conflict(text!("email_taken"))),
    }
}

/// Mails this account another link to prove its address with; nothing happens when it is proven, or when the mailbox has
/// had enough mails. `flow`: the login to go on with afterwards; `asked`: the language of who asks.
///
/// # Errors
/// The database's.
pub async fn resend(core: &Core, user: UserId, flow: Option<FlowId>, asked: Language) -> Result<(), Error> {
    let account = {
        let mut conn = core.db.read().await?;
        users::find(&mut conn, user).await?
    };
    let Some(account) = account.filter(|account| !account.email_verified) else { return Ok(()) };
    let now = core.clock.now();
    let mailbox = Mailbox::of(core, &email::key(&account.email));
    let expires_at = now.after(core.config.tokens.email_link_minutes.duration());
    let token = Credential::generate(Kind::EmailToken, now);
    let key = token.key();
    let language = account.language_or(asked);
    let to = SentTo { user_id: user, email: account.email };
    let to = core
        .db
        .change(async move |conn: &mut Conn| {
            if !mailbox.may_get_one_more(conn, now).await? {
                return Ok(None);
            }
            let link = NewLink { key, purpose: Purpose::VerifyEmail, expires_at };
            email_tokens::insert(conn, link, &to, now).await?;
            Ok(Some(to.email))
        })
        .await?;
    if let Some(to) = to {
        let link = link(core, VERIFY_EMAIL_PATH, Some(token.text()), flow);
        post(core, messages::verify_email(&to, language, &link));
    }
    Ok(())
}

/// Whom this link to prove an address was sent to; `None` when it is used, expired or none of ours. Nothing is changed:
/// programs that look at mail follow links too.
///
/// # Errors
/// The database's.
pub async fn peek(core: &Core, token: &str) -> Result<Option<SentTo>, Error> {
    let Some(key) = Credential::parse(Kind::EmailToken, token) else { return Ok(None) };
    let mut conn = core.db.read().await?;
    Ok(email_tokens::find_live(&mut conn, key, Purpose::VerifyEmail, core.clock.now()).await?)
}

/// Uses a link to prove an address up, in a session of the account that it was sent to: so who registers with another's
/// address gains nothing when that other follows the link.
///
/// # Errors
/// [`Error::NotFound`] when the link is used, expired, none of ours or another account's, or the account has another
/// address by now: one answer for all. The database's.
pub async fn verify_email(core: &Core, token: &str, session: &Session) -> Result<(), Error> {
    let key = Credential::parse(Kind::EmailToken, token).ok_or(Error::NotFound("link"))?;
    let (user, now) = (session.user_id, core.clock.now());
    core.db
        .change(async move |conn: &mut Conn| {
            let sent_to = email_tokens::spend(conn, key, Purpose::VerifyEmail, user, now).await?;
            let sent_to = sent_to.ok_or(Error::NotFound("link"))?;
            if !users::verify_email(conn, user, &sent_to.email, now).await? {
                return Err(Error::NotFound("link"));
            }
            Ok(())
        })
        .await
}

/// Checks all that is typed, and tells every bad field at once.
fn check(new: &NewAccount) -> Result<NewUser, Error> {
    let email = EmailAddress::parse(&new.email).map_err(|issue| issue.at("email"));
    let given_name = Label::parse(&new.given_name).map_err(|issue| issue.at("given_name"));
    let family_name = Some(new.family_name.as_str()).filter(|name| !name.trim().is_empty());
    let family_name = family_name.map(Label::parse).transpose().map_err(|issue| issue.at("family_name"));
    let about = [new.email.as_str(), &new.given_name, &new.family_name];
    let password = password::check_new(&new.password, &about).map_err(|issue| issue.at("password"));
    match (email, given_name, family_name, password) {
        (Ok(email), Ok(given_name), Ok(family_name), Ok(())) => Ok(NewUser {
            email,
            email_verified: false,
            password_hash: None,
            given_name: Some(given_name),
            family_name,
            paid: false,
            staff: None,
        }),
        (email, given_name, family_name, password) => {
            let errors: [Option<FieldError>; 4] = [email.err(), password.err(), given_name.err(), family_name.err()];
            Err(Error::Invalid(errors.into_iter().flatten().collect()))
        }
    }
}

enum Made {
    New(UserId),
    Known(users::Account),
}

async fn insert(conn: &mut Conn, new: &NewUser, now: Timestamp) -> Result<Made, Error> {
    for _ in 0..TRIES_FOR_A_NUMBER {
        let row = new.row(UserId::generate(), now);
        if users::insert(conn, &row).await? {
            return Ok(Made::New(row.id));
        }
        if let Some(account) = users::find_by_email(conn, new.email.key()).await? {
            return Ok(Made::Known(account));
        }
    }
    Err(Error::Internal("no free number for a user"))
}

impl NewUser {
    fn row(&self, id: UserId, now: Timestamp) -> users::NewAccount {
        users::NewAccount {
            id,
            email: self.email.address().to_owned(),
            email_key: self.email.key().to_owned(),
            email_verified: self.email_verified,
            password_hash: self.password_hash.clone(),
            given_name: self.given_name.clone().map(Label::into_string),
            family_name: self.family_name.clone().map(Label::into_string),
            phone_number_verified: false,
            plan: if self.paid { Plan::Paid } else { Plan::Free },
            staff: self.staff.map(|staff| staff.text().to_owned()),
            created_at: now,
            updated_at: now,
        }
    }
}

impl Staff {
    const fn text(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
        }
    }
}

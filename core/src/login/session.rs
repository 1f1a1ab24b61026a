//! Sessions of browsers: opaque cookies, a new one at each sign-in, gone at a fixed time.

use std::net::IpAddr;

use crate::clock::Timestamp;
use crate::crypto::credential::{Credential, CredentialKey, Kind};
use crate::database::Conn;
use crate::error::Error;
use crate::id::{SessionId, UserId};
use crate::model::amr::Amr;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::{sessions, users};
use crate::text::Language;

pub use crate::store::tables::users::Account;

/// Browsers name themselves at length; this much of it lets a person recognise theirs, in characters.
const LONGEST_USER_AGENT: usize = 200;

/// A browser in which somebody is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its public id: `sid`.
    pub id: SessionId,
    /// Who is signed in.
    pub user_id: UserId,
    /// When they signed in: `auth_time`.
    pub authenticated_at: Timestamp,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
    /// The key of its cookie, which forms are bound to.
    pub key: CredentialKey,
    /// The language of the person's account.
    pub language: Option<Language>,
    /// How they signed in: `amr`.
    pub amr: Amr,
    /// Whether their account has a second factor.
    pub second_factor: bool,
}

impl Session {
    /// Whether the person signed in with all that their account asks for.
    pub fn is_as_strong_as_the_account(&self) -> bool {
        !self.second_factor || self.amr.is_two_factors()
    }
}

/// The browser that signs in, as its owner sees it later in the list of sessions.
#[derive(Clone, Debug)]
pub struct Browser {
    /// As it names itself.
    pub user_agent: String,
    /// Where it is.
    pub address: IpAddr,
}

/// The session of this cookie; `None` without one, for one that we never gave out, that has ended or expired, and for a
/// suspended account.
///
/// # Errors
/// The database's.
pub async fn find(core: &Core, cookie: Option<&str>) -> Result<Option<Session>, Error> {
    let Some(key) = cookie.and_then(|cookie| Credential::parse(Kind::Session, cookie)) else { return Ok(None) };
    let mut conn = core.db.read().await?;
    let row = sessions::find_live(&mut conn, key, core.clock.now()).await?;
    Ok(row.map(|(row, locale, second_factor)| Session {
        id: row.id,
        user_id: row.user_id,
        authenticated_at: row.authenticated_at,
        expires_at: row.expires_at,
        key,
        language: locale.as_deref().and_then(Language::of_tag),
        amr: row.amr,
        second_factor,
    }))
}

/// The account that is signed in.
///
/// # Errors
/// The database's.
pub async fn account(core: &Core, session: &Session) -> Result<Option<Account>, Error> {
    Ok(users::find(&mut core.db.read().await?, session.user_id).await?)
}

/// A session that is to begin.
#[derive(Debug)]
pub(super) struct NewSession<'a> {
    pub(super) user: UserId,
    pub(super) browser: &'a Browser,
    pub(super) amr: Amr,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Begins a session of a person who has just signed in, and answers with its cookie. Whatever cookie the browser sent is
/// no part of it: a planted one is worth nothing.
///
/// # Errors
/// The database's.
pub(super) async fn start(conn: &mut Conn, new: NewSession<'_>) -> Result<(Session, Secret<String>), Error> {
    let NewSession { user, browser, amr, now, expires_at } = new;
    let cookie = Credential::generate(Kind::Session, now);
    let seen = |character: &char| !character.is_control();
    let row = sessions::StoredSession {
        token_key: cookie.key(),
        id: SessionId::generate(now),
        user_id: user,
        authenticated_at: now,
        created_at: now,
        expires_at,
        user_agent: browser.user_agent.chars().filter(seen).take(LONGEST_USER_AGENT).collect(),
        address: browser.address.to_canonical().to_string(),
        amr,
    };
    sessions::insert(conn, &row).await?;
    // The next request reads what the account says.
    let session = Session {
        id: row.id,
        user_id: user,
        authenticated_at: now,
        expires_at,
        key: row.token_key,
        language: None,
        second_factor: row.amr.is_two_factors(),
        amr: row.amr,
    };
    Ok((session, cookie.into_text()))
}

/// Signs a browser out; nothing happens when it was.
///
/// # Errors
/// The database's.
pub async fn end(core: &Core, session: &Session) -> Result<(), Error> {
    let key = session.key;
    core.db.change(async move |conn: &mut Conn| Ok(sessions::delete(conn, key).await.map(drop)?)).await
}

/// Signs a person out of every browser.
///
/// # Errors
/// The database's.
pub async fn end_all_of(conn: &mut Conn, user: UserId) -> Result<(), Error> {
    Ok(sessions::delete_all_of_user(conn, user).await?)
}

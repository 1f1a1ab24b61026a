//! Accounts of people: what signing in, registering and recovering read and write of them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::UserId;
use crate::model::account::Plan;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{known_devices, users as t};
use crate::text::Language;

/// What of an account decides about it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = t)]
pub struct Account {
    /// The account.
    pub id: UserId,
    /// Main address, as written.
    pub email: String,
    /// Whether it is verified.
    pub email_verified: bool,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// When staff suspended the account.
    pub suspended_at: Option<Timestamp>,
    /// Language tag.
    pub locale: Option<String>,
}

impl Account {
    /// The language to write to this person in: that of the account, else that of who asks for the mail.
    pub fn language_or(&self, asked: Language) -> Language {
        self.locale.as_deref().and_then(Language::of_tag).unwrap_or(asked)
    }
}

/// What signing in needs to know.
#[derive(Clone)]
pub(crate) struct SignInFacts {
    /// The account.
    pub id: UserId,
    /// The PHC string of its password; `None` when it has none or is suspended, which is the same to a person who
    /// signs in.
    pub password_hash: Option<String>,
    /// Whether the browser asked about has signed in to this account before.
    pub known_device: bool,
}

/// A new row of `users`; all that it does not name is empty, unverified or off.
#[derive(Clone, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct NewAccount {
    /// Its number.
    pub id: UserId,
    /// Main address, as written.
    pub email: String,
    /// The same for all spellings of the address.
    pub email_key: String,
    /// Whether it is verified.
    pub email_verified: bool,
    /// PHC string.
    pub password_hash: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Whether the telephone number is verified: there is none yet.
    pub phone_number_verified: bool,
    /// `free` or `paid`.
    pub plan: Plan,
    /// `reviewer` or `admin`.
    pub staff: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the profile last changed.
    pub updated_at: Timestamp,
}

/// Both names as a search looks for them: in small letters of any script, with a space before each word.
pub(crate) fn name_key(given: Option<&str>, family: Option<&str>) -> String {
    let names = [given, family].into_iter().flatten().flat_map(str::split_whitespace);
    names.map(|word| format!(" {}", word.to_lowercase())).collect()
}

/// The account of this number.
pub(crate) async fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<Account>> {
    with_conn!(conn, |c| t::table.find(id).select(Account::as_select()).first(c)).optional()
}

/// The account of this email address, by the key that all its spellings share.
pub(crate) async fn find_by_email(conn: &mut Conn, email_key: &str) -> QueryResult<Option<Account>> {
    let account = t::table.filter(t::email_key.eq(email_key));
    with_conn!(conn, |c| account.select(Account::as_select()).first(c)).optional()
}

/// What signing in to the account of this email address needs, in one query that is the same for every caller. A browser
/// is known when its last sign-in was not before `known_since`.
pub(crate) async fn find_for_sign_in(
    conn: &mut Conn,
    email_key: &str,
    device: Option<CredentialKey>,
    known_since: Timestamp,
) -> QueryResult<Option<SignInFacts>> {
    type Found = (UserId, Option<String>, Option<Timestamp>, Option<UserId>);
    // No key is shorter than 38 bytes, so the empty one finds nothing.
    let device = device.as_ref().map_or(&[][..], |key| key.as_bytes());
    let known = known_devices::token_key
        .eq(device)
        .and(known_devices::user_id.eq(t::id))
        .and(known_devices::last_used_at.ge(known_since));
    let query = t::table.left_join(known_devices::table.on(known)).filter(t::email_key.eq(email_key)).select((
        t::id,
        t::password_hash,
        t::suspended_at,
        known_devices::user_id.nullable(),
    ));
    let found: Option<Found> = with_conn!(conn, |c| query.first(c)).optional()?;
    Ok(found.map(|(id, password_hash, suspended_at, device)| SignInFacts {
        id,
        password_hash: password_hash.filter(|_| suspended_at.is_none()),
        known_device: device.is_some(),
    }))
}

/// Stores a new account; false when its number or its email address is taken, and then nothing is changed.
pub(crate) async fn insert(conn: &mut Conn, row: &NewAccount) -> QueryResult<bool> {
    let named = t::name_key.eq(name_key(row.given_name.as_deref(), row.family_name.as_deref()));
    let inserted =
        with_conn!(conn, |c| diesel::insert_into(t::table).values((row, named)).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}

/// Whether this is still the password's hash of a live account; `Some` says whether that has a second factor. From now to its
/// end the transaction holds the row, so that a change of the password or of a factor waits, and then sees all that was done
/// on the strength of the old one.
pub(crate) async fn holds_password(conn: &mut Conn, id: UserId, hash: &str) -> QueryResult<Option<bool>> {
    let same = t::table.find(id).filter(t::password_hash.eq(hash)).filter(t::suspended_at.is_null());
    let held = diesel::update(same).set(t::password_hash.eq(hash)).returning(t::second_factor);
    with_conn!(conn, |c| held.get_result(c)).optional()
}

/// Puts another hash of the same password in the place of this one, unless the password has changed since.
pub(crate) async fn renew_hash(conn: &mut Conn, id: UserId, old: &str, new: &str) -> QueryResult<()> {
    let same = t::table.find(id).filter(t::password_hash.eq(old));
    with_conn!(conn, |c| diesel::update(same).set(t::password_hash.eq(new)).execute(c)).map(drop)
}

/// When the second factors of an account last changed.
pub(crate) async fn factors_changed_at(conn: &mut Conn, id: UserId) -> QueryResult<Option<Timestamp>> {
    with_conn!(conn, |c| t::table.find(id).select(t::factors_changed_at).first(c)).optional()
}

/// Notes that the second factors of an account changed, and whether it has any.
pub(crate) async fn factors_changed(conn: &mut Conn, id: UserId, has_one: bool, now: Timestamp) -> QueryResult<()> {
    let set = (t::second_factor.eq(has_one), t::factors_changed_at.eq(now));
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(set).execute(c)).map(drop)
}

/// Sets the password of a live account whose main address is still this one, as written, and notes that the address is
/// verified: only who reads its mail can have come here. False when there is no such account.
pub(crate) async fn reset_password(
    conn: &mut Conn,
    id: UserId,
    email: &str,
    hash: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    let live = t::table.find(id).filter(t::email.eq(email)).filter(t::suspended_at.is_null());
    let set = (t::password_hash.eq(hash), t::email_verified.eq(true), t::updated_at.eq(now));
    Ok(with_conn!(conn, |c| diesel::update(live).set(set).execute(c))? == 1)
}

/// Notes that the main address is verified, if it is still this one, as written; false when it is not.
pub(crate) async fn verify_email(conn: &mut Conn, id: UserId, email: &str, now: Timestamp) -> QueryResult<bool> {
    let same = t::table.find(id).filter(t::email.eq(email));
    let set = (t::email_verified.eq(true), t::updated_at.eq(now));
    Ok(with_conn!(conn, |c| diesel::update(same).set(set).execute(c))? == 1)
}

/// The hash is nobody's business.
impl std::fmt::Debug for SignInFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInFacts").field("id", &self.id).field("known_device", &self.known_device).finish()
    }
}

/// The hash is nobody's business.
impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount").field("id", &self.id).field("email", &self.email).finish()
    }
}

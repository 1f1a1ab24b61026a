//! Links sent by mail: each proves that somebody reads the mail of one address.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::id::UserId;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::email_tokens as t;
use crate::store::tables::profiles;

/// What a link is for. One kind is never taken for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To prove the main address.
    VerifyEmail,
    /// To set a new password.
    ResetPassword,
}

impl Purpose {
    const fn text(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }
}

/// Whom a link was sent to.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = t)]
pub struct SentTo {
    /// The account.
    pub user_id: UserId,
    /// The address, as written then.
    pub email: String,
}

/// A link that is to be stored.
#[derive(Clone, Copy)]
pub(crate) struct NewLink {
    pub(crate) key: CredentialKey,
    pub(crate) purpose: Purpose,
    pub(crate) expires_at: Timestamp,
}

/// Stores a new link; it ends the older ones of its kind. Links of one account are stored and used one after the other.
pub(crate) async fn insert(conn: &mut Conn, link: NewLink, sent_to: &SentTo, now: Timestamp) -> QueryResult<()> {
    let NewLink { key, purpose, expires_at } = link;
    profiles::hold(conn, sent_to.user_id).await?;
    spend_all_of_user(conn, purpose, sent_to.user_id, now).await?;
    let row = (
        t::token_key.eq(key),
        t::purpose.eq(purpose.text()),
        t::user_id.eq(sent_to.user_id),
        t::email.eq(&sent_to.email),
        t::created_at.eq(now),
        t::expires_at.eq(expires_at),
    );
    with_conn!(conn, |c| diesel::insert_into(t::table).values(row).execute(c)).map(drop)
}

/// Whom an unused link that has not expired was sent to.
pub(crate) async fn find_live(
    conn: &mut Conn,
    key: CredentialKey,
    purpose: Purpose,
    now: Timestamp,
) -> QueryResult<Option<SentTo>> {
    let live = t::table
        .find(key)
        .filter(t::purpose.eq(purpose.text()))
        .filter(t::used_at.is_null())
        .filter(t::expires_at.gt(now));
    with_conn!(conn, |c| live.select(SentTo::as_select()).first(c)).optional()
}

/// Uses a link of this account up; at most one caller ever gets `Some`.
pub(crate) async fn spend(
    conn: &mut Conn,
    key: CredentialKey,
    purpose: Purpose,
    user: UserId,
    now: Timestamp,
) -> QueryResult<Option<SentTo>> {
    profiles::hold(conn, user).await?;
    let live = t::table
        .find(key)
        .filter(t::purpose.eq(purpose.text()))
        .filter(t::user_id.eq(user))
        .filter(t::used_at.is_null())
        .filter(t::expires_at.gt(now));
    with_conn!(conn, |c| diesel::update(live).set(t::used_at.eq(now)).returning(SentTo::as_returning()).get_result(c))
        .optional()
}

/// Uses up every link of one kind that was sent to this user.
pub(crate) async fn spend_all_of_user(
    conn: &mut Conn,
    purpose: Purpose,
    user: UserId,
    now: Timestamp,
) -> QueryResult<()> {
    let live = t::table.filter(t::user_id.eq(user)).filter(t::purpose.eq(purpose.text())).filter(t::used_at.is_null());
    with_conn!(conn, |c| diesel::update(live).set(t::used_at.eq(now)).execute(c)).map(drop)
}

/// Deletes up to `limit` links whose time is over.
pub(crate) async fn delete_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let due = t::table.filter(t::expires_at.le(now)).order(t::expires_at).select(t::token_key).limit(limit);
    let keys: Vec<CredentialKey> = with_conn!(conn, |c| due.load(c))?;
    if keys.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::token_key.eq_any(&keys))).execute(c))
}

//! Accounts of people as an operator sets them: everything but what logging in writes.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::UserId;
use crate::model::account::{Plan, Staff};
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::engine::lent::in_time;
use crate::store::schema::users as t;
use crate::store::tables::pattern;
use crate::store::tables::users::name_key;
use crate::text::Language;

/// An account without its password.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = t, treat_none_as_null = true)]
pub struct Profile {
    /// The account.
    pub id: UserId,
    /// Main address, as written.
    pub email: String,
    /// The same for all spellings of the address.
    pub email_key: String,
    /// Whether it is verified.
    pub email_verified: bool,
    /// A further address.
    pub second_email: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Where a picture is.
    pub picture: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// Time zone.
    pub zoneinfo: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// In the person's words.
    pub gender: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// E.164.
    pub phone_number: Option<String>,
    /// Whether it is verified.
    pub phone_number_verified: bool,
    /// What the account pays for.
    pub plan: Plan,
    /// Until when; `None` is for good.
    pub plan_valid_until: Option<Timestamp>,
    /// What the person is on the staff.
    pub staff: Option<Staff>,
    /// When staff suspended the account.
    pub suspended_at: Option<Timestamp>,
    /// When this last changed.
    pub updated_at: Timestamp,
}

impl Profile {
    /// The language to write to this person in.
    pub fn language(&self) -> Language {
        Language::choose(self.locale.as_deref(), None)
    }
}

/// The account of this number.
pub(crate) async fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<Profile>> {
    with_conn!(conn, |c| t::table.find(id).select(Profile::as_select()).first(c)).optional()
}

/// These accounts.
pub(crate) async fn several(conn: &mut Conn, ids: &[UserId]) -> QueryResult<Vec<Profile>> {
    let query = t::table.filter(t::id.eq_any(ids));
    with_conn!(conn, |c| query.select(Profile::as_select()).load(c))
}

/// The main addresses of these accounts.
pub(crate) async fn addresses(conn: &mut Conn, ids: &[UserId]) -> QueryResult<HashMap<UserId, String>> {
    let query = t::table.filter(t::id.eq_any(ids)).select((t::id, t::email));
    let rows: Vec<(UserId, String)> = with_conn!(conn, |c| query.load(c))?;
    Ok(rows.into_iter().collect())
}

/// The names and main addresses of these accounts; the name is empty where none is given.
pub(crate) async fn names(conn: &mut Conn, ids: &[UserId]) -> QueryResult<HashMap<UserId, (String, String)>> {
    type Row = (UserId, Option<String>, Option<String>, String);
    let query = t::table.filter(t::id.eq_any(ids)).select((t::id, t::given_name, t::family_name, t::email));
    let rows: Vec<Row> = with_conn!(conn, |c| query.load(c))?;
    let name = |(id, given, family, email): Row| {
        let names: Vec<String> = [given, family].into_iter().flatten().collect();
        (id, (names.join(" "), email))
    };
    Ok(rows.into_iter().map(name).collect())
}

/// The account of this email address, by the key that all its spellings share.
pub(crate) async fn find_by_email(conn: &mut Conn, email_key: &str) -> QueryResult<Option<Profile>> {
    let query = t::table.filter(t::email_key.eq(email_key));
    with_conn!(conn, |c| query.select(Profile::as_select()).first(c)).optional()
}

/// Accounts, by number: at most `limit` of those after `after`; those whose address begins so, by its key.
pub(crate) async fn search(
    conn: &mut Conn,
    begins: Option<&str>,
    after: Option<UserId>,
    limit: i64,
) -> QueryResult<Vec<Profile>> {
    let after = after.map_or(0, UserId::number);
    let all = t::table.filter(t::id.gt(after)).order(t::id).limit(limit);
    match (begins, conn) {
        (None, conn) => with_conn!(conn, |c| all.select(Profile::as_select()).load(c)),
        // SQLite's LIKE would not use the index; its texts are in the order of their bytes.
        (Some(begins), Conn::Sqlite(conn)) => {
            let end = format!("{begins}{}", char::MAX);
            let found = all.filter(t::email_key.ge(begins)).filter(t::email_key.lt(end));
            found.select(Profile::as_select()).load(&mut **conn).await
        }
        (Some(begins), Conn::Postgres(lent)) => {
            let found = all.filter(t::email_key.like(format!("{}%", pattern::escaped(begins))).escape('\\'));
            in_time!(lent, |c| found.select(Profile::as_select()).load(c))
        }
    }
}

/// All accounts, by address.
pub(crate) async fn all(conn: &mut Conn) -> QueryResult<Vec<Profile>> {
    with_conn!(conn, |c| t::table.order(t::email_key).select(Profile::as_select()).load(c))
}

/// Writes every field.
pub(crate) async fn update(conn: &mut Conn, profile: &Profile) -> QueryResult<()> {
    let named = t::name_key.eq(name_key(profile.given_name.as_deref(), profile.family_name.as_deref()));
    with_conn!(conn, |c| diesel::update(t::table.find(profile.id)).set((profile, named)).execute(c)).map(drop)
}

/// The password's PHC string; `None` when the account has none.
pub(crate) async fn password_hash(conn: &mut Conn, id: UserId) -> QueryResult<Option<String>> {
    let found: Option<Option<String>> =
        with_conn!(conn, |c| t::table.find(id).select(t::password_hash).first(c)).optional()?;
    Ok(found.flatten())
}

/// Sets the password.
pub(crate) async fn set_password(conn: &mut Conn, id: UserId, hash: &str, now: Timestamp) -> QueryResult<()> {
    let set = (t::password_hash.eq(hash), t::updated_at.eq(now));
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(set).execute(c)).map(drop)
}

/// Holds the account to the end of the transaction, so that two changes that count its clients wait for each other.
pub(crate) async fn hold(conn: &mut Conn, id: UserId) -> QueryResult<bool> {
    let same = diesel::update(t::table.find(id)).set(t::plan.eq(t::plan));
    Ok(with_conn!(conn, |c| same.execute(c))? == 1)
}

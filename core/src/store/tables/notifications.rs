//! What people are told on their own pages.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{NotificationId, UserId};
use crate::model::message::StoredText;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::notifications as t;

/// Something that a person is told.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// Whom it tells.
    pub user_id: UserId,
    /// What it is about: `resource.action`.
    pub kind: String,
    /// The object, when there is something to answer.
    pub object_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// What it says.
    pub message: StoredText,
}

/// Stores a new one.
pub(crate) async fn insert(conn: &mut Conn, notification: &Notification) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(notification).execute(c)).map(drop)
}

/// Those of a person, newest first; at most `limit` of those before `before`.
pub(crate) async fn of_user(
    conn: &mut Conn,
    user: UserId,
    before: Option<NotificationId>,
    limit: i64,
) -> QueryResult<Vec<Notification>> {
    // No id sorts above sixteen bytes of ones.
    let before = before.unwrap_or(NotificationId::from_bytes([255; 16]));
    let query = t::table.filter(t::user_id.eq(user)).filter(t::id.lt(before)).order(t::id.desc()).limit(limit);
    with_conn!(conn, |c| query.select(Notification::as_select()).load(c))
}

/// Notes that a person has read all of theirs.
pub(crate) async fn mark_all_read(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<()> {
    let unread = t::table.filter(t::user_id.eq(user)).filter(t::read_at.is_null());
    with_conn!(conn, |c| diesel::update(unread).set(t::read_at.eq(now)).execute(c)).map(drop)
}

/// Notes that a person has read one of theirs; false when it is none of theirs.
pub(crate) async fn mark_read(conn: &mut Conn, user: UserId, id: NotificationId, now: Timestamp) -> QueryResult<bool> {
    let own = t::table.filter(t::id.eq(id)).filter(t::user_id.eq(user));
    Ok(with_conn!(conn, |c| diesel::update(own).set(t::read_at.eq(now)).execute(c))? == 1)
}

/// How many a person has not read, counted up to `most`.
pub(crate) async fn count_unread(conn: &mut Conn, user: UserId, most: i64) -> QueryResult<usize> {
    let unread = t::table.filter(t::user_id.eq(user)).filter(t::read_at.is_null()).limit(most).select(t::id);
    let found: Vec<NotificationId> = with_conn!(conn, |c| unread.load(c))?;
    Ok(found.len())
}

/// Deletes one of a person's; false when it is none of theirs.
pub(crate) async fn delete(conn: &mut Conn, user: UserId, id: NotificationId) -> QueryResult<bool> {
    let own = t::table.filter(t::id.eq(id)).filter(t::user_id.eq(user));
    Ok(with_conn!(conn, |c| diesel::delete(own).execute(c))? == 1)
}

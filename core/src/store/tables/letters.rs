//! What is on its way to somebody who may have an account or none.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::LetterId;
use crate::model::message::StoredText;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::letters as t;

/// A letter. It is deleted by the change that delivers it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct Letter {
    /// Its id.
    pub id: LetterId,
    /// Whom: the key of their address.
    pub email_key: String,
    /// The address as it was typed, where an account is not known to be.
    pub address: Option<String>,
    /// Whether its person wants to hear from who sends it. One that is not wanted is written all the same, so that
    /// nobody can tell, and reaches nobody.
    pub wanted: bool,
    /// What it is about: `resource.action`.
    pub kind: String,
    /// The object, an id.
    pub object: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// A line that says what the mail is about. Words of ours only.
    pub about: StoredText,
    /// What it says.
    pub message: StoredText,
}

/// Stores a new letter.
pub(crate) async fn insert(conn: &mut Conn, letter: &Letter) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(letter).execute(c)).map(drop)
}

/// Takes a letter out to deliver it; only one caller ever gets it.
pub(crate) async fn take(conn: &mut Conn, id: LetterId) -> QueryResult<Option<Letter>> {
    with_conn!(conn, |c| diesel::delete(t::table.find(id)).returning(Letter::as_returning()).get_result(c)).optional()
}

/// The letters that were written before this moment and are not delivered, oldest first; at most `limit` of them.
pub(crate) async fn written_before(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<Vec<LetterId>> {
    let query = t::table.filter(t::created_at.lt(before)).order((t::created_at, t::id)).limit(limit).select(t::id);
    with_conn!(conn, |c| query.load(c))
}

/// Gives up letters that nobody could deliver since this moment; at most `limit`.
pub(crate) async fn delete_written_before(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let ids = written_before(conn, before, limit).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    with_conn!(conn, |c| diesel::delete(t::table.filter(t::id.eq_any(&ids))).execute(c))
}

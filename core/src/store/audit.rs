//! The audit log: rows are added, never changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::audit_entries as t;
use crate::clock::Timestamp;
use crate::id::{AuditId, ClientId};

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub struct Entry {
    /// Its id.
    pub id: AuditId,
    /// The client it is about, if any.
    pub client_id: Option<ClientId>,
    /// Who did it.
    pub actor: String,
    /// What: `resource.action`.
    pub action: String,
    /// On what: an id.
    pub object: String,
    /// From which address; empty on the machine itself.
    pub address: String,
    /// JSON of what was, without secrets.
    pub before: Option<String>,
    /// JSON of what is, without secrets.
    pub after: Option<String>,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of all of the above.
    pub digest: Vec<u8>,
}

/// Adds an entry.
pub async fn insert(conn: &mut Conn, entry: &Entry) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(entry).execute(c)).map(drop)
}

/// The newest entries about a client, or with `None` those about none; at most `limit`.
pub async fn newest(conn: &mut Conn, client: Option<ClientId>, limit: i64) -> QueryResult<Vec<Entry>> {
    let query = t::table.order(t::id.desc()).limit(limit);
    match client {
        Some(client) => with_conn!(conn, |c| query.filter(t::client_id.eq(client)).select(Entry::as_select()).load(c)),
        None => with_conn!(conn, |c| query.filter(t::client_id.is_null()).select(Entry::as_select()).load(c)),
    }
}

//! The audit log and the chain of its seals: rows are added, never changed.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text};
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::id::{AuditId, ClientId};
use crate::store::engine::cached::Cached;
use crate::store::engine::conn::{Conn, hot, with_conn};
use crate::store::engine::lent::in_time;
use crate::store::engine::notices::Whose;
use crate::store::schema::{
    audit_entries as t, audit_seal_entries as sealed, audit_seals as seals, audit_unsealed as unsealed,
};

/// How an actor of the staff begins; the number of the account follows.
pub const STAFF: &str = "staff";

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

/// Whose entries are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Of an actor that is written exactly so.
    Exactly(String),
    /// Of anybody of the staff.
    Staff,
}

impl By {
    /// As a query names it: an actor as entries have it, or `staff` for anybody of them.
    pub fn of(text: &str) -> Self {
        if text == STAFF { Self::Staff } else { Self::Exactly(text.to_owned()) }
    }
}

/// Which entries are asked for; what is `None` is not asked.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// About this client.
    pub client: Option<ClientId>,
    /// Of this action.
    pub action: Option<String>,
    /// On this object.
    pub object: Option<String>,
    /// By this actor.
    pub actor: Option<By>,
    /// Of this time or later.
    pub from: Option<Timestamp>,
    /// Of before this time.
    pub to: Option<Timestamp>,
}

/// Adds an entry, which waits for its seal, and tells every server whose configuration has changed. Two rows of its own:
/// nothing that another change could hold.
pub(crate) async fn insert(conn: &mut Conn, entry: Entry, whose: &Whose) -> QueryResult<()> {
    // Every change makes one, so no statement is put together anew for it.
    let with_entry = |statement: &str| {
        diesel::sql_query(statement)
            .bind::<Binary, _>(entry.id)
            .bind::<Nullable<Binary>, _>(entry.client_id)
            .bind::<Text, _>(entry.actor)
            .bind::<Text, _>(entry.action)
            .bind::<Text, _>(entry.object)
            .bind::<Text, _>(entry.address)
            .bind::<Nullable<Text>, _>(entry.before)
            .bind::<Nullable<Text>, _>(entry.after)
            .bind::<BigInt, _>(entry.at)
            .bind::<Binary, _>(entry.digest)
    };
    match conn {
        Conn::Sqlite(_) => {
            let row = with_entry(INSERT);
            let Stored { id } = hot!(conn, get_result(Cached(row)))?;
            let waits = diesel::sql_query(WAIT).bind::<Binary, _>(id);
            hot!(conn, get_result(Cached(waits))).map(|Stored { .. }| ())
        }
        // In one statement, so that an entry costs a change no journey of its own.
        Conn::Postgres(lent) => {
            let all = with_entry(INSERT_WAIT_AND_TELL).bind::<Array<Text>, _>(&whose.0);
            in_time!(lent, |c| Cached(all).execute(c)).map(drop)
        }
    }
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Binary)]
    id: AuditId,
}

const INSERT: &str = "INSERT INTO audit_entries \
    (id, client_id, actor, action, object, address, before, after, at, digest) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";
const WAIT: &str = "INSERT INTO audit_unsealed (entry_id) VALUES (?) RETURNING entry_id AS id";
const INSERT_WAIT_AND_TELL: &str = "WITH entry AS (INSERT INTO audit_entries \
    (id, client_id, actor, action, object, address, before, after, at, digest) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)), \
    waits AS (INSERT INTO audit_unsealed (entry_id) VALUES ($1)) \
    SELECT pg_notify('xwms_snapshots', named) FROM unnest($11) AS named";

/// The newest entries about a client, or with `None` those about none; at most `limit`.
#[cfg(test)]
pub(crate) async fn newest(conn: &mut Conn, client: Option<ClientId>, limit: i64) -> QueryResult<Vec<Entry>> {
    let query = t::table.order(t::id.desc()).limit(limit);
    match client {
        Some(client) => with_conn!(conn, |c| query.filter(t::client_id.eq(client)).select(Entry::as_select()).load(c)),
        None => with_conn!(conn, |c| query.filter(t::client_id.is_null()).select(Entry::as_select()).load(c)),
    }
}

/// Entries, newest first: at most `limit` of those before `before`. An id begins with its time, so an index that ends in
/// the id finds the time as well.
pub(crate) async fn page(
    conn: &mut Conn,
    filter: &Filter,
    before: Option<AuditId>,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    let Filter { client, action, object, actor, from, to } = filter;
    let end = [before, to.map(AuditId::first_at)].into_iter().flatten().min().unwrap_or(AuditId::from_bytes([255; 16]));
    let start = from.map_or(AuditId::from_bytes([0; 16]), AuditId::first_at);
    with_conn!(conn, |c| {
        let mut query = t::table.filter(t::id.ge(start)).filter(t::id.lt(end)).into_boxed();
        if let Some(client) = client {
            query = query.filter(t::client_id.eq(client));
        }
        if let Some(action) = action {
            query = query.filter(t::action.eq(action));
        }
        if let Some(object) = object {
            query = query.filter(t::object.eq(object));
        }
        query = match actor {
            Some(By::Exactly(actor)) => query.filter(t::actor.eq(actor)),
            Some(By::Staff) => query.filter(t::actor.like(format!("{STAFF} %"))),
            None => query,
        };
        query.order(t::id.desc()).limit(limit).select(Entry::as_select()).load(c)
    })
}

/// A seal of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = seals)]
pub struct Seal {
    /// Its place in the chain, from 1.
    pub number: i64,
    /// SHA-256 of the seal before and of its entries.
    pub seal: Vec<u8>,
    /// When it was made.
    pub at: Timestamp,
}

/// Whether this transaction is the one that seals, to its end. On SQLite one change runs at a time anyway.
pub(crate) async fn may_seal(conn: &mut Conn) -> QueryResult<bool> {
    let Conn::Postgres(lent) = conn else { return Ok(true) };
    in_time!(lent, |c| diesel::select(diesel::dsl::sql::<Bool>("pg_try_advisory_xact_lock(8897432782)")).get_result(c))
}

/// Whether an entry waits for its seal.
pub(crate) async fn any_unsealed(conn: &mut Conn) -> QueryResult<bool> {
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(unsealed::table.select(unsealed::entry_id))).get_result(c))
}

/// Entries that wait for their seal with their digests, by id; at most `limit`.
pub(crate) async fn waiting(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(AuditId, Vec<u8>)>> {
    let query = unsealed::table.inner_join(t::table.on(t::id.eq(unsealed::entry_id)));
    let query = query.order(unsealed::entry_id).limit(limit).select((t::id, t::digest));
    with_conn!(conn, |c| query.load(c))
}

/// The newest seal.
pub(crate) async fn newest_seal(conn: &mut Conn) -> QueryResult<Option<Seal>> {
    with_conn!(conn, |c| seals::table.order(seals::number.desc()).select(Seal::as_select()).first(c)).optional()
}

/// The seal of this value.
pub(crate) async fn find_seal(conn: &mut Conn, seal: &[u8]) -> QueryResult<Option<Seal>> {
    with_conn!(conn, |c| seals::table.filter(seals::seal.eq(seal)).select(Seal::as_select()).first(c)).optional()
}

/// Adds a seal over these entries, which wait no more.
pub(crate) async fn add_seal(conn: &mut Conn, seal: &Seal, entries: &[AuditId]) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(seals::table).values(seal).execute(c))?;
    let number = seal.number.into_sql::<BigInt>();
    let rows = unsealed::table.filter(unsealed::entry_id.eq_any(entries)).select((unsealed::entry_id, number));
    let columns = (sealed::entry_id, sealed::seal_number);
    with_conn!(conn, |c| rows.insert_into(sealed::table).into_columns(columns).execute(c))?;
    let gone = unsealed::table.filter(unsealed::entry_id.eq_any(entries));
    with_conn!(conn, |c| diesel::delete(gone).execute(c)).map(drop)
}

/// The seals that follow this number, in order; at most `limit`.
pub(crate) async fn seals_after(conn: &mut Conn, number: i64, limit: i64) -> QueryResult<Vec<Seal>> {
    let query = seals::table.filter(seals::number.gt(number)).order(seals::number).limit(limit);
    with_conn!(conn, |c| query.select(Seal::as_select()).load(c))
}

/// What the seals of these numbers name, by seal and id; an entry that is gone is `None`.
pub(crate) async fn sealed_between(
    conn: &mut Conn,
    first: i64,
    last: i64,
) -> QueryResult<Vec<(i64, AuditId, Option<Entry>)>> {
    let query = sealed::table
        .left_join(t::table.on(t::id.eq(sealed::entry_id)))
        .filter(sealed::seal_number.between(first, last))
        .order((sealed::seal_number, sealed::entry_id));
    with_conn!(conn, |c| {
        query.select((sealed::seal_number, sealed::entry_id, Option::<Entry>::as_select())).load(c)
    })
}

/// What is put under seals that are not among the numbers up to `last`: the lowest such number, and the lowest entry.
pub(crate) async fn named_beside(conn: &mut Conn, last: i64) -> QueryResult<Option<(i64, AuditId)>> {
    let beside = sealed::table.filter(sealed::seal_number.gt(last).or(sealed::seal_number.lt(1)));
    let seal = beside.order(sealed::seal_number).select(sealed::seal_number);
    let Some(seal): Option<i64> = with_conn!(conn, |c| seal.first(c)).optional()? else { return Ok(None) };
    let entry = beside.order(sealed::entry_id).select(sealed::entry_id);
    with_conn!(conn, |c| entry.first(c)).map(|entry| Some((seal, entry)))
}

/// Entries that no seal names, by id: at most `limit` of those after `after`. Looks at the whole log.
pub(crate) async fn without_seal(conn: &mut Conn, after: Option<AuditId>, limit: i64) -> QueryResult<Vec<Entry>> {
    let after = after.unwrap_or(AuditId::from_bytes([0; 16]));
    let named = sealed::table.filter(sealed::entry_id.eq(t::id));
    let query = t::table.filter(diesel::dsl::not(diesel::dsl::exists(named))).filter(t::id.gt(after));
    with_conn!(conn, |c| query.order(t::id).limit(limit).select(Entry::as_select()).load(c))
}

/// An id that waits for a seal and leads to no entry.
pub(crate) async fn waits_for_nothing(conn: &mut Conn) -> QueryResult<Option<AuditId>> {
    let entry = t::table.filter(t::id.eq(unsealed::entry_id));
    let query = unsealed::table.filter(diesel::dsl::not(diesel::dsl::exists(entry))).order(unsealed::entry_id);
    with_conn!(conn, |c| query.select(unsealed::entry_id).first(c)).optional()
}

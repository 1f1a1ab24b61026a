//! Logins and people, counted by day: in total, by domain and by scope.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::id::{ClientId, GrantId, UserId};
use crate::model::stats::Dimension;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::engine::lent::in_time;
use crate::store::schema::{
    client_users, grants, job_positions as positions, login_stat_users as users, login_stats as t,
};

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Whose logins.
    pub client: ClientId,
    /// On which day.
    pub day: i64,
    /// By what.
    pub dimension: Dimension,
    /// Which domain or scope; empty in total.
    pub name: String,
}

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    /// On which day.
    pub day: i64,
    /// Which domain or scope; empty in total.
    pub name: String,
    /// Logins.
    pub logins: i64,
    /// People.
    pub users: i64,
}

/// What has a position of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Job {
    /// Logins, by their grants.
    Logins,
    /// Codes, by when they were redeemed.
    Redeemed,
}

impl Job {
    const fn text(self) -> &'static str {
        match self {
            Self::Logins => "login_stats",
            Self::Redeemed => "login_ways",
        }
    }
}

/// Whether there are logins up to `until` that have not been counted.
pub(crate) async fn any_uncounted(conn: &mut Conn, until: GrantId) -> QueryResult<bool> {
    let last = position(conn, Job::Logins).await?;
    let waiting = grants::table.filter(grants::id.gt(last)).filter(grants::id.le(until));
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(waiting)).get_result(c))
}

/// The last that has been counted.
pub(crate) async fn position(conn: &mut Conn, job: Job) -> QueryResult<GrantId> {
    let position = positions::table.find(job.text()).select(positions::position);
    let last: Option<GrantId> = with_conn!(conn, |c| position.first(c)).optional()?;
    Ok(last.unwrap_or(GrantId::from_bytes([0; 16])))
}

/// The last that has been counted, held to the end of the transaction: two servers never count the same ones.
pub(crate) async fn hold_position(conn: &mut Conn, job: Job) -> QueryResult<GrantId> {
    let job = job.text();
    let first = GrantId::from_bytes([0; 16]);
    let row = (positions::job.eq(job), positions::position.eq(first));
    with_conn!(conn, |c| diesel::insert_into(positions::table).values(row).on_conflict_do_nothing().execute(c))?;
    let same = diesel::update(positions::table.find(job)).set(positions::job.eq(job));
    with_conn!(conn, |c| same.execute(c))?;
    with_conn!(conn, |c| positions::table.find(job).select(positions::position).first(c))
}

/// Notes how far the counting has come.
pub(crate) async fn set_position(conn: &mut Conn, job: Job, last: GrantId) -> QueryResult<()> {
    let job = job.text();
    with_conn!(conn, |c| diesel::update(positions::table.find(job)).set(positions::position.eq(last)).execute(c))
        .map(drop)
}

/// Adds logins.
pub(crate) async fn add(conn: &mut Conn, key: &Key, logins: i64) -> QueryResult<()> {
    let row = (
        t::client_id.eq(key.client),
        t::day.eq(key.day),
        t::dimension.eq(key.dimension),
        t::name.eq(&key.name),
        t::logins.eq(logins),
        t::users.eq(0_i64),
    );
    let all = (t::client_id, t::day, t::dimension, t::name);
    let insert = diesel::insert_into(t::table).values(row);
    with_conn!(conn, |c| insert.on_conflict(all).do_update().set(t::logins.eq(t::logins + logins)).execute(c)).map(drop)
}

/// Notes that these people logged in; who has been noted stays so.
pub(crate) async fn note_users(conn: &mut Conn, seen: &[(Key, UserId)]) -> QueryResult<()> {
    let row = |(key, user): &(Key, UserId)| {
        (
            users::client_id.eq(key.client),
            users::day.eq(key.day),
            users::dimension.eq(key.dimension),
            users::name.eq(key.name.clone()),
            users::user_id.eq(*user),
        )
    };
    if let Conn::Postgres(lent) = conn {
        for some in seen.chunks(1_000) {
            let rows: Vec<_> = some.iter().map(row).collect();
            let insert = diesel::insert_into(users::table).values(&rows).on_conflict_do_nothing();
            in_time!(lent, |c| insert.execute(c))?;
        }
        return Ok(());
    }
    for one in seen {
        let row = row(one);
        with_conn!(conn, |c| diesel::insert_into(users::table).values(row).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// Sets how many people a count has to those that were noted for it.
pub(crate) async fn count_users(conn: &mut Conn, key: &Key) -> QueryResult<()> {
    let noted = users::table
        .filter(users::client_id.eq(key.client))
        .filter(users::day.eq(key.day))
        .filter(users::dimension.eq(key.dimension))
        .filter(users::name.eq(&key.name))
        .count();
    let noted: i64 = with_conn!(conn, |c| noted.get_result(c))?;
    let found = t::table.find((key.client, key.day, key.dimension, &key.name));
    with_conn!(conn, |c| diesel::update(found).set(t::users.eq(noted)).execute(c)).map(drop)
}

/// Forgets who was counted on one client's day before `day`, which grows no more; false when there is none left.
pub(crate) async fn forget_users_before(conn: &mut Conn, day: i64) -> QueryResult<bool> {
    let old = users::table.filter(users::day.lt(day)).order(users::day).select((users::client_id, users::day));
    let found: Option<(ClientId, i64)> = with_conn!(conn, |c| old.first(c)).optional()?;
    let Some((client, old)) = found else { return Ok(false) };
    let done = users::table.filter(users::client_id.eq(client)).filter(users::day.eq(old));
    with_conn!(conn, |c| diesel::delete(done).execute(c))?;
    Ok(true)
}

/// The counts of a client for the days `from` to `to`, both included, by day.
pub(crate) async fn of_days(
    conn: &mut Conn,
    client: ClientId,
    dimension: Dimension,
    from: i64,
    to: i64,
) -> QueryResult<Vec<Count>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::dimension.eq(dimension))
        .filter(t::day.between(from, to))
        .order((t::day, t::name))
        .select((t::day, t::name, t::logins, t::users));
    let rows: Vec<(i64, String, i64, i64)> = with_conn!(conn, |c| query.load(c))?;
    Ok(rows.into_iter().map(|(day, name, logins, users)| Count { day, name, logins, users }).collect())
}

/// How often people logged in through each of these clients on the days from `from` on; one that nobody used is not among
/// them.
pub(crate) async fn logins_since(
    conn: &mut Conn,
    clients: &[ClientId],
    from: i64,
) -> QueryResult<HashMap<ClientId, i64>> {
    let query = t::table
        .filter(t::client_id.eq_any(clients))
        .filter(t::dimension.eq(Dimension::Total))
        .filter(t::day.ge(from))
        .select((t::client_id, t::logins));
    let rows: Vec<(ClientId, i64)> = with_conn!(conn, |c| query.load(c))?;
    let mut logins = HashMap::new();
    for (client, count) in rows {
        *logins.entry(client).or_default() += count;
    }
    Ok(logins)
}

/// How many people have ever logged in through a client, and how often.
pub(crate) async fn ever(conn: &mut Conn, client: ClientId) -> QueryResult<(i64, i64)> {
    let own = client_users::table.filter(client_users::client_id.eq(client));
    let people: i64 = with_conn!(conn, |c| own.count().get_result(c))?;
    let counts = t::table.filter(t::client_id.eq(client)).filter(t::dimension.eq(Dimension::Total)).select(t::logins);
    let logins: Vec<i64> = with_conn!(conn, |c| counts.load(c))?;
    Ok((people, logins.into_iter().sum()))
}

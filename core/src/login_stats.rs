//! Folds logins into statistics: a job counts what logins have written, so that no login counts anything (SPEC §9).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::database::Conn;
use crate::error::Error;
use crate::id::{GrantId, UserId};
use crate::model::day::Day;
use crate::model::stats::{Dimension, Way};
use crate::state::Core;
use crate::store::tables::grants::{self, Login};
use crate::store::tables::login_stats::{self, Job, Key};
use crate::store::tables::{codes, login_ways};

/// Logins of one round of counting.
const BATCH: i64 = 1_000;
/// A login is counted so long after it began: by then it is committed, or never will be.
const SETTLED: Duration = Duration::from_secs(15);

/// Times are kept to this.
const MILLISECOND: Duration = Duration::from_millis(1);
/// Days for which it is kept which way logins went.
const DAYS_OF_WAYS: i64 = 30;

/// Counts the logins, and the codes redeemed, that have settled since the last time.
///
/// # Errors
/// The database's.
pub async fn fold(core: &Core) -> Result<(), Error> {
    fold_logins(core).await?;
    fold_redeemed(core).await
}

async fn fold_logins(core: &Core) -> Result<(), Error> {
    let until = last_of(core.clock.now().before(SETTLED));
    // A look that writes nothing comes first: most of the time nobody has logged in since.
    while login_stats::any_uncounted(&mut core.db.read().await?, until).await? {
        let counted = core
            .db
            .change(async move |conn: &mut Conn| {
                let after = login_stats::hold_position(conn, Job::Logins).await?;
                let logins = grants::after(conn, after, until, BATCH).await?;
                if let Some(last) = logins.last() {
                    count(conn, &logins).await?;
                    login_stats::set_position(conn, Job::Logins, last.id).await?;
                }
                Ok::<_, Error>(logins.len())
            })
            .await?;
        if counted < BATCH as usize {
            break;
        }
    }
    Ok(())
}

/// Counts codes by the secrets they were redeemed with. A code is redeemed a while after its login, so these are counted by
/// the time of that.
async fn fold_redeemed(core: &Core) -> Result<(), Error> {
    let tokens = &core.config.tokens;
    let code_lives = tokens.code_seconds.duration().max(tokens.callback_token_seconds.duration());
    let until = core.clock.now().before(SETTLED);
    // What was redeemed before may have been deleted by now.
    let kept_since = until.before(code_lives + tokens.access_token_seconds.duration());
    let begin = move |position: GrantId| time_of(position).max(kept_since);
    {
        let conn = &mut core.db.read().await?;
        let from = begin(login_stats::position(conn, Job::Redeemed).await?);
        if !codes::any_redeemed(conn, (from, until), from.before(code_lives)).await? {
            return Ok(());
        }
    }
    let counting = async move |conn: &mut Conn| {
        let mut from = begin(login_stats::hold_position(conn, Job::Redeemed).await?);
        while from < until {
            let day = Day::of(from.after(MILLISECOND));
            let to = until.min(day.plus(1).begin().before(MILLISECOND));
            for (client, secret, logins) in codes::redeemed(conn, (from, to), from.before(code_lives)).await? {
                let (day, name) = (day.number(), secret.to_string());
                login_ways::add(conn, &login_ways::Key { client, day, way: Way::Secret, name }, logins).await?;
            }
            from = to;
        }
        Ok::<_, Error>(login_stats::set_position(conn, Job::Redeemed, last_of(until)).await?)
    };
    core.db.change(counting).await
}

/// Forgets who was counted on days that grow no more, and which way logins went long ago.
///
/// # Errors
/// The database's.
pub async fn clean(core: &Core) -> Result<(), Error> {
    let today = Day::of(core.clock.now());
    let yesterday = today.plus(-1).number();
    let oldest = today.plus(1 - DAYS_OF_WAYS).number();
    loop {
        let forget = async move |conn: &mut Conn| {
            let of_ways = login_ways::delete_before(conn, oldest).await?;
            Ok::<_, Error>(login_stats::forget_users_before(conn, yesterday).await? || of_ways)
        };
        if !core.db.change(forget).await? {
            return Ok(());
        }
    }
}

async fn count(conn: &mut Conn, logins: &[Login]) -> Result<(), Error> {
    let mut counts: BTreeMap<Key, i64> = BTreeMap::new();
    let mut seen: BTreeSet<(Key, UserId)> = BTreeSet::new();
    for login in logins {
        for key in keys(login) {
            *counts.entry(key.clone()).or_default() += 1;
            seen.insert((key, login.user_id));
        }
    }
    for (key, logins) in &counts {
        login_stats::add(conn, key, *logins).await?;
    }
    for (way, logins) in ways(logins) {
        login_ways::add(conn, &way, logins).await?;
    }
    login_stats::note_users(conn, &seen.into_iter().collect::<Vec<_>>()).await?;
    for key in counts.keys() {
        login_stats::count_users(conn, key).await?;
    }
    Ok(())
}

fn keys(login: &Login) -> Vec<Key> {
    let day = Day::of(login.created_at).number();
    let key = |dimension, name: &str| Key { client: login.client_id, day, dimension, name: name.to_owned() };
    let of_all = [key(Dimension::Total, ""), key(Dimension::Domain, &login.domain_id.to_string())];
    of_all.into_iter().chain(login.scope.iter().map(|name| key(Dimension::Scope, name))).collect()
}

fn ways(logins: &[Login]) -> BTreeMap<login_ways::Key, i64> {
    let mut counts = BTreeMap::new();
    for login in logins {
        let Some(url) = login.url_id else { continue };
        let (client, day) = (login.client_id, Day::of(login.created_at).number());
        *counts.entry(login_ways::Key { client, day, way: Way::Url, name: url.to_string() }).or_default() += 1;
    }
    counts
}

/// The last id that a grant of this moment can have: ids begin with their milliseconds (RFC 9562 §5.7).
fn last_of(time: Timestamp) -> GrantId {
    let mut bytes = [255; 16];
    let milliseconds = u64::try_from(time.milliseconds()).unwrap_or(0).to_be_bytes();
    bytes[..6].copy_from_slice(&milliseconds[2..]);
    GrantId::from_bytes(bytes)
}

/// The time that an id begins with.
fn time_of(id: GrantId) -> Timestamp {
    let mut bytes = [0; 8];
    bytes[2..].copy_from_slice(&id.as_bytes()[..6]);
    Timestamp::from_milliseconds(i64::from_be_bytes(bytes))
}

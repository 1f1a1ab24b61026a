//! Folds logins into statistics: a job counts what logins have written, so that no login counts anything (SPEC §9).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::database::Conn;
use crate::error::Error;
use crate::id::{GrantId, UserId};
use crate::model::day::Day;
use crate::model::stats::Dimension;
use crate::state::Core;
use crate::store::tables::grants::{self, Login};
use crate::store::tables::login_stats::{self, Key};

/// Logins of one round of counting.
const BATCH: i64 = 1_000;
/// A login is counted so long after it began: by then it is committed, or never will be.
const SETTLED: Duration = Duration::from_secs(15);

/// Counts the logins that have settled since the last time.
///
/// # Errors
/// The database's.
pub async fn fold(core: &Core) -> Result<(), Error> {
    let until = last_of(core.clock.now().before(SETTLED));
    // A look that writes nothing comes first: most of the time nobody has logged in since.
    while login_stats::any_uncounted(&mut core.db.read().await?, until).await? {
        let counted = core
            .db
            .change(async move |conn: &mut Conn| {
                let after = login_stats::hold_position(conn).await?;
                let logins = grants::after(conn, after, until, BATCH).await?;
                if let Some(last) = logins.last() {
                    count(conn, &logins).await?;
                    login_stats::set_position(conn, last.id).await?;
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

/// Forgets who was counted on days that grow no more.
///
/// # Errors
/// The database's.
pub async fn clean(core: &Core) -> Result<(), Error> {
    let yesterday = Day::of(core.clock.now()).plus(-1).number();
    loop {
        let forget = async move |conn: &mut Conn| Ok(login_stats::forget_users_before(conn, yesterday).await?);
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

/// The last id that a grant of this moment can have: ids begin with their milliseconds (RFC 9562 §5.7).
fn last_of(time: Timestamp) -> GrantId {
    let mut bytes = [255; 16];
    let milliseconds = u64::try_from(time.milliseconds()).unwrap_or(0).to_be_bytes();
    bytes[..6].copy_from_slice(&milliseconds[2..]);
    GrantId::from_bytes(bytes)
}

//! How many logins of the last seven days went which way: said before the way is closed. No part of the statistics, so
//! every plan shows it.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::permit::Caller;
use super::runner::{self, Ask};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, SecretId, UrlId};
use crate::model::day::Day;
use crate::model::stats::{Dimension, Way};
use crate::state::Core;
use crate::store::tables::{login_stats, login_ways};

/// Logins are told of so many days, up to today.
const DAYS: i64 = 7;

/// Logins that ended at each callback URL; one that none did is left out. Those of the last seconds are not counted yet.
///
/// # Errors
/// Those of [`super::permit`] for `urls:read`; the database's.
pub async fn by_url(core: &Core, caller: &Caller, client: ClientId) -> Result<BTreeMap<UrlId, i64>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::UrlsRead)).await?;
    Ok(summed(login_ways::of_days(&mut reading.conn, client, Way::Url, week(core)).await?))
}

/// Logins whose code was redeemed with each secret, likewise.
///
/// # Errors
/// Those of [`super::permit`] for `secrets:read`; the database's.
pub async fn by_secret(core: &Core, caller: &Caller, client: ClientId) -> Result<BTreeMap<SecretId, i64>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::SecretsRead)).await?;
    Ok(summed(login_ways::of_days(&mut reading.conn, client, Way::Secret, week(core)).await?))
}

/// Logins that were given each scope, likewise.
///
/// # Errors
/// Those of [`super::permit`] for `scopes:read`; the database's.
pub async fn by_scope(core: &Core, caller: &Caller, client: ClientId) -> Result<BTreeMap<String, i64>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::ScopesRead)).await?;
    of_week(&mut reading.conn, core, client, Dimension::Scope).await
}

/// Those of a dimension of the statistics, likewise.
pub(super) async fn of_week<K: FromStr + Ord>(
    conn: &mut Conn,
    core: &Core,
    client: ClientId,
    dimension: Dimension,
) -> Result<BTreeMap<K, i64>, Error> {
    let (from, to) = week(core);
    let counts = login_stats::of_days(conn, client, dimension, from, to).await?;
    Ok(summed(counts.into_iter().map(|count| (count.name, count.logins)).collect()))
}

fn week(core: &Core) -> (i64, i64) {
    let today = Day::of(core.clock.now());
    (today.plus(1 - DAYS).number(), today.number())
}

fn summed<K: FromStr + Ord>(counts: Vec<(String, i64)>) -> BTreeMap<K, i64> {
    let mut sums = BTreeMap::new();
    for (name, logins) in counts {
        if let Ok(name) = name.parse() {
            *sums.entry(name).or_default() += logins;
        }
    }
    sums
}

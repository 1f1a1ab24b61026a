//! What of a client stands in a list of many.

use std::collections::HashMap;

use crate::clock::Timestamp;
use crate::contract::client::ClientView;
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, RoleId};
use crate::model::day::Day;
use crate::state::Core;
use crate::store::tables::{domains, login_stats, roles, verifications};

/// The time that logins are of, in days.
const DAYS: i64 = 30;

/// What of a client stands in a list of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// An approval of it is in force.
    pub is_verified: bool,
    /// Logins of the last 30 days.
    pub logins: i64,
    /// Its domains.
    pub domains: usize,
}

/// A client in the list of somebody who belongs to it, as far as their role lets them read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnGlance {
    /// The name of their role.
    pub role: String,
    /// An approval of the client is in force.
    pub is_verified: bool,
    /// Logins of the last 30 days.
    pub logins: Option<i64>,
    /// Its domains.
    pub domains: Option<usize>,
}

/// What stands in the caller's list of these, which are their own.
///
/// # Errors
/// The database's.
pub async fn of_own(core: &Core, found: &[ClientView]) -> Result<HashMap<ClientId, OwnGlance>, Error> {
    // Whose a client is was asked when it was listed: a view of one has the caller's place in it.
    let own: Vec<&ClientView> = found.iter().filter(|client| client.access.role.is_some()).collect();
    let ids: Vec<ClientId> = own.iter().map(|client| client.id).collect();
    let held: Vec<RoleId> = own.iter().filter_map(|client| client.access.role).collect();
    let mut conn = core.db.read().await?;
    let glances = of_clients(&mut conn, &ids, core.clock.now()).await?;
    let names = roles::names(&mut conn, &held).await?;
    let glance = |client: &ClientView| {
        let role = client.access.role.and_then(|role| names.get(&role)).cloned().unwrap_or_default();
        let seen = glances.get(&client.id).copied().unwrap_or_default();
        let may = |permission| client.access.permissions.contains(&permission);
        let (logins, domains) =
            (may(Permission::StatsRead).then_some(seen.logins), may(Permission::DomainsRead).then_some(seen.domains));
        (client.id, OwnGlance { role, is_verified: seen.is_verified, logins, domains })
    };
    Ok(own.into_iter().map(glance).collect())
}

/// What stands in a list of these clients.
pub(crate) async fn of_clients(
    conn: &mut Conn,
    ids: &[ClientId],
    now: Timestamp,
) -> Result<HashMap<ClientId, Glance>, Error> {
    let mut found: HashMap<ClientId, Glance> = HashMap::new();
    for (id, coverage) in verifications::coverage_of(conn, ids).await? {
        found.entry(id).or_default().is_verified |= coverage.holds(now);
    }
    for (id, logins) in login_stats::logins_since(conn, ids, first_day(now)).await? {
        found.entry(id).or_default().logins = logins;
    }
    for domain in domains::modes(conn, ids).await? {
        found.entry(domain.client).or_default().domains += 1;
    }
    Ok(found)
}

/// The first of the days that are counted.
pub(crate) fn first_day(now: Timestamp) -> i64 {
    Day::of(now).plus(1 - DAYS).number()
}

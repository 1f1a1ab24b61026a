//! Statistics of a client's logins.

use std::collections::BTreeMap;

use super::entitlement::Rules;
use super::permit::{self, Caller};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::ClientId;
use crate::model::day::Day;
use crate::model::stats::Dimension;
use crate::state::Core;
use crate::store::tables::{login_stats, profiles};

/// What every plan shows: so many days, up to today.
const BASIC_DAYS: i64 = 30;
/// The longest time that one answer covers, in days: ten years, so that an answer has an end.
const MOST_DAYS: i64 = 3_660;

/// What is asked for; what is `None` is as by default: the last 30 days, by day.
#[derive(Clone, Debug, Default)]
pub struct StatsFields {
    /// The first day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// The last day, included.
    pub to: Option<String>,
    /// `day`, `domain` or `scope`.
    pub by: Option<String>,
    /// Whether it is wanted as a table for other programs: a part of advanced statistics.
    pub as_csv: bool,
}

/// A line of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The day, the domain's id, or the scope.
    pub name: String,
    /// Logins.
    pub logins: i64,
    /// People, each counted once a day.
    pub users: i64,
}

/// The statistics.
#[derive(Clone, Debug)]
pub struct Stats {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// What the lines are: `day`, `domain` or `scope`.
    pub by: &'static str,
    /// Everybody who has ever logged in.
    pub total_users: i64,
    /// All their logins.
    pub total_logins: i64,
    /// One for each day, or for each domain or scope that there were logins for.
    pub lines: Vec<Line>,
}

/// The statistics of a client. Logins of the last seconds are not counted yet.
///
/// # Errors
/// [`Error::Invalid`] for `from`, `to`, `by`; [`Error::PlanRequired`] for what the billing owner's plan does not show; those
/// of [`permit::to_read`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, fields: &StatsFields) -> Result<Stats, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let mut conn = core.db.read().await?;
    let access = permit::to_read(&mut conn, caller, client, Permission::StatsRead, now).await?;
    let today = Day::of(now);
    let day = |field: &str, given: &Option<String>| match given {
        None => Ok(None),
        Some(text) => {
            let read = Day::parse(text).map(Some);
            read.ok_or_else(|| Error::invalid(field, "malformed", "give a day, such as 2026-01-31"))
        }
    };
    let to = day("to", &fields.to)?.unwrap_or(today);
    let from = day("from", &fields.from)?.unwrap_or(to.plus(1 - BASIC_DAYS));
    if to < from {
        return Err(Error::invalid("to", "range", "give a day that is not before from"));
    }
    let (by, dimension) = match fields.by.as_deref().unwrap_or("day") {
        "day" => ("day", Dimension::Total),
        "domain" => ("domain", Dimension::Domain),
        "scope" => ("scope", Dimension::Scope),
        _ => return Err(Error::invalid("by", "unknown_value", "give one of day, domain, scope")),
    };
    let basic = dimension == Dimension::Total && from > today.plus(-BASIC_DAYS) && !fields.as_csv;
    if !basic {
        let owner = match access.client.billing_owner {
            Some(owner) => profiles::find(&mut conn, owner).await?,
            None => None,
        };
        if !owner.is_some_and(|owner| rules.entitlements(&owner, now).advanced_stats) {
            return Err(Error::PlanRequired);
        }
    }
    if to.number() - from.number() >= MOST_DAYS {
        return Err(Error::invalid("from", "range", "give at most 3,660 days"));
    }
    let counts = login_stats::of_days(&mut conn, client, dimension, from.number(), to.number()).await?;
    let (total_users, total_logins) = login_stats::ever(&mut conn, client).await?;
    let mut lines: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    if dimension == Dimension::Total {
        lines = (from.number()..=to.number()).map(|day| (Day::from_number(day).to_string(), (0, 0))).collect();
    }
    for count in counts {
        let name = if dimension == Dimension::Total { Day::from_number(count.day).to_string() } else { count.name };
        let line = lines.entry(name).or_default();
        *line = (line.0 + count.logins, line.1 + count.users);
    }
    let lines = lines.into_iter().map(|(name, (logins, users))| Line { name, logins, users }).collect();
    Ok(Stats { from, to, by, total_users, total_logins, lines })
}

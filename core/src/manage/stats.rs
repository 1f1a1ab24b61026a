//! Statistics of a client's logins.

use std::collections::BTreeMap;

use super::entitlement::Rules;
use super::permit::Caller;
use super::runner::{self, Ask};
use crate::contract::Findings;
use crate::contract::stats::{Counted, Line, StatsView};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::ClientId;
use crate::model::day::Day;
use crate::model::stats::Dimension;
use crate::state::Core;
use crate::store::tables::{login_stats, profiles};
use crate::text;

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

/// The statistics of a client. Logins of the last seconds are not counted yet.
///
/// # Errors
/// [`Error::Invalid`] for `from`, `to`, `by`; [`Error::PlanRequired`] for what the billing owner's plan does not show; those
/// of [`permit`](super::permit); the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, fields: &StatsFields) -> Result<StatsView, Error> {
    let now = core.clock.now();
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::StatsRead)).await?;
    let asked = Range::read(fields, Day::of(now))?;
    if !asked.basic {
        let owner = match reading.access()?.client.billing_owner {
            Some(owner) => profiles::find(&mut reading.conn, owner).await?,
            None => None,
        };
        let rules = Rules::of(&core.config);
        if !owner.is_some_and(|owner| rules.entitlements(&owner, now).advanced_stats) {
            return Err(Error::PlanRequired);
        }
    }
    let Range { from, to, by, dimension, .. } = asked;
    let (first, last) = (from.number(), to.number());
    if last - first >= MOST_DAYS {
        return Err(Error::Invalid(vec![text!("range-days", max = MOST_DAYS).at("from")]));
    }
    let counts = login_stats::of_days(&mut reading.conn, client, dimension, first, last).await?;
    let (users, logins) = login_stats::ever(&mut reading.conn, client).await?;
    let mut lines: BTreeMap<String, Counted> = BTreeMap::new();
    if dimension == Dimension::Total {
        lines = (first..=last).map(|day| (Day::from_number(day).to_string(), Counted::default())).collect();
    }
    for count in counts {
        let name = if dimension == Dimension::Total { Day::from_number(count.day).to_string() } else { count.name };
        let line = lines.entry(name).or_default();
        (line.logins, line.users) = (line.logins + count.logins, line.users + count.users);
    }
    let data = lines.into_iter().map(|(name, counted)| Line { by, name, counted }).collect();
    Ok(StatsView { from, to, by, total: Counted { users, logins }, data })
}

/// What is asked for, as it was read.
struct Range {
    from: Day,
    to: Day,
    by: &'static str,
    dimension: Dimension,
    /// Every plan shows it.
    basic: bool,
}

impl Range {
    fn read(fields: &StatsFields, today: Day) -> Result<Self, Error> {
        let mut findings = Findings::default();
        let mut day = |field: &str, given: &Option<String>| {
            let read = given.as_deref().map(|text| Day::parse(text).ok_or_else(|| text!("malformed-day"))).transpose();
            findings.value(field, read).flatten()
        };
        let to = day("to", &fields.to).unwrap_or(today);
        let from = day("from", &fields.from).unwrap_or(to.plus(1 - BASIC_DAYS));
        let (by, dimension) = match fields.by.as_deref().unwrap_or("day") {
            "domain" => ("domain", Dimension::Domain),
            "scope" => ("scope", Dimension::Scope),
            other => {
                if other != "day" {
                    findings.add("by", text!("unknown_value", choices = "day, domain, scope"));
                }
                ("day", Dimension::Total)
            }
        };
        if findings.is_empty() && to < from {
            findings.add("to", text!("range-before_from"));
        }
        findings.none()?;
        let basic = dimension == Dimension::Total && from > today.plus(-BASIC_DAYS) && !fields.as_csv;
        Ok(Self { from, to, by, dimension, basic })
    }
}

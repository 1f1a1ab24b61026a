//! Statistics of a client's logins.

use schemars::JsonSchema;
use serde::Serialize;

use super::View;
use crate::model::day::Day;

/// The statistics of a client.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Stats")]
pub struct StatsView {
    /// The first day, in UTC.
    #[schemars(with = "String", length(max = 10), example = &"2026-01-02")]
    pub from: Day,
    /// The last day.
    #[schemars(with = "String", length(max = 10), example = &"2026-01-31")]
    pub to: Day,
    /// What the lines are.
    #[schemars(extend("enum" = ["day", "domain", "scope"]), example = &"day")]
    pub by: &'static str,
    /// `users` and `logins` of all time.
    pub total: Counted,
    /// The lines.
    #[schemars(with = "Vec<StatsLine>", extend("examples" = [[{ "day": "2026-01-31", "logins": 12, "users": 7 }]]))]
    #[serde(serialize_with = "lines")]
    pub data: Vec<Line>,
}

impl View for StatsView {}

impl StatsView {
    /// The lines as RFC 4180 has them. Names are days, ids and scopes: none has a comma, a quote or what a spreadsheet takes
    /// for a formula.
    pub fn csv(&self) -> String {
        let mut text = format!("{},logins,users\r\n", self.by);
        for line in &self.data {
            text.push_str(&format!("{},{},{}\r\n", line.name, line.counted.logins, line.counted.users));
        }
        text
    }
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counted {
    /// People, each counted once a day.
    #[schemars(range(min = 0), example = 40)]
    pub users: i64,
    /// Logins.
    #[schemars(range(min = 0), example = 128)]
    pub logins: i64,
}

/// A line of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What the lines are: `day`, `domain` or `scope`.
    pub by: &'static str,
    /// The day, the domain's id, or the scope.
    pub name: String,
    /// How many there.
    pub counted: Counted,
}

/// A line as it is written: its name is a member named after what the lines are.
#[derive(Default, Serialize, JsonSchema)]
struct StatsLine {
    /// The day, by day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(max = 10))]
    day: Option<String>,
    /// The domain's id, by domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(max = 40))]
    domain: Option<String>,
    /// The scope, by scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(max = 120))]
    scope: Option<String>,
    /// Logins.
    #[schemars(range(min = 0))]
    logins: i64,
    /// People, each counted once a day.
    #[schemars(range(min = 0))]
    users: i64,
}

fn lines<S: serde::Serializer>(lines: &[Line], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lines.iter().map(|Line { by, name, counted }| {
        let line = StatsLine { logins: counted.logins, users: counted.users, ..StatsLine::default() };
        let name = Some(name.clone());
        match *by {
            "day" => StatsLine { day: name, ..line },
            "domain" => StatsLine { domain: name, ..line },
            _ => StatsLine { scope: name, ..line },
        }
    }))
}

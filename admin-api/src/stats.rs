//! Statistics of logins: `/clients/{client}/stats`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use serde_json::{Value, json};
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::stats::{self, Stats as Found, StatsFields};
use xwms_core::state::Core;

use crate::authenticated::Authenticated;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Set, Shape, member};

static LINE: Shape = Shape {
    name: "StatsLine",
    members: &[
        member("day", Kind::Text(10), Set::Later, "The day, by day.", "2026-01-31"),
        member(
            "domain",
            Kind::Text(40),
            Set::Later,
            "The domain's id, by domain.",
            "domain_01jd3v8m1efb9rkyq9wzvw2x4a",
        ),
        member("scope", Kind::Text(120), Set::Later, "The scope, by scope.", "profile"),
        member("logins", Kind::Integer(0, i64::MAX), Set::Never, "Logins.", "12"),
        member("users", Kind::Integer(0, i64::MAX), Set::Never, "People, each counted once a day.", "7"),
    ],
};

static STATS: Shape = Shape {
    name: "Stats",
    members: &[
        member("from", Kind::Text(10), Set::Never, "The first day, in UTC.", "2026-01-02"),
        member("to", Kind::Text(10), Set::Never, "The last day.", "2026-01-31"),
        member("by", Kind::OneOf(&["day", "domain", "scope"]), Set::Never, "What the lines are.", "day"),
        member("total", Kind::Any, Set::Never, "`users` and `logins` of all time.", r#"{"users": 40, "logins": 128}"#),
        member(
            "data",
            Kind::Objects(&LINE),
            Set::Never,
            "The lines.",
            r#"[{"day": "2026-01-31", "logins": 12, "users": 7}]"#,
        ),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[Operation {
    method: Method::Get,
    path: "/clients/{client}/stats",
    id: "getStats",
    summary: "Counts logins and people: by day for the last 30 days, with advanced statistics also by domain and scope, of any \
              time, and as CSV (`Accept: text/csv`).",
    needs: Needs::Client(Permission::StatsRead),
    query: &[
        QueryParam { name: "from", about: "The first day.", example: "2026-01-02", choices: &[] },
        QueryParam { name: "to", about: "The last day, included.", example: "2026-01-31", choices: &[] },
        QueryParam { name: "by", about: "What is counted by.", example: "day", choices: &["day", "domain", "scope"] },
    ],
    request: RequestBody::Nothing,
    response: ResponseBody::Table(&STATS),
    refusals: &[(402, "plan_required")],
    handler: || get(read),
}];

#[derive(Serialize)]
struct Stats {
    from: String,
    to: String,
    by: &'static str,
    total: Value,
    data: Vec<Value>,
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let word = |name| query.get(name).map(str::to_owned);
    let as_csv = prefers_csv(accept);
    let fields = StatsFields { from: word("from"), to: word("to"), by: word("by"), as_csv };
    let found = stats::get(&core, &caller, client, &fields).await?;
    Ok(if as_csv { csv(&found) } else { Json(Stats::from(found)).into_response() })
}

/// Whether CSV is wanted rather than JSON (RFC 9110 §12.5.1): it is named, and nothing that JSON goes by weighs more.
fn prefers_csv<'a>(accept: impl Iterator<Item = &'a str>) -> bool {
    let (mut csv, mut json) = (0.0, 0.0);
    for range in accept.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |weight| weight.parse().ok());
        let weight: f32 = weight.unwrap_or(0.0);
        if name.eq_ignore_ascii_case("text/csv") {
            csv = weight;
        } else if name.eq_ignore_ascii_case("application/json") {
            json = weight;
        }
    }
    csv > 0.0 && csv >= json
}

/// RFC 4180. Names are days, ids and scopes: none has a comma, a quote or what a spreadsheet takes for a formula.
fn csv(found: &Found) -> Response {
    let mut text = format!("{},logins,users\r\n", found.by);
    for line in &found.lines {
        text.push_str(&format!("{},{},{}\r\n", line.name, line.logins, line.users));
    }
    let content_type = HeaderValue::from_static("text/csv; charset=utf-8");
    let file = HeaderValue::from_static("attachment; filename=\"stats.csv\"");
    ([(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, file)], text).into_response()
}

impl From<Found> for Stats {
    fn from(found: Found) -> Self {
        let by = found.by;
        let line = |line: &stats::Line| {
            let mut value = json!({ "logins": line.logins, "users": line.users });
            value[by] = json!(line.name);
            value
        };
        Self {
            from: found.from.to_string(),
            to: found.to.to_string(),
            by,
            total: json!({ "users": found.total_users, "logins": found.total_logins }),
            data: found.lines.iter().map(line).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::prefers_csv;

    #[test]
    fn csv_is_for_those_who_prefer_it() {
        let rows = [
            ("text/csv", true),
            ("Text/CSV; charset=utf-8", true),
            ("application/json;q=0.5, text/csv", true),
            ("text/csv, */*;q=0.1", true),
            ("application/json, text/csv;q=0.1", false),
            ("text/csv;q=0", false),
            ("*/*", false),
            ("", false),
        ];
        for (accept, csv) in rows {
            assert_eq!(prefers_csv([accept].into_iter()), csv, "{accept}");
        }
    }
}

//! Statistics of logins: `/clients/{client}/stats`.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use xwms_core::contract::stats::StatsView;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::stats::{self, StatsFields};
use xwms_core::state::Core;

use crate::answer::shown;
use crate::authenticated::Authenticated;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static STATS: Of<StatsView> = Of::new();

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
    Ok(if as_csv { csv(&found) } else { shown(&found) })
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

fn csv(found: &StatsView) -> Response {
    let content_type = HeaderValue::from_static("text/csv; charset=utf-8");
    let file = HeaderValue::from_static("attachment; filename=\"stats.csv\"");
    ([(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, file)], found.csv()).into_response()
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

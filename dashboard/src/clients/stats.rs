//! Stats: logins and people as bars and as a table, and the same as a file.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use xwms_core::contract::stats::{Line, StatsView};
use xwms_core::error::Error;
use xwms_core::id::ClientId;
use xwms_core::manage::stats::{self, StatsFields};
use xwms_core::model::day::Day;
use xwms_core::text;

use super::naming;
use super::users::{Part, tabs};
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::chart::{Bar, Chart};
use crate::page::filters::Filters;
use crate::page::form::{Choice, Control};
use crate::page::html::Html;
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::section::ClientSection;

/// The words of the address.
const WORDS: [&str; 3] = ["from", "to", "by"];
/// As many days are drawn as bars; of more, the weeks.
const MOST_BARS: usize = 31;
const WEEK: usize = 7;

pub(crate) async fn read(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    check_words(&desk)?;
    let found = find(&desk, false).await;
    draw(&desk, found)
}

pub(crate) async fn file(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    check_words(&desk)?;
    match find(&desk, true).await {
        Ok(found) => {
            let content_type = HeaderValue::from_static("text/csv; charset=utf-8");
            let file = HeaderValue::from_static("attachment; filename=\"stats.csv\"");
            let never_kept = HeaderValue::from_static("no-store");
            let headers = [
                (header::CONTENT_TYPE, content_type),
                (header::CONTENT_DISPOSITION, file),
                (header::CACHE_CONTROL, never_kept),
            ];
            Ok((headers, found.csv()).into_response())
        }
        refused => draw(&desk, refused),
    }
}

/// The address has no other words than a list of these filters.
fn check_words(desk: &ClientDesk<ClientId>) -> Result<(), Response> {
    ListRequest::<String>::of(desk, &Part::Stats.href(desk.client()), &WORDS).map(drop)
}

async fn find(desk: &ClientDesk<ClientId>, as_csv: bool) -> Result<StatsView, Error> {
    let query = &desk.signed_in().visit.query;
    let word = |name| query.get(name).map(str::to_owned);
    let fields = StatsFields { from: word("from"), to: word("to"), by: word("by"), as_csv };
    stats::get(desk.core(), &desk.caller(), desk.client(), &fields).await
}

fn draw(desk: &ClientDesk<ClientId>, found: Result<StatsView, Error>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = Part::Stats.href(desk.client());
    let mut filters = Filters::of(desk, &path, &WORDS);
    let (found, lacks_plan) = match found {
        Err(Error::PlanRequired) => (Vec::new(), true),
        other => (filters.found(desk, other.map(|found| vec![found]))?, false),
    };
    let by = [("day", shell.say("stats_by-day")), ("domain", shell.say("stats_by-domain"))];
    let by = by.into_iter().chain([("scope", shell.say("stats_by-scope"))]);
    let by = by.map(|(word, text)| Choice::new(word, Html::text(text)));
    let filters = filters
        .field(Control::input("from", shell.say("field_from"), "date", "off"))
        .field(Control::input("to", shell.say("field_to"), "date", "off"))
        .field(Control::select("by", shell.say("stats_by"), by));
    let mut page = desk
        .page(shell.say("users_tab-stats"))
        .crumb(ClientSection::Users.href(desk.client()), shell.say("section_users"))
        .tabs(tabs(desk, Some(Part::Stats)))
        .purpose(shell.say("stats_purpose"))
        .refused(filters.values(), |name| label_of(shell, name));
    if lacks_plan {
        page = page.status(StatusCode::PAYMENT_REQUIRED).notice("care", &text!("stats_plan"));
        let plans = Html::paragraph(&Html::link("/account/plan", shell.say("stats_plans")));
        return Ok(page.part(&plans).part(&filters.html()).respond());
    }
    let body: Html = found.iter().map(|found| body(desk, found)).collect::<Result<Html, Response>>()?;
    Ok(page.part(&filters.html()).part(&body).respond())
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "from" => shell.say("field_from"),
        "to" => shell.say("field_to"),
        "by" => shell.say("stats_by"),
        other => other.to_owned(),
    }
}

fn body(desk: &ClientDesk<ClientId>, found: &StatsView) -> Result<Html, Response> {
    let shell = desk.shell();
    let terms = Terms::new([
        (shell.say("stats_total-logins"), Html::text(found.total.logins)),
        (shell.say("stats_total-users"), Html::text(found.total.users)),
    ]);
    let head = Html::card(&terms.html());
    if found.data.iter().all(|line| line.counted.logins == 0) {
        return Ok(head.and(&Empty::new(shell.say("stats_none")).html()));
    }
    let table = table(desk, found)?;
    let query = [("from", found.from.to_string()), ("to", found.to.to_string()), ("by", found.by.to_owned())];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let href = format!("/clients/{}/stats.csv?{query}", desk.client());
    let file = Html::paragraph(&Html::quiet_button(href, shell.say("stats_file")));
    let shown = if found.by == "day" { charts(desk, found, &table) } else { table };
    Ok(head.and(&shown).and(&file))
}

/// Logins, and people: these are counted once a day each, so that weeks of them are not summed.
fn charts(desk: &ClientDesk<ClientId>, found: &StatsView, table: &Html) -> Html {
    let shell = desk.shell();
    let logins = logins(desk, found, table);
    if found.data.len() > MOST_BARS {
        return logins;
    }
    let bars = bars(shell, &found.data, &today(desk), |line| line.counted.users);
    let finding =
        most(&bars).map(|bar| shell.tell(text!("stats_users-finding", label = bar.label.as_str(), most = bar.value)));
    let title = shell.say("stats_users-daily");
    logins.and(&Chart::new("people", title, finding.unwrap_or_default(), bars).html(&Html::default()))
}

/// Logins by day, with the same as a table below.
pub(super) fn chart_of_logins(desk: &ClientDesk<ClientId>, found: &StatsView) -> Html {
    let table = table(desk, found).unwrap_or_default();
    logins(desk, found, &table)
}

fn logins(desk: &ClientDesk<ClientId>, found: &StatsView, table: &Html) -> Html {
    let shell = desk.shell();
    let bars = bars(shell, &found.data, &today(desk), |line| line.counted.logins);
    let total: i64 = found.data.iter().map(|line| line.counted.logins).sum();
    let finding = most(&bars).map(|bar| {
        shell.tell(text!("stats_logins-finding", total = total, label = bar.label.as_str(), most = bar.value))
    });
    let title =
        if found.data.len() > MOST_BARS { shell.say("stats_logins-weekly") } else { shell.say("stats_logins-daily") };
    let below = Html::folded(shell.say("stats_as_table"), table);
    Chart::new("logins", title, finding.unwrap_or_default(), bars).html(&below)
}

fn today(desk: &ClientDesk<ClientId>) -> String {
    Day::of(desk.core().clock.now()).to_string()
}

fn most(bars: &[Bar]) -> Option<&Bar> {
    bars.iter().rev().max_by_key(|bar| bar.value)
}

/// A bar a day, or a week of them.
fn bars(shell: &Shell, lines: &[Line], today: &str, count: impl Fn(&Line) -> i64) -> Vec<Bar> {
    let days = if lines.len() > MOST_BARS { WEEK } else { 1 };
    let bar = |lines: &[Line]| {
        let first = lines.first().map(|line| day_in_words(shell, &line.name)).unwrap_or_default();
        let is_open = lines.iter().any(|line| line.name == today);
        let label = if is_open { shell.tell(text!("stats_so_far", day = first.as_str())) } else { first };
        Bar { label, value: lines.iter().map(&count).sum(), is_open }
    };
    lines.chunks(days).map(bar).collect()
}

/// `24 Nov`, of a day as it is stored.
fn day_in_words(shell: &Shell, day: &str) -> String {
    let number = |from: usize, to: usize| day.get(from..to).and_then(|text| text.parse::<u32>().ok());
    let (month, day) = (number(5, 7).unwrap_or_default(), number(8, 10).unwrap_or_default());
    shell.tell(text!("stats_day", day = day, month = month))
}

fn table(desk: &ClientDesk<ClientId>, found: &StatsView) -> Result<Html, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    let of = match found.by {
        "domain" => shell.say("field_domain"),
        "scope" => shell.say("scopes_list-scope"),
        _ => shell.say("stats_table-day"),
    };
    let columns =
        [Column::of(of), Column::number(shell.say("users_logins")), Column::number(shell.say("stats_table-users"))];
    let rows = found.data.iter().map(|line| {
        let name = match (found.by, line.name.parse()) {
            ("domain", Ok(domain)) => naming::domain(shell, context, domain),
            _ => Html::text(&line.name),
        };
        [name, Html::text(line.counted.logins), Html::text(line.counted.users)]
    });
    let caption = text!("stats_caption", from = found.from.to_string(), to = found.to.to_string());
    Ok(Table::new(shell.tell(caption), columns).rows(rows).html())
}

//! The audit log of a client: who did what, when, from where; and the same as a file.

use std::collections::HashMap;
use std::fmt::Display;

use axum::response::Response;
use serde_json::{Map, Value};
use xwms_core::clock::Timestamp;
use xwms_core::contract::audit::EntryView;
use xwms_core::error::{Error, FieldError};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{AuditId, ClientId};
use xwms_core::manage::audit_log::{self, By, Filter};
use xwms_core::manage::members::{self, MemberPage};
use xwms_core::text;
use xwms_core::zone::DayEnd;

use crate::desk::{ClientDesk, ClientIds, Place};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::Control;
use crate::page::html::Html;
use crate::page::jsonl;
use crate::page::list::ListRequest;
use crate::page::matrix::resource_name;
use crate::page::table::{Column, Table};
use crate::page::values::Values;
use crate::section::ClientSection;

const FILTERS: [&str; 5] = ["action", "object", "actor", "from", "to"];
/// So many members are known by name.
const PEOPLE: i64 = 200;
/// So many changes of one entry are shown at once.
const SHOWN: usize = 3;

type Desk = ClientDesk<ClientId>;

pub(crate) async fn list(desk: Desk) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Audit.href(desk.client());
    desk.need(Permission::AuditRead)?;
    let asks = ListRequest::<AuditId>::of(&desk, &path, &FILTERS)?;
    let found = match filter(&desk) {
        Ok(filter) => audit_log::page(desk.core(), &desk.caller(), &filter, asks.after, asks.look_for()).await,
        Err(why) => Err(why),
    };
    let mut filters = Filters::of(&desk, &path, &FILTERS);
    let found = filters.found(&desk, found)?;
    let (found, pages) = asks.cut(shell, found, |entry| entry.id.to_string());
    if found.is_empty() && asks.is_first() {
        let empty =
            if filters.values().refusal().is_some() { Html::default() } else { filters.empty(shell.say("audit_none")) };
        return Ok(page(&desk, filters, &empty));
    }
    let people = people(&desk).await?;
    let columns = [
        Column::of(shell.say("audit_time")),
        Column::of(shell.say("audit_who")),
        Column::of(shell.say("audit_what")),
        Column::of(shell.say("audit_object")),
        Column::of(shell.say("audit_from")),
        Column::of(shell.say("audit_change")),
    ];
    let rows = found.iter().map(|entry| {
        [
            Html::time(shell, entry.at),
            who(&desk, &people, &entry.actor),
            what(shell, &entry.action),
            object(&desk, entry),
            Html::text(&entry.address),
            change(shell, entry),
        ]
    });
    let table = Table::new(shell.say("audit_caption"), columns).rows(rows);
    Ok(page(&desk, filters, &table.html().and(&pages)))
}

/// The page around the list.
fn page(desk: &Desk, filters: Filters<'_>, list: &Html) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Audit.href(desk.client());
    let time =
        |name: &'static str, label: String| Control::line(name, label).hint(shell.say_in_zone("audit_time-hint"));
    let filters = filters
        .field(Control::line("action", shell.say("audit_what")))
        .field(Control::line("object", shell.say("audit_object")))
        .field(Control::line("actor", shell.say("audit_who")))
        .field(time("from", shell.say("audit_since")))
        .field(time("to", shell.say("audit_until")));
    let kept = FILTERS.iter().map(|name| (*name, filters.values().text(name))).filter(|(_, value)| !value.is_empty());
    let kept = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    let file = if kept.is_empty() { format!("{path}.jsonl") } else { format!("{path}.jsonl?{kept}") };
    desk.page(shell.say("section_audit"))
        .purpose(shell.say("audit_purpose"))
        .primary(Html::quiet_button(file, shell.say("audit_file")))
        .refused(filters.values(), |name| label_of(shell, name))
        .part(&filters.html())
        .part(list)
        .respond()
}

/// What people call a filter.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "from" => shell.say("audit_since"),
        "to" => shell.say("audit_until"),
        other => other.to_owned(),
    }
}

/// What is asked for.
fn filter(desk: &Desk) -> Result<Filter, Error> {
    let query = &desk.signed_in().visit.query;
    let mut errors: Vec<FieldError> = Vec::new();
    let mut time = |name: &str, of_day: DayEnd| {
        let text = query.get(name)?;
        let found = desk.shell().zone().read(text, of_day);
        if found.is_none() {
            errors.push(text!("malformed-time").at(name));
        }
        found
    };
    let (from, to) = (time("from", DayEnd::First), time("to", DayEnd::Last));
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let text = |name: &str| query.get(name).map(str::to_owned);
    let actor = query.get("actor").map(By::of);
    Ok(Filter { client: Some(desk.client()), action: text("action"), object: text("object"), actor, from, to })
}

/// The names of the members by what the log calls them, as far as the person may read them.
pub(super) async fn people<P: ClientIds>(desk: &ClientDesk<P>) -> Result<HashMap<String, String>, Response> {
    if !desk.may(Permission::MembersRead) {
        return Ok(HashMap::new());
    }
    let wanted = MemberPage { address: None, group: None, after: None, limit: PEOPLE };
    let found = members::list(desk.core(), &desk.caller(), desk.client(), wanted).await;
    let found = found.map_err(|why| desk.fail(why))?;
    let named = found.into_iter().filter_map(|member| Some((member.sub?.to_string(), member.name.or(member.email)?)));
    Ok(named.collect())
}

/// Who did it: a person by their name where it is known, a token of theirs, or one of us.
pub(super) fn who<P: ClientIds>(desk: &ClientDesk<P>, people: &HashMap<String, String>, actor: &str) -> Html {
    let shell = desk.shell();
    match actor {
        "operator" => return Html::text(shell.say("audit_operator")),
        "schedule" => return Html::text(shell.say("audit_schedule")),
        "staff" => return Html::text(shell.say("section_staff")),
        _ => {}
    }
    let Some(person) = actor.strip_prefix("user ") else { return Html::text(actor) };
    let (number, token) = person.split_once(" by ").map_or((person, None), |(number, token)| (number, Some(token)));
    let name = match people.get(number) {
        Some(address) => Html::words(address),
        None => Html::text(number),
    };
    match token {
        Some(token) => {
            let href = format!("{}/{token}", ClientSection::Tokens.href(desk.client()));
            name.and(&Html::text(" · ")).and(&Html::link(href, shell.say("audit_token")))
        }
        None => name,
    }
}

/// When a thing was made, and by whom for those who may read the log. `action`: what the log calls its making.
pub(super) async fn made<P: ClientIds>(
    desk: &ClientDesk<P>,
    id: impl Display,
    at: Timestamp,
    action: &str,
) -> Result<Html, Response> {
    let shell = desk.shell();
    let time = Html::time(shell, at);
    if !desk.may(Permission::AuditRead) {
        return Ok(time);
    }
    let filter = Filter {
        client: Some(desk.client()),
        action: Some(action.to_owned()),
        object: Some(id.to_string()),
        ..Filter::default()
    };
    let found = audit_log::page(desk.core(), &desk.caller(), &filter, None, 1).await.map_err(|why| desk.fail(why))?;
    let Some(entry) = found.first() else { return Ok(time) };
    let who = who(desk, &people(desk).await?, &entry.actor);
    Ok(time.and(&Html::text(format!(" {} ", shell.say("shell_made_by")))).and(&who))
}

/// A refused form of a thing as it stands; when somebody else was faster, with who that was and when, for whoever may read
/// the log.
pub(super) async fn overtaken<P: ClientIds>(desk: &ClientDesk<P>, values: Values) -> Result<Values, Response> {
    let object = values.stands("id");
    if !values.is_overtaken() || object.is_empty() || !desk.may(Permission::AuditRead) {
        return Ok(values);
    }
    let filter = Filter { client: Some(desk.client()), object: Some(object), ..Filter::default() };
    let found = audit_log::page(desk.core(), &desk.caller(), &filter, None, 1).await.map_err(|why| desk.fail(why))?;
    let Some(entry) = found.first() else { return Ok(values) };
    let shell = desk.shell();
    let who = who(desk, &people(desk).await?, &entry.actor);
    let words = Html::text(format!("{}: ", shell.say("shell_changed_by"))).and(&who).and(&Html::text(" · "));
    Ok(values.by(words.and(&Html::time(shell, entry.at))))
}

/// What was done, in words and as programs call it.
pub(crate) fn what(shell: &Shell, action: &str) -> Html {
    let (resource, verb) = action.split_once('.').unwrap_or((action, ""));
    let verb = match verb {
        "created" => shell.say("audit_created"),
        "updated" => shell.say("audit_updated"),
        "deleted" => shell.say("audit_deleted"),
        "invited" => shell.say("audit_invited"),
        "joined" => shell.say("audit_joined"),
        "declined" => shell.say("audit_declined"),
        "activated" => shell.say("audit_activated"),
        "deactivated" => shell.say("audit_deactivated"),
        "withdrawn" => shell.say("audit_withdrawn"),
        "ended" => shell.say("audit_ended"),
        "answered" => shell.say("audit_answered"),
        "decided" => shell.say("audit_decided"),
        "leaked" => shell.say("audit_leaked"),
        "handed_over" => shell.say("audit_handed_over"),
        "rotated" => shell.say("audit_rotated"),
        other => other.replace('_', " "),
    };
    Html::text(format!("{}: {verb} ", resource_name(shell, resource))).and(&Html::code(action))
}

/// On what, with the way there while it is there.
pub(super) fn object(desk: &Desk, entry: &EntryView) -> Html {
    let section = match entry.object.split_once('_').map(|(kind, _)| kind) {
        Some("client") => return Html::link(ClientSection::Settings.href(desk.client()), &entry.object),
        Some("domain") => ClientSection::Domains,
        Some("secret") => ClientSection::Secrets,
        Some("verification") => ClientSection::Verifications,
        Some("member") => ClientSection::Members,
        Some("role") => ClientSection::Roles,
        Some("token") => ClientSection::Tokens,
        _ => return Html::code(&entry.object),
    };
    if entry.after.is_none() || !desk.may(section.permission()) {
        return Html::code(&entry.object);
    }
    Html::link(format!("{}/{}", section.href(desk.client()), entry.object), &entry.object)
}

/// What differs: what was, and what is.
pub(crate) fn change(shell: &Shell, entry: &EntryView) -> Html {
    let nothing = Map::new();
    let before = entry.before.as_ref().and_then(Value::as_object).unwrap_or(&nothing);
    let after = entry.after.as_ref().and_then(Value::as_object).unwrap_or(&nothing);
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let mut lines: Vec<Html> = Vec::new();
    for name in names {
        let (was, is) = (shown(before.get(name)), shown(after.get(name)));
        if was != is {
            let arrow = if was.is_empty() || is.is_empty() { "" } else { " → " };
            let words = Html::words(&was).and(&Html::text(arrow)).and(&Html::words(&is));
            lines.push(Html::drawn(format!("<div>{} {words}</div>", Html::soft(format!("{name}:")))));
        }
    }
    let rest: Html = lines.split_off(lines.len().min(SHOWN)).into_iter().collect();
    let first: Html = lines.into_iter().collect();
    if rest.is_empty() {
        return first;
    }
    let more = Html::text(shell.say("audit_more"));
    first.and(&Html::drawn(format!("<details><summary>{more}</summary>{rest}</details>")))
}

/// A value of the log as people read it.
fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| shown(Some(item))).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
    }
}

pub(crate) async fn file(desk: Desk) -> Result<Response, Response> {
    desk.need(Permission::AuditRead)?;
    let query = &desk.signed_in().visit.query;
    if let Some(name) = query.unknown(&FILTERS) {
        let known = FILTERS.join(", ");
        return Err(desk.fail(Error::Invalid(vec![text!("unknown_field-query", known = known).at(name)])));
    }
    let filter = filter(&desk).map_err(|why| desk.fail(why))?;
    let (core, caller) = (desk.core().clone(), desk.caller());
    let first = audit_log::page(&core, &caller, &filter, None, jsonl::CHUNK).await.map_err(|why| desk.fail(why))?;
    Ok(jsonl::file(first, move |last| {
        let (core, caller, filter) = (core.clone(), caller.clone(), filter.clone());
        async move { audit_log::page(&core, &caller, &filter, Some(last), jsonl::CHUNK).await }
    }))
}

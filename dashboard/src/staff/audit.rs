//! The whole audit log, as a page and as a file.

use std::collections::BTreeSet;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use http_body_util::channel::Channel;
use serde_json::Value;
use xwms_core::clock::Timestamp;
use xwms_core::contract::audit::EntryView;
use xwms_core::error::Error;
use xwms_core::id::{AuditId, ClientId, UserId, VerificationId};
use xwms_core::manage::audit_log::{By, Filter};
use xwms_core::manage::permit::Caller;
use xwms_core::request::params::Params;
use xwms_core::staff;
use xwms_core::state::Core;
use xwms_core::text;

use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::Control;
use crate::page::html::Html;
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table};
use crate::section::StaffSection;
use crate::signed_in::{Place, StaffDesk};

const PATH: &str = StaffSection::Audit.href();
/// The words that narrow it.
const WORDS: [&str; 6] = ["client", "action", "object", "actor", "from", "to"];
/// Entries that the file is read by at a time.
const CHUNK: i64 = 500;
/// The most changed members that are in view; more are folded.
const IN_VIEW: usize = 3;

pub(super) async fn list(desk: StaffDesk) -> Result<Response, Response> {
    let shell = desk.shell();
    let asked = ListRequest::<AuditId>::of(&desk, PATH, &WORDS)?;
    let found = match filter(&desk.signed_in().visit.query) {
        Ok(filter) => staff::audit::page(desk.core(), &desk.caller(), &filter, asked.after, asked.look_for()).await,
        Err(why) => Err(why),
    };
    let mut filters = Filters::of(&desk, PATH, &WORDS);
    let (found, pages) = asked.cut(shell, filters.found(&desk, found)?, |entry| entry.id.to_string());
    let filters = with_fields(shell, filters);
    let page = desk
        .page(shell.say("section_audit"))
        .primary(file(&desk))
        .refused(filters.values(), |name| label_of(shell, name))
        .part(&filters.html());
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&Empty::new(shell.say("staff_nothing_matches")).html()).respond());
    }
    Ok(page.part(&table(&desk, shell.say("staff_audit-caption"), &found).html()).part(&pages).respond())
}

/// The way to the file, with the same filters.
fn file(desk: &StaffDesk) -> Html {
    let query = &desk.signed_in().visit.query;
    let kept = WORDS.iter().filter_map(|word| Some((*word, query.get(word)?)));
    let kept = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    let path = if kept.is_empty() { "/staff/audit.jsonl".to_owned() } else { format!("/staff/audit.jsonl?{kept}") };
    Html::quiet_button(path, desk.shell().say("staff_audit-file"))
}

/// What people call a filter.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "client" => shell.say("staff_client"),
        "action" => shell.say("staff_audit_what"),
        "object" => shell.say("staff_audit_object"),
        "actor" => shell.say("staff_audit_who"),
        "from" => shell.say("staff_audit_from"),
        "to" => shell.say("staff_audit_to"),
        other => other.to_owned(),
    }
}

fn with_fields<'f>(shell: &Shell, filters: Filters<'f>) -> Filters<'f> {
    let hint = |name: &str| match name {
        "actor" => Some(shell.say("staff_audit_who-hint")),
        "from" => Some(shell.say("staff_audit_time-hint")),
        _ => None,
    };
    WORDS.into_iter().fold(filters, |filters, name| {
        let line = Control::line(name, label_of(shell, name));
        filters.field(hint(name).map_or_else(|| line.clone(), |hint| line.clone().hint(hint)))
    })
}

/// What the address asks for.
fn filter(query: &Params) -> Result<Filter, Error> {
    let wrong = |name: &str| Error::Invalid(vec![text!("malformed-time").at(name)]);
    let moment = |name: &str| query.get(name).map(|text| time(text).ok_or_else(|| wrong(name))).transpose();
    let no_client = |_| Error::Invalid(vec![text!("malformed-client").at("client")]);
    let client = query.get("client").map(str::parse::<ClientId>).transpose().map_err(no_client)?;
    let word = |name: &str| query.get(name).map(str::to_owned);
    let (from, to, actor) = (moment("from")?, moment("to")?, query.get("actor").map(By::of));
    Ok(Filter { client, action: word("action"), object: word("object"), actor, from, to })
}

/// A moment, or the beginning of a day.
fn time(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse(&format!("{text}:00Z")))
        .or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
}

/// Entries as a table.
pub(super) fn table<P>(desk: &StaffDesk<P>, caption: String, entries: &[EntryView]) -> Table
where
    StaffDesk<P>: Place,
{
    let shell = desk.shell();
    let columns = [
        Column::of(shell.say("staff_audit_time")),
        Column::of(shell.say("staff_audit_who")),
        Column::of(shell.say("staff_audit_what")),
        Column::of(shell.say("staff_audit_object")),
        Column::of(shell.say("staff_audit_address")),
        Column::of(shell.say("staff_audit_change")),
    ];
    let rows = entries.iter().map(|entry| {
        [
            Html::time(shell, entry.at),
            actor(desk, &entry.actor),
            Html::code(&entry.action),
            object(desk, &entry.object),
            Html::text(&entry.address),
            change(shell, entry),
        ]
    });
    Table::new(caption, columns).rows(rows)
}

/// Who it was: a word for what they are, and the account behind it.
fn actor<P>(desk: &StaffDesk<P>, text: &str) -> Html {
    match text.split_once(' ').and_then(|(word, number)| Some((word, number.parse::<UserId>().ok()?))) {
        Some((word, number)) => Html::text(format!("{word} ")).and(&desk.link(StaffSection::Users, number, number)),
        None => object(desk, text),
    }
}

/// On what: a link to what has a page here.
fn object<P>(desk: &StaffDesk<P>, text: &str) -> Html {
    match () {
        () if text.parse::<ClientId>().is_ok() => desk.link(StaffSection::Clients, text, text),
        () if text.parse::<VerificationId>().is_ok() => desk.link(StaffSection::Verifications, text, text),
        () if text.parse::<UserId>().is_ok() => desk.link(StaffSection::Users, text, text),
        () => Html::code(text),
    }
}

/// What differs, member by member.
fn change(shell: &Shell, entry: &EntryView) -> Html {
    let member = |of: &Option<Value>, name: &str| of.as_ref().and_then(|of| of.get(name)).cloned();
    let names = [&entry.before, &entry.after].into_iter().filter_map(|of| of.as_ref()?.as_object());
    let names: BTreeSet<&String> = names.flat_map(|members| members.keys()).collect();
    let differs = names.into_iter().filter_map(|name| {
        let (before, after) = (member(&entry.before, name), member(&entry.after, name));
        (before != after).then(|| {
            let name = Html::code(name).and(&Html::text(": "));
            let before = before.map(|before| Html::words(plain(&before)).and(&Html::text(" → ")));
            let after = after.map_or_else(|| Html::text("–"), |after| Html::words(plain(&after)));
            Html::paragraph(&name.and(&before.unwrap_or_default()).and(&after))
        })
    });
    let lines: Vec<Html> = differs.collect();
    if lines.len() <= IN_VIEW {
        return lines.into_iter().collect();
    }
    let count = shell.tell(text!("staff_audit_changes", count = lines.len()));
    Html::folded(count, &lines.into_iter().collect())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}

/// All entries that the filters let through, an entry a line.
pub(super) async fn export(desk: StaffDesk) -> Result<Response, Response> {
    let query = &desk.signed_in().visit.query;
    if let Some(name) = query.unknown(&WORDS) {
        let issue = text!("unknown_field-query", known = WORDS.join(", "));
        return Err(desk.fail(Error::Invalid(vec![issue.at(name)])));
    }
    let filter = filter(query).map_err(|why| desk.fail(why))?;
    let (core, caller) = (desk.core().clone(), desk.caller());
    let first = staff::audit::page(&core, &caller, &filter, None, CHUNK).await.map_err(|why| desk.fail(why))?;
    let (sender, body) = Channel::<Bytes, Error>::new(1);
    tokio::spawn(send(sender, (core, caller), filter, first));
    let body = Body::new(BodyExt::map_err(body, |error| format!("{error:?}")));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.jsonl\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}

/// Sends entries piece by piece, as fast as they are taken. Whether the caller may is asked for each piece.
async fn send(
    mut sender: http_body_util::channel::Sender<Bytes, Error>,
    (core, caller): (Core, Caller),
    filter: Filter,
    mut entries: Vec<EntryView>,
) {
    while let Some(last) = entries.last().map(|entry| entry.id) {
        let lines: String =
            entries.iter().filter_map(|entry| Some(serde_json::to_string(entry).ok()? + "\n")).collect();
        if sender.send_data(lines.into()).await.is_err() {
            return;
        }
        match staff::audit::page(&core, &caller, &filter, Some(last), CHUNK).await {
            Ok(more) => entries = more,
            // The answer ends before its end, which its reader notices.
            Err(error) => return sender.abort(error),
        }
    }
}

//! The whole audit log, as a page and as a file.

use axum::response::Response;
use xwms_core::contract::audit::EntryView;
use xwms_core::error::Error;
use xwms_core::id::{AuditId, ClientId, UserId, VerificationId};
use xwms_core::manage::audit_log::{By, Filter};
use xwms_core::staff::audit as log;
use xwms_core::text;
use xwms_core::zone::DayEnd;

use crate::clients::audit::{change, what};
use crate::desk::{Place, StaffDesk};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::Control;
use crate::page::html::Html;
use crate::page::jsonl;
use crate::page::list::ListRequest;
use crate::page::table::{Column, Table};
use crate::section::StaffSection;

const PATH: &str = StaffSection::Audit.href();
/// The words that narrow it.
const WORDS: [&str; 6] = ["client", "action", "object", "actor", "from", "to"];

pub(super) async fn list(desk: StaffDesk) -> Result<Response, Response> {
    let shell = desk.shell();
    let asked = ListRequest::<AuditId>::of(&desk, PATH, &WORDS)?;
    let found = match filter(&desk) {
        Ok(filter) => log::page(desk.core(), &desk.caller(), &filter, asked.after, asked.look_for()).await,
        Err(why) => Err(why),
    };
    let mut filters = Filters::of(&desk, PATH, &WORDS);
    let found = filters.found(&desk, found)?;
    let (found, pages) = asked.cut(shell, found, |entry| entry.id.to_string());
    let filters = fields(shell, filters);
    let page = desk
        .page(shell.say("section_audit"))
        .primary(file(&desk))
        .refused(filters.values(), |name| label_of(shell, name))
        .part(&filters.html());
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&filters.empty(shell.say("shell_no_match"))).respond());
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

fn fields<'f>(shell: &Shell, filters: Filters<'f>) -> Filters<'f> {
    WORDS.into_iter().fold(filters, |filters, name| {
        let line = Control::line(name, label_of(shell, name));
        filters.field(match name {
            "actor" => line.hint(shell.say("staff_audit_who-hint")),
            "from" => line.hint(shell.say_in_zone("staff_audit_time-hint")),
            _ => line,
        })
    })
}

/// What the address asks for.
fn filter(desk: &StaffDesk) -> Result<Filter, Error> {
    let query = &desk.signed_in().visit.query;
    let wrong = |name: &str| Error::Invalid(vec![text!("malformed-time").at(name)]);
    let time = |name: &str, of_day: DayEnd| {
        let read = |text| desk.shell().zone().read(text, of_day).ok_or_else(|| wrong(name));
        query.get(name).map(read).transpose()
    };
    let no_client = |_| Error::Invalid(vec![text!("malformed-client").at("client")]);
    let client = query.get("client").map(str::parse::<ClientId>).transpose().map_err(no_client)?;
    let word = |name: &str| query.get(name).map(str::to_owned);
    let (from, to, actor) = (time("from", DayEnd::First)?, time("to", DayEnd::Last)?, query.get("actor").map(By::of));
    Ok(Filter { client, action: word("action"), object: word("object"), actor, from, to })
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
            what(shell, &entry.action),
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

/// All entries that the filters let through, an entry a line.
pub(super) async fn export(desk: StaffDesk) -> Result<Response, Response> {
    let query = &desk.signed_in().visit.query;
    if let Some(name) = query.unknown(&WORDS) {
        let issue = text!("unknown_field-query", known = WORDS.join(", "));
        return Err(desk.fail(Error::Invalid(vec![issue.at(name)])));
    }
    let filter = filter(&desk).map_err(|why| desk.fail(why))?;
    let (core, caller) = (desk.core().clone(), desk.caller());
    let first = log::page(&core, &caller, &filter, None, jsonl::CHUNK).await.map_err(|why| desk.fail(why))?;
    Ok(jsonl::file(first, move |last| {
        let (core, caller, filter) = (core.clone(), caller.clone(), filter.clone());
        async move { log::page(&core, &caller, &filter, Some(last), jsonl::CHUNK).await }
    }))
}

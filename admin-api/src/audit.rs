//! The audit log: `/clients/{client}/audit` of a client, `/staff/audit` of everything.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http_body_util::channel::Channel;
use xwms_core::clock::Timestamp;
use xwms_core::contract::audit::EntryView;
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{AuditId, ClientId};
use xwms_core::manage::audit_log::{self, By, Filter};
use xwms_core::manage::permit::Caller;
use xwms_core::staff;
use xwms_core::state::Core;
use xwms_core::text;

use crate::authenticated::Authenticated;
use crate::operation::{Method, Needs, Operation, QueryParam, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

/// Entries that an export reads at a time.
const CHUNK: i64 = 500;

static ENTRY: Of<EntryView> = Of::new();

const fn word(name: &'static str, about: &'static str, example: &'static str) -> QueryParam {
    QueryParam { name, about, example, choices: &[] }
}

const FORMAT: QueryParam = QueryParam {
    name: "format",
    about: "`jsonl`: all of it at once, an entry a line.",
    example: "jsonl",
    choices: &["json", "jsonl"],
};
const ACTION: QueryParam = word("action", "Of this action.", "client.updated");
const OBJECT: QueryParam = word("object", "On this object.", "client_01jd3v8m1efb9rkyq9wzvw2x4a");
const ACTOR: QueryParam = word("actor", "By this actor; `staff` is anybody of the staff.", "operator");
const FROM: QueryParam = word("from", "Of this time or later.", "2026-01-01T00:00:00Z");
const TO: QueryParam = word("to", "Of before this time.", "2026-02-01T00:00:00Z");

static OF_CLIENT: [QueryParam; 6] = [ACTION, OBJECT, ACTOR, FROM, TO, FORMAT];
static OF_ALL: [QueryParam; 7] = [
    word("client", "About this client.", "client_01jd3v8m1efb9rkyq9wzvw2x4a"),
    ACTION,
    OBJECT,
    ACTOR,
    FROM,
    TO,
    FORMAT,
];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/audit", || get(of_client))
        .named("listAudit", "Lists what was done to a client, newest first.")
        .needs(Needs::Client(Permission::AuditRead))
        .query(&OF_CLIENT)
        .response(ResponseBody::Log(&ENTRY)),
    Operation::new(Method::Get, "/staff/audit", || get(of_all))
        .named("listAllAudit", "Lists what was done at all, newest first.")
        .needs(Needs::Admin(Permission::StaffRead))
        .query(&OF_ALL)
        .response(ResponseBody::Log(&ENTRY)),
];

/// Whose log is read.
#[derive(Clone, Copy)]
enum Log {
    OfClient,
    OfAll,
}

async fn of_client(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let filter = Filter { client: Some(client), ..filter(&query)? };
    answer(core, caller, Log::OfClient, filter, &query).await
}

async fn of_all(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let filter = Filter { client: client(&query)?, ..filter(&query)? };
    answer(core, caller, Log::OfAll, filter, &query).await
}

async fn answer(core: Core, caller: Caller, log: Log, filter: Filter, query: &Query) -> Result<Response, Problem> {
    let page = query.page::<AuditId>()?;
    match query.get("format") {
        Some("jsonl") => export(core, caller, log, filter).await,
        None | Some("json") => {
            let found = read(&core, &caller, (log, &filter), page.after, page.look_for()).await?;
            Ok(page.answer(found, |entry| entry.id.to_string(), |entry| entry))
        }
        Some(_) => Err(Error::Invalid(vec![text!("unknown_value", choices = "json, jsonl").at("format")]).into()),
    }
}

async fn read(
    core: &Core,
    caller: &Caller,
    (log, filter): (Log, &Filter),
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<EntryView>, Error> {
    match log {
        Log::OfClient => audit_log::page(core, caller, filter, before, limit).await,
        Log::OfAll => staff::audit::page(core, caller, filter, before, limit).await,
    }
}

/// Sends all entries, read piece by piece as fast as the caller takes them. Whether they may is asked for each piece.
async fn export(core: Core, caller: Caller, log: Log, filter: Filter) -> Result<Response, Problem> {
    let mut entries = read(&core, &caller, (log, &filter), None, CHUNK).await?;
    let (mut sender, body) = Channel::<Bytes, Error>::new(1);
    tokio::spawn(async move {
        while let Some(last) = entries.last().map(|entry| entry.id) {
            if sender.send_data(lines(entries)).await.is_err() {
                return;
            }
            match read(&core, &caller, (log, &filter), Some(last), CHUNK).await {
                Ok(more) => entries = more,
                // The answer ends before its end, which its reader notices.
                Err(error) => return sender.abort(error),
            }
        }
    });
    let body = Body::new(http_body_util::BodyExt::map_err(body, |error| format!("{error:?}")));
    let name = "attachment; filename=\"audit.jsonl\"";
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson"), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

fn lines(entries: Vec<EntryView>) -> Bytes {
    let mut text = String::new();
    for entry in entries {
        // An entry is made of texts and of JSON that was read: it can be written.
        text.push_str(&serde_json::to_string(&entry).unwrap_or_default());
        text.push('\n');
    }
    text.into()
}

/// What both logs are asked for.
fn filter(query: &Query) -> Result<Filter, Error> {
    let time = |name: &str| {
        let wrong = || Error::Invalid(vec![text!("malformed-time").at(name)]);
        query.get(name).map(|text| Timestamp::parse(text).ok_or_else(wrong)).transpose()
    };
    let text = |name: &str| query.get(name).map(str::to_owned);
    let (from, to, actor) = (time("from")?, time("to")?, query.get("actor").map(By::of));
    Ok(Filter { action: text("action"), object: text("object"), actor, from, to, client: None })
}

fn client(query: &Query) -> Result<Option<ClientId>, Error> {
    let wrong = |_| Error::Invalid(vec![text!("malformed-client").at("client")]);
    query.get("client").map(|text| text.parse().map_err(wrong)).transpose()
}

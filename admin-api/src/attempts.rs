//! Refused attempts, and the check of an integration: `/clients/{client}/attempts`, `/check`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use xwms_core::contract::attempt::{AttemptView, CheckQuestion, CheckView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{AttemptId, ClientId};
use xwms_core::manage::attempts::{self, AttemptFields};
use xwms_core::state::Core;

use crate::answer::shown;
use crate::authenticated::Authenticated;
use crate::json::New;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static ATTEMPT: Of<AttemptView> = Of::new();
static CHECK: Of<CheckView> = Of::new();
static QUESTION: Of<CheckQuestion> = Of::new();

const fn word(name: &'static str, about: &'static str, example: &'static str) -> QueryParam {
    QueryParam { name, about, example, choices: &[] }
}

static FILTER: [QueryParam; 5] = [
    word("reason", "For this reason.", "redirect_uri_unknown"),
    word("domain", "At this domain.", "domain_01jd3v8m1efb9rkyq9wzvw2x4a"),
    word("reference", "What the person was shown.", "k3v5n2qz7m4a"),
    word("from", "Of this time or day, or later.", "2026-01-01"),
    word("to", "Of before this time, or of this day or earlier.", "2026-01-31"),
];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/attempts", || get(list))
        .named("listAttempts", "Lists refused attempts, newest first, each with what to change.")
        .needs(Needs::Client(Permission::AttemptsRead))
        .query(&FILTER)
        .response(ResponseBody::Page(&ATTEMPT)),
    Operation::new(Method::Post, "/clients/{client}/check", || post(check))
        .named(
            "checkIntegration",
            "Asks every rule about what you would send, and tells which ones are broken and what to change.",
        )
        .needs(Needs::Client(Permission::AttemptsRead))
        .request(RequestBody::New(&QUESTION))
        .response(ResponseBody::One(&CHECK)),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<AttemptId>()?;
    let fields = AttemptFields {
        reason: query.get("reason"),
        domain: query.get("domain"),
        reference: query.get("reference"),
        from: query.get("from"),
        to: query.get("to"),
    };
    let found = attempts::list(&core, &caller, (client, fields), page.after, page.look_for()).await?;
    Ok(page.answer(found, |attempt| attempt.id.to_string(), |attempt| attempt))
}

async fn check(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    New(question): New<CheckQuestion>,
) -> Result<Response, Problem> {
    Ok(shown(&attempts::check(&core, &caller, client, question).await?))
}

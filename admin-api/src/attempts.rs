//! Refused attempts, and the check of an integration: `/clients/{client}/attempts`, `/check`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::check::Line;
use xwms_core::gate::denial::Denial;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{AttemptId, ClientId, DomainId};
use xwms_core::manage::attempts::{self, CheckFields};
use xwms_core::secret::Secret;
use xwms_core::state::Core;
use xwms_core::store::tables::attempts::Attempt as Stored;

use crate::authenticated::Authenticated;
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

static ATTEMPT: Shape = Shape {
    name: "Attempt",
    members: &[
        member("id", Kind::Id("attempt"), Set::Never, "Its id.", "attempt_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("reason", Kind::Text(100), Set::Never, "Why it was refused.", "redirect_uri_unknown"),
        member("domain", Kind::NullableId("domain"), Set::Never, "The domain, where one is known.", "null"),
        member("reference", Kind::Text(12), Set::Never, "What the person was shown.", "k3v5n2qz7m4a"),
        member("at", Kind::Time, Set::Never, "When.", "2026-01-31T12:00:00Z"),
        member("fix", Kind::NullableText(400), Set::Never, "What to change.", "Switch the URL on."),
    ],
};

static RULE: Shape = Shape {
    name: "CheckedRule",
    members: &[
        member("rule", Kind::Text(100), Set::Never, "The rule's name.", "redirect_uri"),
        member("pass", Kind::Bool, Set::Never, "Whether it is kept.", "false"),
        member("reason", Kind::NullableText(100), Set::Never, "Why it is broken.", "redirect_uri_inactive"),
        member("fix", Kind::NullableText(400), Set::Never, "What to change.", "Switch the URL on."),
    ],
};

static CHECKED: Shape = Shape {
    name: "Check",
    members: &[member("rules", Kind::Objects(&RULE), Set::Never, "Every rule, in the order they are asked.", "[]")],
};

/// What may be asked about.
static QUESTION: Shape = Shape {
    name: "CheckQuestion",
    members: &[
        member(
            "redirect_uri",
            Kind::NullableText(2048),
            Set::Always,
            "Where a login's answer shall go.",
            "https://app.engines.example/cb",
        ),
        member("response_type", Kind::NullableText(100), Set::Always, "OAuth's parameter.", "code"),
        member(
            "code_challenge",
            Kind::NullableText(200),
            Set::Always,
            "PKCE's challenge.",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        member("code_challenge_method", Kind::NullableText(20), Set::Always, "How it was made.", "S256"),
        member("scope", Kind::NullableText(2048), Set::Always, "Scopes, joined by a space.", "openid profile"),
        member("secret", Kind::NullableText(200), Set::Always, "A client secret. It is not kept.", "xwms_sk_…"),
        member(
            "domain",
            Kind::NullableText(300),
            Set::Always,
            "A domain: its id, root domain or a host.",
            "engines.example",
        ),
        member("ip", Kind::NullableText(50), Set::Always, "The address of a server that calls.", "192.0.2.1"),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients/{client}/attempts",
        id: "listAttempts",
        summary: "Lists refused attempts, newest first, each with what to change.",
        needs: Needs::Client(Permission::AttemptsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&ATTEMPT),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/check",
        id: "checkIntegration",
        summary: "Asks every rule about what you would send, and tells which ones are broken and what to change.",
        needs: Needs::Client(Permission::AttemptsRead),
        query: &[],
        request: RequestBody::Changes(&QUESTION),
        response: ResponseBody::One(&CHECKED),
        refusals: &[],
        handler: || post(check),
    },
];

#[derive(Serialize)]
struct Attempt {
    id: AttemptId,
    reason: String,
    domain: Option<DomainId>,
    reference: String,
    at: Timestamp,
    fix: Option<String>,
}

#[derive(Serialize)]
struct Check {
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    rule: &'static str,
    pass: bool,
    reason: Option<&'static str>,
    fix: Option<String>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<AttemptId>()?;
    let found = attempts::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |attempt| attempt.id.to_string(), Attempt::from))
}

async fn check(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&QUESTION, Purpose::Change);
    let fields = CheckFields {
        redirect_uri: members.text("redirect_uri"),
        response_type: members.text("response_type"),
        code_challenge: members.text("code_challenge"),
        code_challenge_method: members.text("code_challenge_method"),
        scope: members.text("scope"),
        secret: members.text("secret").map(Secret::new),
        domain: members.text("domain"),
        ip: members.text("ip"),
    };
    members.end()?;
    let lines = attempts::check(&core, &caller, client, &fields).await?;
    Ok(Json(Check { rules: lines.into_iter().map(Rule::from).collect() }).into_response())
}

impl From<Stored> for Attempt {
    fn from(attempt: Stored) -> Self {
        let fix = Denial::fix_of(&attempt.reason).map(|fix| fix.to_string());
        Self {
            id: attempt.id,
            reason: attempt.reason,
            domain: attempt.domain_id,
            reference: attempt.reference,
            at: attempt.at,
            fix,
        }
    }
}

impl From<Line> for Rule {
    fn from(line: Line) -> Self {
        let denial = line.denial.as_ref();
        Self {
            rule: line.rule,
            pass: denial.is_none(),
            reason: denial.map(Denial::code),
            fix: denial.map(|denial| denial.fix().to_string()),
        }
    }
}

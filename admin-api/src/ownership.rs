//! The proof that a domain is the client's: `/clients/{client}/domains/{domain}/ownership`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::manage::ownership::{self, Report};
use xwms_core::model::domain::Ownership as Standing;
use xwms_core::state::Core;

use crate::authenticated::Authenticated;
use crate::json::OptionalObject;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

/// What may be found in one of the two places.
const FOUND: &[&str] = &[
    "ok",
    "not_found",
    "mismatch",
    "status_refused",
    "url_malformed",
    "scheme_refused",
    "port_refused",
    "address_refused",
    "host_unknown",
    "dns_failed",
    "unreachable",
    "tls",
    "timeout",
    "redirect_refused",
    "too_large",
    "bad_answer",
];

static OWNERSHIP: Shape = Shape {
    name: "Ownership",
    members: &[
        member(
            "ownership",
            Kind::OneOf(&["unproven", "proven"]),
            Set::Never,
            "Whether the domain is proven to be yours. It lapses when the token is missed three times, a day apart.",
            "proven",
        ),
        member(
            "token",
            Kind::Text(43),
            Set::Never,
            "What to publish, in one of the two places: this text and nothing else.",
            "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
        member(
            "txt_name",
            Kind::Text(270),
            Set::Never,
            "The DNS name at which a TXT record may carry it.",
            "_xwms-challenge.engines.example",
        ),
        member("txt_result", Kind::OneOf(FOUND), Set::Never, "What was found there.", "ok"),
        member(
            "url",
            Kind::Text(300),
            Set::Never,
            "The address at which a file may carry it. No redirect is followed.",
            "https://engines.example/.well-known/xwms-challenge",
        ),
        member("url_result", Kind::OneOf(FOUND), Set::Never, "What was found there.", "not_found"),
        member("checked_at", Kind::Time, Set::Never, "When it was looked for.", "2026-01-31T12:00:00Z"),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[Operation {
    method: Method::Post,
    path: "/clients/{client}/domains/{domain}/ownership",
    id: "checkOwnership",
    summary: "Says what to publish to prove that a domain is yours, and looks for it now.",
    needs: Needs::Client(Permission::DomainsUpdate),
    query: &[],
    request: RequestBody::MaybeNew(&OWNERSHIP),
    response: ResponseBody::One(&OWNERSHIP),
    refusals: &[],
    handler: || post(check),
}];

#[derive(Serialize)]
struct Ownership<'a> {
    ownership: Standing,
    token: &'a str,
    txt_name: String,
    txt_result: &'a str,
    url: String,
    url_result: &'a str,
    checked_at: Timestamp,
}

async fn check(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain)): PathIds<(ClientId, DomainId)>,
    OptionalObject(body): OptionalObject,
) -> Result<Response, Problem> {
    body.members(&OWNERSHIP, Purpose::Create).end()?;
    let Report { domain, txt, url, checked_at } = ownership::check(&core, caller, client, domain).await?;
    let view = Ownership {
        ownership: domain.ownership,
        token: &domain.ownership_token,
        txt_name: ownership::txt_name(&domain),
        txt_result: txt.code(),
        url: ownership::url(&domain),
        url_result: url.code(),
        checked_at,
    };
    Ok(Json(view).into_response())
}

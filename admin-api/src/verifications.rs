//! Applications to become a Verified Partner: `/clients/{client}/verifications`.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, VerificationId};
use xwms_core::manage::verifications::{self, NewVerification, VerificationView};
use xwms_core::model::root_domain::RootDomain;
use xwms_core::model::verification::{ItemStatus, VerificationState};
use xwms_core::state::Core;

use crate::answer::{done, made};
use crate::authenticated::Authenticated;
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

pub(crate) const STATES: &[&str] = &["pending", "approved", "rejected", "withdrawn", "revoked"];

pub(crate) static ITEM: Shape = Shape {
    name: "VerificationItem",
    members: &[
        member("domain", Kind::Id("domain"), Set::Never, "The domain.", "domain_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("root_domain", Kind::Text(253), Set::Never, "Its root domain.", "engines.example"),
        member("scope", Kind::Text(64), Set::Never, "The scope.", "userinfo"),
        member(
            "status",
            Kind::OneOf(&["pending", "approved", "rejected"]),
            Set::Never,
            "What was decided.",
            "approved",
        ),
        member("reason", Kind::NullableText(500), Set::Never, "Why.", "Your privacy page says what it is for."),
    ],
};

static VERIFICATION: Shape = Shape {
    name: "Verification",
    members: &[
        member("id", Kind::Id("verification"), Set::Never, "Its id.", "verification_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member(
            "domains",
            Kind::Texts,
            Set::OnceRequired,
            "The domains, by id; their ownership is proven.",
            r#"["domain_01jd3v8m1efb9rkyq9wzvw2x4a"]"#,
        ),
        member("scopes", Kind::Texts, Set::OnceRequired, "The scopes, wanted on each of them.", r#"["userinfo"]"#),
        member("notes", Kind::NullableText(4096), Set::Once, "What you say for it.", "We print birthday cards."),
        member("status", Kind::OneOf(STATES), Set::Never, "What became of it.", "pending"),
        member("version", Kind::Integer(1, 2_147_483_647), Set::Never, "Counts its changes.", "1"),
        member(
            "automatic",
            Kind::Bool,
            Set::Never,
            "A change of name or logo has made it; one of your own takes its place.",
            "false",
        ),
        member("items", Kind::Objects(&ITEM), Set::Never, "What is decided about each scope on each domain.", "[]"),
        member("reason", Kind::NullableText(500), Set::Never, "Why it was taken back.", "null"),
        member("expires_at", Kind::NullableTime, Set::Never, "When the approval ends.", "2030-01-31T12:00:00Z"),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients/{client}/verifications",
        id: "listVerifications",
        summary: "Lists the applications of a client to become a Verified Partner, oldest first.",
        needs: Needs::Client(Permission::VerificationsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&VERIFICATION),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/verifications",
        id: "createVerification",
        summary: "Applies to become a Verified Partner for these domains and scopes.",
        needs: Needs::Client(Permission::VerificationsCreate),
        query: &[],
        request: RequestBody::New(&VERIFICATION),
        response: ResponseBody::Made(&VERIFICATION),
        refusals: &[(409, "domain_unproven"), (409, "verification_pending")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/verifications/{verification}",
        id: "getVerification",
        summary: "Reads an application.",
        needs: Needs::Client(Permission::VerificationsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&VERIFICATION),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/verifications/{verification}",
        id: "withdrawVerification",
        summary: "RequestBody an application back that waits for its decision.",
        needs: Needs::Client(Permission::VerificationsDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[(409, "verification_decided")],
        handler: || delete(withdraw),
    },
];

/// An application on the wire.
#[derive(Serialize)]
pub(crate) struct Verification {
    id: VerificationId,
    domains: BTreeSet<DomainId>,
    scopes: BTreeSet<String>,
    notes: Option<String>,
    status: VerificationState,
    version: i32,
    automatic: bool,
    items: Vec<Item>,
    reason: Option<String>,
    expires_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Item {
    domain: DomainId,
    root_domain: RootDomain,
    scope: String,
    status: ItemStatus,
    reason: Option<String>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<VerificationId>()?;
    let found = verifications::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |view| view.verification.id.to_string(), Verification::from))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&VERIFICATION, Purpose::Create);
    let new = NewVerification {
        domains: members.texts("domains").unwrap_or_default(),
        scopes: members.texts("scopes").unwrap_or_default(),
        notes: members.text("notes"),
    };
    members.end()?;
    let view = verifications::apply(&core, caller, client, new).await?;
    let location = format!("/clients/{client}/verifications/{}", view.verification.id);
    Ok(made(&location, Json(Verification::from(view)).into_response()))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, verification)): PathIds<(ClientId, VerificationId)>,
) -> Result<Response, Problem> {
    let view = verifications::get(&core, &caller, client, verification).await?;
    Ok(Json(Verification::from(view)).into_response())
}

async fn withdraw(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, verification)): PathIds<(ClientId, VerificationId)>,
) -> Result<Response, Problem> {
    verifications::withdraw(&core, caller, client, verification).await?;
    Ok(done())
}

impl From<VerificationView> for Verification {
    fn from(view: VerificationView) -> Self {
        let status = view.state();
        let VerificationView { verification, items } = view;
        Self {
            id: verification.id,
            domains: items.iter().map(|(item, _)| item.domain_id).collect(),
            scopes: items.iter().map(|(item, _)| item.scope.clone()).collect(),
            notes: verification.notes,
            status,
            version: verification.version,
            automatic: verification.automatic,
            reason: verification.reason,
            expires_at: verification.expires_at,
            items: items
                .into_iter()
                .map(|(item, root_domain)| Item {
                    domain: item.domain_id,
                    root_domain,
                    scope: item.scope,
                    status: item.status,
                    reason: item.reason,
                })
                .collect(),
        }
    }
}

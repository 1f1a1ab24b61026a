//! The queue of verifications: `/staff/verifications`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, VerificationId};
use xwms_core::model::image::ImageDigest;
use xwms_core::model::verification::VerificationState;
use xwms_core::staff::verifications::{self, Application, ItemDecision};
use xwms_core::state::Core;

use super::REASON;
use crate::authenticated::Authenticated;
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};
use crate::verifications::{ITEM, STATES, Verification};

static APPLICATION: Shape = Shape {
    name: "StaffVerification",
    members: &[
        member("id", Kind::Id("verification"), Set::Never, "Its id.", "verification_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("client", Kind::Id("client"), Set::Never, "Whose it is.", "client_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("client_name", Kind::Text(120), Set::Never, "The name to be reviewed.", "Analytical Engines"),
        member("reviewed_name", Kind::NullableText(120), Set::Never, "The name that is shown until then.", "null"),
        member(
            "logo_url",
            Kind::NullableText(2048),
            Set::Never,
            "The logo to be reviewed.",
            "https://id.example/images/ba78….png",
        ),
        member("shown_name", Kind::Text(120), Set::Never, "The name that people are shown now.", "Analytical Engines"),
        member("shown_logo_url", Kind::NullableText(2048), Set::Never, "The logo that people are shown now.", "null"),
        member("homepage_url", Kind::NullableText(2048), Set::Never, "Its homepage.", "https://engines.example/"),
        member(
            "privacy_url",
            Kind::NullableText(2048),
            Set::Never,
            "Its privacy page.",
            "https://engines.example/privacy",
        ),
        member("terms_url", Kind::NullableText(2048), Set::Never, "Its terms.", "https://engines.example/terms"),
        member("contact_email", Kind::NullableText(254), Set::Never, "Where people reach it.", "help@engines.example"),
        member("domains", Kind::Texts, Set::Never, "The domains.", r#"["domain_01jd3v8m1efb9rkyq9wzvw2x4a"]"#),
        member("scopes", Kind::Texts, Set::Never, "The scopes.", r#"["userinfo"]"#),
        member(
            "notes",
            Kind::NullableText(4096),
            Set::Never,
            "What the partner says for it.",
            "We print birthday cards.",
        ),
        member("status", Kind::OneOf(STATES), Set::Never, "What became of it.", "pending"),
        member("version", Kind::Integer(1, 2_147_483_647), Set::Never, "Counts its changes.", "1"),
        member("automatic", Kind::Bool, Set::Never, "A change of name or logo has made it, not the partner.", "false"),
        member("items", Kind::Objects(&ITEM), Set::Never, "What is decided about each scope on each domain.", "[]"),
        member("reason", Kind::NullableText(500), Set::Never, "Why it was taken back.", "null"),
        member("expires_at", Kind::NullableTime, Set::Never, "When the approval ends.", "2030-01-31T12:00:00Z"),
    ],
};

static DECISION: Shape = Shape {
    name: "VerificationDecision",
    members: &[
        member("version", Kind::Integer(1, 2_147_483_647), Set::OnceRequired, "That which was read.", "1"),
        member(
            "items",
            Kind::Objects(&ITEM_DECISION),
            Set::OnceRequired,
            "Each scope on each domain, once.",
            r#"[{"domain": "domain_01jd3v8m1efb9rkyq9wzvw2x4a", "scope": "userinfo", "decision": "approve"}]"#,
        ),
    ],
};

static ITEM_DECISION: Shape = Shape {
    name: "VerificationItemDecision",
    members: &[
        member("domain", Kind::Id("domain"), Set::OnceRequired, "The domain.", "domain_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("scope", Kind::Text(64), Set::OnceRequired, "The scope.", "userinfo"),
        member("decision", Kind::OneOf(&["approve", "reject"]), Set::OnceRequired, "What is decided.", "approve"),
        member("reason", Kind::NullableText(500), Set::Once, "Why, for the partner; a rejection has one.", "null"),
    ],
};

static REVOCATION: Shape = Shape { name: "VerificationRevocation", members: &[REASON] };

static QUERY: [QueryParam; 1] = [QueryParam {
    name: "status",
    about: "Of this status; those that wait when it is left out.",
    example: "pending",
    choices: STATES,
}];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/staff/verifications",
        id: "listStaffVerifications",
        summary: "Lists applications, those that have waited longest first.",
        needs: Needs::Reviewer(Permission::StaffRead),
        query: &QUERY,
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&APPLICATION),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Get,
        path: "/staff/verifications/{verification}",
        id: "getStaffVerification",
        summary: "Reads an application.",
        needs: Needs::Reviewer(Permission::StaffRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&APPLICATION),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Post,
        path: "/staff/verifications/{verification}/decision",
        id: "decideVerification",
        summary: "Decides about every scope on every domain of an application, as it was read.",
        needs: Needs::Reviewer(Permission::StaffUpdate),
        query: &[],
        request: RequestBody::New(&DECISION),
        response: ResponseBody::One(&APPLICATION),
        refusals: &[
            (403, "conflict_of_interest"),
            (409, "verification_decided"),
            (409, "verification_changed"),
            (409, "domain_unproven"),
            (409, "domain_in_test_mode"),
        ],
        handler: || post(decide),
    },
    Operation {
        method: Method::Post,
        path: "/staff/verifications/{verification}/revoke",
        id: "revokeVerification",
        summary: "RequestBody an approval back: what it unlocked is locked at once.",
        needs: Needs::Reviewer(Permission::StaffUpdate),
        query: &[],
        request: RequestBody::New(&REVOCATION),
        response: ResponseBody::One(&APPLICATION),
        refusals: &[(403, "conflict_of_interest"), (409, "verification_not_approved")],
        handler: || post(revoke),
    },
];

/// An application on the wire.
#[derive(Serialize)]
struct StaffVerification {
    client: ClientId,
    client_name: String,
    reviewed_name: Option<String>,
    logo_url: Option<String>,
    shown_name: String,
    shown_logo_url: Option<String>,
    homepage_url: Option<String>,
    privacy_url: Option<String>,
    terms_url: Option<String>,
    contact_email: Option<String>,
    #[serde(flatten)]
    verification: Verification,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<VerificationId>()?;
    let state = query.get("status").unwrap_or(VerificationState::Pending.as_str());
    let wrong = || Error::invalid("status", "unknown_value", "give pending, approved, rejected, withdrawn or revoked");
    let state = VerificationState::parse(state).ok_or_else(wrong)?;
    let found = verifications::list(&core, &caller, state, page.after, page.look_for()).await?;
    let on_the_wire = |found| StaffVerification::of(found, &core);
    Ok(page.answer(found, |found| found.view.verification.id.to_string(), on_the_wire))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(verification): PathIds<VerificationId>,
) -> Result<Response, Problem> {
    Ok(one(&core, verifications::get(&core, &caller, verification).await?))
}

async fn decide(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(verification): PathIds<VerificationId>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&DECISION, Purpose::Create);
    let version = members.integer("version").unwrap_or_default();
    let items = members.objects("items", &ITEM_DECISION).unwrap_or_default();
    let mut decisions = Vec::with_capacity(items.len());
    for mut item in items {
        decisions.push(ItemDecision {
            domain: item.id("domain"),
            scope: item.text("scope").unwrap_or_default(),
            approve: item.text("decision").as_deref() == Some("approve"),
            reason: item.text("reason"),
        });
        item.end()?;
    }
    members.end()?;
    let id = verification;
    Ok(one(&core, verifications::decide(&core, caller, id, version, decisions).await?))
}

async fn revoke(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(verification): PathIds<VerificationId>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&REVOCATION, Purpose::Create);
    let reason = members.text("reason");
    members.end()?;
    Ok(one(&core, verifications::revoke(&core, caller, verification, reason).await?))
}

fn one(core: &Core, found: Application) -> Response {
    Json(StaffVerification::of(found, core)).into_response()
}

impl StaffVerification {
    fn of(found: Application, core: &Core) -> Self {
        let client = found.client;
        let url = |logo: ImageDigest| format!("{}{}", core.config.server.issuer(), logo.path());
        Self {
            client: client.id,
            client_name: client.name,
            reviewed_name: client.reviewed_name,
            logo_url: found.logo.map(url),
            shown_name: found.shown.name,
            shown_logo_url: found.shown.logo.map(url),
            homepage_url: client.homepage_url,
            privacy_url: client.privacy_url,
            terms_url: client.terms_url,
            contact_email: client.contact_email,
            verification: found.view.into(),
        }
    }
}

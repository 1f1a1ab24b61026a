//! The queue of verifications: `/staff/verifications`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use xwms_core::contract::staff::{Decision, Revocation, StaffVerificationView};
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::VerificationId;
use xwms_core::model::verification::VerificationState;
use xwms_core::staff::verifications;
use xwms_core::state::Core;
use xwms_core::text;

use super::search;
use crate::answer::{changed, shown};
use crate::authenticated::Authenticated;
use crate::json::New;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

const STATES: &[&str] = &["pending", "approved", "rejected", "withdrawn", "revoked"];

static APPLICATION: Of<StaffVerificationView> = Of::new();
static DECISION: Of<Decision> = Of::new();
static REVOCATION: Of<Revocation> = Of::new();

static QUERY: [QueryParam; 2] = [
    QueryParam {
        name: "status",
        about: "Of this status; those that wait when it is left out.",
        example: "pending",
        choices: STATES,
    },
    search("Of the client of this id, or of this billing owner's address, or with this in its name.", "Engines"),
];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/staff/verifications", || get(list))
        .named("listStaffVerifications", "Lists applications, those that have waited longest first.")
        .needs(Needs::Reviewer(Permission::StaffRead))
        .query(&QUERY)
        .response(ResponseBody::Page(&APPLICATION)),
    Operation::new(Method::Get, "/staff/verifications/{verification}", || get(read))
        .named("getStaffVerification", "Reads an application.")
        .needs(Needs::Reviewer(Permission::StaffRead))
        .response(ResponseBody::One(&APPLICATION)),
    Operation::new(Method::Post, "/staff/verifications/{verification}/decision", || post(decide))
        .named("decideVerification", "Decides about every scope on every domain of an application, as it was read.")
        .needs(Needs::Reviewer(Permission::StaffUpdate))
        .request(RequestBody::New(&DECISION))
        .response(ResponseBody::One(&APPLICATION))
        .refusals(&[
            (403, "conflict_of_interest"),
            (409, "verification_decided"),
            (409, "verification_changed"),
            (409, "domain_unproven"),
            (409, "domain_in_test_mode"),
        ]),
    Operation::new(Method::Post, "/staff/verifications/{verification}/revoke", || post(revoke))
        .named("revokeVerification", "Takes an approval back: what it unlocked is locked at once.")
        .needs(Needs::Reviewer(Permission::StaffUpdate))
        .request(RequestBody::New(&REVOCATION))
        .response(ResponseBody::One(&APPLICATION))
        .refusals(&[(403, "conflict_of_interest"), (409, "verification_not_approved")]),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<VerificationId>()?;
    let state = query.get("status").unwrap_or(VerificationState::Pending.as_str());
    let wrong = || Error::Invalid(vec![text!("unknown_value", choices = STATES.join(", ")).at("status")]);
    let state = VerificationState::parse(state).ok_or_else(wrong)?;
    let asked = (state, query.get("q"));
    let found = verifications::list(&core, &caller, asked, page.after, page.look_for()).await?;
    Ok(page.answer(found, |found| found.verification.id.to_string(), |found| found))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(verification): PathIds<VerificationId>,
) -> Result<Response, Problem> {
    Ok(shown(&verifications::get(&core, &caller, verification).await?))
}

async fn decide(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(verification): PathIds<VerificationId>,
    New(decision): New<Decision>,
) -> Result<Response, Problem> {
    Ok(changed(verifications::decide(&core, caller, verification, decision).await?))
}

async fn revoke(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(verification): PathIds<VerificationId>,
    New(revocation): New<Revocation>,
) -> Result<Response, Problem> {
    Ok(changed(verifications::revoke(&core, caller, verification, revocation).await?))
}

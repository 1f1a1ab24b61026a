//! Applications to become a Verified Partner: `/clients/{client}/verifications`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use xwms_core::contract::verification::{NewVerification, VerificationView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, VerificationId};
use xwms_core::manage::verifications;
use xwms_core::state::Core;

use crate::answer::{created, done, shown};
use crate::authenticated::Authenticated;
use crate::json::New;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static VERIFICATION: Of<VerificationView> = Of::new();
static NEW: Of<NewVerification> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/verifications", || get(list))
        .named("listVerifications", "Lists the applications of a client to become a Verified Partner, oldest first.")
        .needs(Needs::Client(Permission::VerificationsRead))
        .response(ResponseBody::Page(&VERIFICATION)),
    Operation::new(Method::Post, "/clients/{client}/verifications", || post(create))
        .named("createVerification", "Applies to become a Verified Partner for these domains and scopes.")
        .needs(Needs::Client(Permission::VerificationsCreate))
        .request(RequestBody::New(&NEW))
        .response(ResponseBody::Made(&VERIFICATION))
        .refusals(&[(409, "domain_unproven"), (409, "verification_pending")]),
    Operation::new(Method::Get, "/clients/{client}/verifications/{verification}", || get(read))
        .named("getVerification", "Reads an application.")
        .needs(Needs::Client(Permission::VerificationsRead))
        .response(ResponseBody::One(&VERIFICATION)),
    Operation::new(Method::Delete, "/clients/{client}/verifications/{verification}", || delete(withdraw))
        .named("withdrawVerification", "Takes back an application that waits for its decision.")
        .needs(Needs::Client(Permission::VerificationsDelete))
        .refusals(&[(409, "verification_decided")]),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<VerificationId>()?;
    let found = verifications::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |view| view.id.to_string(), |view| view))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    New(application): New<NewVerification>,
) -> Result<Response, Problem> {
    let path = format!("/clients/{client}/verifications");
    created(&path, verifications::apply(&core, caller, client, application).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, verification)): PathIds<(ClientId, VerificationId)>,
) -> Result<Response, Problem> {
    Ok(shown(&verifications::get(&core, &caller, client, verification).await?))
}

async fn withdraw(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, verification)): PathIds<(ClientId, VerificationId)>,
) -> Result<Response, Problem> {
    verifications::withdraw(&core, caller, client, verification).await?;
    Ok(done())
}

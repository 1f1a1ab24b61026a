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
        request: RequestBody::New(&NEW),
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
        summary: "Takes back an application that waits for its decision.",
        needs: Needs::Client(Permission::VerificationsDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[(409, "verification_decided")],
        handler: || delete(withdraw),
    },
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

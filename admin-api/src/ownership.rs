//! The proof that a domain is the client's: `/clients/{client}/domains/{domain}/ownership`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use xwms_core::contract::ownership::{OwnershipCheck, OwnershipView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::manage::ownership;
use xwms_core::state::Core;

use crate::answer::changed;
use crate::authenticated::Authenticated;
use crate::json::MaybeNew;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static OWNERSHIP: Of<OwnershipView> = Of::new();
static CHECK: Of<OwnershipCheck> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[Operation {
    method: Method::Post,
    path: "/clients/{client}/domains/{domain}/ownership",
    id: "checkOwnership",
    summary: "Says what to publish to prove that a domain is yours, and looks for it now.",
    needs: Needs::Client(Permission::DomainsUpdate),
    query: &[],
    request: RequestBody::MaybeNew(&CHECK),
    response: ResponseBody::One(&OWNERSHIP),
    refusals: &[],
    handler: || post(check),
}];

async fn check(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(domain): PathIds<(ClientId, DomainId)>,
    MaybeNew(asked): MaybeNew<OwnershipCheck>,
) -> Result<Response, Problem> {
    Ok(changed(ownership::check(&core, caller, domain, asked.whole()).await?))
}

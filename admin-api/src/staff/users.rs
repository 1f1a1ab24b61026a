//! Accounts: `/staff/users`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch};
use xwms_core::contract::staff::{StaffUserView, UserDecision};
use xwms_core::gate::permission::Permission;
use xwms_core::id::UserId;
use xwms_core::staff::users;
use xwms_core::state::Core;

use super::search;
use crate::answer::{changed, shown};
use crate::authenticated::Authenticated;
use crate::etag::IfMatch;
use crate::json::Changes;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static USER: Of<StaffUserView> = Of::new();
static DECISION: Of<UserDecision> = Of::new();

static QUERY: [QueryParam; 1] = [search("A `sub`, or how an address begins.", "ada@")];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/staff/users", || get(list))
        .named("listStaffUsers", "Looks for accounts.")
        .needs(Needs::Admin(Permission::StaffRead))
        .query(&QUERY)
        .response(ResponseBody::Page(&USER)),
    Operation::new(Method::Get, "/staff/users/{sub}", || get(read))
        .named("getStaffUser", "Reads an account.")
        .needs(Needs::Admin(Permission::StaffRead))
        .response(ResponseBody::One(&USER)),
    Operation::new(Method::Patch, "/staff/users/{sub}", || patch(update))
        .named("updateStaffUser", "Sets the plan of an account, or suspends it: its sessions end. Needs a `reason`.")
        .needs(Needs::Admin(Permission::StaffUpdate))
        .request(RequestBody::Changes(&DECISION))
        .response(ResponseBody::One(&USER))
        .refusals(&[(403, "conflict_of_interest")]),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<UserId>()?;
    let found = users::list(&core, &caller, query.get("q"), page.after, page.look_for()).await?;
    Ok(page.answer(found, |account| account.sub.to_string(), |account| account))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(sub): PathIds<UserId>,
) -> Result<Response, Problem> {
    Ok(shown(&users::get(&core, &caller, sub).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(sub): PathIds<UserId>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<UserDecision>,
) -> Result<Response, Problem> {
    Ok(changed(users::update(&core, caller, sub, patch, expected).await?))
}

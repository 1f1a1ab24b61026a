//! The signing keys: `/staff/keys`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use xwms_core::contract::staff::{KeyRotation, KeyView};
use xwms_core::gate::permission::Permission;
use xwms_core::staff::keys;
use xwms_core::state::Core;

use crate::authenticated::Authenticated;
use crate::json::MaybeNew;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::problem::Problem;
use crate::schema::Of;

static KEY: Of<KeyView> = Of::new();
static ORDER: Of<KeyRotation> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/staff/keys", || get(list))
        .named("listSigningKeys", "Lists the signing keys, the oldest first. Their private parts are told nowhere.")
        .needs(Needs::Admin(Permission::StaffRead))
        .response(ResponseBody::Page(&KEY)),
    Operation::new(Method::Post, "/staff/keys/rotate", || post(rotate))
        .named("rotateSigningKeys", "Publishes the next signing keys before their time.")
        .needs(Needs::Admin(Permission::StaffUpdate))
        .request(RequestBody::MaybeNew(&ORDER))
        .response(ResponseBody::Page(&KEY)),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let found = keys::list(&core, &caller).await?;
    answer(found, &query)
}

async fn rotate(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
    MaybeNew(order): MaybeNew<KeyRotation>,
) -> Result<Response, Problem> {
    let found = keys::rotate(&core, caller, order).await?;
    answer(found, &query)
}

/// A page of the keys, of which there are never many.
fn answer(mut found: Vec<KeyView>, query: &Query) -> Result<Response, Problem> {
    let page = query.page::<String>()?;
    page.begin(&mut found, |key, after| key.kid == *after);
    Ok(page.answer(found, |key| key.kid.clone(), |key| key))
}

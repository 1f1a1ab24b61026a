//! `/staff/…`: the desk of the staff. Each page calls the use case that the API calls.

mod audit;
mod clients;
mod decision;
mod keys;
mod known;
mod scopes;
mod users;
mod verifications;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use xwms_core::state::Core;

use crate::desk::{Place, StaffDesk};
use crate::section::StaffSection;

/// The pages of the staff, one line a route.
pub(crate) fn routes() -> Router<Core> {
    Router::new()
        .route("/staff", get(begin))
        .route("/staff/verifications", get(verifications::queue))
        .route("/staff/verifications/{verification}", get(verifications::read))
        .route("/staff/verifications/{verification}/decision", get(verifications::back).post(decision::decide))
        .route("/staff/verifications/{verification}/revoke", get(decision::ask_revocation).post(decision::revoke))
        .route("/staff/users", get(users::list))
        .route("/staff/users/{sub}", get(users::read).post(users::update))
        .route("/staff/users/{sub}/suspend", get(users::ask_suspension).post(users::suspend))
        .route("/staff/clients", get(clients::list))
        .route("/staff/clients/{client}", get(clients::read))
        .route("/staff/clients/{client}/suspend", get(clients::ask_suspension).post(clients::suspend))
        .route("/staff/scopes", get(scopes::list))
        .route("/staff/scopes/new", get(scopes::new).post(scopes::create))
        .route("/staff/scopes/{name}/edit", get(scopes::edit).post(scopes::update))
        .route("/staff/keys", get(keys::list))
        .route("/staff/keys/rotate", get(keys::ask_rotation).post(keys::rotate))
        .route("/staff/audit", get(audit::list))
        .route("/staff/audit.jsonl", get(audit::export))
}

/// The desk begins with what waits.
async fn begin(desk: StaffDesk) -> Response {
    desk.into_signed_in().visit.go(StaffSection::Verifications.href())
}

//! `/clients/…`: what partners do in the browser. Each page calls the use case that the API calls.

mod attempts;
mod check;
mod denials;
mod list;
mod naming;
mod nearest;
mod quickstart;
mod requests;
mod scopes;
mod secrets;
mod stats;
mod users;

use axum::Router;
use axum::routing::{get, post};
use xwms_core::state::Core;

/// The pages of clients, one line a route. GET of an address that only takes POST leads to the page it belongs to.
pub(crate) fn routes() -> Router<Core> {
    Router::new().merge(client_routes()).merge(domain_routes()).merge(usage_routes()).merge(team_routes())
}

/// The list, a client's overview, its secrets.
fn client_routes() -> Router<Core> {
    Router::new()
        .route("/clients", get(list::list))
        .route("/clients/new", get(list::new).post(list::create))
        .route("/clients/{client}", get(list::overview))
        .route("/clients/{client}/secrets", get(secrets::list))
        .route("/clients/{client}/secrets/new", get(secrets::new).post(secrets::create))
        .route("/clients/{client}/secrets/{secret}", get(secrets::read).post(secrets::update))
        .route("/clients/{client}/secrets/{secret}/switches", post(secrets::switch))
        .route("/clients/{client}/secrets/{secret}/rotate", get(secrets::ask_rotation).post(secrets::rotate))
        .route("/clients/{client}/secrets/{secret}/delete", get(secrets::ask_deletion).post(secrets::delete))
}

/// Domains, their URLs, secret connections, ownership, logos.
fn domain_routes() -> Router<Core> {
    Router::new()
}

/// Scopes, users, requests, statistics, attempts, the check, the quickstart.
fn usage_routes() -> Router<Core> {
    Router::new()
        .route("/clients/{client}/scopes", get(scopes::list))
        .route("/clients/{client}/scopes/new", get(scopes::new).post(scopes::create))
        .route("/clients/{client}/scopes/{name}/delete", get(scopes::ask_deletion).post(scopes::delete))
        .route("/clients/{client}/users", get(users::list))
        .route("/clients/{client}/users/{sub}", get(users::read))
        .route("/clients/{client}/users/{sub}/delete", get(users::ask_deletion).post(users::delete))
        .route("/clients/{client}/requests", get(requests::list))
        .route("/clients/{client}/requests/new", get(requests::new).post(requests::create))
        .route("/clients/{client}/requests/{request}", get(requests::read))
        .route("/clients/{client}/requests/{request}/delete", get(requests::ask_deletion).post(requests::delete))
        .route("/clients/{client}/stats", get(stats::read))
        .route("/clients/{client}/stats.csv", get(stats::file))
        .route("/clients/{client}/attempts", get(attempts::list))
        .route("/clients/{client}/check", get(check::read).post(check::check))
        .route("/clients/{client}/quickstart", get(quickstart::read))
}

/// Verifications, members, roles, API tokens, the audit log, settings.
fn team_routes() -> Router<Core> {
    Router::new()
}

//! `/clients/…`: what partners do in the browser. Each page calls the use case that the API calls.

mod list;
mod overview;
mod secrets;

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
        .route("/clients/{client}", get(overview::get))
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
}

/// Verifications, members, roles, API tokens, the audit log, settings.
fn team_routes() -> Router<Core> {
    Router::new()
}

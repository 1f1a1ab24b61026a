//! `/clients/…`: what partners do in the browser. Each page calls the use case that the API calls.

mod audit;
mod list;
mod members;
mod roles;
mod secrets;
mod settings;
mod tokens;
mod verifications;

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
}

/// Verifications, members, roles, API tokens, the audit log, settings.
fn team_routes() -> Router<Core> {
    Router::new()
        .route("/clients/{client}/verifications", get(verifications::list))
        .route("/clients/{client}/verifications/new", get(verifications::new).post(verifications::create))
        .route("/clients/{client}/verifications/{verification}", get(verifications::read))
        .route(
            "/clients/{client}/verifications/{verification}/delete",
            get(verifications::ask_withdrawal).post(verifications::withdraw),
        )
        .route("/clients/{client}/members", get(members::list))
        .route("/clients/{client}/members/new", get(members::new).post(members::create))
        .route("/clients/{client}/members/{member}", get(members::read).post(members::update))
        .route("/clients/{client}/members/{member}/delete", get(members::ask_deletion).post(members::delete))
        .route("/clients/{client}/roles", get(roles::list))
        .route("/clients/{client}/roles/new", get(roles::new).post(roles::create))
        .route("/clients/{client}/roles/{role}", get(roles::read).post(roles::update))
        .route("/clients/{client}/roles/{role}/delete", get(roles::ask_deletion).post(roles::delete))
        .route("/clients/{client}/tokens", get(tokens::list))
        .route("/clients/{client}/tokens/new", get(tokens::new).post(tokens::create))
        .route("/clients/{client}/tokens/{token}", get(tokens::read))
        .route("/clients/{client}/tokens/{token}/delete", get(tokens::ask_deletion).post(tokens::delete))
        .route("/clients/{client}/audit", get(audit::list))
        .route("/clients/{client}/audit.jsonl", get(audit::file))
        .route("/clients/{client}/settings", get(settings::read).post(settings::update))
        .route("/clients/{client}/settings/billing-owner", get(settings::billing_owner).post(settings::hand_over))
        .route("/clients/{client}/settings/delete", get(settings::ask_deletion).post(settings::delete))
}

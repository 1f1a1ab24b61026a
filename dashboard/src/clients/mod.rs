//! `/clients/…`: what partners do in the browser. Each page calls the use case that the API calls.

mod attempts;
mod attention;
pub(crate) mod audit;
mod bite;
mod check;
mod denials;
mod domains;
mod list;
mod logos;
mod members;
mod naming;
mod nearest;
mod overview;
mod quickstart;
mod requests;
mod roles;
mod scopes;
mod secrets;
mod settings;
mod stats;
mod tokens;
mod users;
mod verifications;
mod webhooks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::state::Core;

use domains::{deletion, links, ownership, switches, urls, webhook};

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
        .route("/clients/{client}/secrets/{secret}/switches", get(secrets::back).post(secrets::switch))
        .route("/clients/{client}/secrets/{secret}/switches/confirm", get(secrets::ask_switch))
        .route("/clients/{client}/secrets/{secret}/env", get(secrets::back).post(secrets::env_file))
        .route("/clients/{client}/secrets/{secret}/rotate", get(secrets::ask_rotation).post(secrets::rotate))
        .route("/clients/{client}/secrets/{secret}/delete", get(secrets::ask_deletion).post(secrets::delete))
}

/// Domains, their URLs, secret connections, ownership, logos.
fn domain_routes() -> Router<Core> {
    Router::new()
        .route("/clients/{client}/domains", get(domains::list))
        .route("/clients/{client}/domains/new", get(domains::new).post(domains::create))
        .route("/clients/{client}/domains/{domain}", get(domains::settings::read).post(domains::settings::update))
        .route("/clients/{client}/domains/{domain}/switches", get(switches::back).post(switches::switch))
        .route("/clients/{client}/domains/{domain}/switches/confirm", get(switches::ask))
        .route("/clients/{client}/domains/{domain}/ownership", get(ownership::read).post(ownership::look))
        .route("/clients/{client}/domains/{domain}/delete", get(deletion::ask).post(deletion::delete))
        .route("/clients/{client}/domains/{domain}/urls", get(urls::list))
        .route("/clients/{client}/domains/{domain}/urls/new", get(urls::new).post(urls::create))
        .route("/clients/{client}/domains/{domain}/urls/{url}", get(urls::read).post(urls::update))
        .route("/clients/{client}/domains/{domain}/urls/{url}/switches", get(urls::back).post(urls::switch))
        .route("/clients/{client}/domains/{domain}/urls/{url}/switches/confirm", get(urls::ask_switch))
        .route("/clients/{client}/domains/{domain}/urls/{url}/delete", get(urls::ask_deletion).post(urls::delete))
        .route("/clients/{client}/domains/{domain}/urls/{url}/rotate", get(webhook::ask_rotation).post(webhook::rotate))
        .route("/clients/{client}/domains/{domain}/urls/{url}/ping", get(urls::back).post(webhook::ping))
        .route("/clients/{client}/domains/{domain}/secrets", get(links::list))
        .route("/clients/{client}/domains/{domain}/secrets/link", get(links::ask_link).post(links::link))
        .route("/clients/{client}/domains/{domain}/secrets/{secret}/unlink", get(links::ask_unlink).post(links::unlink))
        .merge(logo_routes())
}

/// Logos, whose forms are larger than others.
fn logo_routes() -> Router<Core> {
    type OfDomain = (ClientId, DomainId);
    let of_client = get(logos::read::<ClientId>).post(logos::put::<ClientId>);
    let of_domain = get(logos::read::<OfDomain>).post(logos::put::<OfDomain>);
    Router::new()
        .route("/clients/{client}/settings/logo", of_client)
        .route("/clients/{client}/domains/{domain}/logo", of_domain)
        .layer(DefaultBodyLimit::max(crate::upload::MOST))
        .route(
            "/clients/{client}/settings/logo/delete",
            get(logos::ask_deletion::<ClientId>).post(logos::delete::<ClientId>),
        )
        .route(
            "/clients/{client}/domains/{domain}/logo/delete",
            get(logos::ask_deletion::<OfDomain>).post(logos::delete::<OfDomain>),
        )
}

/// Scopes, users, requests, statistics, webhooks, attempts, the check, the quickstart.
fn usage_routes() -> Router<Core> {
    Router::new()
        .route("/clients/{client}/scopes", get(scopes::list))
        .route("/clients/{client}/scopes/new", get(scopes::new).post(scopes::create))
        .route("/clients/{client}/scopes/{name}/switches", get(scopes::back).post(scopes::switch))
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
        .route("/clients/{client}/webhooks", get(webhooks::list))
        .route("/clients/{client}/webhooks/redeliver", get(webhooks::ask_redelivery).post(webhooks::redeliver_parked))
        .route("/clients/{client}/webhooks/deliveries/{delivery}", get(webhooks::read))
        .route(
            "/clients/{client}/webhooks/deliveries/{delivery}/redeliver",
            get(webhooks::back).post(webhooks::redeliver),
        )
        .route("/clients/{client}/attempts", get(attempts::list))
        .route("/clients/{client}/check", get(check::read).post(check::check))
        .route("/clients/{client}/quickstart", get(quickstart::read))
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

//! `/account/…`: what people do on their own pages. Each page calls a use case.

mod apps;
mod browser;
mod confirm;
mod factors;
mod general;
mod home;
pub(crate) mod notifications;
mod passkeys;
mod password;
mod plan;
mod requests;
mod security;
mod sessions;
mod taste;
mod tokens;

use axum::Router;
use axum::routing::get;
use xwms_core::account::apps::Scope;
use xwms_core::clock::Timestamp;
use xwms_core::model::scope::ScopeSet;
use xwms_core::state::Core;

use crate::public::consent::ShareLine;

pub(crate) use plan::count as clients_of_plan;

/// The pages of the account, one line a route. GET of an address that only takes POST leads to the page it belongs to.
pub(crate) fn routes() -> Router<Core> {
    Router::new()
        .route("/account", get(home::read))
        .route("/account/general", get(general::read).post(general::update))
        .route("/account/security", get(security::read))
        .route("/account/security/password", get(password::ask).post(password::change))
        .route("/account/security/passkeys", get(passkeys::list))
        .route("/account/security/passkeys/new", get(passkeys::new).post(passkeys::add))
        .route("/account/security/passkeys/{passkey}/delete", get(passkeys::ask_deletion).post(passkeys::delete))
        .route("/account/security/totp/new", get(factors::new_app).post(factors::add_app))
        .route("/account/security/totp/delete", get(factors::ask_app_deletion).post(factors::delete_app))
        .route("/account/security/recovery-codes", get(factors::ask_codes).post(factors::make_codes))
        .route("/account/sessions", get(sessions::read).post(sessions::end))
        .route("/account/apps", get(apps::read).post(apps::end))
        .route("/account/apps/{client}/end", get(apps::ask_end).post(apps::end_named))
        .route("/account/requests", get(requests::read).post(requests::answer))
        .route("/account/notifications", get(notifications::read).post(notifications::change))
        .route("/account/tokens", get(tokens::list))
        .route("/account/tokens/new", get(tokens::new).post(tokens::create))
        .route("/account/tokens/{token}", get(tokens::to_list))
        .route("/account/tokens/{token}/delete", get(tokens::ask_deletion).post(tokens::delete))
        .route("/account/plan", get(plan::read))
        .route("/login/confirm", get(confirm::ask).post(confirm::confirm))
        .route("/theme", get(taste::to_account).post(taste::theme))
        .route("/language", get(taste::to_account).post(taste::language))
}

/// A moment, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Moment {
    /// For programs: RFC 3339.
    machine: String,
    /// For people: the day.
    day: String,
}

impl Moment {
    /// This one.
    fn of(time: Timestamp) -> Self {
        let machine = time.to_string();
        let day = machine.split('T').next().unwrap_or_default().to_owned();
        Self { machine, day }
    }
}

/// What these scopes are, in the catalog's order.
fn lines(scope: &ScopeSet, catalog: &[Scope]) -> Vec<ShareLine> {
    let named = catalog.iter().filter(|entry| scope.contains(&entry.name));
    named.map(ShareLine::of).collect()
}

#[cfg(test)]
mod tests;

//! Every page of XWMS, drawn on the server and complete without a script.
//!
//! A public page is a view struct, made by Rust, and a template at the same path. The pages of whoever is signed in are made
//! of the parts in `page`, inside one `frame`. [`layout::render_page`] is the one way out.

mod account;
pub mod assets;
mod clients;
pub mod csrf;
mod desk;
pub mod error;
pub mod form;
mod frame;
pub mod layout;
mod page;
mod posted;
pub mod public;
mod routes;
mod section;
mod setup_steps;
mod signed_in;
mod signed_out;
mod staff;
mod status_message;
mod theme;
mod upload;
mod visit;
mod way_back;

use axum::Router;
use axum::routing::get;
use xwms_core::state::Core;

pub use upload::body_limit;

/// Every route of the pages.
pub fn router(core: Core) -> Router {
    Router::new()
        .route(assets::STYLESHEET.path(), get(async || assets::STYLESHEET.respond()))
        .route(assets::DASHBOARD.path(), get(async || assets::DASHBOARD.respond()))
        .route(assets::SCRIPT.path(), get(async || assets::SCRIPT.respond()))
        .route(assets::PASSKEYS.path(), get(async || assets::PASSKEYS.respond()))
        .route(assets::ICON.path(), get(async || assets::ICON.respond()))
        .merge(routes::public())
        .merge(account::routes())
        .merge(clients::routes())
        .merge(staff::routes())
        .with_state(core)
}

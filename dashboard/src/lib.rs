//! Every page of XWMS, drawn on the server: no page has a script.
//!
//! A page is a view struct, made by Rust, and a template at the same path. [`layout::render_page`] is the one way out.

pub mod account;
pub mod assets;
pub mod csrf;
pub mod error;
pub mod form;
pub mod layout;
pub mod public;
mod routes;
mod visit;

use axum::Router;
use axum::routing::get;
use xwms_core::state::Core;

/// Every route of the pages.
pub fn router(core: Core) -> Router {
    Router::new()
        .route(assets::STYLESHEET.path(), get(async || assets::STYLESHEET.respond()))
        .route(assets::ICON.path(), get(async || assets::ICON.respond()))
        .merge(routes::public())
        .merge(routes::account())
        .with_state(core)
}

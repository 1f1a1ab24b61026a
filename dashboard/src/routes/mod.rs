//! The handlers of the pages: each reads a visit, calls one use case, shows a page or leads on.

pub(crate) mod consent;
pub(crate) mod images;
pub(crate) mod login;
pub(crate) mod logout;
mod partner;
pub(crate) mod recovery;
pub(crate) mod registration;
pub(crate) mod second;
pub(crate) mod start;
mod well_known;

use axum::Router;
use axum::routing::{get, post};
use xwms_core::state::Core;

/// The public pages, one line a route.
pub(crate) fn public() -> Router<Core> {
    Router::new()
        .route("/", get(start::get))
        .route("/login", get(login::get).post(login::post))
        .route("/login/continue", post(login::go_on))
        .route("/login/passkey", post(login::by_passkey))
        .route("/login/second", get(second::get).post(second::post))
        .route("/register", get(registration::get).post(registration::post))
        .route("/verify-email", get(registration::get_verify).post(registration::post_verify))
        .route("/verify-email/resend", post(registration::post_resend))
        .route("/forgot", get(recovery::get).post(recovery::post))
        .route("/reset", get(recovery::get_reset).post(recovery::post_reset))
        .route("/consent", get(consent::get).post(consent::post))
        .route("/logout", get(logout::get).post(logout::post))
        .route("/signed-out", get(logout::signed_out))
        .route("/.well-known/change-password", get(well_known::change_password))
        .route("/.well-known/passkey-endpoints", get(well_known::passkey_endpoints))
        .route("/images/{name}", get(images::get))
}

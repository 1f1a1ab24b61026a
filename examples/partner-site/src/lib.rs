//! "Analytical Engines": a sample site that logs people in through XWMS.
//!
//! It knows XWMS by the wire only, as any partner's site does, and shows both ways in: OpenID Connect through the
//! `openidconnect` library (`oidc.rs`), and the native API through a small client of its own (`native.rs`). Start
//! reading at [`router`], then `login.rs`.

mod claims;
mod front_door;
mod login;
mod member;
mod native;
mod oidc;
mod pages;
mod params;
mod session;
mod settings;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::native::NativeApi;
use crate::oidc::Oidc;
use crate::session::Sessions;
pub use crate::settings::{Secret, Settings, SettingsError};

/// Serves the site on `listener` until `shutdown` is done, then lets requests in progress finish.
///
/// When `settings.listen` has port 0, the listener's own address takes its place.
///
/// # Errors
/// Those of the listener.
pub async fn serve(
    mut settings: Settings,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    if settings.listen.port() == 0 {
        settings.listen = listener.local_addr()?;
    }
    axum::serve(listener, router(settings)).with_graceful_shutdown(shutdown).await
}

/// All routes of the site. Nothing is fetched from XWMS before somebody logs in.
pub fn router(settings: Settings) -> Router {
    let site = Arc::new(Site::new(settings));
    Router::new()
        .route("/", get(pages::start))
        .route("/style.css", get(pages::stylesheet))
        .route("/healthz", get(pages::healthz))
        .route("/login/oidc", get(login::start_oidc).post(login::start_oidc))
        .route("/login/native", get(login::start_native).post(login::start_native))
        .route("/callback", get(login::oidc_callback))
        .route("/native/callback", get(login::native_callback))
        .route("/fallback", get(pages::fallback))
        .route("/me", get(member::me))
        .route("/refresh", post(member::refresh))
        .route("/logout", post(member::logout))
        .fallback(pages::not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(&site), front_door::guard))
        .with_state(site)
}

/// What the handlers share.
struct Site {
    origin: String,
    issuer: String,
    domain: String,
    sessions: Sessions,
    oidc: Oidc,
    native: NativeApi,
}

impl Site {
    fn new(settings: Settings) -> Site {
        let origin = settings.origin();
        let http = http_client();
        Site {
            issuer: settings.issuer_text(),
            domain: settings.domain.clone(),
            sessions: Sessions::default(),
            oidc: Oidc::new(&settings, http.clone()),
            native: NativeApi::new(&settings, http),
            origin,
        }
    }
}

/// The client for calls to XWMS; `None` when this machine cannot make one, which a login then says.
///
/// It follows no redirect, so that a secret goes only where it was meant to go, and uses no proxy, since the issuer of
/// a demonstration is on loopback.
fn http_client() -> Option<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(15))
        .build()
        .inspect_err(|error| tracing::error!(%error, "no HTTP client can be made"))
        .ok()
}

//! The way to XWMS and back, both ways.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use url::Url;

use crate::Site;
use crate::pages::Problem;
use crate::params::Params;
use crate::session::{self, Attempt, SignedIn, Way};

/// Sends the browser to XWMS's authorization endpoint.
pub(crate) async fn start_oidc(State(site): State<Arc<Site>>, headers: HeaderMap) -> Result<Response, Problem> {
    Ok(leave(&site, &headers, site.oidc.begin().await?))
}

/// Asks for a sign token and sends the browser to its address.
pub(crate) async fn start_native(State(site): State<Arc<Site>>, headers: HeaderMap) -> Result<Response, Problem> {
    Ok(leave(&site, &headers, site.native.begin().await?))
}

/// Takes an authorization response (RFC 6749 §4.1.2, RFC 9207).
pub(crate) async fn oidc_callback(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let attempt = take(&site, &headers, &params)?;
    let Way::Oidc { nonce } = attempt.way else { return Err(Problem::foreign_state()) };
    site.oidc.check_issuer(params.one("iss")?).await?;
    refusal(&params)?;
    let code = params.one("code")?.ok_or_else(|| Problem::refused("invalid_request", "There is no code."))?;
    let person = site.oidc.finish(code, attempt.verifier, &nonce).await?;
    Ok(welcome(&site, &headers, person))
}

/// Takes the callback of a native login.
pub(crate) async fn native_callback(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let attempt = take(&site, &headers, &params)?;
    let Way::Native = attempt.way else { return Err(Problem::foreign_state()) };
    refusal(&params)?;
    let token = params.one("token")?.ok_or_else(|| Problem::refused("invalid_request", "There is no token."))?;
    let person = site.native.finish(token, &attempt.verifier).await?;
    Ok(welcome(&site, &headers, person))
}

fn leave(site: &Site, headers: &HeaderMap, (url, attempt): (Url, Attempt)) -> Response {
    let id = site.sessions.begin(session::cookie(headers), attempt, Instant::now());
    ([(SET_COOKIE, session::set_cookie(&id))], Redirect::to(url.as_str())).into_response()
}

/// The attempt that this callback belongs to. Before anything else in the address is believed, its `state` must be
/// one that this browser took with it: else a stranger's login would be finished in a visitor's browser.
fn take(site: &Site, headers: &HeaderMap, params: &Params) -> Result<Attempt, Problem> {
    let state = params.one("state")?.ok_or_else(Problem::foreign_state)?;
    session::cookie(headers)
        .and_then(|id| site.sessions.take(id, state, Instant::now()))
        .ok_or_else(Problem::foreign_state)
}

/// The person's or XWMS's no, when the callback brings one.
fn refusal(params: &Params) -> Result<(), Problem> {
    match params.one("error")? {
        None => Ok(()),
        Some(code) => Err(Problem::from_issuer(code, params.one("error_description")?, params.one("reference")?)),
    }
}

fn welcome(site: &Site, headers: &HeaderMap, person: SignedIn) -> Response {
    let id = site.sessions.sign_in(session::cookie(headers).unwrap_or_default(), person, Instant::now());
    ([(SET_COOKIE, session::set_cookie(&id))], Redirect::to("/me")).into_response()
}

//! Who calls: an API token, or a person signed in in this browser. A change from a browser also needs the token that our
//! pages carry.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use xwms_core::login::csrf;
use xwms_core::login::session;
use xwms_core::manage::permit::Caller;
use xwms_core::manage::tokens;
use xwms_core::request::address::CallerAddress;
use xwms_core::request::cookies;
use xwms_core::state::Core;

use crate::problem::Problem;

/// Where a request comes from.
pub(crate) fn address(extensions: &Extensions) -> IpAddr {
    extensions.get::<CallerAddress>().map_or(IpAddr::from([0, 0, 0, 0]), |caller| caller.0)
}

/// Who calls. What they may is for the use case to ask.
pub(crate) struct Authenticated(pub(crate) Caller);

impl FromRequestParts<Core> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, core: &Core) -> Result<Self, Problem> {
        // A request whose idempotency key was looked at has been let in already.
        if let Some(caller) = parts.extensions.get::<Caller>() {
            return Ok(Self(caller.clone()));
        }
        let address = address(&parts.extensions);
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return by_token(core, &parts.headers, address).await;
        }
        let issuer = core.config.server.issuer();
        let headers = &parts.headers;
        let cookies = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
        let cookie = cookies::get(cookies, cookies::SESSION, issuer.starts_with("https://"));
        let session = session::find(core, cookie).await?.ok_or_else(|| unknown("sign in, or send an API token"))?;
        if !parts.method.is_safe() {
            let token = headers.get("x-csrf-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let values = |name: &str| headers.get_all(name).iter().map(HeaderValue::as_bytes);
            let foreign = csrf::is_foreign(values("sec-fetch-site"), values("origin"), issuer);
            if foreign || !csrf::valid(core, &session.key, token) {
                return Err(Problem::new(
                    StatusCode::FORBIDDEN,
                    "csrf",
                    "send the value of the page's meta tag csrf-token as X-CSRF-Token, from our own pages",
                ));
            }
        }
        Ok(Self(Caller::signed_in(session.user_id, address)))
    }
}

/// A token that is sent stands alone: a bad one is never made good by a cookie beside it.
async fn by_token(core: &Core, headers: &HeaderMap, address: IpAddr) -> Result<Authenticated, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (first, more) = (values.next().and_then(|value| value.to_str().ok()).unwrap_or_default(), values.next());
    let (scheme, token) = first.split_once(' ').unwrap_or_default();
    if more.is_some() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(unknown("send Authorization: Bearer and an API token, once"));
    }
    let caller = tokens::authenticate(core, token.trim(), address).await?;
    caller.map(Authenticated).ok_or_else(|| unknown("this API token is none of ours, or good no more"))
}

fn unknown(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "not_signed_in", detail)
}

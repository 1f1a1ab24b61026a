//! Who calls: a person signed in in this browser. A change also needs the token that our pages carry.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use xwms_core::address::CallerAddress;
use xwms_core::cookies;
use xwms_core::login::csrf;
use xwms_core::login::session;
use xwms_core::manage::permit::Caller;
use xwms_core::state::Core;

use crate::problem::Problem;

/// A signed-in person.
pub(crate) struct SignedIn(pub(crate) Caller);

impl FromRequestParts<Core> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, core: &Core) -> Result<Self, Problem> {
        let issuer = core.config.server.issuer();
        let headers = &parts.headers;
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookie = cookies::get(cookies, cookies::SESSION, issuer.starts_with("https://"));
        let session = session::find(core, cookie)
            .await?
            .ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "not_signed_in", "sign in first"))?;
        if !parts.method.is_safe() {
            let token = one(headers, "x-csrf-token").unwrap_or_default();
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
        let address = parts.extensions.get::<CallerAddress>().map_or(IpAddr::from([0, 0, 0, 0]), |caller| caller.0);
        Ok(Self(Caller { user: session.user_id, address }))
    }
}

fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

//! What somebody who is signed in can see and do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use crate::Site;
use crate::claims::Section;
use crate::pages::{self, Problem};
use crate::session::{self, SignedIn, Tokens};

/// Who is signed in, and what XWMS shared; nobody is sent to the start page.
pub(crate) async fn me(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let now = Instant::now();
    match session::cookie(&headers).and_then(|id| site.sessions.signed_in(id, now)) {
        Some(person) => pages::render(StatusCode::OK, &MePage::of(&person, now)),
        None => Redirect::to("/").into_response(),
    }
}

/// Uses the refresh token.
pub(crate) async fn refresh(State(site): State<Arc<Site>>, headers: HeaderMap) -> Result<Response, Problem> {
    let found = session::cookie(&headers).and_then(|id| Some((id, site.sessions.signed_in(id, Instant::now())?)));
    let Some((id, person)) = found else { return Ok(Redirect::to("/").into_response()) };
    match site.oidc.refresh(&person).await {
        Ok(fresh) => {
            site.sessions.refreshed(id, fresh);
            Ok(Redirect::to("/me").into_response())
        }
        Err(problem) if problem.code == "invalid_grant" => {
            // The person, the partner or XWMS has ended the grant: here it ends too.
            site.sessions.end(id);
            Ok(([(SET_COOKIE, session::clear_cookie())], problem).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Ends the session here and, after an OpenID Connect login, at XWMS.
pub(crate) async fn logout(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let person = session::cookie(&headers).and_then(|id| site.sessions.end(id));
    let onwards = match person.as_ref().and_then(|person| person.tokens.as_ref()) {
        Some(tokens) => site.oidc.goodbye(tokens).await,
        None => None,
    };
    let onwards = onwards.as_ref().map_or("/", |url| url.as_str());
    ([(SET_COOKIE, session::clear_cookie())], Redirect::to(onwards)).into_response()
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage<'a> {
    name: &'a str,
    sub: &'a str,
    sections: &'a [Section],
    grant: Option<Grant<'a>>,
}

/// What the page says about the tokens.
struct Grant<'a> {
    scope: &'a [String],
    expiry: String,
    refreshable: bool,
}

impl<'a> MePage<'a> {
    fn of(person: &'a SignedIn, now: Instant) -> MePage<'a> {
        MePage {
            name: &person.name,
            sub: &person.sub,
            sections: &person.sections,
            grant: person.tokens.as_ref().map(|tokens| Grant::of(tokens, now)),
        }
    }
}

impl<'a> Grant<'a> {
    fn of(tokens: &'a Tokens, now: Instant) -> Grant<'a> {
        Grant {
            scope: &tokens.scope,
            expiry: expiry(tokens.expires.map(|end| end.saturating_duration_since(now))),
            refreshable: tokens.refresh.is_some(),
        }
    }
}

/// When the access token ends, given what is left of it.
fn expiry(left: Option<Duration>) -> String {
    match left.map(|left| left.as_secs()) {
        None => "when XWMS says so".to_owned(),
        Some(0) => "now: it has expired".to_owned(),
        Some(seconds) if seconds < 60 => format!("in {seconds} s"),
        Some(seconds) => format!("in {} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_token_is_said_in_words() {
        let rows = [
            (None, "when XWMS says so"),
            (Some(0), "now: it has expired"),
            (Some(59), "in 59 s"),
            (Some(600), "in 10 min 0 s"),
        ];
        for (seconds, text) in rows {
            assert_eq!(expiry(seconds.map(Duration::from_secs)), text);
        }
    }
}

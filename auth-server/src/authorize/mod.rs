//! The authorization endpoint (OAuth 2.1 §4.1.1, OpenID Connect Core §3.1.2) and the steps that follow it.

pub(crate) mod answer;
mod oxide;
mod request;

use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use xwms_core::crypto::credential::{Credential, CredentialKey, Kind};
use xwms_core::error::Error;
use xwms_core::gate::denial::Denial;
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::id::DomainId;
use xwms_core::login::flow::{self, Admitted, Flow, FlowRefused, Step};
use xwms_core::login::flow_quota::Beginner;
use xwms_core::login::hints::{self, Hints};
use xwms_core::login::issue::issue;
use xwms_core::login::session::{self, Session};
use xwms_core::request::address::CallerAddress;
use xwms_core::request::cookies;
use xwms_core::request::params::Params;

use crate::AuthServer;
use answer::Refusal;
use request::Asked;

/// `GET /oauth/authorize`.
pub async fn get(
    State(server): State<AuthServer>,
    Extension(address): Extension<CallerAddress>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    match params {
        Ok(params) => server.authorize(&headers, address, &params).await,
        Err(_) => server.page(&Denial::RequestMalformed),
    }
}

/// `POST /oauth/authorize`: a cross-site POST carries no Lax cookie, so the browser is sent on to the same request as a
/// GET, which does.
pub async fn post(State(server): State<AuthServer>, RawQuery(query): RawQuery, body: Bytes) -> Response {
    let mut params = match Params::parse(query.unwrap_or_default().as_bytes()) {
        Ok(params) => params,
        Err(_) => return server.page(&Denial::RequestMalformed),
    };
    match Params::parse(&body) {
        Ok(posted) => params.extend(posted),
        Err(_) => return server.page(&Denial::RequestMalformed),
    }
    answer::see_other(&format!("/oauth/authorize?{}", params.encode()))
}

/// `GET /oauth/sign-in?token=…`: where a partner's site sends the browser for a native login.
pub async fn sign_in(
    State(server): State<AuthServer>,
    Extension(address): Extension<CallerAddress>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let browser = server.browser(&headers, address);
    let opened = match params.get("token") {
        Some(token) => flow::open_native(&server.core, token, browser.key).await,
        None => Err(FlowRefused::Gone),
    };
    let response = match opened {
        Ok(flow) => server.step(&headers, &flow, &browser).await,
        Err(refused) => server.flow_refused(refused),
    };
    browser.remember(response)
}

/// `GET /oauth/continue?flow=…`: where the pages send the browser once the person has done what was asked.
pub async fn go_on(
    State(server): State<AuthServer>,
    Extension(address): Extension<CallerAddress>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let browser = server.browser(&headers, address);
    let id = params.get("flow").unwrap_or_default();
    match flow::open(&server.core, id, server.cookie(&headers, cookies::BROWSER)).await {
        Ok(flow) => server.step(&headers, &flow, &browser).await,
        Err(refused) => server.flow_refused(refused),
    }
}

/// The browser a request comes from, by its cookie; a new one gets its cookie with the answer.
pub(crate) struct Browser {
    key: CredentialKey,
    address: IpAddr,
    fresh: Option<HeaderValue>,
}

impl Browser {
    /// This browser, as the one that begins something.
    pub(crate) const fn beginner(&self) -> Beginner {
        Beginner::Browser(self.key, self.address)
    }

    pub(crate) fn remember(self, mut response: Response) -> Response {
        if let Some(cookie) = self.fresh {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// One request's part in a login.
struct Visit<'a> {
    snapshot: &'a Snapshot,
    flow: &'a Flow,
    session: Option<&'a Session>,
    browser: &'a Browser,
    /// `prompt=none`: no page may be shown.
    silent: bool,
}

impl AuthServer {
    async fn authorize(&self, headers: &HeaderMap, address: CallerAddress, params: &Params) -> Response {
        let session = match session::find(&self.core, self.cookie(headers, cookies::SESSION)).await {
            Ok(session) => session,
            Err(error) => return self.failed(error),
        };
        let session = session.as_ref();
        let snapshot = match self.client_of(params).await {
            Ok(snapshot) => snapshot,
            Err(refusal) => return self.refuse(refusal, session),
        };
        let Asked { mut flow, domain, silent } = match self.read(&snapshot, params, session) {
            Ok(asked) => asked,
            Err(refusal) => return self.refuse(refusal.seen_at(address), session),
        };
        let hints = Hints { id_token: params.get("id_token_hint"), login: params.get("login_hint") };
        if let Err(error) = hints::heed(&self.core, flow.client, hints, &mut flow.request, session).await {
            return self.failed(error);
        }
        let browser = self.browser(headers, address);
        let admitted = Admitted { snapshot: &snapshot, flow: &flow, domain };
        let step = admitted.next_step(&self.core, session).await;
        let visit = Visit { snapshot: &snapshot, flow: &flow, session, browser: &browser, silent };
        let response = self.take(step, &visit).await;
        browser.remember(response)
    }

    /// Goes on with a stored login.
    async fn step(&self, headers: &HeaderMap, flow: &Flow, browser: &Browser) -> Response {
        let session = session::find(&self.core, self.cookie(headers, cookies::SESSION)).await;
        let snapshot = self.core.snapshots.get(flow.client).await;
        let (session, snapshot) = match (session, snapshot) {
            (Ok(session), Ok(Some(snapshot))) => (session, snapshot),
            (Ok(_), Ok(None)) => return self.page(&Denial::ClientUnknown),
            (Err(error), _) | (_, Err(error)) => return self.failed(error),
        };
        let session = session.as_ref();
        let step = flow::next_step(&self.core, &snapshot, flow, session).await;
        self.take(step, &Visit { snapshot: &snapshot, flow, session, browser, silent: false }).await
    }

    /// Takes a step: a page, an answer to the relying party, or the code.
    async fn take(&self, step: Result<Step, Error>, visit: &Visit<'_>) -> Response {
        let step = match step {
            Ok(step) => step,
            Err(error) => return self.failed(error),
        };
        match step {
            Step::Ready(ready) => match visit.session {
                Some(session) => match issue(&self.core, visit.snapshot, visit.flow, ready, session).await {
                    Ok(code) => self.give(visit.flow, &code),
                    Err(refused) => self.flow_refused(refused),
                },
                None => self.flow_refused(FlowRefused::Gone),
            },
            Step::Refused(denial) => self.end(denial, visit).await,
            Step::Denied => self.end(Denial::Declined, visit).await,
            Step::SignIn(_) if visit.silent => self.end(Denial::LoginRequired, visit).await,
            Step::VerifyEmail(_) if visit.silent => self.end(Denial::EmailUnverified, visit).await,
            Step::Consent(_) if visit.silent => self.end(Denial::ConsentRequired, visit).await,
            Step::SignIn(domain) => self.ask("/login", domain, visit).await,
            Step::VerifyEmail(domain) => self.ask("/verify-email", domain, visit).await,
            Step::Consent(offer) => self.ask("/consent", offer.domain, visit).await,
        }
    }

    /// Ends a login without a grant, and tells whoever asked.
    async fn end(&self, denial: Denial, visit: &Visit<'_>) -> Response {
        match flow::finish(&self.core, visit.flow).await {
            Ok(true) => {
                let refusal = Refusal::of_flow(visit.snapshot, visit.flow, denial, visit.silent);
                self.refuse(refusal.seen_at(CallerAddress(visit.browser.address)), visit.session)
            }
            Ok(false) => self.flow_refused(FlowRefused::Gone),
            Err(error) => self.failed(error),
        }
    }

    /// Sends the browser to a page; the login, which goes through this domain, is stored for it if it is not yet.
    async fn ask(&self, page: &str, domain: DomainId, visit: &Visit<'_>) -> Response {
        let id = match visit.flow.id {
            Some(id) => Ok(id),
            None => flow::store(&self.core, visit.flow, domain, visit.browser.beginner()).await,
        };
        match id {
            Ok(id) => answer::see_other(&format!("{page}?flow={id}")),
            Err(error) => self.failed(error),
        }
    }

    /// The browser's key, from its cookie or made for it now.
    pub(crate) fn browser(&self, headers: &HeaderMap, CallerAddress(address): CallerAddress) -> Browser {
        let known = self.cookie(headers, cookies::BROWSER).and_then(|cookie| Credential::parse(Kind::Browser, cookie));
        match known {
            Some(key) => Browser { key, address, fresh: None },
            None => {
                let made = Credential::generate(Kind::Browser, self.core.clock.now());
                let cookie = cookies::set(cookies::BROWSER, made.text().expose(), self.https(), None);
                Browser { key: made.key(), address, fresh: HeaderValue::from_str(&cookie).ok() }
            }
        }
    }

    pub(crate) fn cookie<'h>(&self, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
        let values = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
        cookies::get(values, name, self.https())
    }

    pub(crate) fn https(&self) -> bool {
        self.core.config.server.issuer().starts_with("https://")
    }
}

//! One request of a browser to a page: who it is, what it sent, and whether a page of ours sent it.

use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use xwms_core::crypto::credential::{Credential, CredentialKey, Kind};
use xwms_core::error::{Error, FieldError};
use xwms_core::id::FlowId;
use xwms_core::login::csrf;
use xwms_core::login::error_page::ErrorPage;
use xwms_core::login::flow::FlowRefused;
use xwms_core::login::passkey;
use xwms_core::login::session::{self, Account, Session};
use xwms_core::login::sign_in::FromBrowser;
use xwms_core::memory::attempts::reference;
use xwms_core::request::address::CallerAddress;
use xwms_core::request::cookies;
use xwms_core::request::params::Params;
use xwms_core::state::Core;
use xwms_core::text::Language;

use crate::csrf::{Csrf, is_foreign};
use crate::error;
use crate::layout::Shell;
use crate::theme::{self, Theme};
use crate::way_back::is_own_page;

/// A browser at one of our pages.
pub(crate) struct Visit {
    /// The platform.
    pub(crate) core: Core,
    /// Who is signed in.
    pub(crate) session: Option<Session>,
    /// Where the browser is.
    pub(crate) address: IpAddr,
    /// What the query says.
    pub(crate) query: Params,
    /// The language to speak to the person: their account's, else their browser's.
    pub(crate) language: Language,
    headers: HeaderMap,
    browser: CredentialKey,
    cookies: Vec<String>,
}

/// A form that a page of ours sent.
pub(crate) struct Form {
    /// The browser that sent it.
    pub(crate) visit: Visit,
    /// Its fields, none twice.
    pub(crate) fields: Params,
}

impl FromRequestParts<Core> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut http::request::Parts, core: &Core) -> Result<Self, Response> {
        let https = core.config.server.issuer().starts_with("https://");
        let query = Params::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .map_err(|_| StatusCode::BAD_REQUEST.into_response())?;
        let address = parts.extensions.get::<CallerAddress>().map_or(IpAddr::from([0, 0, 0, 0]), |caller| caller.0);
        let cookie = |name| cookies::get(cookie_headers(&parts.headers), name, https);
        let session = session::find(core, cookie(cookies::SESSION)).await.map_err(failed)?;
        let known = cookie(cookies::BROWSER).and_then(|cookie| Credential::parse(Kind::Browser, cookie));
        let mut set = Vec::new();
        let browser = known.unwrap_or_else(|| {
            let made = Credential::generate(Kind::Browser, core.clock.now());
            set.push(cookies::set(cookies::BROWSER, made.text().expose(), https, None));
            made.key()
        });
        let headers = parts.headers.clone();
        let language = session.as_ref().and_then(|session| session.language);
        let language = language.unwrap_or_else(|| preferred_language(&headers));
        Ok(Self { core: core.clone(), session, address, query, language, headers, browser, cookies: set })
    }
}

impl FromRequest<Core> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, core).await?;
        let path = parts.uri.path().to_owned();
        let fields = read_form(&visit, Request::from_parts(parts, body)).await?;
        let issuer = core.config.server.issuer();
        if is_foreign(&visit.headers, issuer) {
            return Err(visit.forged());
        }
        if !csrf::valid(core, &visit.binding(), fields.text("csrf")) {
            return Err(visit.out_of_date(&path, &fields));
        }
        Ok(Self { visit, fields })
    }
}

/// The fields of a form, as it was sent.
///
/// # Errors
/// The page for what no form of ours is, or the bare status of a body that can't be read.
pub(crate) async fn read_form(visit: &Visit, request: Request) -> Result<Params, Response> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !content_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(visit.forged());
    }
    let body = Bytes::from_request(request, &visit.core).await.map_err(IntoResponse::into_response)?;
    Params::parse(&body).map_err(|_| StatusCode::BAD_REQUEST.into_response())
}

impl Form {
    /// Refuses what the form does not have, and what it has once (nobody sets a field that no page shows).
    pub(crate) fn only(&self, known: &[&'static str]) -> Result<(), Response> {
        let unknown = self.fields.unknown(known).is_some();
        if unknown || self.fields.repeated(known).is_some() {
            return Err(self.visit.error(ErrorPage::unknown_field(reference())));
        }
        Ok(())
    }
}

impl Visit {
    /// What a page with forms has from this visit.
    pub(crate) fn shell(&self) -> Shell {
        let token = csrf::token(&self.core, &self.binding());
        let csrf = if self.session.is_some() { Csrf::of_session(token) } else { Csrf::of_browser(token) };
        Shell::new(self.language, csrf).themed(self.theme())
    }

    /// What a page without a form has.
    pub(crate) fn plain_shell(&self) -> Shell {
        Shell::without_forms(self.language).themed(self.theme())
    }

    /// Whether the person likes it light or dark.
    fn theme(&self) -> Theme {
        self.cookie(theme::COOKIE).and_then(Theme::of_word).unwrap_or_default()
    }

    /// The page of ours that the request came from, without what it said was done.
    pub(crate) fn came_from(&self) -> Option<String> {
        let referrer = self.headers.get(header::REFERER)?.to_str().ok()?;
        let address = referrer.strip_prefix(self.core.config.server.issuer())?;
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let rest: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !part.starts_with("done=")).collect();
        let address = if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) };
        is_own_page(&address).then_some(address)
    }

    /// What a form's token is bound to: the session, or while nobody is signed in the browser.
    fn binding(&self) -> CredentialKey {
        self.session.as_ref().map_or(self.browser, |session| session.key)
    }

    /// The key of the cookie that a login is bound to.
    pub(crate) const fn browser(&self) -> &CredentialKey {
        &self.browser
    }

    /// What this browser is to ask a passkey for; nothing where passkeys can't be had.
    pub(crate) fn passkey_request(&self) -> Option<String> {
        passkey::request(&self.core, &self.browser).map(|asked| asked.to_string())
    }

    pub(crate) fn https(&self) -> bool {
        self.core.config.server.issuer().starts_with("https://")
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        cookies::get(cookie_headers(&self.headers), name, self.https())
    }

    /// The browser, as signing in looks at it.
    pub(crate) fn signing_in(&self) -> FromBrowser<'_> {
        let user_agent = self.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        FromBrowser {
            device: self.cookie(cookies::DEVICE),
            session: self.cookie(cookies::SESSION),
            address: self.address,
            user_agent: user_agent.unwrap_or_default(),
        }
    }

    /// Gives the browser a cookie with the answer.
    pub(crate) fn set_cookie(&mut self, name: &str, value: &str, seconds: Option<u64>) {
        self.cookies.push(cookies::set(name, value, self.https(), seconds));
    }

    /// The account that is signed in.
    pub(crate) async fn account(&self) -> Result<Option<Account>, Response> {
        let Some(session) = &self.session else { return Ok(None) };
        session::account(&self.core, session).await.map_err(|why| self.failed(why))
    }

    /// The answer, with the cookies that go with it.
    pub(crate) fn answer(self, mut response: Response) -> Response {
        for cookie in &self.cookies {
            if let Ok(cookie) = HeaderValue::from_str(cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
        response
    }

    /// 303 to another page, with the cookies that go with it.
    pub(crate) fn go(self, path: &str) -> Response {
        self.answer(see_other(path))
    }

    /// The page for a failure.
    pub(crate) fn failed(&self, why: Error) -> Response {
        self.error(ErrorPage::failed(why, reference()))
    }

    /// The page for a login that is over, or another browser's.
    pub(crate) fn flow_refused(&self, refused: FlowRefused) -> Response {
        match refused {
            FlowRefused::Gone => self.error(ErrorPage::flow_gone(reference())),
            FlowRefused::Mismatch => self.error(ErrorPage::flow_mismatch(reference())),
            FlowRefused::Failed(why) => self.failed(why),
        }
    }

    fn error(&self, page: ErrorPage) -> Response {
        error::page(page.for_reader(Some(self.language)))
    }

    /// What becomes of a form of this browser's that was drawn before somebody signed in or out in another tab: nothing of it
    /// is done, and its login goes on with who is signed in now.
    fn out_of_date(self, path: &str, fields: &Params) -> Response {
        let left = self.cookie(cookies::SESSION).and_then(|cookie| Credential::parse(Kind::Session, cookie));
        let was_ours = |key: &CredentialKey| csrf::valid(&self.core, key, fields.text("csrf"));
        let is_own = was_ours(&self.browser) || left.as_ref().is_some_and(was_ours);
        let flow = fields.get("flow").and_then(|flow| flow.parse::<FlowId>().ok());
        match (path, flow) {
            ("/login" | "/login/second" | "/login/passkey" | "/consent", Some(flow)) if is_own => {
                self.go(&format!("/oauth/continue?flow={flow}"))
            }
            ("/login", None) if is_own && self.session.is_some() => self.go("/"),
            _ => self.forged(),
        }
    }

    /// The page for a form that none of our pages sent.
    pub(crate) fn forged(&self) -> Response {
        self.error(ErrorPage::csrf(reference()))
    }
}

/// 303 to another page.
pub(crate) fn see_other(path: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(path) else { return StatusCode::BAD_REQUEST.into_response() };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// The name that pages show: given and family name, else the address.
pub(crate) fn display_name(account: &Account) -> String {
    let parts: Vec<&str> =
        [account.given_name.as_deref(), account.family_name.as_deref()].into_iter().flatten().collect();
    if parts.is_empty() { account.email.clone() } else { parts.join(" ") }
}

/// The field errors of a refused form; any other failure is a page of its own.
pub(crate) fn field_errors(visit: &Visit, why: Error) -> Result<Vec<FieldError>, Response> {
    match why {
        Error::Invalid(errors) => Ok(errors),
        other => Err(visit.failed(other)),
    }
}

fn cookie_headers(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes)
}

/// The language that the browser prefers.
pub(crate) fn preferred_language(headers: &HeaderMap) -> Language {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::choose(None, header)
}

fn failed(why: Error) -> Response {
    error::page(ErrorPage::failed(why, reference()))
}

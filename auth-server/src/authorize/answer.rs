//! How an authorization request is answered: the code, an error at the callback, the fallback URI, or a page
//! (SPEC §2.4).

use std::net::IpAddr;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use xwms_core::error::Error;
use xwms_core::gate::denial::Denial;
use xwms_core::gate::error_return::{self, Failure, Return};
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::login::error_page::{ErrorPage, Way};
use xwms_core::login::flow::{Flow, FlowKind, FlowRefused};
use xwms_core::login::session::Session;
use xwms_core::memory::attempts::{Refused, reference};
use xwms_core::request::address::CallerAddress;
use xwms_core::secret::Secret;

use crate::AuthServer;

/// A login that can't go on, and what is known about where its answer may go.
pub(super) struct Refusal<'a> {
    pub(super) denial: Denial,
    /// Something failed on our side instead.
    pub(super) failed: Option<Error>,
    pub(super) snapshot: Option<&'a Snapshot>,
    pub(super) redirect_uri: Option<&'a str>,
    pub(super) state: Option<&'a str>,
    pub(super) scope: Option<&'a str>,
    pub(super) address: Option<IpAddr>,
    pub(super) kind: FlowKind,
    pub(super) silent: bool,
}

impl<'a> Refusal<'a> {
    /// A refusal that never leaves our pages.
    pub(super) fn page(denial: Denial) -> Self {
        Self {
            denial,
            failed: None,
            snapshot: None,
            redirect_uri: None,
            state: None,
            scope: None,
            address: None,
            kind: FlowKind::Authorize,
            silent: false,
        }
    }

    /// The same, with where the request was seen to come from.
    pub(super) fn seen_at(self, CallerAddress(address): CallerAddress) -> Self {
        Self { address: Some(address), ..self }
    }

    pub(super) fn of_flow(snapshot: &'a Snapshot, flow: &'a Flow, denial: Denial, silent: bool) -> Self {
        Self {
            denial,
            failed: None,
            snapshot: Some(snapshot),
            redirect_uri: Some(&flow.request.redirect_uri),
            state: flow.request.state.as_deref(),
            scope: Some(flow.request.scope.as_str()),
            address: None,
            kind: flow.kind,
            silent,
        }
    }
}

impl From<Error> for Refusal<'_> {
    fn from(error: Error) -> Self {
        Self { failed: Some(error), ..Self::page(Denial::ClientUnknown) }
    }
}

/// 303 to one of our own pages.
pub(crate) fn see_other(location: &str) -> Response {
    redirect(location, "same-origin")
}

/// 303 to a partner's site.
pub(crate) fn leave(location: &str) -> Response {
    redirect(location, "no-referrer")
}

fn redirect(location: &str, referrer_policy: &'static str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static(referrer_policy));
    response
}

impl AuthServer {
    /// Sends the code (natively: the callback token) to the redirect URI.
    pub(super) fn give(&self, flow: &Flow, code: &Secret<String>) -> Response {
        let mut parameters = match flow.kind {
            FlowKind::Authorize => vec![("code", code.expose().as_str())],
            FlowKind::Native => vec![("token", code.expose().as_str())],
        };
        if let Some(state) = &flow.request.state {
            parameters.push(("state", state));
        }
        if flow.kind == FlowKind::Authorize {
            // RFC 9207: the relying party sees who answers.
            parameters.push(("iss", self.core.config.server.issuer()));
        }
        leave(&error_return::with_parameters(&flow.request.redirect_uri, &parameters))
    }

    /// Answers a refusal as SPEC §2.4 says, and records it for the partner.
    pub(super) fn refuse(&self, refusal: Refusal<'_>, session: Option<&Session>) -> Response {
        if let Some(error) = refusal.failed {
            return self.failed(error);
        }
        let (Some(snapshot), Some(redirect_uri)) = (refusal.snapshot, refusal.redirect_uri) else {
            return self.page(&refusal.denial);
        };
        let now = self.core.clock.now();
        let domain = error_return::domain_of(snapshot, redirect_uri);
        let refused = Refused {
            domain: domain.map(|domain| domain.id),
            denial: &refusal.denial,
            address: refusal.address,
            redirect_uri: Some(redirect_uri),
            scope: refusal.scope,
        };
        let reference = self.core.attempts.refused(snapshot.client.id, &refused, now);
        let issuer = self.core.config.server.issuer();
        let failure = Failure {
            denial: &refusal.denial,
            redirect_uri,
            state: refusal.state,
            issuer: (refusal.kind == FlowKind::Authorize).then_some(issuer),
            reference: &reference,
            signed_in: session.is_some(),
            silent: refusal.silent,
        };
        let fallback_response = domain.and_then(|domain| domain.fallback_response.clone());
        let way = match error_return::decide(snapshot, &failure) {
            Return::Fallback { uri, automatic: true } | Return::Callback { uri, automatic: true } => {
                return leave(&uri);
            }
            Return::Fallback { uri, automatic: false } | Return::Callback { uri, automatic: false } => Way::to(&uri),
            Return::Page => None,
        };
        let page = ErrorPage::refused(&refusal.denial, reference, way, fallback_response);
        (self.error_page)(page.for_reader(session.and_then(|session| session.language)))
    }

    /// The page for a refusal that concerns no known client.
    pub(crate) fn page(&self, denial: &Denial) -> Response {
        (self.error_page)(ErrorPage::refused(denial, reference(), None, None))
    }

    /// The page for a failure on our side.
    pub(crate) fn failed(&self, error: Error) -> Response {
        (self.error_page)(ErrorPage::failed(error, reference()))
    }

    /// The page for a flow that is over, or another browser's.
    pub(super) fn flow_refused(&self, refused: FlowRefused) -> Response {
        match refused {
            FlowRefused::Gone => (self.error_page)(ErrorPage::flow_gone(reference())),
            FlowRefused::Mismatch => (self.error_page)(ErrorPage::flow_mismatch(reference())),
            FlowRefused::Failed(error) => self.failed(error),
        }
    }
}

//! What every request goes through before a route, and every answer after it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tracing::Instrument as _;
use xwms_auth_server::AuthServer;
use xwms_auth_server::native::envelope;
use xwms_core::address;
use xwms_core::attempts::reference;
use xwms_core::state::Core;

use crate::metrics::Metrics;

/// The peer of a connection, put on each of its requests by the listener.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Every route of the program, with all that stands before and behind it.
pub fn router(core: &Core, metrics: &Metrics) -> Router {
    let pages = core.clone();
    let auth_server = AuthServer::new(core.clone(), move |page| xwms_dashboard::error::page(&pages, page));
    let health = Router::new().route("/healthz", get(|| async { "ok" })).route("/readyz", {
        let core = core.clone();
        get(move || ready(core.clone()))
    });
    let gates = Gates::new(core, metrics);
    Router::new()
        .merge(xwms_auth_server::router(auth_server))
        .merge(xwms_admin_api::router(core.clone()))
        .merge(xwms_dashboard::router(core.clone()))
        .merge(health)
        .layer(DefaultBodyLimit::max(gates.body_bytes))
        .layer(from_fn(move |request, next| {
            let gates = Arc::clone(&gates);
            async move { gates.pass(request, next).await }
        }))
}

/// Ready when the database answers.
async fn ready(core: Core) -> Response {
    match core.db.ping().await {
        Ok(()) => "ready".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database is away").into_response(),
    }
}

struct Gates {
    core: Core,
    metrics: Metrics,
    /// The issuer's `host[:port]`: the only one that is answered.
    host: String,
    https: bool,
    body_bytes: usize,
    time_limit: Duration,
}

impl Gates {
    fn new(core: &Core, metrics: &Metrics) -> Arc<Self> {
        let issuer = core.config.server.issuer();
        let (scheme, host) = issuer.split_once("://").unwrap_or_default();
        Arc::new(Self {
            core: core.clone(),
            metrics: metrics.clone(),
            host: host.to_owned(),
            https: scheme == "https",
            body_bytes: core.config.server.body_bytes.get() as usize,
            time_limit: core.config.server.request_seconds.duration(),
        })
    }

    async fn pass(&self, mut request: Request, next: Next) -> Response {
        let started = Instant::now();
        let id = reference();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
        let span = tracing::info_span!("request", %id, %method, route);
        let refused = self.admit(&mut request);
        let answered = async {
            let response = match refused {
                Some(status) => status.into_response(),
                None => self.answer(request, next).await,
            };
            let response = self.dress(&path, &method, response);
            let (status, elapsed) = (response.status(), started.elapsed());
            self.metrics.answered(&route, status, elapsed);
            tracing::info!(status = status.as_u16(), milliseconds = elapsed.as_millis(), "answered");
            response
        };
        let mut response = answered.instrument(span).await;
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        }
        response
    }

    /// Looks at what can be refused unread, and notes who calls.
    fn admit(&self, request: &mut Request) -> Option<StatusCode> {
        let path = request.uri().path();
        let checked = !matches!(path, "/healthz" | "/readyz");
        if checked && !self.is_our_host(request) {
            return Some(StatusCode::MISDIRECTED_REQUEST);
        }
        if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > self.body_bytes) {
            return Some(StatusCode::URI_TOO_LONG);
        }
        let declared = request.body().size_hint().lower();
        if declared > self.body_bytes as u64 {
            return Some(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if request.headers().contains_key(header::CONTENT_ENCODING) {
            return Some(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let peer = request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip());
        let server = &self.core.config.server;
        let forwarded = request.headers().get_all(server.forwarded_header.as_str());
        let forwarded: Vec<&str> = forwarded.iter().map(|value| value.to_str().unwrap_or_default()).collect();
        let caller = address::resolve(peer, forwarded.into_iter(), &server.trusted_proxies);
        request.extensions_mut().insert(caller);
        None
    }

    /// The host that is asked for: the target's, or the one `Host` header's.
    fn is_our_host(&self, request: &Request) -> bool {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let named = match (request.uri().authority(), hosts.next()) {
            (Some(authority), _) => Some(authority.as_str()),
            (None, Some(host)) => host.to_str().ok(),
            (None, None) => None,
        };
        hosts.next().is_none() && named.is_some_and(|named| named.eq_ignore_ascii_case(&self.host))
    }

    /// Runs the route, within the time limit. It runs as a task of its own: neither a panic in it nor a caller who hangs
    /// up takes anything with it.
    async fn answer(&self, request: Request, next: Next) -> Response {
        let running = tokio::spawn(next.run(request).in_current_span());
        match tokio::time::timeout(self.time_limit, running).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => {
                tracing::error!("a handler panicked");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }

    /// Gives bare refusals the form of the part of the site they belong to, and every answer its common headers.
    fn dress(&self, path: &str, method: &Method, mut response: Response) -> Response {
        let status = response.status();
        let bare = (status.is_client_error() || status.is_server_error())
            && !response.headers().contains_key(header::CACHE_CONTROL);
        if bare && !matches!(path, "/healthz" | "/readyz") {
            let allow = response.headers().get(header::ALLOW).cloned();
            response = if path == "/api" || path.starts_with("/api/") {
                envelope::refused(status)
            } else if path.starts_with("/admin/") {
                xwms_admin_api::problem::refused(status)
            } else if let Some(refused) = xwms_auth_server::refused(path, status) {
                refused
            } else {
                xwms_dashboard::error::bare(&self.core, status)
            };
            if let Some(allow) = allow {
                response.headers_mut().insert(header::ALLOW, allow);
            }
            if *method == Method::HEAD {
                *response.body_mut() = Body::empty();
            }
        }
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.https {
            headers.insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000; includeSubDomains"),
            );
        }
        response
    }
}

//! What every request goes through before a route, and every answer after it.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, Request};
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http_body_util::Limited;
use tower::Service;
use tower::util::MapRequestLayer;
use tracing::Instrument as _;
use xwms_auth_server::AuthServer;
use xwms_auth_server::native::envelope;
use xwms_core::login::error_page::ErrorPage;
use xwms_core::request::address;
use xwms_core::state::Core;
use xwms_core::text::Language;

use crate::metrics::Metrics;
use crate::request_id::{RequestId, RequestIds};

/// The peer of a connection, put on each of its requests by the listener.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Every route of the program, with all that stands before and behind it. Clones share it.
#[derive(Clone)]
pub struct Site {
    gates: Arc<Gates>,
    router: Router,
}

impl Site {
    /// The whole program as one service.
    pub fn new(core: &Core, metrics: &Metrics) -> Self {
        let auth_server = AuthServer::new(core.clone(), xwms_dashboard::error::page);
        let health = Router::new().route("/healthz", get(|| async { "ok" })).route("/readyz", {
            let core = core.clone();
            get(move || ready(core.clone()))
        });
        let router = Router::new()
            .merge(xwms_auth_server::router(auth_server))
            .merge(xwms_admin_api::router(core.clone()))
            .merge(xwms_dashboard::router(core.clone()))
            .merge(health)
            .layer(MapRequestLayer::new(Route::note));
        Self { gates: Arc::new(Gates::new(core, metrics)), router }
    }
}

impl Service<Request> for Site {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Self { gates, router } = self.clone();
        Box::pin(async move { Ok(gates.pass(router, request).await) })
    }
}

/// Where the router writes down which route it took: outside it, only the path is known.
#[derive(Clone, Default)]
struct Route(Arc<OnceLock<MatchedPath>>);

impl Route {
    fn note(request: Request) -> Request {
        if let (Some(route), Some(path)) =
            (request.extensions().get::<Self>(), request.extensions().get::<MatchedPath>())
        {
            // A request takes one route, so nothing was written before.
            let _ = route.0.set(path.clone());
        }
        request
    }

    fn name(&self) -> &str {
        self.0.get().map_or("none", MatchedPath::as_str)
    }
}

/// Ready when the database answers.
async fn ready(core: Core) -> Response {
    match core.db.ping().await {
        Ok(()) => "ready".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database is away").into_response(),
    }
}

/// Who reads an answer that was refused bare.
struct Reader {
    languages: Option<HeaderValue>,
    wants_json: bool,
}

struct Gates {
    core: Core,
    metrics: Metrics,
    ids: RequestIds,
    /// The issuer's `host[:port]`: the only one that is answered.
    host: String,
    https: bool,
    body_bytes: usize,
    header_bytes: usize,
    time_limit: Duration,
}

impl Gates {
    fn new(core: &Core, metrics: &Metrics) -> Self {
        let issuer = core.config.server.issuer();
        let (scheme, host) = issuer.split_once("://").unwrap_or_default();
        Self {
            core: core.clone(),
            metrics: metrics.clone(),
            ids: RequestIds::default(),
            host: host.to_owned(),
            https: scheme == "https",
            body_bytes: core.config.server.body_bytes.get() as usize,
            header_bytes: core.config.server.header_bytes.get() as usize,
            time_limit: core.config.server.request_seconds.duration(),
        }
    }

    async fn pass(&self, router: Router, mut request: Request) -> Response {
        let started = Instant::now();
        let id = self.ids.next();
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let reader = Reader {
            languages: request.headers().get(header::ACCEPT_LANGUAGE).cloned(),
            wants_json: wants_json(request.headers().get(header::ACCEPT)),
        };
        let route = Route::default();
        request.extensions_mut().insert(route.clone());
        let response = match self.admit(request) {
            Ok(request) => answer(router, request, self.time_limit, id).await,
            // What can't be told apart from the next request ends the connection.
            Err(StatusCode::BAD_REQUEST) => (StatusCode::BAD_REQUEST, [(header::CONNECTION, "close")]).into_response(),
            Err(status) => status.into_response(),
        };
        let mut response = self.dress(uri.path(), &method, &reader, response);
        let (route, status, elapsed) = (route.name(), response.status(), started.elapsed());
        self.metrics.answered(route, status, elapsed);
        let (name, status, milliseconds) = (id.as_str(), status.as_u16(), elapsed.as_millis());
        if status >= 500 {
            tracing::warn!(id = name, %method, route, status, milliseconds, "answered");
        } else {
            tracing::debug!(id = name, %method, route, status, milliseconds, "answered");
        }
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id.into_header());
        response
    }

    /// Looks at what can be refused unread, bounds what is to be read, and notes who calls.
    fn admit(&self, mut request: Request) -> Result<Request, StatusCode> {
        let path = request.uri().path();
        if !is_framed_well(&request) {
            return Err(StatusCode::BAD_REQUEST);
        }
        // What the page for another host loads is the same on every host.
        let on_any_host = matches!(path, "/healthz" | "/readyz") || path.starts_with("/static/");
        if !on_any_host && !self.is_our_host(&request) {
            return Err(StatusCode::MISDIRECTED_REQUEST);
        }
        if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > self.body_bytes) {
            return Err(StatusCode::URI_TOO_LONG);
        }
        // The library counts what it reads at once, and not what the headers are together.
        let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
        if headers.sum::<usize>() > self.header_bytes {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        if *request.method() == Method::CONNECT {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        let most = xwms_admin_api::body_limit(request.method(), path)
            .or_else(|| xwms_dashboard::body_limit(request.method(), path))
            .unwrap_or(self.body_bytes);
        let length = request.body().size_hint();
        if length.lower() > most as u64 {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if length.upper().is_none_or(|upper| upper > most as u64) {
            request = request.map(|body| Body::new(Limited::new(body, most)));
        }
        if request.headers().contains_key(header::CONTENT_ENCODING) {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let peer = request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip());
        let server = &self.core.config.server;
        let name = server.forwarded_header.as_str();
        let forwarded = request.headers().get_all(name).iter().map(HeaderValue::as_bytes);
        let caller = address::resolve(peer, (name, forwarded), &server.trusted_proxies);
        request.extensions_mut().insert(caller);
        Ok(request)
    }

    /// The host that is asked for: the target's, or the one `Host` header's.
    fn is_our_host(&self, request: &Request) -> bool {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let named = request.uri().authority().map(Authority::as_str).or(host);
        // The default port is no other host (RFC 9110 §4.2.3).
        let port = if self.https { ":443" } else { ":80" };
        let without_port = |named: &str| named.strip_suffix(port).unwrap_or(named).to_owned();
        let is_ours = |named: &str| without_port(named).eq_ignore_ascii_case(&without_port(&self.host));
        named.is_some_and(is_ours)
    }

    /// Gives bare refusals the form of the part of the site they belong to, and every answer its common headers.
    fn dress(&self, path: &str, method: &Method, reader: &Reader, mut response: Response) -> Response {
        let status = response.status();
        let bare = (status.is_client_error() || status.is_server_error())
            && !response.headers().contains_key(header::CACHE_CONTROL);
        if bare && !matches!(path, "/healthz" | "/readyz") {
            let kept = [header::ALLOW, header::CONNECTION].map(|name| (response.headers().get(&name).cloned(), name));
            let page = |response| {
                let languages = reader.languages.as_ref().and_then(|languages| languages.to_str().ok());
                xwms_dashboard::error::draw(&self.core, Language::choose(None, languages), response)
            };
            response = if response.extensions().get::<ErrorPage>().is_some() {
                page(response)
            } else if path == "/api" || path.starts_with("/api/") {
                envelope::refused(status)
            } else if path.starts_with("/admin/") {
                xwms_admin_api::problem::refused(status)
            } else if status == StatusCode::MISDIRECTED_REQUEST && reader.wants_json {
                xwms_auth_server::wrong_host(self.core.config.server.issuer())
            } else if let Some(refused) = xwms_auth_server::refused(path, status) {
                refused
            } else {
                page(response)
            };
            for (value, name) in kept {
                if let Some(value) = value {
                    response.headers_mut().insert(name, value);
                }
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

/// Whether it is clear where a request goes and where it ends: one host (RFC 9112 §3.2), and no transfer coding but chunks,
/// once (§6.1).
fn is_framed_well(request: &Request) -> bool {
    let headers = request.headers();
    let hosts = headers.get_all(header::HOST).iter().count();
    let has_host = hosts == 1 || hosts == 0 && request.uri().authority().is_some();
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let chunked = |coding: &HeaderValue| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    let is_plain = match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => chunked(coding),
        (Some(_), Some(_)) => false,
    };
    has_host && is_plain
}

/// Whether this caller reads JSON rather than pages.
fn wants_json(accept: Option<&HeaderValue>) -> bool {
    let accept = accept.and_then(|accept| accept.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    accept.contains("application/json") && !accept.contains("text/html")
}

/// Runs the route, within the time limit. What has to wait for something goes on as a task of its own: neither a panic
/// in it nor a caller who hangs up takes anything with it. What is answered at once needs no task, and no span for its
/// log lines: they stand right before the line that names the request.
async fn answer(mut router: Router, request: Request, time_limit: Duration, id: RequestId) -> Response {
    let mut running = Box::pin(router.call(request));
    let first =
        poll_fn(|context| Poll::Ready(catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(context))).map_err(drop)));
    let answered = match first.await {
        Ok(Poll::Ready(answered)) => Ok(answered),
        Ok(Poll::Pending) => {
            let running = tokio::spawn(running.instrument(tracing::info_span!("request", id = id.as_str())));
            match tokio::time::timeout(time_limit, running).await {
                Ok(ended) => ended.map_err(drop),
                // A body may have been announced and never come: then nothing else can on this connection.
                Err(_) => return (StatusCode::SERVICE_UNAVAILABLE, [(header::CONNECTION, "close")]).into_response(),
            }
        }
        Err(()) => Err(()),
    };
    match answered {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(()) => {
            tracing::error!("a handler panicked");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    async fn status(router: Router, path: &str, time_limit: Duration) -> u16 {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        answer(router, request, time_limit, RequestIds::default().next()).await.status().as_u16()
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_with_500_at_once_and_after_a_wait() {
        let at_once = get(async || -> &'static str { panic!("at once") });
        let after_a_wait = get(async || -> &'static str {
            tokio::task::yield_now().await;
            panic!("after a wait")
        });
        let router = Router::new().route("/at-once", at_once).route("/after-a-wait", after_a_wait);
        for path in ["/at-once", "/after-a-wait"] {
            assert_eq!(status(router.clone(), path, LIMIT).await, 500, "{path}");
        }
    }

    #[tokio::test]
    async fn a_handler_that_takes_too_long_is_answered_for() {
        let router = Router::new().route("/", get(std::future::pending::<&'static str>));
        assert_eq!(status(router, "/", Duration::from_millis(1)).await, 503);
    }

    #[tokio::test]
    async fn what_waits_goes_on_when_its_caller_hangs_up() {
        let (release, released) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let parts = Arc::new(std::sync::Mutex::new(Some((released, done))));
        let route = get(async move || {
            let (released, done) = parts.lock().unwrap().take().unwrap();
            released.await.unwrap();
            done.send(()).unwrap();
            "done"
        });
        let mut calling = Box::pin(status(Router::new().route("/", route), "/", LIMIT));
        let first = poll_fn(|context| Poll::Ready(calling.as_mut().poll(context))).await;
        assert!(first.is_pending());
        drop(calling);
        release.send(()).unwrap();
        is_done.await.unwrap();
    }
}

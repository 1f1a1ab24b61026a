//! Listens, answers, and on a signal stops taking requests and finishes those in flight.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;
use xwms_core::config::Config;
use xwms_core::jobs;
use xwms_core::state::Core;

use crate::http::{Peer, Site};
use crate::metrics::Metrics;

/// Header lines of one request that are read at all.
const MOST_HEADERS: usize = 1_000;

/// Bounds of one connection, from the configuration.
#[derive(Clone, Copy)]
struct Bounds {
    header_bytes: usize,
    header_time: Duration,
    connections: usize,
}

/// Serves until `stop` resolves, then finishes what is in flight within the configured time.
///
/// # Errors
/// When the metrics listener's address is taken.
pub async fn serve(core: Core, listener: TcpListener, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    let metrics = Metrics::default();
    if let Some(address) = core.config.server.metrics_listen {
        metrics.clone().serve(address).await?;
    }
    let jobs = jobs::start(&core);
    let site = Site::new(&core, &metrics);
    accept(&core.config, listener, site, stop).await;
    jobs.stop().await;
    Ok(())
}

/// Waits for SIGINT or SIGTERM.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

async fn accept(config: &Config, listener: TcpListener, site: Site, stop: impl Future<Output = ()>) {
    let bounds = Bounds {
        header_bytes: config.server.header_bytes.get() as usize,
        header_time: config.server.header_seconds.duration(),
        connections: config.server.connections.get() as usize,
    };
    let places = Arc::new(Semaphore::new(bounds.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file descriptors, most likely: others are about to be given back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let connection = connection(stream, peer, site.clone(), bounds);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // A broken connection is the client's business; what it asked for is answered or undone elsewhere.
            let _ = watched.await;
            drop(place);
        });
    }
    drop(listener);
    tracing::info!("stopping: no new requests, those in flight are finished");
    if tokio::time::timeout(config.server.shutdown_seconds.duration(), graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were not finished in time");
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    site: Site,
    bounds: Bounds,
) -> http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::HttpService<
        hyper::body::Incoming,
        ResBody = axum::body::Body,
        Error = std::convert::Infallible,
        Future: Send,
    >,
> {
    // Small answers must not wait for the next segment.
    let _ = stream.set_nodelay(true);
    let service = site.map_request(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(Peer(peer));
        request
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header_time)
        // Beyond the bound, which `Gates` keeps: so a refusal has the form of its place as long as there is any measure in it.
        .max_buf_size(bounds.header_bytes.saturating_mul(4))
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
}

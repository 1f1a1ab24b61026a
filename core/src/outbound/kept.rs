//! Connections that are kept for the next request to the same host. Each goes to an address that was judged when it was made,
//! and nothing resolves again as long as it lasts.

use std::error::Error as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

use super::{BOUNDS, Fault, Guard, HEAD_BYTES, TRIES};

/// How long a connection is kept that nobody uses: shorter than servers keep theirs, so that hardly a request meets one that
/// is being closed.
const IDLE: Duration = Duration::from_secs(4);
/// Connections to one host that are kept.
const MOST: usize = 8;

/// A client that keeps connections.
pub(super) type Kept = Client<Connector, Full<Bytes>>;

/// The client whose connections this guard makes.
pub(super) fn client(guard: Arc<Guard>) -> Kept {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(MOST)
        .http1_max_buf_size(HEAD_BYTES)
        .build(Connector(guard))
}

/// Why a request failed.
pub(super) fn fault(error: &Error) -> Fault {
    let why = error.source().and_then(|source| source.downcast_ref::<Fault>());
    why.copied().unwrap_or(if error.is_connect() { Fault::Unreachable } else { Fault::BadAnswer })
}

/// Makes connections past the guard.
#[derive(Clone)]
pub(super) struct Connector(Arc<Guard>);

impl Service<Uri> for Connector {
    type Response = TokioIo<Line>;
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Fault>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let guard = Arc::clone(&self.0);
        Box::pin(async move { guard.connect(&to.to_string(), BOUNDS.time / TRIES).await.map(TokioIo::new) })
    }
}

/// A connection, encrypted or on this machine.
pub(super) enum Line {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connection for Line {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, into),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

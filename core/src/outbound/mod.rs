//! Requests to addresses that strangers choose: what proves a domain, and webhooks (SPEC §6). All of them go this way.
//!
//! The host is resolved here, every address that comes back is judged, and the connection goes to one that was: nothing
//! resolves a second time. No redirect is followed, no proxy of the environment is asked, certificates are verified, and
//! time and size are bounded.

mod dns;
mod kept;
mod special;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CONNECTION, HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

pub use dns::{Asked, Dns, DnsError, SystemDns};
pub use special::is_special;

use self::kept::{Kept, Line};
use crate::crypto::tls;

/// The port of https, the only one outside of development.
const HTTPS: u16 = 443;
/// Addresses of one host that are tried, one after the other.
const TRIES: u32 = 4;
/// Bytes of an answer's status line and headers.
const HEAD_BYTES: usize = 16 * 1024;

/// The way out.
#[derive(Clone)]
pub struct Outbound {
    guard: Arc<Guard>,
    kept: Kept,
}

/// Judges where connections go, and makes them.
struct Guard {
    dns: Arc<dyn Dns>,
    tls: Arc<ClientConfig>,
    /// The origin of this server, which is nobody else's.
    own: Option<url::Origin>,
    allow_loopback: bool,
}

/// A request that goes out.
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    /// Its method.
    pub method: Method,
    /// Where it goes.
    pub url: &'a str,
    /// Its headers, beside those that every request has.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// How much is borne.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Everything together, from the first question to the DNS to the last byte of the answer.
    pub time: Duration,
    /// Bytes of the answer's body.
    pub body: usize,
}

/// What SPEC §6 grants.
pub const BOUNDS: Bounds = Bounds { time: Duration::from_secs(10), body: 16 * 1024 };

/// An answer, read whole. It is no redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
    /// How long it asks to be left alone: `Retry-After`, as it stands there.
    pub retry_after: Option<String>,
}

/// Why there is no answer that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The URL has no host, or a user, or is none.
    UrlMalformed,
    /// It is no https.
    SchemeRefused,
    /// It names a port.
    PortRefused,
    /// The host is, or has, an address that is special-purpose, or it is this server.
    AddressRefused,
    /// The DNS knows no such host.
    HostUnknown,
    /// The DNS gave no answer.
    DnsFailed,
    /// No connection came about.
    Unreachable,
    /// No trustworthy one did: the certificate, most likely.
    Tls,
    /// It took too long.
    Timeout,
    /// The answer, of this status, leads elsewhere.
    RedirectRefused(u16),
    /// The answer, of this status, is too large.
    TooLarge(u16),
    /// The answer is no HTTP, or broke off.
    BadAnswer,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Fault {}

impl Fault {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UrlMalformed => "url_malformed",
            Self::SchemeRefused => "scheme_refused",
            Self::PortRefused => "port_refused",
            Self::AddressRefused => "address_refused",
            Self::HostUnknown => "host_unknown",
            Self::DnsFailed => "dns_failed",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::RedirectRefused(_) => "redirect_refused",
            Self::TooLarge(_) => "too_large",
            Self::BadAnswer => "bad_answer",
        }
    }

    /// The status of the answer, where there was one.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::RedirectRefused(status) | Self::TooLarge(status) => Some(status),
            Self::UrlMalformed
            | Self::SchemeRefused
            | Self::PortRefused
            | Self::AddressRefused
            | Self::HostUnknown
            | Self::DnsFailed
            | Self::Unreachable
            | Self::Tls
            | Self::Timeout
            | Self::BadAnswer => None,
        }
    }
}

impl Outbound {
    /// The way out of the server at `issuer`. `allow_loopback`, for development: loopback addresses are let through too,
    /// with http and on any port; nothing else is.
    ///
    /// # Errors
    /// When there is no TLS to be had: a text for the operator.
    pub fn new(dns: Arc<dyn Dns>, issuer: &str, allow_loopback: bool) -> Result<Self, String> {
        Self::trusting(dns, tls::public_authorities(), issuer, allow_loopback)
    }

    fn trusting(
        dns: Arc<dyn Dns>,
        authorities: RootCertStore,
        issuer: &str,
        allow_loopback: bool,
    ) -> Result<Self, String> {
        let tls = tls::client(authorities).map_err(|why| format!("no TLS: {why}"))?;
        let own = Url::parse(issuer).ok().map(|url| url.origin());
        let guard = Arc::new(Guard { dns, tls, own, allow_loopback });
        Ok(Self { kept: kept::client(Arc::clone(&guard)), guard })
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// [`Fault`]; after one of the `…Refused` about scheme, port or address, nothing was sent anywhere.
    pub async fn send(&self, outgoing: Outgoing<'_>, bounds: Bounds) -> Result<Reply, Fault> {
        let sent = tokio::time::timeout(bounds.time, self.send_in_time(outgoing, bounds));
        sent.await.unwrap_or(Err(Fault::Timeout))
    }

    /// As [`Outbound::send`], for those who send often: the connection is kept for a while for the next request to the host.
    ///
    /// # Errors
    /// As [`Outbound::send`].
    pub async fn send_kept(&self, outgoing: Outgoing<'_>, bounds: Bounds) -> Result<Reply, Fault> {
        let sending = async {
            let url = parsed(outgoing.url)?;
            let mut request = request(&url, outgoing)?;
            request.headers_mut().remove(CONNECTION);
            let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
            let to = format!("{}://{host}{}", url.scheme(), request.uri());
            *request.uri_mut() = to.parse().map_err(|_| Fault::UrlMalformed)?;
            let response = self.kept.request(request).await.map_err(|error| kept::fault(&error))?;
            read(response, bounds.body).await
        };
        tokio::time::timeout(bounds.time, sending).await.unwrap_or(Err(Fault::Timeout))
    }

    /// The TXT records that stand at a name; none is an empty list.
    ///
    /// # Errors
    /// [`Fault::DnsFailed`] or [`Fault::Timeout`].
    pub async fn texts(&self, name: &str, time: Duration) -> Result<Vec<Vec<u8>>, Fault> {
        match tokio::time::timeout(time, self.guard.dns.texts(name)).await {
            Ok(Ok(texts)) => Ok(texts),
            Ok(Err(DnsError::NotFound)) => Ok(Vec::new()),
            Ok(Err(DnsError::Failed)) => Err(Fault::DnsFailed),
            Err(_) => Err(Fault::Timeout),
        }
    }

    /// A way out for tests that send nothing.
    #[cfg(test)]
    pub(crate) fn nowhere() -> Self {
        Self::new(Arc::new(tests::Answers::default()), "https://id.example", false).unwrap()
    }

    async fn send_in_time(&self, outgoing: Outgoing<'_>, bounds: Bounds) -> Result<Reply, Fault> {
        let line = self.guard.connect(outgoing.url, bounds.time / TRIES).await?;
        let request = request(&parsed(outgoing.url)?, outgoing)?;
        exchange(line, request, bounds.body).await
    }
}

impl Guard {
    /// A connection to where a URL leads, when that is let through. `patience`: for each of its addresses.
    async fn connect(&self, url: &str, patience: Duration) -> Result<Line, Fault> {
        let target = self.judge(url).await?;
        let stream = connect(&target, patience).await?;
        if target.url.scheme() != "https" {
            return Ok(Line::Plain(stream));
        }
        let name = ServerName::try_from(target.name).map_err(|_| Fault::UrlMalformed)?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await;
        stream.map(|stream| Line::Tls(Box::new(stream))).map_err(|_| Fault::Tls)
    }

    /// Where a URL leads, when that is let through.
    async fn judge(&self, text: &str) -> Result<Target, Fault> {
        let url = parsed(text)?;
        let plain = match url.scheme() {
            "https" => false,
            "http" if self.allow_loopback => true,
            _ => return Err(Fault::SchemeRefused),
        };
        let port = url.port_or_known_default().ok_or(Fault::UrlMalformed)?;
        if port != HTTPS && !self.allow_loopback {
            return Err(Fault::PortRefused);
        }
        if self.own.as_ref() == Some(&url.origin()) {
            return Err(Fault::AddressRefused);
        }
        let (name, addresses) = match url.host().ok_or(Fault::UrlMalformed)? {
            Host::Ipv4(address) => (address.to_string(), vec![IpAddr::V4(address)]),
            Host::Ipv6(address) => (address.to_string(), vec![IpAddr::V6(address)]),
            Host::Domain(host) => {
                let found = self.dns.addresses(host).await.map_err(|why| match why {
                    DnsError::NotFound => Fault::HostUnknown,
                    DnsError::Failed => Fault::DnsFailed,
                })?;
                (host.trim_end_matches('.').to_owned(), found)
            }
        };
        // One bad address is enough: whoever mixes them wants us at the other.
        for address in &addresses {
            let loopback = self.allow_loopback && address.is_loopback();
            if is_special(*address) && !loopback {
                return Err(Fault::AddressRefused);
            }
            if plain && !loopback {
                return Err(Fault::SchemeRefused);
            }
            if port != HTTPS && !loopback {
                return Err(Fault::PortRefused);
            }
        }
        let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        Ok(Target { url, name, addresses })
    }
}

/// A URL that may be one to send to: there is nobody's name in it.
fn parsed(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| Fault::UrlMalformed)?;
    if url.username().is_empty() && url.password().is_none() { Ok(url) } else { Err(Fault::UrlMalformed) }
}

/// Where a request goes: addresses that were judged.
struct Target {
    url: Url,
    /// What the certificate must be for.
    name: String,
    addresses: Vec<SocketAddr>,
}

async fn connect(target: &Target, patience: Duration) -> Result<TcpStream, Fault> {
    for address in target.addresses.iter().take(TRIES as usize) {
        if let Ok(Ok(stream)) = tokio::time::timeout(patience, TcpStream::connect(address)).await {
            // A small request must not wait for the next segment.
            let _ = stream.set_nodelay(true);
            return Ok(stream);
        }
    }
    Err(Fault::Unreachable)
}

/// The request as it goes over the wire: its target has no host, `Host` has.
fn request(url: &Url, outgoing: Outgoing<'_>) -> Result<Request<Full<Bytes>>, Fault> {
    let malformed = |_| Fault::UrlMalformed;
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return Err(Fault::UrlMalformed),
    };
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let request = Request::builder().method(outgoing.method).uri(path).body(Full::new(outgoing.body));
    let mut request = request.map_err(|_| Fault::UrlMalformed)?;
    let headers = request.headers_mut();
    *headers = outgoing.headers;
    headers.insert(HOST, HeaderValue::from_str(&host).map_err(malformed)?);
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static("XWMS"));
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    Ok(request)
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>, most: usize) -> Result<Reply, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let bad = |_| Fault::BadAnswer;
    let mut builder = http1::Builder::new();
    let (mut sender, connection) =
        builder.max_buf_size(HEAD_BYTES).handshake(TokioIo::new(stream)).await.map_err(bad)?;
    let exchange = async move { read(sender.send_request(request).await.map_err(bad)?, most).await };
    let (mut connection, mut exchange) = (std::pin::pin!(connection), std::pin::pin!(exchange));
    tokio::select! {
        reply = &mut exchange => reply,
        _ = &mut connection => exchange.await,
    }
}

async fn read(response: Response<Incoming>, most: usize) -> Result<Reply, Fault> {
    let status = response.status();
    if status.is_redirection() {
        return Err(Fault::RedirectRefused(status.as_u16()));
    }
    let too_large = Fault::TooLarge(status.as_u16());
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut body = response.into_body();
    if body.size_hint().lower() > most as u64 {
        return Err(too_large);
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Fault::BadAnswer)?;
        let data = frame.into_data().unwrap_or_default();
        if bytes.len() + data.len() > most {
            return Err(too_large);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Reply { status: status.as_u16(), body: bytes, retry_after })
}

#[cfg(test)]
pub(crate) mod tests;

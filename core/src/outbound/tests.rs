//! The guard, with a DNS that answers what a test says, and servers on this machine.

use std::collections::{BTreeMap, VecDeque};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::{LazyConfigAcceptor, rustls};

use super::*;

/// Answers of a DNS, by name, one after the other; the last one stays.
#[derive(Default)]
pub(crate) struct Answers {
    hosts: Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>,
    texts: Mutex<BTreeMap<String, Vec<Vec<u8>>>>,
    asked: AtomicUsize,
}

impl Answers {
    /// A host with these addresses: a text for each time it is asked for.
    pub(crate) fn host(self, name: &str, times: &[&str]) -> Self {
        let times = times.iter().map(|time| time.split(' ').map(|address| address.parse().unwrap()).collect());
        lock(&self.hosts).insert(name.to_owned(), times.collect());
        self
    }

    pub(crate) fn text(self, name: &str, texts: &[&str]) -> Self {
        lock(&self.texts).insert(name.to_owned(), texts.iter().map(|text| text.as_bytes().to_vec()).collect());
        self
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Dns for Answers {
    fn addresses<'a>(&'a self, host: &'a str) -> Asked<'a, IpAddr> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut hosts = lock(&self.hosts);
        let found = hosts
            .get_mut(host)
            .and_then(|times| if times.len() > 1 { times.pop_front() } else { times.front().cloned() });
        Box::pin(std::future::ready(found.ok_or(DnsError::NotFound)))
    }

    fn texts<'a>(&'a self, name: &'a str) -> Asked<'a, Vec<u8>> {
        Box::pin(std::future::ready(lock(&self.texts).get(name).cloned().ok_or(DnsError::NotFound)))
    }
}

/// A server that gives one answer to everybody, and keeps what it was asked.
pub(crate) struct Server {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn new(answer: impl Into<Vec<u8>>) -> Self {
        Self::on("127.0.0.1:0", answer.into(), None).await
    }

    /// Sends a byte every 50 ms, without end.
    pub(crate) async fn dripping() -> Self {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n".to_vec();
        Self::on("127.0.0.1:0", head, Some(Duration::from_millis(50))).await
    }

    async fn on(address: &str, answer: Vec<u8>, drip: Option<Duration>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let server = Self { port, asked: Arc::clone(&asked) };
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                lock(&asked).push(String::from_utf8_lossy(&request[..length]).into_owned());
                // The other side may have had enough.
                let _ = stream.write_all(&answer).await;
                if let Some(pause) = drip {
                    while stream.write_all(b"x").await.is_ok() {
                        tokio::time::sleep(pause).await;
                    }
                }
            }
        });
        server
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }
}

pub(crate) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

const QUICK: Bounds = Bounds { time: Duration::from_millis(1500), body: 16 * 1024 };
const ISSUER: &str = "https://id.example";

async fn get(outbound: &Outbound, url: &str) -> Result<Reply, Fault> {
    let outgoing = Outgoing { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new() };
    outbound.send(outgoing, QUICK).await
}

fn guard(answers: Answers, allow_loopback: bool) -> (Arc<Answers>, Outbound) {
    let answers = Arc::new(answers);
    (Arc::clone(&answers), Outbound::new(answers, ISSUER, allow_loopback).unwrap())
}

#[tokio::test]
async fn wh_01_a_host_with_a_special_address_gets_no_packet() {
    let server = Server::new(ok("secret")).await;
    let special = [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fd00::1",
        "fe80::1",
        "fec0::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        "2001::1",
    ];
    for address in special {
        let (_, outbound) = guard(Answers::default().host("engines.example", &[address]), false);
        assert_eq!(get(&outbound, "https://engines.example/").await, Err(Fault::AddressRefused), "{address}");
        // As a literal too.
        let literal = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
        assert_eq!(get(&outbound, &format!("https://{literal}/")).await, Err(Fault::AddressRefused), "{literal}");
    }
    for literal in ["0x7f.1", "2130706433", "0177.0.0.1", "127.1", "[::ffff:7f00:1]"] {
        let (_, outbound) = guard(Answers::default(), false);
        assert_eq!(get(&outbound, &format!("https://{literal}/")).await, Err(Fault::AddressRefused), "{literal}");
    }
    // Where loopback is let through, nothing else is, in whatever clothes.
    let (_, outbound) = guard(Answers::default(), true);
    for host in ["10.0.0.1", "169.254.169.254", "0.0.0.0", "[::ffff:127.0.0.1]", "[::7f00:1]", "[64:ff9b::7f00:1]"] {
        let url = format!("http://{host}:{}/", server.port);
        assert_eq!(get(&outbound, &url).await, Err(Fault::AddressRefused), "{host}");
    }
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test]
async fn wh_02_the_connection_goes_to_the_address_that_was_checked_and_keeps_the_name() {
    let server = Server::on("127.0.0.2:0", ok("checked").into_bytes(), None).await;
    let trap = Server::on(&format!("127.0.0.1:{}", server.port), ok("trap").into_bytes(), None).await;
    // The second answer would lead elsewhere: it is not asked for.
    let answers = Answers::default().host("engines.example", &["127.0.0.2", "127.0.0.1"]);
    let (dns, outbound) = guard(answers, true);
    let url = format!("http://engines.example:{}/path?query#fragment", server.port);
    let reply = get(&outbound, &url).await.unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (200, b"checked".as_slice()));
    assert_eq!(dns.asked.load(Ordering::SeqCst), 1);
    let asked = server.asked().remove(0);
    assert!(asked.starts_with("GET /path?query HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains(&format!("host: engines.example:{}\r\n", server.port)), "{asked}");
    assert_eq!(trap.asked(), [""; 0]);
}

#[tokio::test]
async fn wh_02_a_connection_that_is_kept_goes_to_the_address_that_was_checked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while stream.read(&mut request).await.is_ok_and(|length| length > 0) {
                    stream.write_all(ok("kept").as_bytes()).await.unwrap();
                }
            });
        }
    });
    // What the name leads to later is another matter: a new connection would be refused.
    let answers = Answers::default().host("engines.example", &["127.0.0.1", "169.254.169.254"]);
    let (dns, outbound) = guard(answers.host("inside.example", &["10.0.0.1"]), true);
    let post = async |url: &str| {
        let outgoing =
            Outgoing { method: Method::POST, url, headers: HeaderMap::new(), body: Bytes::from_static(b"{}") };
        outbound.send_kept(outgoing, QUICK).await
    };
    for _ in 0..3 {
        let reply = post(&format!("http://engines.example:{port}/path?query")).await.unwrap();
        assert_eq!((reply.status, reply.body.as_slice()), (200, b"kept".as_slice()));
    }
    assert_eq!((connections.load(Ordering::SeqCst), dns.asked.load(Ordering::SeqCst)), (1, 1));
    let closed = { TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port() };
    let moved = Server::new("HTTP/1.1 308 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n").await;
    let (large, dripping) = (Server::new(ok(&"x".repeat(20_000))).await, Server::dripping().await);
    let rows = [
        ("https://inside.example/".to_owned(), Fault::AddressRefused),
        ("https://unknown.example/".to_owned(), Fault::HostUnknown),
        ("http://10.0.0.1/".to_owned(), Fault::AddressRefused),
        (format!("http://ada@engines.example:{port}/"), Fault::UrlMalformed),
        ("ftp://engines.example/".to_owned(), Fault::SchemeRefused),
        (format!("{ISSUER}/"), Fault::AddressRefused),
        (format!("http://127.0.0.1:{closed}/"), Fault::Unreachable),
        (format!("http://127.0.0.1:{}/", moved.port), Fault::RedirectRefused(308)),
        (format!("http://127.0.0.1:{}/", large.port), Fault::TooLarge(200)),
        (format!("http://127.0.0.1:{}/", dripping.port), Fault::Timeout),
    ];
    for (url, fault) in rows {
        assert_eq!(post(&url).await, Err(fault), "{url}");
    }
}

#[tokio::test]
async fn wh_02_one_bad_address_among_good_ones_is_enough_and_so_is_a_later_one() {
    let server = Server::new(ok("")).await;
    let answers = Answers::default()
        .host("both.example", &["93.184.216.34 fd00::1"])
        .host("mapped.example", &["93.184.216.34 ::ffff:10.0.0.1"])
        .host("rebinds.example", &["127.0.0.1", "169.254.169.254"]);
    let (_, outbound) = guard(answers, true);
    for host in ["both", "mapped"] {
        assert_eq!(get(&outbound, &format!("https://{host}.example/")).await, Err(Fault::AddressRefused), "{host}");
    }
    let url = format!("http://rebinds.example:{}/", server.port);
    assert!(get(&outbound, &url).await.is_ok());
    assert_eq!(get(&outbound, &url).await, Err(Fault::AddressRefused));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn wh_03_a_redirect_is_not_followed() {
    let elsewhere = Server::new(ok("elsewhere")).await;
    for status in [300_u16, 301, 302, 303, 304, 307, 308] {
        let location = format!("http://127.0.0.1:{}/", elsewhere.port);
        let answer = format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let server = Server::new(answer).await;
        let (_, outbound) = guard(Answers::default(), true);
        let answered = get(&outbound, &format!("http://127.0.0.1:{}/", server.port)).await;
        assert_eq!(answered, Err(Fault::RedirectRefused(status)));
        assert_eq!(Fault::RedirectRefused(status).status(), Some(status));
    }
    assert_eq!(elsewhere.asked(), [""; 0]);
}

#[tokio::test]
async fn wh_05_in_production_only_https_on_its_own_port_and_never_to_ourselves() {
    let server = Server::new(ok("")).await;
    let answers = Answers::default().host("engines.example", &["93.184.216.34"]).host("id.example", &["93.184.216.34"]);
    let (_, outbound) = guard(answers, false);
    let rows = [
        ("http://127.0.0.1:5432/".to_owned(), Fault::SchemeRefused),
        (format!("http://127.0.0.1:{}/", server.port), Fault::SchemeRefused),
        (format!("https://127.0.0.1:{}/", server.port), Fault::PortRefused),
        ("http://engines.example/".to_owned(), Fault::SchemeRefused),
        ("https://engines.example:5432/".to_owned(), Fault::PortRefused),
        ("https://engines.example:80/".to_owned(), Fault::PortRefused),
        ("https://id.example/oauth/token".to_owned(), Fault::AddressRefused),
        ("https://unknown.example/".to_owned(), Fault::HostUnknown),
        ("https://ada:secret@engines.example/".to_owned(), Fault::UrlMalformed),
        ("ftp://engines.example/".to_owned(), Fault::SchemeRefused),
        ("file:///etc/passwd".to_owned(), Fault::SchemeRefused),
        ("nonsense".to_owned(), Fault::UrlMalformed),
    ];
    for (url, fault) in rows {
        assert_eq!(get(&outbound, &url).await, Err(fault), "{url}");
    }
    // Where loopback is let through, what is not loopback is as restricted as ever.
    let answers = Answers::default()
        .host("engines.example", &["93.184.216.34"])
        .host("mixed.example", &["127.0.0.1 93.184.216.34"]);
    let (_, outbound) = guard(answers, true);
    assert_eq!(get(&outbound, "http://engines.example/").await, Err(Fault::SchemeRefused));
    assert_eq!(get(&outbound, "https://engines.example:8443/").await, Err(Fault::PortRefused));
    assert_eq!(get(&outbound, &format!("http://mixed.example:{}/", server.port)).await, Err(Fault::SchemeRefused));
    assert_eq!(server.asked(), [""; 0]);
}

/// Runs itself again with a proxy in its environment.
#[tokio::test]
async fn wh_05_no_proxy_of_the_environment_is_asked() {
    const NAME: &str = "outbound::tests::wh_05_no_proxy_of_the_environment_is_asked";
    if let Ok(port) = std::env::var("XWMS_TEST_PORT") {
        let (_, outbound) = guard(Answers::default(), true);
        assert_eq!(get(&outbound, &format!("http://127.0.0.1:{port}/")).await.unwrap().body, b"direct");
        return;
    }
    let (server, proxy) = (Server::new(ok("direct")).await, Server::new(ok("proxy")).await);
    let to_proxy = format!("http://127.0.0.1:{}", proxy.port);
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", NAME]).env("XWMS_TEST_PORT", server.port.to_string());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, &to_proxy);
    }
    let ended = tokio::task::spawn_blocking(move || again.output().unwrap()).await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    assert_eq!((server.asked().len(), proxy.asked().len()), (1, 0));
}

#[tokio::test]
async fn an_answer_is_bounded_in_size_and_time() {
    let (_, outbound) = guard(Answers::default(), true);
    let large = "x".repeat(1024 * 1024);
    let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n{large}\r\n0\r\n\r\n");
    let endless_head = format!("HTTP/1.1 200 OK\r\nX: {large}\r\n\r\n");
    let rows = [
        (ok(&large), Err(Fault::TooLarge(200))),
        (chunked, Err(Fault::TooLarge(200))),
        (format!("HTTP/1.1 200 OK\r\n\r\n{large}"), Err(Fault::TooLarge(200))),
        (ok(&"x".repeat(16 * 1024)), Ok(Reply { status: 200, body: vec![b'x'; 16 * 1024], retry_after: None })),
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
            Ok(Reply { status: 404, body: vec![], retry_after: None }),
        ),
        (endless_head, Err(Fault::BadAnswer)),
        ("SSH-2.0-OpenSSH_9.2\r\n".to_owned(), Err(Fault::BadAnswer)),
    ];
    for (answer, expected) in rows {
        let told = answer.chars().take(60).collect::<String>();
        let server = Server::new(answer).await;
        assert_eq!(get(&outbound, &format!("http://127.0.0.1:{}/", server.port)).await, expected, "{told}");
    }
    let dripping = Server::dripping().await;
    assert_eq!(get(&outbound, &format!("http://127.0.0.1:{}/", dripping.port)).await, Err(Fault::Timeout));
    let closed = { TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port() };
    assert_eq!(get(&outbound, &format!("http://127.0.0.1:{closed}/")).await, Err(Fault::Unreachable));
}

/// A server with a certificate of its own for `engines.example`; it tells which name it was asked for.
async fn tls_server() -> (u16, RootCertStore, Arc<Mutex<Vec<String>>>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["engines.example".to_owned()]).unwrap();
    let mut authorities = RootCertStore::empty();
    authorities.add(cert.der().clone()).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config =
        rustls::ServerConfig::builder_with_provider(tls_provider()).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let names = Arc::<Mutex<Vec<String>>>::default();
    let told = Arc::clone(&names);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(hello) = LazyConfigAcceptor::new(Default::default(), stream).await else { continue };
            lock(&told).push(hello.client_hello().server_name().unwrap_or_default().to_owned());
            let Ok(mut stream) = hello.into_stream(Arc::clone(&config)).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(ok("over TLS").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, authorities, names)
}

fn tls_provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::clone(tls::client(RootCertStore::empty()).unwrap().crypto_provider())
}

#[tokio::test]
async fn wh_02_the_certificate_is_for_the_name_and_verified() {
    let (port, authorities, names) = tls_server().await;
    let answers = || Answers::default().host("engines.example", &["127.0.0.1"]).host("other.example", &["127.0.0.1"]);
    let trusting = Outbound::trusting(Arc::new(answers()), authorities, ISSUER, true).unwrap();
    let reply = get(&trusting, &format!("https://engines.example:{port}/")).await;
    assert_eq!(reply.map(|reply| reply.body), Ok(b"over TLS".to_vec()));
    assert_eq!(lock(&names).clone(), ["engines.example"]);
    // For another name, or by an authority that nobody knows, it is worth nothing.
    assert_eq!(get(&trusting, &format!("https://other.example:{port}/")).await, Err(Fault::Tls));
    let (_, outbound) = guard(answers(), true);
    assert_eq!(get(&outbound, &format!("https://engines.example:{port}/")).await, Err(Fault::Tls));
    let plain = Server::new(ok("")).await;
    assert_eq!(get(&outbound, &format!("https://engines.example:{}/", plain.port)).await, Err(Fault::Tls));
}

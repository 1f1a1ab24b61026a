//! The program's own listener in this process, and a client that sends it bytes as they are.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::browser::Answer;
use crate::world::{ISSUER, World};

/// A world that listens.
pub struct Listener {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Listener {
    pub async fn start(world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let core = world.core.clone();
        let serving = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            xwms::serve::serve(core, listener, stopped).await.unwrap();
        });
        Self { address, stop, serving }
    }

    /// Sends one request on a connection of its own and reads the answer to its end. `None` when the connection was
    /// closed without one.
    pub async fn send(&self, request: &Request) -> Option<Answer> {
        let path = String::from_utf8_lossy(&request.target).into_owned();
        let bytes = request.bytes();
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut read, mut write) = stream.into_split();
        // The server may answer and close before it has read everything.
        let writing = tokio::spawn(async move {
            let _ = write.write_all(&bytes).await;
            write
        });
        let mut answer = Vec::new();
        let reading = async {
            let mut part = [0; 16 * 1024];
            while let Ok(length @ 1..) = read.read(&mut part).await {
                answer.extend_from_slice(&part[..length]);
            }
        };
        let read_in_time = tokio::time::timeout(Duration::from_secs(20), reading).await;
        assert!(read_in_time.is_ok(), "no answer in time to {} {path}", request.method);
        drop(writing.await);
        read_answer(&answer, path)
    }

    /// Stops, which waits for every request that is being answered.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        self.serving.await.unwrap();
    }
}

/// Header lines as they go over the wire.
pub type Headers = Vec<(String, Vec<u8>)>;

/// A request as it goes over the wire; nothing of it need be valid.
#[derive(Clone)]
pub struct Request {
    pub method: String,
    pub target: Vec<u8>,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Request {
    /// A request for our host, on a connection that ends with it.
    pub fn new(method: &str, target: impl Into<Vec<u8>>) -> Self {
        let host = ISSUER.split_once("://").unwrap().1;
        Self { method: method.to_owned(), target: target.into(), headers: Vec::new(), body: Vec::new() }
            .header("Host", host)
            .header("Connection", "close")
    }

    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With this body and its length.
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let request = self.header("Content-Type", content_type).header("Content-Length", body.len().to_string());
        Self { body, ..request }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }
}

fn read_answer(bytes: &[u8], path: String) -> Option<Answer> {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    Some(Answer {
        status: status.parse::<StatusCode>().unwrap(),
        headers,
        body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned(),
        path,
    })
}

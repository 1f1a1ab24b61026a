//! A partner's server that takes webhooks, and answers as a test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server on this machine.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What is answered next; without one, `always`.
    next: VecDeque<String>,
    always: String,
    got: Vec<Message>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Message {
    pub head: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Message {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// What happened.
    pub fn event(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether an ordinary library takes it with this secret, now.
    pub fn is_good(&self, secret: &str) -> bool {
        self.is_good_as(secret, &self.body)
    }

    /// The same with another body.
    pub fn is_good_as(&self, secret: &str, body: &str) -> bool {
        standardwebhooks::Webhook::new(secret).unwrap().verify(body.as_bytes(), &self.headers).is_ok()
    }
}

/// An answer of this status.
pub fn status(status: u16) -> String {
    format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n")
}

/// Nothing, for as long as the other side waits.
pub const SILENCE: &str = "";

impl Receiver {
    /// One that takes everything.
    pub async fn new() -> Self {
        Self::answering(&status(204)).await
    }

    /// One that always answers so.
    pub async fn answering(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/hook", listener.local_addr().unwrap().port());
        let state = Arc::new(Mutex::new(State { always: answer.to_owned(), ..State::default() }));
        let receiver = Self { url, state };
        let serving = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        receiver
    }

    async fn serve(&self, mut stream: TcpStream) {
        while let Some(message) = read(&mut stream).await {
            let answer = {
                let mut state = self.lock();
                state.got.push(message);
                state.next.pop_front().unwrap_or_else(|| state.always.clone())
            };
            if answer == SILENCE {
                std::future::pending::<()>().await;
            }
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// What is answered from now on.
    pub fn answers(&self, answer: &str) {
        self.lock().always = answer.to_owned();
    }

    /// What is answered to the next request.
    pub fn answers_next(&self, answer: &str) {
        self.lock().next.push_back(answer.to_owned());
    }

    /// What came since this was last asked.
    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut self.lock().got)
    }

    /// How much came since then.
    pub fn count(&self) -> usize {
        self.lock().got.len()
    }
}

/// The next request of a connection; `None` at its end.
async fn read(stream: &mut TcpStream) -> Option<Message> {
    let (mut bytes, mut some) = (Vec::new(), [0; 4096]);
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&some[..length]),
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let (first, rest) = text.split_once("\r\n").unwrap();
    let pairs = rest.lines().filter_map(|line| line.split_once(": "));
    let pair =
        |(name, value): (&str, &str)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    let headers: HeaderMap = pairs.map(pair).collect();
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    while bytes.len() < head + length {
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&some[..length]),
        }
    }
    let body = String::from_utf8(bytes[head..].to_vec()).unwrap();
    Some(Message { head: first.to_owned(), headers, body })
}

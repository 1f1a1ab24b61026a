//! HTTP/1.1 as the driver needs it: prepared requests over one kept connection, answers read with as little work as
//! can be.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::failure::Failure;

/// Answers larger than this are none that we ask for.
const LARGEST: usize = 16 << 20;

/// A connection that is kept from one request to the next.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// An answer, read whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'c> {
    pub(crate) status: u16,
    head: &'c [u8],
    pub(crate) body: &'c [u8],
}

impl Connection {
    pub(crate) const fn to(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::new() }
    }

    /// Has the next request begin a connection of its own: a server may have ended one that nobody used for a while.
    pub(crate) fn renew(&mut self) {
        self.stream = None;
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, Failure> {
        let stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        let stream = self.stream.insert(stream);
        stream.write_all(request).await?;
        self.buffer.clear();
        let head_end = loop {
            if let Some(end) = end_of_head(&self.buffer) {
                break end;
            }
            read_more(stream, &mut self.buffer).await?;
        };
        let head = Head::parse(&self.buffer[..head_end])?;
        let body_end = match head.length {
            Length::Known(length) => {
                let end = head_end + length;
                while self.buffer.len() < end {
                    read_more(stream, &mut self.buffer).await?;
                }
                end
            }
            Length::Chunked => loop {
                if let Some(end) = join_chunks(&mut self.buffer, head_end)? {
                    break end;
                }
                read_more(stream, &mut self.buffer).await?;
            },
        };
        if head.closes {
            self.stream = None;
        }
        let (status, buffer) = (head.status, &self.buffer);
        Ok(Answer { status, head: &buffer[..head_end], body: &buffer[head_end..body_end] })
    }
}

impl<'c> Answer<'c> {
    /// The values of a header.
    pub(crate) fn headers(self, name: &str) -> impl Iterator<Item = &'c str> {
        lines(self.head)
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name.as_bytes()))
            .filter_map(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// Where it leads, or nothing.
    pub(crate) fn location(self) -> &'c str {
        self.headers("location").next().unwrap_or_default()
    }

    /// The body as text.
    pub(crate) fn text(self) -> &'c str {
        std::str::from_utf8(self.body).unwrap_or_default()
    }

    /// A text of the JSON object in the body. Credentials need no unescaping, so none is done.
    pub(crate) fn json_text(self, name: &str) -> Option<&'c str> {
        let quoted = format!("\"{name}\"");
        let after = self.text().split_once(&*quoted)?.1.trim_start().strip_prefix(':')?;
        after.trim_start().strip_prefix('"')?.split('"').next()
    }
}

enum Length {
    Known(usize),
    Chunked,
}

struct Head {
    status: u16,
    length: Length,
    closes: bool,
}

impl Head {
    fn parse(head: &[u8]) -> Result<Self, Failure> {
        let strange = || Failure("an answer that is not HTTP/1.1".to_owned());
        let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|d| d.parse().ok());
        let mut parsed = Self { status: status.ok_or_else(strange)?, length: Length::Known(0), closes: false };
        for (name, value) in lines(head) {
            // Told apart by their lengths, most headers need not be compared.
            match name.len() {
                14 if name.eq_ignore_ascii_case(b"content-length") => {
                    let length = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
                    parsed.length = Length::Known(length.ok_or_else(strange)?);
                }
                17 if name.eq_ignore_ascii_case(b"transfer-encoding") => parsed.length = Length::Chunked,
                10 if name.eq_ignore_ascii_case(b"connection") => parsed.closes = value.eq_ignore_ascii_case(b"close"),
                _ => {}
            }
        }
        Ok(parsed)
    }
}

/// Names and values of the headers.
fn lines(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    head.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((&line[..colon], line[colon + 1..].trim_ascii()))
    })
}

fn end_of_head(read: &[u8]) -> Option<usize> {
    read.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

async fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(), Failure> {
    buffer.reserve(4096);
    match stream.read_buf(buffer).await? {
        0 => Err(Failure("the connection ended in the middle of an answer".to_owned())),
        _ if buffer.len() > LARGEST => Err(Failure("an answer without end".to_owned())),
        _ => Ok(()),
    }
}

/// Puts the chunks of a body (RFC 9112 §7.1) together in place, once all are there; where the body ends then.
fn join_chunks(buffer: &mut Vec<u8>, start: usize) -> Result<Option<usize>, Failure> {
    let mut body = Vec::new();
    let mut at = start;
    loop {
        let Some(line) = buffer[at..].windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&buffer[at..at + line]).unwrap_or_default();
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| Failure("a chunk without a size".to_owned()))?;
        at += line + 2;
        if buffer.len() < at.saturating_add(size).saturating_add(2) {
            return Ok(None);
        }
        body.extend_from_slice(&buffer[at..at + size]);
        at += size + 2;
        if size == 0 {
            buffer.truncate(start);
            buffer.extend_from_slice(&body);
            return Ok(Some(buffer.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(head: &'static str, body: &'static str) -> Answer<'static> {
        Answer { status: 200, head: head.as_bytes(), body: body.as_bytes() }
    }

    #[test]
    fn a_head_says_status_length_and_end() {
        let head = Head::parse(b"HTTP/1.1 303 See Other\r\nLocation: /a\r\nConnection: close\r\n\r\n").unwrap();
        assert!(matches!(head, Head { status: 303, length: Length::Known(0), closes: true }));
        let head = Head::parse(b"HTTP/1.1 200 OK\r\ncontent-Length: 17\r\n\r\n").unwrap();
        assert!(matches!(head, Head { status: 200, length: Length::Known(17), closes: false }));
        assert!(Head::parse(b"garbage\r\n\r\n").is_err());
    }

    #[test]
    fn headers_and_texts_are_found() {
        let answer = answer(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2\r\nLocation: /x?code=1\r\n\r\n",
            r#"{"expires_in":600, "access_token" : "abc","id_token":"def"}"#,
        );
        assert_eq!(answer.headers("Set-Cookie").collect::<Vec<_>>(), ["a=1; Path=/", "b=2"]);
        assert_eq!(answer.location(), "/x?code=1");
        assert_eq!((answer.json_text("access_token"), answer.json_text("id_token")), (Some("abc"), Some("def")));
        assert_eq!((answer.json_text("refresh_token"), answer.json_text("expires_in")), (None, None));
    }

    #[test]
    fn chunks_are_joined_when_all_are_there() {
        let whole = b"HEAD4\r\nWiki\r\n5;x=1\r\npedia\r\n0\r\n\r\n";
        for cut in 4..whole.len() {
            assert!(join_chunks(&mut whole[..cut].to_vec(), 4).unwrap().is_none(), "{cut}");
        }
        let mut buffer = whole.to_vec();
        assert_eq!(join_chunks(&mut buffer, 4).unwrap(), Some(13));
        assert_eq!(buffer, b"HEADWikipedia");
    }
}

//! Names for requests, by which a log line and an answer are brought together.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderValue;
use xwms_core::random;

/// Gives out names that never repeat in this process, and by chance alone in another one.
pub(crate) struct RequestIds {
    /// Where this process began to count.
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        Self { next: AtomicU64::new(u64::from_ne_bytes(random::bytes())) }
    }
}

/// The name of one request: twelve characters of lower-case base32.
#[derive(Clone, Copy)]
pub(crate) struct RequestId([u8; 12]);

impl RequestIds {
    /// A name that no other request of this process has. It is no secret: counting is quicker than drawing lots.
    pub(crate) fn next(&self) -> RequestId {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        // An odd factor keeps the last 60 bits different, and makes neighbours look it.
        let mut number = self.next.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        RequestId([0; 12].map(|_: u8| {
            let character = ALPHABET[(number & 31) as usize];
            number >>= 5;
            character
        }))
    }
}

impl RequestId {
    /// The name as text.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The name as the value of a header.
    pub(crate) fn into_header(self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or(HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_requests_have_one_name() {
        let ids = RequestIds::default();
        let names: HashSet<String> = (0..10_000).map(|_| ids.next().as_str().to_owned()).collect();
        assert_eq!(names.len(), 10_000);
        assert!(names.iter().all(|name| name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))));
    }
}

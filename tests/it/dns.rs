//! A DNS that knows what a test has told it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};

use xwms_core::outbound::{Asked, Dns, DnsError};

/// Records by name.
#[derive(Default)]
pub struct TestDns {
    addresses: Mutex<BTreeMap<String, Vec<IpAddr>>>,
    texts: Mutex<BTreeMap<String, Vec<Vec<u8>>>>,
}

impl TestDns {
    /// The host has these addresses from now on.
    pub fn set_host(&self, name: &str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        lock(&self.addresses).insert(name.to_owned(), addresses);
    }

    /// These TXT records stand at a name from now on.
    pub fn set_texts(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        lock(&self.texts).insert(name.to_owned(), texts);
    }

    pub fn clear(&self) {
        lock(&self.addresses).clear();
        lock(&self.texts).clear();
    }
}

impl Dns for TestDns {
    fn addresses<'a>(&'a self, host: &'a str) -> Asked<'a, IpAddr> {
        Box::pin(std::future::ready(lock(&self.addresses).get(host).cloned().ok_or(DnsError::NotFound)))
    }

    fn texts<'a>(&'a self, name: &'a str) -> Asked<'a, Vec<u8>> {
        Box::pin(std::future::ready(lock(&self.texts).get(name).cloned().ok_or(DnsError::NotFound)))
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap()
}

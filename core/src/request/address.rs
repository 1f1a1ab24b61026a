//! Where a request comes from: the peer, or what a trusted proxy says of it.

use std::net::{IpAddr, Ipv6Addr, SocketAddrV4};
use std::sync::Once;

use crate::model::server_ip::ServerIp;

/// The caller's address, found out once for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerAddress(pub IpAddr);

/// The header of RFC 7239, in which an address is a parameter among others.
const FORWARDED: &str = "forwarded";

/// The caller's address: the peer's, or, when the peer is a trusted proxy, the right-most address in the forwarded
/// header that is none of the trusted proxies' own. `forwarded` are the values of the header of this name, in order:
/// `X-Forwarded-For`, one that holds a single address, or `Forwarded`.
pub fn resolve<'a>(
    peer: IpAddr,
    (name, forwarded): (&str, impl DoubleEndedIterator<Item = &'a [u8]>),
    trusted: &[ServerIp],
) -> CallerAddress {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut caller = peer.to_canonical();
    if !is_trusted(caller) {
        return CallerAddress(caller);
    }
    for value in forwarded.rev() {
        for entry in value.rsplit(|&byte| byte == b',') {
            let entry = entry.trim_ascii();
            if entry.is_empty() {
                continue;
            }
            // What does not parse was not written by our proxy: stop at the last address that was.
            let Some(address) = read(name, entry) else {
                tell_once(name);
                return CallerAddress(caller);
            };
            caller = address.to_canonical();
            if !is_trusted(caller) {
                return CallerAddress(caller);
            }
        }
    }
    CallerAddress(caller)
}

/// An element of the header; a port and brackets are cut off.
fn read(name: &str, entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?;
    if !name.eq_ignore_ascii_case(FORWARDED) {
        return address_of(entry);
    }
    let mut parameters = entry.split(';').filter_map(|parameter| parameter.split_once('='));
    let (_, node) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address_of(node.trim().trim_matches('"'))
}

fn address_of(text: &str) -> Option<IpAddr> {
    let is_port =
        |text: &str| text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    if let Some((address, port)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.parse::<Ipv6Addr>().ok().filter(|_| is_port(port)).map(IpAddr::from);
    }
    let with_port = || text.parse::<SocketAddrV4>().ok().map(|address| IpAddr::from(*address.ip()));
    text.parse().ok().or_else(with_port)
}

/// Says in the log, the first time, that a trusted proxy names callers by something that is no address.
fn tell_once(name: &str) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        tracing::warn!(
            header = name,
            "a trusted proxy sends what is no address; the caller counts as the proxy itself. Look at server.forwarded_header"
        );
    });
}

/// Who shares a counter of tries: one IPv4 address, or the /64 that an IPv6 subscriber has at the least.
pub fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ip_01_only_a_trusted_proxy_is_believed() {
        let trusted = [ServerIp::parse("10.0.0.0/8").unwrap()];
        let rows: [(&str, &[&str], &str); 7] = [
            ("203.0.113.9", &["198.51.100.7"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["192.0.2.66, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["192.0.2.66", "198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["192.0.2.66, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::ffff:10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
        ];
        for (peer, forwarded, caller) in rows {
            let values = forwarded.iter().map(|value| value.as_bytes());
            let resolved = resolve(peer.parse().unwrap(), ("x-forwarded-for", values), &trusted);
            assert_eq!(resolved, CallerAddress(caller.parse().unwrap()), "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn f_06_ports_and_brackets_are_cut_off_and_what_is_no_address_is_nobodys_word() {
        let trusted = [ServerIp::parse("10.0.0.0/8").unwrap()];
        let rows: [(&str, &[u8], &str); 18] = [
            ("x-forwarded-for", b"203.0.113.9:51234", "203.0.113.9"),
            ("x-forwarded-for", b"[2001:db8::7]", "2001:db8::7"),
            ("x-forwarded-for", b"[2001:db8::7]:51234", "2001:db8::7"),
            ("x-forwarded-for", b"2001:db8::7", "2001:db8::7"),
            ("x-forwarded-for", b"203.0.113.9:443, 10.1.2.3:80", "203.0.113.9"),
            ("x-forwarded-for", b"203.0.113.9, , 10.1.2.3,", "203.0.113.9"),
            ("x-forwarded-for", b"203.0.113.9, unknown", "10.0.0.1"),
            ("x-forwarded-for", b"203.0.113.9:port", "10.0.0.1"),
            ("x-forwarded-for", b"[2001:db8::7", "10.0.0.1"),
            ("x-forwarded-for", b"\xff", "10.0.0.1"),
            ("x-forwarded-for", b"", "10.0.0.1"),
            ("cf-connecting-ip", b"203.0.113.9", "203.0.113.9"),
            ("forwarded", b"for=203.0.113.9;proto=https, for=10.1.2.3", "203.0.113.9"),
            ("forwarded", b"proto=https;For=\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("forwarded", b"by=10.0.0.3; for=\"203.0.113.9:80\"; host=x", "203.0.113.9"),
            ("forwarded", b"for=_hidden", "10.0.0.1"),
            ("forwarded", b"for=unknown, for=203.0.113.9", "203.0.113.9"),
            ("forwarded", b"proto=https", "10.0.0.1"),
        ];
        for (name, value, caller) in rows {
            let resolved = resolve("10.0.0.1".parse().unwrap(), (name, [value].into_iter()), &trusted);
            let said = String::from_utf8_lossy(value);
            assert_eq!(resolved, CallerAddress(caller.parse().unwrap()), "{name}: {said}");
        }
    }
}

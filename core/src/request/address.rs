//! Where a request comes from: the peer, or what a trusted proxy says of it.

use std::net::IpAddr;

use crate::model::server_ip::ServerIp;

/// The caller's address, found out once for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerAddress(pub IpAddr);

/// The caller's address: the peer's, or, when the peer is a trusted proxy, the right-most address in the forwarded
/// header that is none of the trusted proxies' own. `forwarded` are the header's values in order.
pub fn resolve<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &[ServerIp],
) -> CallerAddress {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut caller = peer.to_canonical();
    if !is_trusted(caller) {
        return CallerAddress(caller);
    }
    for value in forwarded.rev() {
        for entry in value.rsplit(',') {
            // What does not parse was not written by our proxy: stop at the last address that was.
            let Ok(address) = entry.trim().parse::<IpAddr>() else { return CallerAddress(caller) };
            caller = address.to_canonical();
            if !is_trusted(caller) {
                return CallerAddress(caller);
            }
        }
    }
    CallerAddress(caller)
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
            let resolved = resolve(peer.parse().unwrap(), forwarded.iter().copied(), &trusted);
            assert_eq!(resolved, CallerAddress(caller.parse().unwrap()), "{peer} {forwarded:?}");
        }
    }
}

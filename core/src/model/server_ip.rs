//! Server IPs: from which addresses a client's servers call (SPEC §2.2).

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use crate::error::FieldIssue;
use crate::text;

/// The most entries a domain may have.
pub const MAX_SERVER_IPS: usize = 256;

/// One address or one network of them, v4 or v6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerIp(IpNet);

impl ServerIp {
    /// Reads an address or a CIDR network. A v4 address written as v6 (`::ffff:192.0.2.1`) counts as v4, and bits beyond
    /// the prefix are cleared.
    ///
    /// # Errors
    /// `malformed`; `everyone` for a network of all addresses.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        let network = match text.parse::<IpNet>() {
            Ok(network) => network,
            Err(_) => IpNet::from(text.parse::<IpAddr>().map_err(|_| text!("malformed-server_ip"))?),
        };
        let network = unmapped(network).trunc();
        if network.prefix_len() == 0 {
            return Err(text!("everyone"));
        }
        Ok(Self(network))
    }

    /// Whether this address is it or in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// A single address without its prefix length.
impl fmt::Display for ServerIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() { self.0.addr().fmt(f) } else { self.0.fmt(f) }
    }
}

impl serde::Serialize for ServerIp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A network within `::ffff:0:0/96` as the v4 network it stands for.
fn unmapped(network: IpNet) -> IpNet {
    let mapped = match (network.addr().to_canonical(), network.prefix_len().checked_sub(96)) {
        (IpAddr::V4(address), Some(prefix)) if matches!(network, IpNet::V6(_)) => Ipv4Net::new(address, prefix).ok(),
        _ => None,
    };
    mapped.map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_entry_has_one_spelling() {
        for (text, shown) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("2001:db8::1/32", "2001:db8::/32"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7/120", "192.0.2.0/24"),
        ] {
            assert_eq!(ServerIp::parse(text).unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_or_all_of_them_is_refused() {
        for (text, code) in [
            ("", "malformed"),
            ("192.0.2", "malformed"),
            ("192.0.2.07", "malformed"),
            ("192.0.2.7/33", "malformed"),
            ("192.0.2.7/-1", "malformed"),
            ("192.0.2.7 ", "malformed"),
            ("engines.example", "malformed"),
            ("fe80::1%eth0", "malformed"),
            ("[::1]", "malformed"),
            ("0.0.0.0/0", "everyone"),
            ("192.0.2.7/0", "everyone"),
            ("::/0", "everyone"),
            ("::ffff:0:0/96", "everyone"),
        ] {
            assert_eq!(ServerIp::parse(text).unwrap_err().code(), code, "{text}");
        }
    }

    #[test]
    fn a_network_holds_its_addresses_in_either_spelling() {
        let network = ServerIp::parse("192.0.2.0/24").unwrap();
        for (text, inside) in
            [("192.0.2.255", true), ("::ffff:192.0.2.1", true), ("192.0.3.1", false), ("::192.0.2.1", false)]
        {
            assert_eq!(network.contains(text.parse().unwrap()), inside, "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_entry_holds_its_own_address(bits: u128, v6: bool, prefix in 1_u8..=128) {
            let (address, prefix) = if v6 {
                (IpAddr::from(Ipv6Addr::from_bits(bits)), prefix)
            } else {
                (IpAddr::from(Ipv4Addr::from_bits(bits as u32)), prefix.min(32))
            };
            // A v4 address in v6 spelling is judged as v4: it is in no network wider than all of v4.
            prop_assume!(address.to_canonical() == address);
            let entry = ServerIp::parse(&format!("{address}/{prefix}")).unwrap();
            prop_assert!(entry.contains(address));
            prop_assert_eq!(ServerIp::parse(&entry.to_string()), Ok(entry));
            prop_assert!(ServerIp::parse(&address.to_string()).is_ok_and(|entry| entry.contains(address)));
        }
    }
}

//! Hosts: where a URL leads, and what a caller names a domain by.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::root_domain::RootDomain;

/// A host in its one spelling: a name in lower-case A-labels without a final dot, or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A DNS name.
    Name(String),
    /// An address.
    Ip(IpAddr),
}

/// A text that is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHost;

impl Host {
    /// Reads a name or an address (IPv6 with or without brackets). Case, one final dot and U-labels are canonicalised
    /// (UTS 46).
    ///
    /// # Errors
    /// For anything with a scheme, port, path, user or space in it, labels that DNS does not take (RFC 1035 §2.3.4), and
    /// names that end in a number: browsers read `0x7f.1` as an address.
    pub fn parse(text: &str) -> Result<Self, InvalidHost> {
        if let Some(address) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return address.parse::<Ipv6Addr>().map(|address| Self::Ip(address.into())).map_err(|_| InvalidHost);
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Ip(address));
        }
        let name = Uts46::new()
            .to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
            .map(Cow::into_owned)
            .map_err(|_| InvalidHost)?;
        // Full-width digits and dots turn into an address only here.
        if let Ok(address) = name.parse::<Ipv4Addr>() {
            return Ok(Self::Ip(address.into()));
        }
        if ends_in_number(&name) { Err(InvalidHost) } else { Ok(Self::Name(name)) }
    }

    /// The host that a browser would go to with this http or https URL; `None` when it is none.
    pub fn of_url(text: &str) -> Option<Self> {
        let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        match url.host()? {
            url::Host::Domain(name) => Self::parse(name).ok(),
            url::Host::Ipv4(address) => Some(Self::Ip(address.into())),
            url::Host::Ipv6(address) => Some(Self::Ip(address.into())),
        }
    }

    /// Whether it is this machine itself: 127.0.0.0/8, `::1` or `localhost`.
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost",
            Self::Ip(address) => address.to_canonical().is_loopback(),
        }
    }

    /// Whether it is that root domain or lies under it. An address never does.
    pub fn is_or_is_under(&self, root: &RootDomain) -> bool {
        match self {
            Self::Name(name) => match name.strip_suffix(root.as_str()) {
                Some(below) => below.is_empty() || below.ends_with('.'),
                None => false,
            },
            Self::Ip(_) => false,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

impl fmt::Display for InvalidHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a host is a name such as app.engines.example or an address, without scheme, port or path")
    }
}

impl std::error::Error for InvalidHost {}

/// Whether browsers take the name for an IPv4 address (the URL standard's "ends in a number").
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    match last.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => last.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Result<Host, InvalidHost> {
        Ok(Host::Name(text.to_owned()))
    }

    #[test]
    fn a_host_has_one_spelling() {
        let rows = [
            ("engines.example", name("engines.example")),
            ("Engines.EXAMPLE.", name("engines.example")),
            ("bücher.example", name("xn--bcher-kva.example")),
            ("XN--BCHER-KVA.example", name("xn--bcher-kva.example")),
            ("ｅｎｇｉｎｅｓ．example", name("engines.example")),
            ("localhost", name("localhost")),
            ("127.0.0.1", Ok(Host::Ip([127, 0, 0, 1].into()))),
            ("１２７.0.0.1", Ok(Host::Ip([127, 0, 0, 1].into()))),
            ("[::1]", Ok(Host::Ip(Ipv6Addr::LOCALHOST.into()))),
            ("::1", Ok(Host::Ip(Ipv6Addr::LOCALHOST.into()))),
        ];
        for (text, host) in rows {
            assert_eq!(Host::parse(text), host, "{text}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_a_host_is_refused() {
        let label = format!("{}.example", "a".repeat(64));
        let long = format!("{}example", "abcdefg.".repeat(31));
        for text in [
            "",
            ".",
            "x..y",
            "engines.example..",
            "-x.example",
            "x-.example",
            "https://engines.example",
            "engines.example/",
            "engines.example:443",
            "ada@engines.example",
            " engines.example",
            "engines .example",
            "*.engines.example",
            "under_score.example",
            "%65ngines.example",
            "0x7f.1",
            "2130706433",
            "1.2.3",
            "engines.0x",
            "[127.0.0.1]",
            "[::1",
            "fe80::1%eth0",
            "xn--a.example",
            "a,b",
            "a\0b",
            &label,
            &long,
        ] {
            assert_eq!(Host::parse(text), Err(InvalidHost), "{text:?}");
        }
    }

    #[test]
    fn under_means_at_a_dot() {
        let root = RootDomain::parse("engines.example").unwrap();
        for (text, under) in [
            ("engines.example", true),
            ("a.b.engines.example", true),
            ("evilengines.example", false),
            ("example", false),
            ("engines.example.evil.test", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(Host::parse(text).unwrap().is_or_is_under(&root), under, "{text}");
        }
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for (text, loopback) in [
            ("localhost", true),
            ("127.9.9.9", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("localhost.example", false),
            ("x.localhost", false),
            ("128.0.0.1", false),
        ] {
            assert_eq!(Host::parse(text).unwrap().is_loopback(), loopback, "{text}");
        }
    }

    #[test]
    fn the_host_of_a_url_is_where_a_browser_goes() {
        for (text, host) in [
            ("https://ada@App.Engines.example:8443/cb", Some("app.engines.example")),
            ("https://evil.test\\.engines.example/", Some("evil.test")),
            ("http://2130706433/", Some("127.0.0.1")),
            ("http://[::1]:8081/callback", Some("::1")),
            ("https://engines.example./cb", Some("engines.example")),
            ("javascript:alert(1)", None),
            ("engines.example", None),
        ] {
            assert_eq!(Host::of_url(text).map(|host| host.to_string()).as_deref(), host, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_host_is_read_back_as_it_was_written(text in "(\\PC{0,4}[a-zA-Z0-9.\\-ßé。]{0,12}){0,3}") {
            if let Ok(host) = Host::parse(&text) {
                prop_assert_eq!(Host::parse(&host.to_string()), Ok(host));
            }
        }
    }
}

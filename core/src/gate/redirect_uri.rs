//! Where a login or a logout may end: the URLs a client has registered, byte for byte.

use super::denial::Denial;
use super::snapshot::{Domain, Snapshot, Url};
use crate::model::url::{UrlKind, needs_test_mode};

/// The domain whose registered URL of this kind `uri` is (SPEC §2.1(2)).
///
/// Equality is that of bytes (RFC 9700 §4.1.3). In test mode a URL on `127.0.0.1` or `[::1]` is met with any port
/// (RFC 8252 §7.3); outside test mode an http or loopback URL is met by nothing. When several domains have the URL, one
/// that admits it is preferred, then the longest root.
///
/// # Errors
/// [`Denial::RedirectUriUnknown`] when it is not registered. When it is, but off: [`Denial::RedirectUriInactive`],
/// [`Denial::DomainInactive`], for callbacks [`Denial::LoginNotAllowed`], or [`Denial::RedirectUriNeedsTestMode`].
pub fn find<'s>(snapshot: &'s Snapshot, kind: UrlKind, uri: &str) -> Result<&'s Domain, Denial> {
    let mut found = Err(Denial::RedirectUriUnknown);
    for (domain, url) in registered(snapshot, kind, uri) {
        let longer = |best: &Domain| domain.root.as_str().len() > best.root.as_str().len();
        match (in_use(domain, url), &found) {
            (Ok(()), Err(_)) => found = Ok(domain),
            (Ok(()), Ok(best)) if longer(best) => found = Ok(domain),
            (Err(reason), Err(Denial::RedirectUriUnknown)) => found = Err(reason),
            (Ok(()) | Err(_), _) => {}
        }
    }
    found
}

/// The domain that has this URL of this kind, in use or not; the one that [`find`] finds, if it does.
pub fn owner<'s>(snapshot: &'s Snapshot, kind: UrlKind, uri: &str) -> Option<&'s Domain> {
    find(snapshot, kind, uri).ok().or_else(|| registered(snapshot, kind, uri).next().map(|(domain, _)| domain))
}

fn registered<'s>(
    snapshot: &'s Snapshot,
    kind: UrlKind,
    uri: &str,
) -> impl Iterator<Item = (&'s Domain, &'s Url)> {
    snapshot.domains.iter().flat_map(move |domain| {
        let same = move |url: &&Url| {
            url.kind == kind && (url.url == uri || (domain.test_mode && differ_in_loopback_port(&url.url, uri)))
        };
        domain.urls.iter().filter(same).map(move |url| (domain, url))
    })
}

fn in_use(domain: &Domain, url: &Url) -> Result<(), Denial> {
    if !url.active {
        return Err(Denial::RedirectUriInactive);
    }
    if !domain.active {
        return Err(Denial::DomainInactive);
    }
    if url.kind == UrlKind::Callback && !domain.allow_login {
        return Err(Denial::LoginNotAllowed);
    }
    if !domain.test_mode && needs_test_mode(&url.url) {
        return Err(Denial::RedirectUriNeedsTestMode);
    }
    Ok(())
}

/// Whether both are URLs on the same literal loopback address, alike in all but their ports.
fn differ_in_loopback_port(registered: &str, sent: &str) -> bool {
    match (without_loopback_port(registered), without_loopback_port(sent)) {
        (Some(registered), Some(sent)) => registered == sent,
        _ => false,
    }
}

/// The two ends of a URL on a literal loopback address, up to its host and after its port; `None` for any other text.
fn without_loopback_port(url: &str) -> Option<(&str, &str)> {
    const HOSTS: [&str; 4] = ["http://127.0.0.1", "http://[::1]", "https://127.0.0.1", "https://[::1]"];
    let start = HOSTS.into_iter().find(|host| url.starts_with(host))?;
    let rest = &url[start.len()..];
    let tail = match rest.strip_prefix(':') {
        Some(rest) => {
            let (port, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
            let plain = !port.starts_with('0') && port.parse::<u16>().is_ok();
            plain.then_some(tail)?
        }
        None => rest,
    };
    // Anything else here would belong to another host, such as that of http://127.0.0.1.evil.test/.
    (tail.is_empty() || tail.starts_with(['/', '?'])).then_some((start, tail))
}

//! Where a login or a logout may end: the URLs a client has registered, byte for byte.

use super::denial::Denial;
use super::snapshot::{Client, Domain, Snapshot, Url};
use crate::id::UrlId;
use crate::model::url::{UrlKind, is_for_app, is_private_use, needs_test_mode, origin_of};

/// The domain whose registered URL of this kind `uri` is (SPEC §2.1(2)).
///
/// Equality is that of bytes (RFC 9700 §4.1.3). In test mode a URL on `127.0.0.1` or `[::1]` is met with any port
/// (RFC 8252 §7.3); outside test mode an http or loopback URL is met by nothing, but for the callbacks of a public client's
/// apps: those on this machine are met with any port, and those of private-use schemes are met at all. When several domains have the URL, one
/// that admits it is preferred, then the longest root.
///
/// # Errors
/// [`Denial::RedirectUriUnknown`] when it is not registered. When it is, but off: [`Denial::RedirectUriInactive`],
/// [`Denial::DomainInactive`], for callbacks [`Denial::LoginNotAllowed`], or [`Denial::RedirectUriNeedsTestMode`].
pub fn find<'s>(snapshot: &'s Snapshot, kind: UrlKind, uri: &str) -> Result<&'s Domain, Denial> {
    let mut found = Err(Denial::RedirectUriUnknown);
    for (domain, url) in registered(snapshot, kind, uri) {
        let longer = |best: &Domain| domain.root.as_str().len() > best.root.as_str().len();
        match (in_use(&snapshot.client, domain, url), &found) {
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

/// Whether a page of this origin may call where tokens are given and revoked: it is that of a callback in use of a client
/// that is public. `null`, which is the origin of many, is none.
pub fn is_origin_of_callback(snapshot: &Snapshot, origin: &str) -> bool {
    let urls = snapshot.domains.iter().flat_map(|domain| domain.urls.iter().map(move |url| (domain, url)));
    let mut callbacks = urls.filter(|(_, url)| url.kind == UrlKind::Callback);
    let bare = without_loopback_port(origin).map_or(origin, |(host, _)| host);
    snapshot.client.is_public()
        && callbacks.any(|(domain, url)| {
            in_use(&snapshot.client, domain, url).is_ok() && origin_of(&url.url).as_deref() == Some(bare)
        })
}

/// Whether the answer to this URI may reach another program than the client's own: one for an app, where the system or
/// whoever listens decides who gets it (RFC 8252 §8.6).
pub fn may_be_anybodys(snapshot: &Snapshot, uri: &str) -> bool {
    snapshot.client.is_public() && is_for_app(uri)
}

/// Which of a domain's callback URLs this is: of several that are met, one that is in use.
pub fn callback_of(client: &Client, domain: &Domain, uri: &str) -> Option<UrlId> {
    let met = domain.urls.iter().filter(|url| is_met(client, domain, url, (UrlKind::Callback, uri)));
    met.max_by_key(|url| (in_use(client, domain, url).is_ok(), url.url == uri)).map(|url| url.id)
}

/// Whether a URL of this kind is this one of a domain's. A client that can keep a secret has no apps.
fn is_met(client: &Client, domain: &Domain, url: &Url, (kind, uri): (UrlKind, &str)) -> bool {
    let any_port = domain.test_mode || is_for_app_of(client, url);
    let same = url.url == uri || (any_port && differ_in_loopback_port(&url.url, uri));
    url.kind == kind && same && (client.is_public() || !is_private_use(&url.url))
}

fn registered<'s>(snapshot: &'s Snapshot, kind: UrlKind, uri: &str) -> impl Iterator<Item = (&'s Domain, &'s Url)> {
    let client = &snapshot.client;
    snapshot.domains.iter().flat_map(move |domain| {
        let met = move |url: &&Url| is_met(client, domain, url, (kind, uri));
        domain.urls.iter().filter(met).map(move |url| (domain, url))
    })
}

/// Whether this is a callback for an app of a public client.
fn is_for_app_of(client: &Client, url: &Url) -> bool {
    client.is_public() && url.kind == UrlKind::Callback && is_for_app(&url.url)
}

/// Whether this URL of this domain admits anything.
pub(crate) fn in_use(client: &Client, domain: &Domain, url: &Url) -> Result<(), Denial> {
    if !url.active {
        return Err(Denial::RedirectUriInactive);
    }
    if !domain.active {
        return Err(Denial::DomainInactive);
    }
    if url.kind == UrlKind::Callback && !domain.allow_login {
        return Err(Denial::LoginNotAllowed);
    }
    if !domain.test_mode && needs_test_mode(&url.url) && !is_for_app_of(client, url) {
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

#[cfg(test)]
mod tests {
    use super::super::tests::{CALLBACK, LIVE, LOOPBACK, TEST, good};
    use super::*;
    use crate::id::DomainId;
    use crate::model::client::ClientType;

    fn callback(snapshot: &Snapshot, uri: &str) -> Result<DomainId, Denial> {
        find(snapshot, UrlKind::Callback, uri).map(|domain| domain.id)
    }

    #[test]
    fn a_registered_url_leads_to_its_domain() {
        let snapshot = good();
        assert_eq!(callback(&snapshot, CALLBACK), Ok(LIVE));
        assert_eq!(callback(&snapshot, "https://looms.example/cb"), Ok(TEST));
        assert_eq!(callback(&snapshot, LOOPBACK), Ok(TEST));
        assert_eq!(find(&snapshot, UrlKind::Logout, "https://engines.example/bye").map(|domain| domain.id), Ok(LIVE));
    }

    #[test]
    fn ru_01_a_redirect_uri_is_compared_byte_for_byte() {
        let snapshot = good();
        for uri in [
            "https://app.engines.example/cb/",
            "https://app.engines.example/CB",
            "https://app.engines.example/cb?x=1",
            "https://app.engines.example/cb?",
            "https://app.engines.example/cb#f",
            "https://app.engines.example/cb#",
            "https://app.engines.example/cb%2f",
            "https://app.engines.example/c%62",
            "https://app.engines.example//cb",
            "https://app.engines.example/./cb",
            "https://app.engines.example/a/../cb",
            "https://app.engines.example/..;/cb",
            "https://app.engines.example/%252e%252e/cb",
            "HTTPS://APP.ENGINES.EXAMPLE/cb",
            "https://app.engines.example:443/cb",
            "https://app.engines.example:8443/cb",
            "http://app.engines.example/cb",
            "https://app.engines.example/cb ",
            " https://app.engines.example/cb",
            "https://app.engines.example/cb\0",
            "https://app.engines.example/cb\n",
            "https://app.engines.example",
            "https://app.engines.example/",
            "",
        ] {
            assert_eq!(callback(&snapshot, uri), Err(Denial::RedirectUriUnknown), "{uri:?}");
        }
    }

    #[test]
    fn ru_02_no_other_host_passes_for_the_registered_one() {
        let snapshot = good();
        for uri in [
            "https://app.engines.example@evil.test/cb",
            "https://app.engines.example@app.engines.example@evil.test/cb",
            "https://evil.test@app.engines.example/cb",
            "https://app.engines.example\\@evil.test/cb",
            "https://evil.test\\.app.engines.example/cb",
            "https://app.engines.example.evil.test/cb",
            "https://xapp.engines.example/cb",
            "https://appaengines.example/cb",
            "https://engines.example/cb",
            "https://app.engines.example./cb",
            "https://\u{ff41}pp.engines.example/cb",
        ] {
            assert_eq!(callback(&snapshot, uri), Err(Denial::RedirectUriUnknown), "{uri:?}");
        }
    }

    #[test]
    fn ru_04_no_other_scheme_is_met() {
        let snapshot = good();
        for uri in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "javascript://app.engines.example/cb",
            "data:text/html,hello",
            "file:///cb",
            "engines://app.engines.example/cb",
            "//app.engines.example/cb",
            "/cb",
        ] {
            assert_eq!(callback(&snapshot, uri), Err(Denial::RedirectUriUnknown), "{uri:?}");
        }
    }

    #[test]
    fn ru_06_what_is_registered_and_off_says_so() {
        type Row = (fn(&mut Snapshot), Denial);
        let rows: [Row; 6] = [
            (|s| s.domains[0].urls[0].active = false, Denial::RedirectUriInactive),
            (|s| s.domains[0].active = false, Denial::DomainInactive),
            (|s| s.domains[0].allow_login = false, Denial::LoginNotAllowed),
            (|s| s.domains[0].urls[0].kind = UrlKind::Webhook, Denial::RedirectUriUnknown),
            (|s| s.domains[0].urls[0].kind = UrlKind::Logout, Denial::RedirectUriUnknown),
            (|s| s.domains.clear(), Denial::RedirectUriUnknown),
        ];
        for (break_it, reason) in rows {
            let mut snapshot = good();
            break_it(&mut snapshot);
            assert_eq!(callback(&snapshot, CALLBACK), Err(reason));
        }
    }

    #[test]
    fn a_loopback_address_is_met_with_any_port() {
        let mut snapshot = good();
        snapshot.domains[1].urls[2].url = "http://[::1]/cb?a=1".to_owned();
        for (uri, met) in [
            ("http://127.0.0.1:1/callback", true),
            ("http://127.0.0.1:65535/callback", true),
            ("http://127.0.0.1/callback", true),
            ("http://[::1]:49152/cb?a=1", true),
            ("http://[::1]/cb?a=1", true),
            ("http://localhost:8081/callback", true),
            ("http://localhost:8082/callback", false),
            ("http://localhost/callback", false),
            ("http://127.0.0.2:8081/callback", false),
            ("http://127.0.0.1:8081/callback/", false),
            ("http://127.0.0.1:8081/callback?a=1", false),
            ("http://[::1]:49152/cb", false),
            ("http://[0:0:0:0:0:0:0:1]:49152/cb?a=1", false),
            ("https://127.0.0.1:8081/callback", false),
            ("http://127.0.0.1:/callback", false),
            ("http://127.0.0.1:0/callback", false),
            ("http://127.0.0.1:08081/callback", false),
            ("http://127.0.0.1:65536/callback", false),
            ("http://127.0.0.1:8081@evil.test/callback", false),
            ("http://127.0.0.1:80:80/callback", false),
            ("http://127.0.0.1.evil.test/callback", false),
            ("http://127.0.0.1evil.test/callback", false),
            ("http://127.0.0.1@evil.test/callback", false),
            ("http://127.1:8081/callback", false),
            ("http://2130706433/callback", false),
            ("HTTP://127.0.0.1:9999/callback", false),
        ] {
            let found = callback(&snapshot, uri);
            assert_eq!(found, if met { Ok(TEST) } else { Err(Denial::RedirectUriUnknown) }, "{uri}");
        }
        let logout = find(&snapshot, UrlKind::Logout, "http://[::1]:7/");
        assert_eq!(logout.map(|domain| domain.id), Ok(TEST));
    }

    #[test]
    fn outside_test_mode_http_and_loopback_urls_are_met_by_nothing() {
        let mut snapshot = good();
        snapshot.domains[1].test_mode = false;
        for uri in ["http://looms.example/cb", "https://127.0.0.1/cb", "https://localhost/cb", "HTTP://looms.example/"]
        {
            snapshot.domains[1].urls[2].url = uri.to_owned();
            assert_eq!(callback(&snapshot, uri), Err(Denial::RedirectUriNeedsTestMode), "{uri}");
        }
        assert_eq!(callback(&snapshot, LOOPBACK), Err(Denial::RedirectUriNeedsTestMode));
        assert_eq!(callback(&snapshot, "http://127.0.0.1:1/callback"), Err(Denial::RedirectUriUnknown));
        assert_eq!(
            find(&snapshot, UrlKind::Logout, "http://[::1]:8081/").map(|domain| domain.id),
            Err(Denial::RedirectUriNeedsTestMode)
        );
    }

    #[test]
    fn ru_04_only_a_public_client_has_apps() {
        let app = "example.looms:/cb";
        for (public, test_mode, uri, met) in [
            (true, false, app, true),
            (true, true, app, true),
            (true, false, LOOPBACK, true),
            (true, false, "http://127.0.0.1:1/callback", true),
            (true, false, "http://localhost:8081/callback", false),
            (true, false, "http://127.0.0.1:1/other", false),
            (true, false, "example.looms:/CB", false),
            (true, false, "example.looms://cb", false),
            (true, false, "http://[::1]:8081/", false),
            (false, false, app, false),
            (false, true, app, false),
            (false, false, LOOPBACK, false),
            (false, true, LOOPBACK, true),
        ] {
            let mut snapshot = good();
            if public {
                snapshot.client.client_type = ClientType::Public;
            }
            snapshot.domains[1].test_mode = test_mode;
            snapshot.domains[1].urls[2].url = app.to_owned();
            assert_eq!(callback(&snapshot, uri).ok(), met.then_some(TEST), "{public} {test_mode} {uri}");
            assert_eq!(may_be_anybodys(&snapshot, uri), public && !uri.contains("localhost"), "{uri}");
        }
        let mut snapshot = good();
        snapshot.client.client_type = ClientType::Public;
        snapshot.domains[1].test_mode = false;
        let bye = find(&snapshot, UrlKind::Logout, "http://[::1]:8081/").map(|domain| domain.id);
        assert_eq!(bye, Err(Denial::RedirectUriNeedsTestMode), "callbacks alone");
    }

    #[test]
    fn te_10_pages_call_from_the_origins_of_a_public_clients_callbacks() {
        let mut snapshot = good();
        assert!(!is_origin_of_callback(&snapshot, "https://app.engines.example"), "it can keep a secret");
        snapshot.client.client_type = ClientType::Public;
        for (origin, allowed) in [
            ("https://app.engines.example", true),
            ("https://looms.example", true),
            ("http://127.0.0.1:49152", true),
            ("http://127.0.0.1", true),
            ("http://localhost:8081", true),
            ("http://localhost:8082", false),
            ("https://engines.example", false),
            ("https://app.engines.example.evil.test", false),
            ("https://app.engines.example:8443", false),
            ("http://app.engines.example", false),
            ("http://127.0.0.1.evil.test", false),
            ("http://localhost.evil.test", false),
            ("https://app.engines.example/", false),
            ("null", false),
            ("", false),
            ("*", false),
        ] {
            assert_eq!(is_origin_of_callback(&snapshot, origin), allowed, "{origin}");
        }
        snapshot.domains[0].urls[0].active = false;
        assert!(!is_origin_of_callback(&snapshot, "https://app.engines.example"), "it is off");
    }

    #[test]
    fn logout_does_not_ask_for_allow_login() {
        let mut snapshot = good();
        let bye = |snapshot: &Snapshot| {
            find(snapshot, UrlKind::Logout, "https://engines.example/bye").map(|domain| domain.id)
        };
        snapshot.domains[0].allow_login = false;
        assert_eq!(bye(&snapshot), Ok(LIVE));
        snapshot.domains[0].active = false;
        assert_eq!(bye(&snapshot), Err(Denial::DomainInactive));
    }

    #[test]
    fn of_several_domains_with_the_url_one_in_use_is_found() {
        let mut snapshot = good();
        snapshot.domains[1].urls[2].url = CALLBACK.to_owned();
        assert_eq!(callback(&snapshot, CALLBACK), Ok(LIVE), "the longest root");
        snapshot.domains[0].active = false;
        assert_eq!(callback(&snapshot, CALLBACK), Ok(TEST));
        snapshot.domains[1].urls[2].active = false;
        assert_eq!(callback(&snapshot, CALLBACK), Err(Denial::DomainInactive));
        assert_eq!(owner(&snapshot, UrlKind::Callback, CALLBACK).map(|domain| domain.id), Some(LIVE));
        assert!(owner(&snapshot, UrlKind::Callback, "https://evil.test/cb").is_none());
    }
}

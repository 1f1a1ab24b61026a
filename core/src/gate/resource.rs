//! For which resource servers tokens are given (RFC 8707).

use super::denial::Denial;
use super::redirect_uri;
use super::snapshot::{ClientSecret, Domain, Snapshot};
use crate::model::resource::Resources;
use crate::model::url::UrlKind;

/// What a token is for: what is asked of what was granted, as far as all of it is an API URL in use of this client.
///
/// Nothing asked is all that was granted. A grant for no resource server in particular sets no bounds.
///
/// # Errors
/// [`Denial::ResourceUnknown`].
pub fn target(snapshot: &Snapshot, granted: &Resources, asked: &Resources) -> Result<Resources, Denial> {
    let wanted = if asked.is_empty() { granted } else { asked };
    let within = granted.is_empty() || wanted.is_subset(granted);
    let known = |uri: &str| redirect_uri::find(snapshot, UrlKind::Api, uri).is_ok();
    if within && wanted.iter().all(known) { Ok(wanted.clone()) } else { Err(Denial::ResourceUnknown) }
}

/// The domain by whose secret a client asks about a token of whoever's, for this audience: one that the secret is linked to
/// and that has an API URL in use there.
pub(super) fn of_audience<'s>(
    snapshot: &'s Snapshot,
    secret: &ClientSecret,
    audience: &[String],
) -> Option<&'s Domain> {
    let takes = |domain: &&Domain| {
        let mut apis = domain.urls.iter().filter(|url| url.kind == UrlKind::Api && audience.contains(&url.url));
        secret.is_linked_to(domain) && apis.any(|url| redirect_uri::in_use(&snapshot.client, domain, url).is_ok())
    };
    snapshot.domains.iter().find(takes)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{good, url};
    use super::*;

    const API: &str = "https://api.engines.example/";
    const SECOND: &str = "https://looms.example/api";

    fn resources(texts: &[&str]) -> Resources {
        Resources::parse(texts.iter().copied()).unwrap()
    }

    fn with_apis() -> Snapshot {
        let mut snapshot = good();
        snapshot.domains[0].urls.push(url(8, UrlKind::Api, API));
        snapshot.domains[1].urls.push(url(9, UrlKind::Api, SECOND));
        snapshot
    }

    #[test]
    fn a_token_is_for_what_is_asked_and_granted_and_registered() {
        let (none, one, both) = (resources(&[]), resources(&[API]), resources(&[API, SECOND]));
        let refused = Err(Denial::ResourceUnknown);
        for (granted, asked, answer) in [
            (&none, &none, Ok(none.clone())),
            (&none, &one, Ok(one.clone())),
            (&none, &both, Ok(both.clone())),
            (&both, &none, Ok(both.clone())),
            (&both, &one, Ok(one.clone())),
            (&one, &both, refused.clone()),
            (&one, &resources(&[SECOND]), refused.clone()),
            (&none, &resources(&["https://api.engines.example"]), refused.clone()),
            (&none, &resources(&["https://app.engines.example/cb"]), refused.clone()),
            (&none, &resources(&["https://evil.test/"]), refused.clone()),
        ] {
            assert_eq!(target(&with_apis(), granted, asked), answer, "{granted:?} {asked:?}");
        }
        type Row = fn(&mut Snapshot);
        let rows: [Row; 3] = [
            |s| s.domains[0].urls.last_mut().unwrap().active = false,
            |s| s.domains[0].active = false,
            |s| s.domains[0].urls.last_mut().unwrap().kind = UrlKind::Callback,
        ];
        for break_it in rows {
            let mut snapshot = with_apis();
            break_it(&mut snapshot);
            assert_eq!(target(&snapshot, &none, &one), refused);
            assert_eq!(target(&snapshot, &one, &none), refused, "what was granted holds no longer");
        }
        let mut without_login = with_apis();
        without_login.domains[0].allow_login = false;
        assert_eq!(target(&without_login, &none, &one), Ok(one), "a resource server lets nobody log in");
    }
}

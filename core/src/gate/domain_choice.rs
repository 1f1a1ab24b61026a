//! Which domain a call means: by the name it gives, or when it gives none (SPEC §2.2(2)).

use super::denial::Denial;
use super::snapshot::{ClientSecret, Domain, Snapshot};
use crate::id::DomainId;
use crate::model::host::Host;
use crate::model::url::UrlKind;

/// The domain that `text` names, for this secret where there is one: by id, by the longest root that a host is or lies under, or by a loopback host on which
/// a domain in test mode has an active callback URL.
pub(super) fn named_domain<'s>(
    snapshot: &'s Snapshot,
    secret: Option<&ClientSecret>,
    text: &str,
) -> Result<&'s Domain, Denial> {
    if let Ok(id) = text.parse::<DomainId>() {
        return snapshot.domain(id).ok_or(Denial::DomainUnknown);
    }
    let host = Host::parse(without_port(text)).map_err(|_| Denial::DomainMalformed)?;
    if !host.is_loopback() {
        let holders = snapshot.domains.iter().filter(|domain| domain.holds(&host));
        return holders.max_by_key(|domain| domain.root.as_str().len()).ok_or(Denial::DomainUnknown);
    }
    let tested: Vec<&Domain> = snapshot.domains.iter().filter(|domain| is_tested_on(domain, &host)).collect();
    match tested[..] {
        [] => Err(Denial::DomainUnknown),
        [domain] => Ok(domain),
        // Developers try several sites on one machine: then the secret tells which is meant.
        [..] => the_one(
            tested
                .into_iter()
                .filter(|domain| domain.active && secret.is_none_or(|secret| secret.is_linked_to(domain))),
        )
        .map_err(|found| if found.is_empty() { Denial::SecretNotLinked } else { ambiguous(&found) }),
    }
}

/// Servers often know their host as the request names it, with its port.
fn without_port(text: &str) -> &str {
    match text.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() && (host.ends_with(']') || !host.contains(':')) => host,
        _ => text,
    }
}

fn is_tested_on(domain: &Domain, host: &Host) -> bool {
    let on_it = |url: &str| Host::of_url(url).is_some_and(|found| found == *host);
    domain.test_mode && domain.urls.iter().any(|url| url.kind == UrlKind::Callback && url.active && on_it(&url.url))
}

/// The domain meant when none is named: the only linked one that is eligible, else the linked primary one.
pub(super) fn default_domain<'s>(
    snapshot: &'s Snapshot,
    secret: &ClientSecret,
    api: bool,
) -> Result<&'s Domain, Denial> {
    let linked = snapshot.domains.iter().filter(|domain| secret.is_linked_to(domain));
    let eligible = linked.clone().filter(|domain| domain.active && (domain.allow_api || !api));
    the_one(eligible).map_err(|found| match &found[..] {
        // None is eligible: what is wrong with the one that would have been meant is the better answer.
        [] => match linked.clone().max_by_key(|domain| (domain.active, domain.primary)) {
            None => Denial::SecretNotLinked,
            Some(domain) if !domain.active => Denial::DomainInactive,
            Some(_) => Denial::ApiNotAllowed,
        },
        found => ambiguous(found),
    })
}

/// The only domain of these, else the primary one among them; otherwise all of them.
fn the_one<'s>(domains: impl Iterator<Item = &'s Domain>) -> Result<&'s Domain, Vec<&'s Domain>> {
    let found: Vec<&Domain> = domains.collect();
    match found[..] {
        [domain] => Ok(domain),
        _ => found.iter().copied().find(|domain| domain.primary).ok_or(found),
    }
}

fn ambiguous(choices: &[&Domain]) -> Denial {
    Denial::DomainAmbiguous(choices.iter().map(|domain| domain.id).collect())
}

#[cfg(test)]
mod tests {
    use super::super::client_authentication::{Presented, Purpose, authenticate};
    use super::super::tests::{LIVE, LOOPBACK, NOW, SECRET, SERVER, TEST, good};
    use super::*;
    use crate::model::root_domain::RootDomain;

    const ELSEWHERE: DomainId = DomainId::from_bytes([9; 16]);

    fn credentials(snapshot: &Snapshot, named: Option<&str>) -> Result<Option<DomainId>, Denial> {
        let purpose = Purpose::ClientCredentials { named };
        let presented = Presented { secret: &SECRET, purpose, address: SERVER, now: NOW };
        authenticate(snapshot, &presented).map(|authenticated| authenticated.domain)
    }

    #[test]
    fn te_05_f_22_a_domain_is_named_by_id_root_or_host() {
        let mut snapshot = good();
        snapshot.domains[1].root = RootDomain::parse("looms.engines.example").unwrap();
        let id = LIVE.to_string();
        let upper = id.to_uppercase();
        let unknown = Err(Denial::DomainUnknown);
        let malformed = Err(Denial::DomainMalformed);
        let rows = [
            (id.as_str(), Ok(Some(LIVE))),
            ("engines.example", Ok(Some(LIVE))),
            ("Engines.EXAMPLE.", Ok(Some(LIVE))),
            ("\u{ff45}ngines.example", Ok(Some(LIVE))),
            ("app.engines.example", Ok(Some(LIVE))),
            ("looms.engines.example", Ok(Some(TEST))),
            ("a.b.looms.engines.example", Ok(Some(TEST))),
            ("127.0.0.1", Ok(Some(TEST))),
            ("localhost", Ok(Some(TEST))),
            ("LocalHost.", Ok(Some(TEST))),
            ("::1", unknown.clone()),
            ("127.0.0.2", unknown.clone()),
            ("192.0.2.7", unknown.clone()),
            ("evilengines.example", unknown.clone()),
            ("example", unknown.clone()),
            ("engines.example.evil.test", unknown.clone()),
            ("https://engines.example", malformed.clone()),
            ("engines.example:443", Ok(Some(LIVE))),
            ("127.0.0.1:8081", Ok(Some(TEST))),
            ("[::1]:8081", unknown.clone()),
            ("engines.example:", malformed.clone()),
            ("engines.example:x", malformed.clone()),
            ("engines.example:65536", malformed.clone()),
            (":443", malformed.clone()),
            ("engines.example/", malformed.clone()),
            ("engines.example,engines.example", malformed.clone()),
            (" engines.example", malformed.clone()),
            ("*.engines.example", malformed.clone()),
            (&upper, malformed.clone()),
            ("domain_1", malformed),
        ];
        for (named, answer) in rows {
            assert_eq!(credentials(&snapshot, Some(named)), answer, "{named}");
        }
        assert_eq!(credentials(&snapshot, Some(&ELSEWHERE.to_string())), Err(Denial::DomainUnknown));
        let mut unlinked = good();
        unlinked.secrets[0].links = vec![TEST];
        assert_eq!(credentials(&unlinked, Some("engines.example")), Err(Denial::SecretNotLinked));
    }

    #[test]
    fn a_loopback_host_names_a_domain_in_test_mode_with_an_active_callback_on_it() {
        type Row = (fn(&mut Snapshot), Denial);
        let rows: [Row; 4] = [
            (|s| s.domains[1].test_mode = false, Denial::DomainUnknown),
            (|s| s.domains[1].urls[0].active = false, Denial::DomainUnknown),
            (|s| s.domains[1].urls[0].kind = UrlKind::Webhook, Denial::DomainUnknown),
            (|s| s.domains[1].active = false, Denial::DomainInactive),
        ];
        for (change, reason) in rows {
            let mut snapshot = good();
            change(&mut snapshot);
            assert_eq!(credentials(&snapshot, Some("127.0.0.1")), Err(reason));
        }
        let mut both = good();
        both.domains[0].test_mode = true;
        both.domains[0].primary = false;
        both.domains[0].urls[0].url = LOOPBACK.to_owned();
        assert_eq!(credentials(&both, Some("127.0.0.1")), Err(Denial::DomainAmbiguous(vec![LIVE, TEST])));
        both.secrets[0].links = vec![TEST];
        assert_eq!(credentials(&both, Some("127.0.0.1")), Ok(Some(TEST)), "the secret tells which");
        both.secrets[0].links.clear();
        assert_eq!(credentials(&both, Some("127.0.0.1")), Err(Denial::SecretNotLinked));
    }

    #[test]
    fn te_05_no_name_means_the_only_eligible_domain_or_the_primary_one() {
        type Row = (fn(&mut Snapshot), Result<Option<DomainId>, Denial>);
        let rows: [Row; 10] = [
            (|_| {}, Ok(Some(LIVE))),
            (|s| s.secrets[0].links = vec![TEST], Ok(Some(TEST))),
            (|s| s.domains[0].active = false, Ok(Some(TEST))),
            (|s| s.domains[0].allow_api = false, Ok(Some(TEST))),
            (|s| s.domains[0].primary = false, Err(Denial::DomainAmbiguous(vec![LIVE, TEST]))),
            (|s| s.secrets[0].links.clear(), Err(Denial::SecretNotLinked)),
            (|s| s.secrets[0].links = vec![ELSEWHERE], Err(Denial::SecretNotLinked)),
            (|s| s.domains.iter_mut().for_each(|domain| domain.active = false), Err(Denial::DomainInactive)),
            (|s| s.domains.iter_mut().for_each(|domain| domain.allow_api = false), Err(Denial::ApiNotAllowed)),
            (|s| s.domains.clear(), Err(Denial::SecretNotLinked)),
        ];
        for (change, answer) in rows {
            let mut snapshot = good();
            change(&mut snapshot);
            assert_eq!(credentials(&snapshot, None), answer);
            assert_eq!(credentials(&snapshot, Some("")), answer, "an empty name is none");
        }
    }
}

//! Which secret, for which domain, from which address (SPEC §2.2).
//!
//! The secret is judged first, whole and alone: whoever has none of the client's learns nothing, neither which domains
//! there are nor that the client is suspended.

use std::net::IpAddr;

use super::denial::Denial;
use super::domain_choice::{default_domain, named_domain};
use super::login::client_live;
use super::resource;
use super::snapshot::{ClientSecret, Domain, Snapshot};
use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::id::{DomainId, SecretId};

/// A secret somebody presents.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// Its digest.
    pub secret: &'a StoredDigest,
    /// What for.
    pub purpose: Purpose<'a>,
    /// Where the caller is: the peer, or what a trusted proxy says.
    pub address: IpAddr,
    /// What time it is.
    pub now: Timestamp,
}

/// What a client authenticates for. It says which domain the secret has to be linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// A code or token of this client, issued through this domain; natively also a redirect URL or callback token that
    /// names the domain when nothing else does. What was issued through a domain ends with it: once that is deleted, this
    /// is as [`Purpose::Unknown`].
    IssuedThrough(DomainId),
    /// A code or token that is unknown or another client's.
    Unknown,
    /// A question about a token, one of this client's issued through this domain or one that is unknown or another's. It
    /// takes a secret.
    About(Option<DomainId>),
    /// A question about another client's token that these take: by the secret of a resource server among them. Else it is as
    /// `About(None)`.
    Audience(&'a [String]),
    /// A token for the client itself. `named` is the `domain` parameter.
    ClientCredentials {
        /// An id, a root domain or a host; an empty text is none.
        named: Option<&'a str>,
    },
    /// A call of the native API. `named` is the `X-Client-Domain` header.
    Native {
        /// An id, a root domain or a host; an empty text is none.
        named: Option<&'a str>,
        /// The call reads or changes a person's data, so the domain has to allow API.
        user_api: bool,
    },
}

/// A client that has authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// With this secret.
    pub secret: SecretId,
    /// For this domain; none for what is unknown.
    pub domain: Option<DomainId>,
}

/// Judges a secret that was presented.
///
/// # Errors
/// In this order: the secret's own ([`Denial::SecretUnknown`], [`Denial::SecretInactive`], [`Denial::SecretExpired`]), the
/// client's ([`Denial::ClientUnknown`], [`Denial::ClientSuspended`], [`Denial::PlanLapsed`]), what names the domain
/// ([`Denial::DomainMalformed`], [`Denial::DomainUnknown`], [`Denial::DomainAmbiguous`]), then [`Denial::SecretNotLinked`],
/// [`Denial::DomainInactive`], [`Denial::ApiNotAllowed`] and [`Denial::IpNotAllowed`].
pub fn authenticate(snapshot: &Snapshot, presented: &Presented<'_>) -> Result<Authenticated, Denial> {
    let secret = verify(snapshot, presented.secret, presented.now)?;
    client_live(snapshot, presented.now)?;
    let domain = match presented.purpose {
        Purpose::Unknown | Purpose::About(None) => None,
        Purpose::IssuedThrough(id) | Purpose::About(Some(id)) => snapshot.domain(id),
        Purpose::Audience(audience) => resource::of_audience(snapshot, secret, audience),
        Purpose::ClientCredentials { named } | Purpose::Native { named, .. } => {
            let named = named.filter(|text| !text.is_empty());
            let api = presented.purpose.needs_api();
            Some(named.map_or_else(
                || default_domain(snapshot, secret, api),
                |text| named_domain(snapshot, Some(secret), text),
            )?)
        }
    };
    let Some(domain) = domain else {
        let somewhere = snapshot.domains.iter().any(|domain| domain.active && secret.is_linked_to(domain));
        let unbound = Authenticated { secret: secret.id, domain: None };
        return if somewhere { Ok(unbound) } else { Err(Denial::SecretNotLinked) };
    };
    if !secret.is_linked_to(domain) {
        return Err(Denial::SecretNotLinked);
    }
    may_call(domain, presented.purpose.needs_api(), presented.address)?;
    Ok(Authenticated { secret: secret.id, domain: Some(domain.id) })
}

/// Judges a caller who says which client it is and shows no secret (`none`, OAuth 2.1 §2.4). A public client is taken at its
/// word where something else proves that what it presents was given to it: a code's verifier, or a refresh token.
///
/// # Errors
/// [`Denial::SecretMissing`] for a client that has secrets, and where a secret it takes; [`Denial::PublicClient`] for what
/// no public client may; then as [`authenticate`] of the client and the domain.
pub fn identify(
    snapshot: &Snapshot,
    purpose: Purpose<'_>,
    address: IpAddr,
    now: Timestamp,
) -> Result<Option<DomainId>, Denial> {
    if !snapshot.client.is_public() {
        return Err(Denial::SecretMissing);
    }
    client_live(snapshot, now)?;
    let domain = match purpose {
        Purpose::About(_) | Purpose::Audience(_) => return Err(Denial::SecretMissing),
        Purpose::ClientCredentials { .. } | Purpose::Native { .. } => return Err(Denial::PublicClient),
        Purpose::Unknown => None,
        Purpose::IssuedThrough(id) => snapshot.domain(id),
    };
    if let Some(domain) = domain {
        may_call(domain, false, address)?;
    }
    Ok(domain.map(|domain| domain.id))
}

/// The domain that a call means which is refused, as far as that can be told: for the partner's record of it.
pub fn domain_meant(snapshot: &Snapshot, secret: Option<&StoredDigest>, purpose: Purpose<'_>) -> Option<DomainId> {
    let secret = secret.and_then(|secret| find(snapshot, secret).ok());
    let domain = match purpose {
        Purpose::Unknown | Purpose::About(None) => None,
        Purpose::IssuedThrough(id) | Purpose::About(Some(id)) => snapshot.domain(id),
        Purpose::Audience(audience) => secret.and_then(|secret| resource::of_audience(snapshot, secret, audience)),
        Purpose::ClientCredentials { named } | Purpose::Native { named, .. } => {
            match (named.filter(|text| !text.is_empty()), secret) {
                (Some(text), secret) => named_domain(snapshot, secret, text).ok(),
                (None, Some(secret)) => default_domain(snapshot, secret, false).ok(),
                (None, None) => None,
            }
        }
    };
    domain.map(|domain| domain.id)
}

/// Whether what a client credentials token was given for still holds, for whoever is asked about it by a resource server: the
/// address is that of the caller there, so it is not looked at.
///
/// # Errors
/// As [`authenticate_by_token`], but for the address.
pub fn token_holds(snapshot: &Snapshot, domain: DomainId, now: Timestamp) -> Result<(), Denial> {
    client_live(snapshot, now)?;
    let domain = snapshot.domain(domain).ok_or(Denial::DomainUnknown)?;
    domain_is_active(domain)?;
    api_is_allowed(domain)
}

/// Judges a call that brings a client credentials token in place of a secret; `domain` is the token's claim. That the
/// token itself is good was asked before.
///
/// # Errors
/// The client's ([`Denial::ClientUnknown`], [`Denial::ClientSuspended`], [`Denial::PlanLapsed`]), then
/// [`Denial::DomainUnknown`] when the domain is gone, [`Denial::DomainInactive`], [`Denial::ApiNotAllowed`], without which
/// there would be no such token, or [`Denial::IpNotAllowed`].
pub fn authenticate_by_token(
    snapshot: &Snapshot,
    domain: DomainId,
    address: IpAddr,
    now: Timestamp,
) -> Result<(), Denial> {
    client_live(snapshot, now)?;
    may_call(snapshot.domain(domain).ok_or(Denial::DomainUnknown)?, true, address)
}

impl<'a> Purpose<'a> {
    /// What a call of the native login API is for: what it names, or what was issued through `issued_through`. Without
    /// either only the credentials are judged.
    pub fn of_native_login(named: Option<&'a str>, issued_through: Option<DomainId>) -> Self {
        match (named.filter(|text| !text.is_empty()), issued_through) {
            (None, None) => Self::Unknown,
            (None, Some(domain)) => Self::IssuedThrough(domain),
            (named, _) => Self::Native { named, user_api: false },
        }
    }

    const fn needs_api(&self) -> bool {
        match self {
            Self::ClientCredentials { .. } => true,
            Self::Native { user_api, .. } => *user_api,
            Self::IssuedThrough(_) | Self::Unknown | Self::About(_) | Self::Audience(_) => false,
        }
    }
}

/// Which of the client's secrets this is.
pub fn secret_of(snapshot: &Snapshot, digest: &StoredDigest) -> Option<SecretId> {
    find(snapshot, digest).ok().map(|secret| secret.id)
}

fn verify<'s>(snapshot: &'s Snapshot, digest: &StoredDigest, now: Timestamp) -> Result<&'s ClientSecret, Denial> {
    let secret = find(snapshot, digest)?;
    is_active(secret)?;
    is_unexpired(secret, now)?;
    Ok(secret)
}

pub(super) fn find<'s>(snapshot: &'s Snapshot, digest: &StoredDigest) -> Result<&'s ClientSecret, Denial> {
    // Every secret is compared, so that the time it takes does not tell which one fitted.
    let own = snapshot
        .secrets
        .iter()
        .filter(|_| !snapshot.client.is_public())
        .filter(|secret| secret.digest == *digest)
        .fold(None, |_, secret| Some(secret));
    own.ok_or(Denial::SecretUnknown)
}

pub(super) const fn is_active(secret: &ClientSecret) -> Result<(), Denial> {
    if secret.active { Ok(()) } else { Err(Denial::SecretInactive) }
}

pub(super) fn is_unexpired(secret: &ClientSecret, now: Timestamp) -> Result<(), Denial> {
    if secret.expires_at.is_some_and(|end| end <= now) { Err(Denial::SecretExpired) } else { Ok(()) }
}

fn may_call(domain: &Domain, api: bool, address: IpAddr) -> Result<(), Denial> {
    domain_is_active(domain)?;
    if api {
        api_is_allowed(domain)?;
    }
    ip_is_allowed(domain, address)
}

pub(super) const fn domain_is_active(domain: &Domain) -> Result<(), Denial> {
    if domain.active { Ok(()) } else { Err(Denial::DomainInactive) }
}

pub(super) const fn api_is_allowed(domain: &Domain) -> Result<(), Denial> {
    if domain.allow_api { Ok(()) } else { Err(Denial::ApiNotAllowed) }
}

pub(super) fn ip_is_allowed(domain: &Domain, address: IpAddr) -> Result<(), Denial> {
    let from_anywhere = domain.test_mode || domain.server_ips.is_empty();
    let allowed = from_anywhere || domain.server_ips.iter().any(|ip| ip.contains(address));
    if allowed { Ok(()) } else { Err(Denial::IpNotAllowed) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{LIVE, NOW, SECRET, SERVER, TEST, TEST_SECRET, days, good};
    use super::*;
    use crate::model::client::ClientType;
    use crate::model::server_ip::ServerIp;

    const ELSEWHERE: DomainId = DomainId::from_bytes([9; 16]);

    fn presented(purpose: Purpose<'_>) -> Presented<'_> {
        Presented { secret: &SECRET, purpose, address: SERVER, now: NOW }
    }

    fn domain(snapshot: &Snapshot, purpose: Purpose<'_>) -> Result<Option<DomainId>, Denial> {
        authenticate(snapshot, &presented(purpose)).map(|authenticated| authenticated.domain)
    }

    fn credentials(snapshot: &Snapshot, named: Option<&str>) -> Result<Option<DomainId>, Denial> {
        domain(snapshot, Purpose::ClientCredentials { named })
    }

    #[test]
    fn te_04_each_broken_rule_is_the_reason_given() {
        type Row = (fn(&mut Snapshot, &mut Presented<'static>), Denial);
        let rows: [Row; 15] = [
            (|_, p| p.secret = const { &StoredDigest::from_bytes([9; 32]) }, Denial::SecretUnknown),
            (|s, _| s.secrets.clear(), Denial::SecretUnknown),
            (|s, _| s.secrets[0].active = false, Denial::SecretInactive),
            (|s, _| s.secrets[0].expires_at = Some(NOW), Denial::SecretExpired),
            (|s, _| s.secrets[0].expires_at = Some(NOW.before(days(1))), Denial::SecretExpired),
            (|s, _| s.client.deleted = true, Denial::ClientUnknown),
            (|s, _| s.client.suspended = true, Denial::ClientSuspended),
            (|s, _| s.client.entitled_until = Some(NOW.before(days(14))), Denial::PlanLapsed),
            (|_, p| p.purpose = Purpose::ClientCredentials { named: Some("mills.example") }, Denial::DomainUnknown),
            (|_, p| p.purpose = Purpose::ClientCredentials { named: Some("https://x") }, Denial::DomainMalformed),
            (|s, _| s.secrets[0].links.clear(), Denial::SecretNotLinked),
            (|_, p| p.secret = &TEST_SECRET, Denial::SecretNotLinked),
            (|s, _| s.domains[0].active = false, Denial::DomainInactive),
            (|s, _| s.domains[0].allow_api = false, Denial::ApiNotAllowed),
            (|_, p| p.address = [198, 51, 100, 1].into(), Denial::IpNotAllowed),
        ];
        for (break_it, reason) in rows {
            let mut snapshot = good();
            let mut attempt = presented(Purpose::ClientCredentials { named: Some("engines.example") });
            break_it(&mut snapshot, &mut attempt);
            assert_eq!(authenticate(&snapshot, &attempt), Err(reason));
        }
        let snapshot = good();
        assert_eq!(credentials(&snapshot, Some("engines.example")), Ok(Some(LIVE)));
        let mut soon = good();
        soon.secrets[0].expires_at = Some(NOW.after(days(1)));
        assert_eq!(credentials(&soon, Some("engines.example")), Ok(Some(LIVE)));
    }

    #[test]
    fn what_is_refused_is_noted_with_the_domain_that_it_meant() {
        let unknown = StoredDigest::from_bytes([9; 32]);
        let rows = [
            (&SECRET, Purpose::IssuedThrough(LIVE), Some(LIVE)),
            (&SECRET, Purpose::IssuedThrough(ELSEWHERE), None),
            (&SECRET, Purpose::Unknown, None),
            (&SECRET, Purpose::ClientCredentials { named: None }, Some(LIVE)),
            (&unknown, Purpose::ClientCredentials { named: None }, None),
            (&unknown, Purpose::ClientCredentials { named: Some("app.engines.example") }, Some(LIVE)),
            (&SECRET, Purpose::Native { named: Some("mills.example"), user_api: true }, None),
        ];
        let mut snapshot = good();
        snapshot.domains[0].allow_api = false;
        for (secret, purpose, domain) in rows {
            assert_eq!(domain_meant(&snapshot, Some(secret), purpose), domain, "{purpose:?}");
        }
    }

    #[test]
    fn nothing_is_told_before_the_secret_is_verified() {
        let stranger = StoredDigest::from_bytes([9; 32]);
        let mut snapshot = good();
        snapshot.client.suspended = true;
        for purpose in [
            Purpose::Unknown,
            Purpose::IssuedThrough(LIVE),
            Purpose::ClientCredentials { named: None },
            Purpose::ClientCredentials { named: Some("mills.example") },
            Purpose::Native { named: Some("https://engines.example"), user_api: true },
        ] {
            let wrong = Presented { secret: &stranger, ..presented(purpose) };
            assert_eq!(authenticate(&snapshot, &wrong), Err(Denial::SecretUnknown), "{purpose:?}");
        }
    }

    #[test]
    fn co_05_a_code_takes_a_secret_that_is_linked_to_its_domain_now() {
        let mut snapshot = good();
        assert_eq!(domain(&snapshot, Purpose::IssuedThrough(LIVE)), Ok(Some(LIVE)));
        let foreign = Presented { secret: &TEST_SECRET, ..presented(Purpose::IssuedThrough(LIVE)) };
        assert_eq!(authenticate(&snapshot, &foreign), Err(Denial::SecretNotLinked));
        snapshot.secrets[1].links.push(LIVE);
        assert!(authenticate(&snapshot, &foreign).is_ok());
        snapshot.domains[0].allow_api = false;
        snapshot.domains[0].allow_login = false;
        assert!(authenticate(&snapshot, &foreign).is_ok(), "codes and refresh go on");
        assert_eq!(domain(&snapshot, Purpose::IssuedThrough(ELSEWHERE)), Ok(None), "it ended with its domain");
    }

    #[test]
    fn for_an_unknown_token_the_secret_is_judged_without_a_domain() {
        let mut snapshot = good();
        let attempt = Presented { address: [198, 51, 100, 1].into(), ..presented(Purpose::Unknown) };
        let authenticated = authenticate(&snapshot, &attempt).unwrap();
        assert_eq!((authenticated.secret, authenticated.domain), (snapshot.secrets[0].id, None));
        snapshot.domains[0].active = false;
        assert!(authenticate(&snapshot, &attempt).is_ok(), "the other one is active");
        snapshot.domains[1].active = false;
        assert_eq!(authenticate(&snapshot, &attempt), Err(Denial::SecretNotLinked));
        snapshot.secrets[0].links = vec![ELSEWHERE];
        assert_eq!(authenticate(&good(), &attempt).map(|found| found.domain), Ok(None));
        assert_eq!(authenticate(&snapshot, &attempt), Err(Denial::SecretNotLinked));
    }

    #[test]
    fn na_06_the_native_api_asks_for_allow_api_only_where_a_persons_data_is() {
        let mut snapshot = good();
        snapshot.domains.iter_mut().for_each(|domain| domain.allow_api = false);
        for named in [None, Some(""), Some("engines.example")] {
            assert_eq!(domain(&snapshot, Purpose::Native { named, user_api: false }), Ok(Some(LIVE)));
            let refused = domain(&snapshot, Purpose::Native { named, user_api: true });
            assert_eq!(refused, Err(Denial::ApiNotAllowed));
        }
    }

    #[test]
    fn na_06_a_native_login_is_for_the_domain_it_names_or_the_one_that_its_url_or_token_is_of() {
        let named = Purpose::Native { named: Some("engines.example"), user_api: false };
        for (name, issued_through, purpose) in [
            (Some("engines.example"), None, named),
            (Some("engines.example"), Some(TEST), named),
            (None, Some(TEST), Purpose::IssuedThrough(TEST)),
            (Some(""), Some(TEST), Purpose::IssuedThrough(TEST)),
            (Some(""), None, Purpose::Unknown),
            (None, None, Purpose::Unknown),
        ] {
            assert_eq!(Purpose::of_native_login(name, issued_through), purpose);
        }
    }

    #[test]
    fn te_01_a_public_client_is_taken_at_its_word_for_what_was_given_to_it_and_nothing_else() {
        let mut snapshot = good();
        let through = Purpose::IssuedThrough(LIVE);
        let credentials = Purpose::ClientCredentials { named: None };
        let native = Purpose::Native { named: None, user_api: false };
        let purposes =
            [through, Purpose::Unknown, Purpose::About(Some(LIVE)), Purpose::About(None), credentials, native];
        for purpose in purposes {
            assert_eq!(identify(&snapshot, purpose, SERVER, NOW), Err(Denial::SecretMissing), "{purpose:?}");
        }
        snapshot.client.client_type = ClientType::Public;
        let asked = |snapshot: &Snapshot, purpose| identify(snapshot, purpose, SERVER, NOW);
        assert_eq!(asked(&snapshot, through), Ok(Some(LIVE)));
        assert_eq!(asked(&snapshot, Purpose::Unknown), Ok(None));
        assert_eq!(asked(&snapshot, Purpose::IssuedThrough(ELSEWHERE)), Ok(None));
        for purpose in [Purpose::About(Some(LIVE)), Purpose::About(None)] {
            assert_eq!(asked(&snapshot, purpose), Err(Denial::SecretMissing));
        }
        for purpose in [credentials, native] {
            assert_eq!(asked(&snapshot, purpose), Err(Denial::PublicClient));
        }
        assert_eq!(authenticate(&snapshot, &presented(through)), Err(Denial::SecretUnknown), "it has no secrets");
        let elsewhere = [198, 51, 100, 1].into();
        assert_eq!(identify(&snapshot, through, elsewhere, NOW), Err(Denial::IpNotAllowed));
        type Row = (fn(&mut Snapshot), Denial);
        let rows: [Row; 4] = [
            (|s| s.domains[0].active = false, Denial::DomainInactive),
            (|s| s.client.suspended = true, Denial::ClientSuspended),
            (|s| s.client.deleted = true, Denial::ClientUnknown),
            (|s| s.client.entitled_until = Some(NOW.before(days(14))), Denial::PlanLapsed),
        ];
        for (break_it, reason) in rows {
            let mut broken = snapshot.clone();
            break_it(&mut broken);
            assert_eq!(asked(&broken, through), Err(reason));
        }
    }

    #[test]
    fn ip_01_a_server_calls_from_its_addresses() {
        let mut snapshot = good();
        let from = |snapshot: &Snapshot, address: &str| {
            let address = address.parse().unwrap();
            authenticate(snapshot, &Presented { address, ..presented(Purpose::IssuedThrough(LIVE)) }).map(drop)
        };
        for (address, answer) in [
            ("192.0.2.255", Ok(())),
            ("::ffff:192.0.2.1", Ok(())),
            ("192.0.3.1", Err(Denial::IpNotAllowed)),
            ("2001:db8::1", Err(Denial::IpNotAllowed)),
            ("::1", Err(Denial::IpNotAllowed)),
        ] {
            assert_eq!(from(&snapshot, address), answer, "{address}");
        }
        snapshot.domains[0].test_mode = true;
        assert_eq!(from(&snapshot, "192.0.3.1"), Ok(()), "test mode does not ask");
        snapshot.domains[0].test_mode = false;
        snapshot.domains[0].server_ips.clear();
        assert_eq!(from(&snapshot, "192.0.3.1"), Ok(()), "an empty list is everybody");
    }

    #[test]
    fn ip_04_a_token_in_place_of_a_secret_keeps_the_rules_of_its_domain() {
        type Row = (fn(&mut Snapshot), Result<(), Denial>);
        let elsewhere = |snapshot: &mut Snapshot| {
            snapshot.domains[0].server_ips = vec![ServerIp::parse("198.51.100.0/24").unwrap()];
        };
        let rows: [Row; 8] = [
            (|_| {}, Ok(())),
            (|s| s.client.deleted = true, Err(Denial::ClientUnknown)),
            (|s| s.client.suspended = true, Err(Denial::ClientSuspended)),
            (|s| s.client.entitled_until = Some(NOW.before(days(14))), Err(Denial::PlanLapsed)),
            (|s| s.domains.clear(), Err(Denial::DomainUnknown)),
            (|s| s.domains[0].active = false, Err(Denial::DomainInactive)),
            (|s| s.domains[0].allow_api = false, Err(Denial::ApiNotAllowed)),
            (elsewhere, Err(Denial::IpNotAllowed)),
        ];
        for (change, answer) in rows {
            let mut snapshot = good();
            change(&mut snapshot);
            assert_eq!(authenticate_by_token(&snapshot, LIVE, SERVER, NOW), answer);
        }
    }
}

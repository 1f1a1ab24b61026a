//! Which secret, for which domain, from which address (SPEC §2.2).
//!
//! The secret is judged first, whole and alone: whoever has none of the client's learns nothing, neither which domains
//! there are nor that the client is suspended.

use std::net::IpAddr;

use super::denial::Denial;
use super::login::client_live;
use super::snapshot::{ClientSecret, Domain, Snapshot};
use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::id::{DomainId, SecretId};
use crate::model::host::Host;
use crate::model::url::UrlKind;

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
    /// names the domain when nothing else does.
    IssuedThrough(DomainId),
    /// A code or token that is unknown or another client's.
    Unknown,
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
    /// For this domain; none for [`Purpose::Unknown`].
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
        Purpose::Unknown => {
            let somewhere = snapshot.domains.iter().any(|domain| domain.active && secret.is_linked_to(domain));
            let unbound = Authenticated { secret: secret.id, domain: None };
            return if somewhere { Ok(unbound) } else { Err(Denial::SecretNotLinked) };
        }
        Purpose::IssuedThrough(id) => snapshot.domain(id).ok_or(Denial::DomainUnknown)?,
        Purpose::ClientCredentials { named } | Purpose::Native { named, .. } => {
            let named = named.filter(|text| !text.is_empty());
            let api = presented.purpose.needs_api();
            named.map_or_else(|| default_domain(snapshot, secret, api), |text| named_domain(snapshot, secret, text))?
        }
    };
    if !secret.is_linked_to(domain) {
        return Err(Denial::SecretNotLinked);
    }
    may_call(domain, presented.purpose.needs_api(), presented.address)?;
    Ok(Authenticated { secret: secret.id, domain: Some(domain.id) })
}

/// Judges a native call that carries a client credentials token in place of a secret; `domain` is the token's claim.
///
/// # Errors
/// As [`authenticate`], without the secret's.
pub fn authenticate_by_token(
    snapshot: &Snapshot,
    domain: DomainId,
    user_api: bool,
    address: IpAddr,
    now: Timestamp,
) -> Result<&Domain, Denial> {
    client_live(snapshot, now)?;
    let domain = snapshot.domain(domain).ok_or(Denial::DomainUnknown)?;
    may_call(domain, user_api, address)?;
    Ok(domain)
}

impl Purpose<'_> {
    const fn needs_api(&self) -> bool {
        match self {
            Self::ClientCredentials { .. } => true,
            Self::Native { user_api, .. } => *user_api,
            Self::IssuedThrough(_) | Self::Unknown => false,
        }
    }
}

fn verify<'s>(snapshot: &'s Snapshot, digest: &StoredDigest, now: Timestamp) -> Result<&'s ClientSecret, Denial> {
    // Every secret is compared, so that the time it takes does not tell which one fitted.
    let own = snapshot.secrets.iter().filter(|secret| secret.digest == *digest).fold(None, |_, secret| Some(secret));
    let secret = own.ok_or(Denial::SecretUnknown)?;
    if !secret.active {
        return Err(Denial::SecretInactive);
    }
    if secret.expires_at.is_some_and(|end| end <= now) {
        return Err(Denial::SecretExpired);
    }
    Ok(secret)
}

fn may_call(domain: &Domain, api: bool, address: IpAddr) -> Result<(), Denial> {
    if !domain.active {
        return Err(Denial::DomainInactive);
    }
    if api && !domain.allow_api {
        return Err(Denial::ApiNotAllowed);
    }
    let from_anywhere = domain.test_mode || domain.server_ips.is_empty();
    if !from_anywhere && !domain.server_ips.iter().any(|ip| ip.contains(address)) {
        return Err(Denial::IpNotAllowed);
    }
    Ok(())
}

/// The domain that `text` names: by id, by the longest root that a host is or lies under, or by a loopback host on which
/// a domain in test mode has an active callback URL.
fn named_domain<'s>(snapshot: &'s Snapshot, secret: &ClientSecret, text: &str) -> Result<&'s Domain, Denial> {
    if let Ok(id) = text.parse::<DomainId>() {
        return snapshot.domain(id).ok_or(Denial::DomainUnknown);
    }
    let host = Host::parse(text).map_err(|_| Denial::DomainMalformed)?;
    if !host.is_loopback() {
        let holders = snapshot.domains.iter().filter(|domain| domain.holds(&host));
        return holders.max_by_key(|domain| domain.root.as_str().len()).ok_or(Denial::DomainUnknown);
    }
    let tested: Vec<&Domain> = snapshot.domains.iter().filter(|domain| is_tested_on(domain, &host)).collect();
    match tested[..] {
        [] => Err(Denial::DomainUnknown),
        [domain] => Ok(domain),
        // Developers try several sites on one machine: then the secret tells which is meant.
        [..] => the_one(tested.into_iter().filter(|domain| domain.active && secret.is_linked_to(domain)))
            .map_err(|found| if found.is_empty() { Denial::SecretNotLinked } else { ambiguous(&found) }),
    }
}

fn is_tested_on(domain: &Domain, host: &Host) -> bool {
    let on_it = |url: &str| Host::of_url(url).is_some_and(|found| found == *host);
    domain.test_mode && domain.urls.iter().any(|url| url.kind == UrlKind::Callback && url.active && on_it(&url.url))
}

/// The domain meant when none is named: the only linked one that is eligible, else the linked primary one.
fn default_domain<'s>(snapshot: &'s Snapshot, secret: &ClientSecret, api: bool) -> Result<&'s Domain, Denial> {
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

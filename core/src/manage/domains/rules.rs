//! What domains may be, for those who change them by the API and by files.

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::contract::domain::DomainSettings;
use crate::contract::event::{DomainUpdated, Event};
use crate::contract::{Findings, Patch};
use crate::crypto::digest::MacKey;
use crate::error::Error;
use crate::id::{ClientId, DomainId};
use crate::manage::change::Change;
use crate::manage::notice;
use crate::manage::verifications::{self as applications, What};
use crate::model::domain::Ownership;
use crate::model::fallback::{self, FallbackResponse};
use crate::model::label::Label;
use crate::model::root_domain::RootDomain;
use crate::model::server_ip::ServerIp;
use crate::model::url::{SiteUrl, UrlKind, is_for_app, needs_test_mode};
use crate::model::verification::VerificationStatus;
use crate::random;
use crate::store::tables::domain_urls::DomainUrl;
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::{clients, verifications};
use crate::text;

/// Notes what is wrong with the settings of a new domain. `issuer`: no fallback leads back to it.
pub(crate) fn check(findings: &mut Findings, settings: &DomainSettings, issuer: &str) {
    findings.value("root_domain", settings.root_domain.check(settings.test_mode));
    check_fallback(findings, settings, issuer);
}

/// Adds a domain; whether it is primary is for the caller to decide, so that exactly one is.
///
/// # Errors
/// [`Error::Invalid`]; the database's.
pub(crate) async fn insert(
    change: &mut Change<'_>,
    client: ClientId,
    settings: &DomainSettings,
    ownership: Ownership,
) -> Result<Domain, Error> {
    check(&mut change.findings, settings, &change.rules.issuer);
    change.sound()?;
    let mut domain = Domain { ownership, ..blank(client, settings.root_domain.clone(), change.now) };
    set(&mut domain, settings);
    domain.is_primary = settings.primary;
    domains::insert(change.conn, &domain).await?;
    domains::set_server_ips(change.conn, domain.id, &networks(settings)).await?;
    let told = facts(settings, ownership);
    change.created(Some(client), "domain.created", (domain.id, domain.root_domain.as_str()), told);
    if domain.test_mode {
        notice::test_mode_is_on(change, &domain).await?;
    }
    Ok(domain)
}

/// Changes a domain, but for whether it is primary. `urls` are those it has, and goes on having; `ownership` is given by
/// whoever vouches for it.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Conflict`] `verified_domain` when a verified one shall be in test mode,
/// `test_urls_present` when test mode shall end and an active URL or the fallback needs it; the database's.
pub(crate) async fn apply(
    change: &mut Change<'_>,
    old: Domain,
    urls: &[DomainUrl],
    patch: Patch<DomainSettings>,
    ownership: Option<Ownership>,
) -> Result<Domain, Error> {
    let had = settings_now(change, &old).await?;
    let wanted = DomainSettings { primary: had.primary, ..change.take(patch.apply(&had))? };
    let mut domain = Domain { ownership: ownership.unwrap_or(old.ownership), ..old.clone() };
    set(&mut domain, &wanted);
    check_changes(&mut change.findings, &had, &wanted, &change.rules.issuer);
    if old.test_mode && !domain.test_mode {
        refuse_test_urls(change, &domain, urls).await?;
    }
    change.sound()?;
    if domain.test_mode && !old.test_mode && is_verified(change, &domain).await? {
        return Err(Error::Conflict(text!("verified_domain", root = domain.root_domain.as_str())));
    }
    if domain.ownership != old.ownership {
        // Whoever says so here vouches for it: it is looked at again only once it was found.
        (domain.ownership_checked_at, domain.ownership_failures) = (None, 0);
    }
    let told = (facts(&had, old.ownership), facts(&wanted, domain.ownership));
    if note_update(change, &domain, told) {
        domain.updated_at = change.version_after(old.updated_at);
        domains::update(change.conn, &domain).await?;
        if wanted.server_ips != had.server_ips {
            domains::set_server_ips(change.conn, domain.id, &networks(&wanted)).await?;
        }
    }
    if domain.test_mode && !old.test_mode {
        notice::test_mode_is_on(change, &domain).await?;
    }
    Ok(domain)
}

/// Deletes a domain with all that came through it. That another one becomes primary is for the caller to see to.
///
/// An application that waits for its decision is about one domain less: it is another version, or withdrawn when nothing is
/// left of it.
pub(crate) async fn remove(change: &mut Change<'_>, domain: Domain) -> Result<(), Error> {
    let had = settings_of(&domain, &server_ips(change, &domain).await?);
    shrink_application(change, &domain).await?;
    domains::delete(change.conn, domain.client_id, domain.id, change.now).await?;
    let told = facts(&had, domain.ownership);
    change.deleted(Some(domain.client_id), "domain.deleted", (domain.id, domain.root_domain.as_str()), told);
    applications::settle(change, domain.client_id, What::Approvals).await
}

/// Makes one of a client's domains the primary one: `wanted` when there is such a wish, else the one that is, else the
/// oldest active one, else the oldest.
pub(crate) async fn settle_primary(
    change: &mut Change<'_>,
    client: ClientId,
    wanted: Option<DomainId>,
) -> Result<(), Error> {
    let all = domains::of_client(change.conn, client).await?;
    let primary = all
        .iter()
        .find(|domain| Some(domain.id) == wanted)
        .or_else(|| all.iter().find(|domain| domain.is_primary))
        .or_else(|| all.iter().find(|domain| domain.active))
        .or_else(|| all.first())
        .map(|domain| domain.id);
    // The former one first: at no moment are there two.
    let (off, on): (Vec<Domain>, Vec<Domain>) = all.into_iter().partition(|domain| Some(domain.id) != primary);
    for (domain, is_primary) in off.into_iter().map(|domain| (domain, false)).chain(on.into_iter().map(|it| (it, true)))
    {
        let told = (json!({ "primary": domain.is_primary }), json!({ "primary": is_primary }));
        if note_update(change, &domain, told) {
            let updated_at = change.version_after(domain.updated_at);
            domains::update(change.conn, &Domain { is_primary, updated_at, ..domain }).await?;
        }
    }
    Ok(())
}

/// Whether a verification in force covers a domain, one that goes on past its end while its renewal is looked at too.
async fn is_verified(change: &mut Change<'_>, domain: &Domain) -> Result<bool, Error> {
    let covered = verifications::coverage(change.conn, domain.client_id).await?;
    Ok(covered.iter().any(|coverage| coverage.domain == domain.id && coverage.holds(change.now)))
}

/// What webhooks are told of a domain that has changed.
pub(crate) fn updated(domain: &Domain) -> Event {
    Event::DomainUpdated(DomainUpdated { root_domain: domain.root_domain.clone(), ownership: domain.ownership })
}

/// Notes what differs between two states of a domain, for the audit log and for webhooks; true when anything does.
fn note_update(change: &mut Change<'_>, domain: &Domain, told: (Value, Value)) -> bool {
    let client = domain.client_id;
    let differs = change.updated(Some(client), "domain.updated", (domain.id, domain.root_domain.as_str()), told);
    if differs {
        change.publish(client, Some(domain.id), updated(domain));
    }
    differs
}

async fn shrink_application(change: &mut Change<'_>, domain: &Domain) -> Result<(), Error> {
    let client = domain.client_id;
    let standing = verifications::standing(change.conn, client, change.now).await?;
    let Some(waiting) = standing.into_iter().find(|v| v.status == VerificationStatus::Pending) else { return Ok(()) };
    let items = verifications::items_of_client(change.conn, client).await?;
    let (about, others): (Vec<_>, Vec<_>) = items
        .into_iter()
        .filter(|item| item.verification_id == waiting.id)
        .partition(|item| item.domain_id == domain.id);
    if about.is_empty() {
        return Ok(());
    }
    let status = if others.is_empty() { VerificationStatus::Withdrawn } else { waiting.status };
    let state = |status: VerificationStatus, domains: &str| json!({ "status": status, "domain": domains });
    let told = (state(waiting.status, domain.root_domain.as_str()), state(status, ""));
    let changed = verifications::Verification { status, version: waiting.version + 1, ..waiting };
    verifications::update(change.conn, &changed).await?;
    change.updated(Some(client), "verification.updated", (changed.id, domain.root_domain.as_str()), told);
    Ok(())
}

fn blank(client: ClientId, root: RootDomain, now: Timestamp) -> Domain {
    Domain {
        id: DomainId::generate(now),
        client_id: client,
        root_domain: root,
        internal_name: None,
        fallback_uri: None,
        fallback_response: None,
        allow_login: true,
        allow_api: false,
        active: true,
        is_primary: false,
        test_mode: false,
        ownership: Ownership::Unproven,
        ownership_token: ownership_token(),
        ownership_checked_at: None,
        ownership_failures: 0,
        created_at: now,
        updated_at: now,
    }
}

/// What the partner publishes to show that the site is theirs: 43 characters that nobody guesses.
fn ownership_token() -> String {
    MacKey::new(&random::bytes()).token(b"ownership")
}

/// What is set of a domain now.
///
/// # Errors
/// The database's.
pub(super) async fn settings_now(change: &mut Change<'_>, domain: &Domain) -> Result<DomainSettings, Error> {
    Ok(settings_of(domain, &server_ips(change, domain).await?))
}

/// What is set of a domain; `networks` are its server IPs.
pub(crate) fn settings_of(domain: &Domain, networks: &[String]) -> DomainSettings {
    DomainSettings {
        root_domain: domain.root_domain.clone(),
        server_ips: networks.iter().filter_map(|network| ServerIp::parse(network).ok()).collect(),
        internal_name: domain.internal_name.clone().map(Label::stored),
        fallback_uri: domain.fallback_uri.clone().map(SiteUrl::stored),
        fallback_response: domain.fallback_response.clone().map(FallbackResponse::stored),
        allow_login: domain.allow_login,
        allow_api: domain.allow_api,
        active: domain.active,
        primary: domain.is_primary,
        test_mode: domain.test_mode,
    }
}

/// Sets what is set of a domain, but for its root domain and whether it is primary.
fn set(domain: &mut Domain, settings: &DomainSettings) {
    domain.internal_name = settings.internal_name.as_ref().map(|name| name.as_str().to_owned());
    domain.fallback_uri = settings.fallback_uri.as_ref().map(|uri| uri.as_str().to_owned());
    domain.fallback_response = settings.fallback_response.as_ref().map(|text| text.as_str().to_owned());
    domain.allow_login = settings.allow_login;
    domain.allow_api = settings.allow_api;
    domain.active = settings.active;
    domain.test_mode = settings.test_mode;
}

fn check_changes(findings: &mut Findings, had: &DomainSettings, wanted: &DomainSettings, issuer: &str) {
    if wanted.root_domain != had.root_domain {
        findings.add("root_domain", text!("immutable-root_domain", root = had.root_domain.as_str()));
    } else if had.test_mode && !wanted.test_mode {
        findings.value("root_domain", had.root_domain.check(false));
    }
    // One that stands already is held against the end of test mode together with the URLs.
    if wanted.fallback_uri != had.fallback_uri {
        let stays = DomainSettings { root_domain: had.root_domain.clone(), ..wanted.clone() };
        check_fallback(findings, &stays, issuer);
    }
}

fn check_fallback(findings: &mut Findings, settings: &DomainSettings, issuer: &str) {
    if let Some(uri) = &settings.fallback_uri {
        let read = fallback::validate_uri(uri.as_str(), &settings.root_domain, settings.test_mode, issuer);
        findings.value("fallback_uri", read);
    }
}

fn networks(settings: &DomainSettings) -> Vec<String> {
    settings.server_ips.iter().map(ServerIp::to_string).collect()
}

async fn server_ips(change: &mut Change<'_>, domain: &Domain) -> Result<Vec<String>, Error> {
    let all = domains::server_ips(change.conn, domain.client_id).await?;
    Ok(all.into_iter().filter(|(id, _)| *id == domain.id).map(|(_, network)| network).collect())
}

async fn refuse_test_urls(change: &mut Change<'_>, domain: &Domain, urls: &[DomainUrl]) -> Result<(), Error> {
    let apps = clients::is_public(change.conn, domain.client_id).await?;
    let for_app = |url: &DomainUrl| apps && url.kind == UrlKind::Callback && is_for_app(&url.url);
    let active = urls.iter().filter(|url| url.active && !for_app(url)).map(|url| &url.url);
    let present: Vec<&str> =
        active.chain(&domain.fallback_uri).map(String::as_str).filter(|url| needs_test_mode(url)).collect();
    if present.is_empty() {
        return Ok(());
    }
    Err(Error::Conflict(text!("test_urls_present", urls = present.join(", "))))
}

/// What is audited of a domain.
fn facts(settings: &DomainSettings, ownership: Ownership) -> Value {
    let mut facts = json!(settings);
    facts["ownership"] = json!(ownership);
    facts
}

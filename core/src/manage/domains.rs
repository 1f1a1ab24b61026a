//! The domains of a client (SPEC §2.5): the rules. What people ask of them is in `asked`.

mod asked;

pub(crate) use asked::find;
pub use asked::{DomainView, create, delete, get, list, update};

use serde_json::{Value, json};

use super::change::Change;
use super::fields::Findings;
use super::notice;
use super::verifications::{self as applications, What};
use crate::clock::Timestamp;
use crate::crypto::digest::MacKey;
use crate::error::{Error, FieldError, FieldIssue};
use crate::id::{ClientId, DomainId};
use crate::model::domain::Ownership;
use crate::model::fallback;
use crate::model::label::Label;
use crate::model::root_domain::RootDomain;
use crate::model::server_ip::{MAX_SERVER_IPS, ServerIp};
use crate::model::url::needs_test_mode;
use crate::model::verification::VerificationStatus;
use crate::random;
use crate::store::tables::domain_urls::DomainUrl;
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::verifications;
use crate::text::Text;

/// What a domain is to be; what is `None` stays, an empty text clears.
#[derive(Clone, Debug, Default)]
pub struct DomainFields {
    /// What the partner calls it.
    pub internal_name: Option<String>,
    /// From where its servers call: addresses and networks.
    pub server_ips: Option<Vec<String>>,
    /// Where failed logins go.
    pub fallback_uri: Option<String>,
    /// What the error page shows as the partner's words.
    pub fallback_response: Option<String>,
    /// Logins may start.
    pub allow_login: Option<bool>,
    /// Client credentials and the native user API may be used.
    pub allow_api: Option<bool>,
    /// It is in use.
    pub active: Option<bool>,
    /// It is in test mode.
    pub test_mode: Option<bool>,
    /// Whether the partner has shown that it is theirs.
    pub ownership: Option<Ownership>,
}

/// What is wrong with these fields by themselves. Where they do not say whether the domain is in test mode, what test mode
/// allows passes.
pub(crate) fn check(root: &str, fields: &DomainFields, issuer: &str, now: Timestamp) -> Vec<FieldError> {
    let mut findings = Findings::default();
    let test_mode = fields.test_mode.unwrap_or(true);
    read_server_ips(&mut findings, fields);
    if let Some(root) = findings.value("root_domain", read_root(root, test_mode)) {
        let mut domain = Domain { test_mode, ..blank(ClientId::from_bytes([0; 16]), root, now) };
        fill(&mut findings, &mut domain, fields, issuer);
    }
    findings.into_errors()
}

/// Reads a root domain, as strictly as its domain's mode asks.
///
/// # Errors
/// As [`RootDomain::parse`].
pub(crate) fn read_root(text: &str, test_mode: bool) -> Result<RootDomain, FieldIssue> {
    if test_mode { RootDomain::parse_for_test(text) } else { RootDomain::parse(text) }
}

/// Adds a domain; `primary` is for the caller to decide, so that exactly one is.
///
/// # Errors
/// [`Error::Invalid`]; the database's.
pub(crate) async fn insert(
    change: &mut Change<'_>,
    client: ClientId,
    root: RootDomain,
    primary: bool,
    fields: &DomainFields,
) -> Result<Domain, Error> {
    let mut findings = Findings::default();
    let mut domain = Domain { is_primary: primary, ..blank(client, root, change.now) };
    fill(&mut findings, &mut domain, fields, &change.rules.issuer);
    findings.value("root_domain", read_root(domain.root_domain.as_str(), domain.test_mode));
    let networks = read_server_ips(&mut findings, fields).unwrap_or_default();
    findings.none()?;
    domains::insert(change.conn, &domain).await?;
    domains::set_server_ips(change.conn, domain.id, &networks).await?;
    let told = facts(&domain, &networks);
    change.created(Some(client), "domain.created", domain.id, domain.root_domain.as_str(), told);
    if domain.test_mode {
        notice::test_mode_is_on(change, &domain).await?;
    }
    Ok(domain)
}

/// Changes a domain. `urls` are those it has, and goes on having.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Conflict`] `verified_domain` when a verified one shall be in test mode,
/// `test_urls_present` when test mode shall end and an active URL or the fallback needs it; the database's.
pub(crate) async fn apply(
    change: &mut Change<'_>,
    old: Domain,
    urls: &[DomainUrl],
    fields: &DomainFields,
) -> Result<Domain, Error> {
    let mut findings = Findings::default();
    let mut domain = old.clone();
    fill(&mut findings, &mut domain, fields, &change.rules.issuer);
    if old.test_mode && !domain.test_mode {
        findings.value("root_domain", read_root(domain.root_domain.as_str(), false));
        refuse_test_urls(&domain, urls)?;
    }
    let had = server_ips(change, &domain).await?;
    let networks = read_server_ips(&mut findings, fields).unwrap_or_else(|| had.clone());
    findings.none()?;
    if domain.test_mode && !old.test_mode && is_verified(change, &domain).await? {
        let message = format!("a verification covers {}: it can't be in test mode", domain.root_domain);
        return Err(Error::Conflict(Text::english("verified_domain", message)));
    }
    if domain.ownership != old.ownership {
        // Whoever says so here vouches for it: it is looked at again only once it was found.
        (domain.ownership_checked_at, domain.ownership_failures) = (None, 0);
    }
    let told = (facts(&old, &had), facts(&domain, &networks));
    if note_update(change, &domain, told) {
        domain.updated_at = change.version_after(old.updated_at);
        domains::update(change.conn, &domain).await?;
        if networks != had {
            domains::set_server_ips(change.conn, domain.id, &networks).await?;
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
    let networks = server_ips(change, &domain).await?;
    shrink_application(change, &domain).await?;
    domains::delete(change.conn, domain.client_id, domain.id, change.now).await?;
    let told = facts(&domain, &networks);
    change.deleted(Some(domain.client_id), "domain.deleted", domain.id, domain.root_domain.as_str(), told);
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
pub(crate) async fn is_verified(change: &mut Change<'_>, domain: &Domain) -> Result<bool, Error> {
    let covered = verifications::coverage(change.conn, domain.client_id).await?;
    let holds = |until: Option<Timestamp>| until.is_none_or(|end| change.now < end);
    Ok(covered.iter().any(|(of, _, until)| *of == domain.id && holds(*until)))
}

/// Notes what differs between two states of a domain, for the audit log and for webhooks; true when anything does.
fn note_update(change: &mut Change<'_>, domain: &Domain, told: (Value, Value)) -> bool {
    let client = domain.client_id;
    let updated = change.updated(Some(client), "domain.updated", domain.id, domain.root_domain.as_str(), told);
    if updated {
        change.publish(client, Some(domain.id), "domain.updated", json!({ "root_domain": domain.root_domain }));
    }
    updated
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
    change.updated(Some(client), "verification.updated", changed.id, domain.root_domain.as_str(), told);
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

fn fill(findings: &mut Findings, domain: &mut Domain, fields: &DomainFields, issuer: &str) {
    domain.allow_login = fields.allow_login.unwrap_or(domain.allow_login);
    domain.allow_api = fields.allow_api.unwrap_or(domain.allow_api);
    domain.active = fields.active.unwrap_or(domain.active);
    domain.test_mode = fields.test_mode.unwrap_or(domain.test_mode);
    domain.ownership = fields.ownership.unwrap_or(domain.ownership);
    let label = |text: &str| Label::parse(text).map(Label::into_string);
    findings.optional(&mut domain.internal_name, "internal_name", fields.internal_name.as_ref(), label);
    let (root, test_mode) = (domain.root_domain.clone(), domain.test_mode);
    findings.optional(&mut domain.fallback_uri, "fallback_uri", fields.fallback_uri.as_ref(), |text| {
        fallback::validate_uri(text, &root, test_mode, issuer).map(|()| text.to_owned())
    });
    let response = fields.fallback_response.as_ref();
    findings.optional(&mut domain.fallback_response, "fallback_response", response, fallback::parse_response);
}

/// The server IPs given, each in its one spelling, in order and without repeats.
fn read_server_ips(findings: &mut Findings, fields: &DomainFields) -> Option<Vec<String>> {
    let given = fields.server_ips.as_ref()?;
    let mut networks = Vec::with_capacity(given.len());
    for (index, text) in given.iter().enumerate().take(MAX_SERVER_IPS) {
        let network = findings.value(&format!("server_ips[{index}]"), ServerIp::parse(text)).map(|ip| ip.to_string());
        networks.extend(network.filter(|network| !networks.contains(network)));
    }
    if given.len() > MAX_SERVER_IPS {
        findings.add("server_ips", "too_many", "give at most 256 addresses and networks");
    }
    Some(networks)
}

async fn server_ips(change: &mut Change<'_>, domain: &Domain) -> Result<Vec<String>, Error> {
    let all = domains::server_ips(change.conn, domain.client_id).await?;
    Ok(all.into_iter().filter(|(id, _)| *id == domain.id).map(|(_, network)| network).collect())
}

fn refuse_test_urls(domain: &Domain, urls: &[DomainUrl]) -> Result<(), Error> {
    let active = urls.iter().filter(|url| url.active).map(|url| &url.url);
    let present: Vec<&str> =
        active.chain(&domain.fallback_uri).map(String::as_str).filter(|url| needs_test_mode(url)).collect();
    if present.is_empty() {
        return Ok(());
    }
    let message = format!("these work in test mode only: {}; switch them off or delete them first", present.join(", "));
    Err(Error::Conflict(Text::english("test_urls_present", message)))
}

fn facts(domain: &Domain, networks: &[String]) -> Value {
    json!({
        "root_domain": domain.root_domain,
        "server_ips": networks,
        "internal_name": domain.internal_name,
        "fallback_uri": domain.fallback_uri,
        "fallback_response": domain.fallback_response,
        "allow_login": domain.allow_login,
        "allow_api": domain.allow_api,
        "active": domain.active,
        "primary": domain.is_primary,
        "test_mode": domain.test_mode,
        "ownership": domain.ownership,
    })
}

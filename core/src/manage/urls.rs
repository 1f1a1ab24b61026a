//! Callback, webhook and logout URLs of a domain: the rules. What people ask of them is in `asked`.

mod asked;

pub use asked::{create, delete, get, list, update};

use serde_json::{Value, json};

use super::change::Change;
use crate::error::{Error, FieldIssue};
use crate::id::UrlId;
use crate::model::root_domain::RootDomain;
use crate::model::url::{self, UrlKind};
use crate::store::tables::domain_urls::{self, DomainUrl};
use crate::store::tables::domains::Domain;

/// What is wrong with a URL for this domain, if anything. One that is switched off may be one for test mode: it starts
/// nothing until it is switched on, and that asks again.
///
/// # Errors
/// As [`url::validate`].
pub(crate) fn check(
    kind: UrlKind,
    text: &str,
    active: bool,
    root: &RootDomain,
    test_mode: bool,
) -> Result<(), FieldIssue> {
    url::validate(kind, text, root, test_mode || !active)
}

/// Adds a URL.
///
/// # Errors
/// [`Error::Invalid`] for `url`; the database's.
pub(crate) async fn insert(
    change: &mut Change<'_>,
    domain: &Domain,
    kind: UrlKind,
    text: &str,
    active: bool,
) -> Result<DomainUrl, Error> {
    refuse_bad(domain, kind, text, active)?;
    let url = DomainUrl {
        id: UrlId::generate(change.now),
        domain_id: domain.id,
        kind,
        url: text.to_owned(),
        active,
        created_at: change.now,
        updated_at: change.now,
    };
    domain_urls::insert(change.conn, &url).await?;
    change.created(Some(domain.client_id), "url.created", url.id, &url.url, facts(&url));
    Ok(url)
}

/// Switches a URL on or off.
///
/// # Errors
/// [`Error::Invalid`] for `url`, when it is one for test mode and the domain is in test mode no more; the database's.
pub(crate) async fn set_active(
    change: &mut Change<'_>,
    domain: &Domain,
    old: DomainUrl,
    active: bool,
) -> Result<DomainUrl, Error> {
    let url = DomainUrl { active, ..old.clone() };
    apply(change, domain, old, url).await
}

/// Changes a URL from what it was to what it is to be.
///
/// # Errors
/// [`Error::Invalid`] for `url`; the database's.
pub(crate) async fn apply(
    change: &mut Change<'_>,
    domain: &Domain,
    old: DomainUrl,
    mut url: DomainUrl,
) -> Result<DomainUrl, Error> {
    if url.url != old.url || (url.active && !old.active) {
        refuse_bad(domain, url.kind, &url.url, url.active)?;
    }
    if change.updated(Some(domain.client_id), "url.updated", url.id, &url.url, (facts(&old), facts(&url))) {
        url.updated_at = change.version_after(old.updated_at);
        domain_urls::update(change.conn, &url).await?;
    }
    Ok(url)
}

/// Deletes a URL.
pub(crate) async fn remove(change: &mut Change<'_>, domain: &Domain, url: DomainUrl) -> Result<(), Error> {
    domain_urls::delete(change.conn, url.id).await?;
    change.deleted(Some(domain.client_id), "url.deleted", url.id, &url.url, facts(&url));
    Ok(())
}

fn refuse_bad(domain: &Domain, kind: UrlKind, text: &str, active: bool) -> Result<(), Error> {
    check(kind, text, active, &domain.root_domain, domain.test_mode)
        .map_err(|issue| Error::Invalid(vec![issue.at("url")]))
}

fn facts(url: &DomainUrl) -> Value {
    json!({ "kind": url.kind, "url": url.url, "active": url.active, "domain": url.domain_id })
}

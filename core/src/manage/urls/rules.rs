//! What URLs of domains may be, for those who change them by the API and by files.

use serde_json::{Value, json};

use super::as_new;
use crate::contract::url::{NewUrl, UrlSettings};
use crate::error::{Error, FieldIssue};
use crate::id::UrlId;
use crate::manage::change::Change;
use crate::model::root_domain::RootDomain;
use crate::model::url::{self, Allows, UrlKind};
use crate::store::tables::domain_urls::{self, DomainUrl};
use crate::store::tables::domains::Domain;
use crate::store::tables::{callback_origins, clients};

/// What is wrong with a URL for a domain, if anything. One that is switched off may be one for test mode: it starts nothing
/// until it is switched on, and that asks again.
///
/// # Errors
/// As [`url::validate`].
pub(crate) fn check(new: &NewUrl, root: &RootDomain, allows: Allows) -> Result<(), FieldIssue> {
    check_settings(new.once.kind, &new.settings, root, allows)
}

/// Adds a URL.
///
/// # Errors
/// [`Error::Invalid`] for `url`; the database's.
pub(crate) async fn insert(change: &mut Change<'_>, domain: &Domain, new: &NewUrl) -> Result<DomainUrl, Error> {
    refuse_bad(change, domain, (new.once.kind, &new.settings)).await?;
    let url = DomainUrl {
        id: UrlId::generate(change.now),
        domain_id: domain.id,
        kind: new.once.kind,
        url: new.settings.url.as_str().to_owned(),
        active: new.settings.active,
        created_at: change.now,
        updated_at: change.now,
    };
    domain_urls::insert(change.conn, &url).await?;
    note_origin(change, domain, &url).await?;
    change.created(Some(domain.client_id), "url.created", (url.id, &url.url), facts(&url));
    Ok(url)
}

/// Switches a URL on or off.
///
/// # Errors
/// As [`apply`].
pub(crate) async fn set_active(
    change: &mut Change<'_>,
    domain: &Domain,
    old: DomainUrl,
    active: bool,
) -> Result<DomainUrl, Error> {
    let wanted = UrlSettings { active, ..as_new(&old).settings };
    apply(change, domain, old, &wanted).await
}

/// Changes a URL; its kind stays.
///
/// # Errors
/// [`Error::Invalid`] for `url`, also when it is one for test mode and the domain is in test mode no more; the database's.
pub(super) async fn apply(
    change: &mut Change<'_>,
    domain: &Domain,
    old: DomainUrl,
    wanted: &UrlSettings,
) -> Result<DomainUrl, Error> {
    let mut url = DomainUrl { url: wanted.url.as_str().to_owned(), active: wanted.active, ..old.clone() };
    if url.url != old.url || (url.active && !old.active) {
        refuse_bad(change, domain, (old.kind, wanted)).await?;
    }
    if change.updated(Some(domain.client_id), "url.updated", (url.id, &url.url), (facts(&old), facts(&url))) {
        url.updated_at = change.version_after(old.updated_at);
        domain_urls::update(change.conn, &url).await?;
        note_origin(change, domain, &url).await?;
    }
    Ok(url)
}

/// Deletes a URL.
pub(crate) async fn remove(change: &mut Change<'_>, domain: &Domain, url: DomainUrl) -> Result<(), Error> {
    domain_urls::delete(change.conn, url.id).await?;
    change.deleted(Some(domain.client_id), "url.deleted", (url.id, &url.url), facts(&url));
    Ok(())
}

async fn refuse_bad(
    change: &mut Change<'_>,
    domain: &Domain,
    (kind, settings): (UrlKind, &UrlSettings),
) -> Result<(), Error> {
    let apps = kind == UrlKind::Callback && clients::is_public(change.conn, domain.client_id).await?;
    let allows = Allows { test_mode: domain.test_mode, apps };
    change.findings.value("url", check_settings(kind, settings, &domain.root_domain, allows));
    change.sound()
}

fn check_settings(kind: UrlKind, settings: &UrlSettings, root: &RootDomain, allows: Allows) -> Result<(), FieldIssue> {
    let allows = Allows { test_mode: allows.test_mode || !settings.active, ..allows };
    url::validate(kind, settings.url.as_str(), root, allows)
}

/// Pages of a public client call from where its callbacks are.
async fn note_origin(change: &mut Change<'_>, domain: &Domain, url: &DomainUrl) -> Result<(), Error> {
    if url.kind == UrlKind::Callback && clients::is_public(change.conn, domain.client_id).await? {
        callback_origins::set(change.conn, url.id, &url.url).await?;
    }
    Ok(())
}

/// What is audited of a URL.
fn facts(url: &DomainUrl) -> Value {
    let mut facts = json!(as_new(url));
    facts["domain"] = json!(url.domain_id);
    facts
}

//! What members of an organisation ask of the URLs of its domains, each with its permission.

use super::{apply, insert, refuse_bad, remove};
use crate::clock::Timestamp;
use crate::crypto::webhook_secret::WebhookSecret;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId, UrlId};
use crate::manage::domains::find as find_domain;
use crate::manage::entitlement::Rules;
use crate::manage::fields::same_version;
use crate::manage::permit::{self, Caller};
use crate::model::url::UrlKind;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::domain_urls::{self, DomainUrl};

/// The URLs of the domain by id: at most `limit` of those after `after`.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    (client, domain): (ClientId, DomainId),
    after: Option<UrlId>,
    limit: i64,
) -> Result<Vec<DomainUrl>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::UrlsRead, core.clock.now()).await?;
    find_domain(&mut conn, client, domain).await?;
    Ok(domain_urls::page(&mut conn, domain, after, limit).await?)
}

/// One URL.
///
/// # Errors
/// As [`list`].
pub async fn get(
    core: &Core,
    caller: &Caller,
    (client, domain): (ClientId, DomainId),
    id: UrlId,
) -> Result<DomainUrl, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::UrlsRead, core.clock.now()).await?;
    find_domain(&mut conn, client, domain).await?;
    find(&mut conn, domain, id).await
}

/// Makes a URL; gives, for a webhook, the text of the secret that what is sent there is signed with: the only moment at
/// which it is known.
///
/// # Errors
/// As [`list`]; [`Error::Invalid`] for `url`; [`Error::Conflict`] `url_taken`.
pub async fn create(
    core: &Core,
    caller: Caller,
    (client, domain): (ClientId, DomainId),
    kind: UrlKind,
    url: String,
    active: bool,
) -> Result<(DomainUrl, Option<Secret<String>>), Error> {
    let (rules, now, core_too) = (Rules::of(&core.config), core.clock.now(), core.clone());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) = permit::to_change(conn, &caller, client, Permission::UrlsCreate, &rules, now).await?;
            let domain = find_domain(change.conn, client, domain).await?;
            refuse_bad(&domain, kind, &url, active)?;
            refuse_taken(change.conn, domain.id, kind, &url).await?;
            let made = insert(&mut change, &domain, kind, &url, active).await?;
            let mut text = None;
            if kind == UrlKind::Webhook {
                let secret = WebhookSecret::generate();
                domain_urls::set_secret(change.conn, made.id, &secret.seal(&core_too.master_key, made.id)).await?;
                text = Some(secret.text());
            }
            change.end((made, text)).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Changes a URL; what is `None` stays. `expected`: the version that it must still have, `updated_at` of when it was read.
///
/// # Errors
/// As [`create`]; [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    (client, domain): (ClientId, DomainId),
    id: UrlId,
    (url, active): (Option<String>, Option<bool>),
    expected: Option<Timestamp>,
) -> Result<DomainUrl, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) = permit::to_change(conn, &caller, client, Permission::UrlsUpdate, &rules, now).await?;
            let domain = find_domain(change.conn, client, domain).await?;
            let old = find(change.conn, domain.id, id).await?;
            same_version(expected, old.updated_at)?;
            let url = DomainUrl {
                url: url.unwrap_or_else(|| old.url.clone()),
                active: active.unwrap_or(old.active),
                ..old.clone()
            };
            if url.url != old.url {
                refuse_bad(&domain, url.kind, &url.url, url.active)?;
                refuse_taken(change.conn, domain.id, url.kind, &url.url).await?;
            }
            let changed = apply(&mut change, &domain, old, url).await?;
            change.end(changed).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Deletes a URL for good. `expected`: as for [`update`].
///
/// # Errors
/// As [`list`]; [`Error::StalePrecondition`].
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, domain): (ClientId, DomainId),
    id: UrlId,
    expected: Option<Timestamp>,
) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) = permit::to_change(conn, &caller, client, Permission::UrlsDelete, &rules, now).await?;
            let domain = find_domain(change.conn, client, domain).await?;
            let url = find(change.conn, domain.id, id).await?;
            same_version(expected, url.updated_at)?;
            remove(&mut change, &domain, url).await?;
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

async fn find(conn: &mut Conn, domain: DomainId, id: UrlId) -> Result<DomainUrl, Error> {
    domain_urls::find(conn, domain, id).await?.ok_or(Error::NotFound("URL"))
}

async fn refuse_taken(conn: &mut Conn, domain: DomainId, kind: UrlKind, url: &str) -> Result<(), Error> {
    if domain_urls::has(conn, domain, kind, url).await? {
        return Err(Error::conflict("url_taken", "this domain has this URL of this kind already"));
    }
    Ok(())
}

//! Callback, webhook and logout URLs of a domain. The rules that files share with the API are in `rules`.

mod rotation;
mod rules;

pub use rotation::rotate;
pub(crate) use rules::{check, insert, remove, set_active};

use std::collections::HashMap;

use super::change::Change;
use super::domains::find as find_domain;
use super::fields::{Expected, same_version};
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use crate::contract::url::{NewUrl, UrlOnce, UrlSettings, UrlView};
use crate::contract::{Input, Patch};
use crate::crypto::webhook_secret::WebhookSecret;
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId, UrlId};
use crate::model::url::{SiteUrl, UrlKind};
use crate::state::Core;
use crate::store::tables::domain_urls::{self, DomainUrl};
use crate::text;

/// The URLs of the domain by id: at most `limit` of those after `after`.
///
/// # Errors
/// [`Error::NotFound`]; those of [`super::permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    (client, domain): (ClientId, DomainId),
    after: Option<UrlId>,
    limit: i64,
) -> Result<Vec<UrlView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::UrlsRead)).await?;
    find_domain(&mut reading.conn, client, domain).await?;
    let found = domain_urls::page(&mut reading.conn, domain, after, limit).await?;
    views(core, &mut reading.conn, found).await
}

/// One URL.
///
/// # Errors
/// As [`list`].
pub async fn get(
    core: &Core,
    caller: &Caller,
    (client, domain, id): (ClientId, DomainId, UrlId),
) -> Result<UrlView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::UrlsRead)).await?;
    find_domain(&mut reading.conn, client, domain).await?;
    let found = find(&mut reading.conn, domain, id).await?;
    one(core, &mut reading.conn, found).await
}

/// Makes a URL; tells, for a webhook, the text of the secret that what is sent there is signed with: the only moment at
/// which it is known.
///
/// # Errors
/// As [`list`]; [`Error::Invalid`]; [`Error::Conflict`] `url_taken`.
pub async fn create(
    core: &Core,
    caller: Caller,
    (client, domain): (ClientId, DomainId),
    new: Input<NewUrl>,
) -> Result<Done<UrlView>, Error> {
    let parts = core.clone();
    runner::change(core, caller, Ask::Client(client, Permission::UrlsCreate), async move |change: &mut Change<'_>| {
        let new = change.take(new)?;
        let domain = find_domain(change.conn, client, domain).await?;
        refuse_taken(change.conn, domain.id, new.once.kind, new.settings.url.as_str()).await?;
        let made = insert(change, &domain, &new).await?;
        let mut text = None;
        if made.kind == UrlKind::Webhook {
            let secret = WebhookSecret::generate();
            domain_urls::set_secret(change.conn, made.id, &secret.seal(&parts.master_key, made.id)).await?;
            text = Some(secret);
        }
        Ok(view(made, text.as_ref()).telling(text.as_ref()))
    })
    .await
}

/// Changes a URL. `expected`: the version that it must still have, `updated_at` of when it was read.
///
/// # Errors
/// As [`create`]; [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    (client, domain, id): (ClientId, DomainId, UrlId),
    patch: Patch<UrlSettings>,
    expected: Expected,
) -> Result<Done<UrlView>, Error> {
    let parts = core.clone();
    runner::change(
        core,
        caller,
        Ask::LapsedClient(client, Permission::UrlsUpdate),
        async move |change: &mut Change<'_>| {
            let domain = find_domain(change.conn, client, domain).await?;
            let old = find(change.conn, domain.id, id).await?;
            same_version(expected, old.updated_at)?;
            let had = as_new(&old).settings;
            change.entitled_unless(patch.only_switches_off(&had, &["active"]))?;
            let wanted = change.take(patch.apply(&had))?;
            if wanted.url.as_str() != old.url {
                refuse_taken(change.conn, domain.id, old.kind, wanted.url.as_str()).await?;
            }
            let url = rules::apply(change, &domain, old, &wanted).await?;
            one(&parts, change.conn, url).await
        },
    )
    .await
}

/// Deletes a URL for good. `expected`: as for [`update`].
///
/// # Errors
/// As [`list`]; [`Error::StalePrecondition`].
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, domain, id): (ClientId, DomainId, UrlId),
    expected: Expected,
) -> Result<Done<()>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::UrlsDelete), async move |change: &mut Change<'_>| {
        let domain = find_domain(change.conn, client, domain).await?;
        let url = find(change.conn, domain.id, id).await?;
        same_version(expected, url.updated_at)?;
        remove(change, &domain, url).await
    })
    .await
}

/// What would make a URL as it is.
pub(crate) fn as_new(url: &DomainUrl) -> NewUrl {
    let settings = UrlSettings { url: SiteUrl::stored(url.url.clone()), active: url.active };
    NewUrl { once: UrlOnce { kind: url.kind }, settings }
}

/// URLs as they are shown.
async fn views(core: &Core, conn: &mut Conn, found: Vec<DomainUrl>) -> Result<Vec<UrlView>, Error> {
    let webhooks: Vec<UrlId> = found.iter().filter(|url| url.kind == UrlKind::Webhook).map(|url| url.id).collect();
    let sealed = match webhooks.is_empty() {
        true => HashMap::new(),
        false => domain_urls::sealed_of(conn, &webhooks).await?,
    };
    let view = |url: DomainUrl| {
        let sealed = sealed.get(&url.id);
        let secret = sealed.and_then(|sealed| WebhookSecret::open(&core.master_key, url.id, sealed).ok());
        view(url, secret.as_ref())
    };
    Ok(found.into_iter().map(view).collect())
}

/// One URL as it is shown.
async fn one(core: &Core, conn: &mut Conn, url: DomainUrl) -> Result<UrlView, Error> {
    views(core, conn, vec![url]).await?.pop().ok_or(Error::Internal("one URL has one view"))
}

fn view(url: DomainUrl, secret: Option<&WebhookSecret>) -> UrlView {
    let hint = secret.map(WebhookSecret::hint);
    UrlView { id: url.id, settings: as_new(&url), value: None, hint, updated_at: url.updated_at }
}

impl UrlView {
    /// The same, telling the secret: the only moment at which it is known.
    fn telling(self, secret: Option<&WebhookSecret>) -> Self {
        Self { value: secret.map(WebhookSecret::text), ..self }
    }
}

async fn find(conn: &mut Conn, domain: DomainId, id: UrlId) -> Result<DomainUrl, Error> {
    domain_urls::find(conn, domain, id).await?.ok_or(Error::NotFound("URL"))
}

async fn refuse_taken(conn: &mut Conn, domain: DomainId, kind: UrlKind, url: &str) -> Result<(), Error> {
    if domain_urls::has(conn, domain, kind, url).await? { Err(Error::Conflict(text!("url_taken"))) } else { Ok(()) }
}

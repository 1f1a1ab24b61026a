//! A webhook's secret is replaced by a new one; for a while each message is signed with both.

use std::time::Duration;

use serde_json::json;

use super::{find, view};
use crate::contract::Input;
use crate::contract::secret::Rotation;
use crate::contract::url::UrlView;
use crate::crypto::webhook_secret::WebhookSecret;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId, UrlId};
use crate::manage::change::Change;
use crate::manage::domains::find as find_domain;
use crate::manage::fields::{Expected, same_version};
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::model::url::UrlKind;
use crate::state::Core;
use crate::store::tables::domain_urls::{self, SealedSecrets};
use crate::text;

/// Gives a webhook URL a new secret, and tells its text: the only moment at which it is known. The one before goes on for as
/// long as the rotation says. `expected`: the version that the URL must still have.
///
/// # Errors
/// [`Error::Conflict`] `not_a_webhook`; [`Error::Invalid`]; [`Error::NotFound`]; [`Error::StalePrecondition`]; those of
/// [`crate::manage::permit`]; the database's.
pub async fn rotate(
    core: &Core,
    caller: Caller,
    (client, domain, id): (ClientId, DomainId, UrlId),
    rotation: Input<Rotation>,
    expected: Expected,
) -> Result<Done<UrlView>, Error> {
    let parts = core.clone();
    runner::change(core, caller, Ask::Client(client, Permission::UrlsUpdate), async move |change: &mut Change<'_>| {
        let Rotation { overlap_seconds } = change.take(rotation)?;
        let domain = find_domain(change.conn, client, domain).await?;
        let mut url = find(change.conn, domain.id, id).await?;
        same_version(expected, url.updated_at)?;
        if url.kind != UrlKind::Webhook {
            return Err(Error::Conflict(text!("not_a_webhook")));
        }
        change.sound()?;
        let overlap = Duration::from_secs(overlap_seconds.get().unsigned_abs());
        let end = change.now.after(overlap);
        let sealed = domain_urls::sealed_secrets(change.conn, id).await?;
        let secret = WebhookSecret::generate();
        let replaced = SealedSecrets {
            sealed_secret: Some(secret.seal(&parts.master_key, id)),
            sealed_old_secret: sealed.sealed_secret.filter(|_| !overlap.is_zero()),
            old_secret_expires_at: Some(end).filter(|_| !overlap.is_zero()),
        };
        domain_urls::set_secrets(change.conn, id, &replaced).await?;
        let told = json!({ "hint": secret.hint(), "old_secret_expires_at": end, "domain": domain.id });
        change.created(Some(client), "url.rotated", (id, &url.url), told);
        url.updated_at = change.version_after(url.updated_at);
        domain_urls::update(change.conn, &url).await?;
        Ok(view(url, Some(&secret)).telling(Some(&secret)))
    })
    .await
}

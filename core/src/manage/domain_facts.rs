//! What depends on the domains of a client: what their pages say before anything is switched off or deleted.

use std::collections::BTreeMap;

use super::permit::Caller;
use super::recent_logins;
use super::runner::{self, Ask};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId};
use crate::model::stats::Dimension;
use crate::model::url::UrlKind;
use crate::state::Core;
use crate::store::tables::{domain_urls, secrets};

/// What depends on a domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DomainFacts {
    /// Logins through it in the last 7 days. Those of the last seconds are not counted yet.
    pub logins: i64,
    /// Its URLs.
    pub urls: usize,
    /// Its callback URLs.
    pub callbacks: usize,
    /// Those of them that are in use.
    pub active_callbacks: usize,
    /// Webhook URLs in use.
    pub active_webhooks: usize,
    /// Secrets that may be used for it.
    pub secrets: usize,
}

/// What depends on each domain of the client; one on which nothing does may be left out.
///
/// # Errors
/// Those of [`super::permit`] for `domains:read`; the database's.
pub async fn of_client(
    core: &Core,
    caller: &Caller,
    client: ClientId,
) -> Result<BTreeMap<DomainId, DomainFacts>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::DomainsRead)).await?;
    let conn = &mut reading.conn;
    let mut all: BTreeMap<DomainId, DomainFacts> = BTreeMap::new();
    for (domain, logins) in recent_logins::of_week(conn, core, client, Dimension::Domain).await? {
        all.entry(domain).or_default().logins = logins;
    }
    for url in domain_urls::of_client(conn, client).await? {
        let facts = all.entry(url.domain_id).or_default();
        let active = usize::from(url.active);
        facts.urls += 1;
        match url.kind {
            UrlKind::Callback => {
                facts.callbacks += 1;
                facts.active_callbacks += active;
            }
            UrlKind::Webhook => facts.active_webhooks += active,
            UrlKind::Logout | UrlKind::Api => {}
        }
    }
    for (_, domain) in secrets::links_of_client(conn, client).await? {
        all.entry(domain).or_default().secrets += 1;
    }
    Ok(all)
}

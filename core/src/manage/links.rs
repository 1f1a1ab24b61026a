//! Which secret may be used for which domain.

use serde_json::{Value, json};

use super::domains::find as find_domain;
use super::entitlement::Rules;
use super::permit::{self, Caller};
use super::secrets::{SecretView, find as find_secret};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId, SecretId};
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::domains::Domain;
use crate::store::tables::secrets::{self, ClientSecret};

/// The secrets that may be used for the domain, by id: at most `limit` of those after `after`.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    (client, domain): (ClientId, DomainId),
    after: Option<SecretId>,
    limit: i64,
) -> Result<Vec<SecretView>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::LinksRead, core.clock.now()).await?;
    find_domain(&mut conn, client, domain).await?;
    let found = secrets::page_of_domain(&mut conn, domain, after, limit).await?;
    Ok(found.into_iter().map(SecretView::from).collect())
}

/// Lets the secret be used for the domain; nothing happens when it may already.
///
/// # Errors
/// [`Error::NotFound`] for either; those of [`permit`]; the database's.
pub async fn link(
    core: &Core,
    caller: Caller,
    client: ClientId,
    (domain, secret): (DomainId, SecretId),
) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) =
                permit::to_change(conn, &caller, client, Permission::LinksCreate, &rules, now).await?;
            let domain = find_domain(change.conn, client, domain).await?;
            let secret = find_secret(change.conn, client, secret).await?.secret;
            if secrets::link(change.conn, secret.id, domain.id, now).await? {
                let told = facts(&secret, &domain);
                change.created(Some(client), "link.created", secret.id, &name(&secret, &domain), told);
            }
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// Takes that back.
///
/// # Errors
/// [`Error::NotFound`] for either, and when the secret may not be used for the domain; those of [`permit`]; the database's.
pub async fn unlink(
    core: &Core,
    caller: Caller,
    client: ClientId,
    (domain, secret): (DomainId, SecretId),
) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) =
                permit::to_change(conn, &caller, client, Permission::LinksDelete, &rules, now).await?;
            let domain = find_domain(change.conn, client, domain).await?;
            let secret = find_secret(change.conn, client, secret).await?.secret;
            if !secrets::unlink(change.conn, secret.id, domain.id).await? {
                return Err(Error::NotFound("link"));
            }
            let told = facts(&secret, &domain);
            change.deleted(Some(client), "link.deleted", secret.id, &name(&secret, &domain), told);
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// As the audit log names a link.
pub(super) fn name(secret: &ClientSecret, domain: &Domain) -> String {
    format!("{} for {}", secret.label, domain.root_domain)
}

/// What the audit log tells of a link.
pub(super) fn facts(secret: &ClientSecret, domain: &Domain) -> Value {
    json!({ "secret": secret.id, "domain": domain.id })
}

//! Which secret may be used for which domain.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::change::Change;
use super::domains::find as find_domain;
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use super::secrets::{find as find_secret, view};
use crate::contract::secret::SecretView;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId, SecretId};
use crate::model::client::ClientType;
use crate::state::Core;
use crate::store::tables::domains::Domain;
use crate::store::tables::secrets::{self, ClientSecret};
use crate::text;

/// The secrets that may be used for the domain, by id: at most `limit` of those after `after`.
///
/// # Errors
/// [`Error::NotFound`]; those of [`super::permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    (client, domain): (ClientId, DomainId),
    after: Option<SecretId>,
    limit: i64,
) -> Result<Vec<SecretView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::LinksRead)).await?;
    find_domain(&mut reading.conn, client, domain).await?;
    let found = secrets::page_of_domain(&mut reading.conn, domain, after, limit).await?;
    Ok(found.into_iter().map(|(secret, last_use)| view(&secret, last_use, None)).collect())
}

/// The domains that each secret of the client may be used for; one that opens none is not among them.
///
/// # Errors
/// Those of [`super::permit`]; the database's.
pub async fn by_secret(
    core: &Core,
    caller: &Caller,
    client: ClientId,
) -> Result<HashMap<SecretId, Vec<DomainId>>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::LinksRead)).await?;
    let mut linked: HashMap<SecretId, Vec<DomainId>> = HashMap::new();
    for (secret, domain) in secrets::links_of_client(&mut reading.conn, client).await? {
        linked.entry(secret).or_default().push(domain);
    }
    Ok(linked)
}

/// Lets the secret be used for the domain; nothing happens when it may already.
///
/// # Errors
/// [`Error::Conflict`] `public_client`; [`Error::NotFound`] for either; those of [`super::permit`]; the database's.
pub async fn link(
    core: &Core,
    caller: Caller,
    (client, domain, secret): (ClientId, DomainId, SecretId),
) -> Result<Done<()>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::LinksCreate), async move |change: &mut Change<'_>| {
        if change.access()?.client.client_type == ClientType::Public {
            return Err(Error::Conflict(text!("public_client")));
        }
        let domain = find_domain(change.conn, client, domain).await?;
        let (secret, _) = find_secret(change.conn, client, secret).await?;
        add(change, &secret, &domain).await
    })
    .await
}

/// Takes that back.
///
/// # Errors
/// [`Error::NotFound`] for either, and when the secret may not be used for the domain; those of [`super::permit`]; the
/// database's.
pub async fn unlink(
    core: &Core,
    caller: Caller,
    (client, domain, secret): (ClientId, DomainId, SecretId),
) -> Result<Done<()>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::LinksDelete), async move |change: &mut Change<'_>| {
        let domain = find_domain(change.conn, client, domain).await?;
        let (secret, _) = find_secret(change.conn, client, secret).await?;
        if remove(change, &secret, &domain).await? { Ok(()) } else { Err(Error::NotFound("link")) }
    })
    .await
}

/// Lets a secret be used for a domain.
pub(super) async fn add(change: &mut Change<'_>, secret: &ClientSecret, domain: &Domain) -> Result<(), Error> {
    if secrets::link(change.conn, secret.id, domain.id, change.now).await? {
        let client = Some(secret.client_id);
        change.created(client, "link.created", (secret.id, &name(secret, domain)), facts(secret, domain));
    }
    Ok(())
}

/// Takes that back; false when it could not be used before.
pub(super) async fn remove(change: &mut Change<'_>, secret: &ClientSecret, domain: &Domain) -> Result<bool, Error> {
    let was_linked = secrets::unlink(change.conn, secret.id, domain.id).await?;
    if was_linked {
        let client = Some(secret.client_id);
        change.deleted(client, "link.deleted", (secret.id, &name(secret, domain)), facts(secret, domain));
    }
    Ok(was_linked)
}

/// As a command tells its operator of a link.
fn name(secret: &ClientSecret, domain: &Domain) -> String {
    format!("{} for {}", secret.label, domain.root_domain)
}

/// What is audited of a link.
fn facts(secret: &ClientSecret, domain: &Domain) -> Value {
    json!({ "secret": secret.id, "domain": domain.id })
}

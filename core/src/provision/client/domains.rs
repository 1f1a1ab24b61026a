//! The domains of a client in a file, with their URLs and the secrets that may be used for them.

use crate::contract::domain::DomainSettings;
use crate::contract::url::UrlSettings;
use crate::crypto::webhook_secret::WebhookSecret;
use crate::error::Error;
use crate::id::{ClientId, SecretId};
use crate::manage::{domains, secrets, urls};
use crate::model::domain::Ownership;
use crate::model::url::UrlKind;
use crate::provision::apply::Work;
use crate::provision::entries::{ClientEntry, DomainEntry, UrlEntry};
use crate::provision::outcome::MadeSecret;
use crate::store::tables::clients::Client;
use crate::store::tables::domain_urls::{self, DomainUrl};
use crate::store::tables::domains::{self as stored, Domain};
use crate::store::tables::secrets::ClientSecret;
use crate::text;

/// Brings the domains to what the file says. `held` are the client's secrets.
pub(super) async fn bring(
    work: &mut Work<'_>,
    of: &Client,
    entry: &ClientEntry,
    held: &[ClientSecret],
) -> Result<(), Error> {
    let Some(entries) = &entry.domains else { return Ok(()) };
    let client = of.id;
    let existing = stored::of_client(work.change.conn, client).await?;
    let all_urls = domain_urls::of_client(work.change.conn, client).await?;
    let first = entries.iter().find(|entry| is_primary(entry)).or(entries.first());
    let mut wanted = None;
    for domain_entry in entries {
        let known = existing.iter().find(|domain| domain.root_domain == domain_entry.root);
        let brought = match known {
            Some(domain) => {
                let has = all_urls.iter().filter(|url| url.domain_id == domain.id).cloned().collect();
                update(work, domain, has, domain_entry).await?
            }
            None => {
                let primary = existing.is_empty() && first.is_some_and(|first| first.root == domain_entry.root);
                let made = insert(work, client, domain_entry, primary).await;
                work.judge(&domain_entry.path, made)?.map(|domain| (domain, Vec::new()))
            }
        };
        let Some((domain, has)) = brought else { continue };
        bring_urls(work, of, &domain, &has, domain_entry).await?;
        bring_links(work, &domain, entry, domain_entry, held).await?;
        if is_primary(domain_entry) {
            wanted = Some(domain.id);
        }
    }
    for domain in existing.iter().filter(|domain| !entries.iter().any(|entry| entry.root == domain.root_domain)) {
        domains::remove(&mut work.change, domain.clone()).await?;
    }
    domains::settle_primary(&mut work.change, client, wanted).await?;
    one_stays_primary(work, client, entries).await
}

fn is_primary(entry: &DomainEntry) -> bool {
    entry.fields.flag("primary") == Some(true)
}

async fn insert(work: &mut Work<'_>, client: ClientId, entry: &DomainEntry, primary: bool) -> Result<Domain, Error> {
    let settings = DomainSettings { primary, ..work.change.take(entry.fields.clone().whole())? };
    domains::insert(&mut work.change, client, &settings, entry.ownership.unwrap_or(Ownership::Unproven)).await
}

/// Takes away the URLs that are to go, then changes the domain: so a file may end test mode and the URLs for it at once.
/// Gives the domain and the URLs it has kept.
async fn update(
    work: &mut Work<'_>,
    domain: &Domain,
    has: Vec<DomainUrl>,
    entry: &DomainEntry,
) -> Result<Option<(Domain, Vec<DomainUrl>)>, Error> {
    let mut kept = Vec::with_capacity(has.len());
    for url in has {
        match wish(entry, &url) {
            Wish::Delete => urls::remove(&mut work.change, domain, url).await?,
            Wish::Off => {
                let off = urls::set_active(&mut work.change, domain, url, false).await;
                kept.extend(work.judge(&entry.path, off)?);
            }
            Wish::On | Wish::Leave => kept.push(url),
        }
    }
    let updated = domains::apply(&mut work.change, domain.clone(), &kept, entry.fields.clone(), entry.ownership).await;
    Ok(work.judge(&entry.path, updated)?.map(|domain| (domain, kept)))
}

/// Adds the URLs that are new and switches on those that are to be on.
async fn bring_urls(
    work: &mut Work<'_>,
    client: &Client,
    domain: &Domain,
    has: &[DomainUrl],
    entry: &DomainEntry,
) -> Result<(), Error> {
    for UrlEntry { path, settings, active } in entry.urls.as_deref().unwrap_or_default() {
        match has.iter().find(|known| is_same(settings, known)) {
            Some(known) if *active == Some(true) => {
                let on = urls::set_active(&mut work.change, domain, known.clone(), true).await;
                work.judge(path, on)?;
            }
            Some(_) => {}
            None => {
                let made = urls::insert(&mut work.change, domain, settings).await;
                if let Some(made) = work.judge(path, made)?.filter(|made| made.kind == UrlKind::Webhook) {
                    give_secret(work, client, &made, path).await?;
                }
            }
        }
    }
    Ok(())
}

/// Gives a new webhook the secret that what is sent there is signed with.
async fn give_secret(work: &mut Work<'_>, client: &Client, url: &DomainUrl, path: &str) -> Result<(), Error> {
    let secret = WebhookSecret::generate();
    match (work.seal)(&secret, url.id) {
        Ok(sealed) => {
            domain_urls::set_secret(work.change.conn, url.id, &sealed).await?;
            let (client, name, id) = (client.name.clone(), url.url.clone(), url.id.to_string());
            work.made.push(MadeSecret { kind: "webhook", client, name, id, value: secret.text() });
        }
        Err(why) => {
            work.errors.push(text!("master_key", why = why).at(path));
        }
    }
    Ok(())
}

fn is_same(settings: &UrlSettings, url: &DomainUrl) -> bool {
    settings.kind == url.kind && settings.url.as_str() == url.url
}

enum Wish {
    Delete,
    Off,
    On,
    Leave,
}

fn wish(entry: &DomainEntry, url: &DomainUrl) -> Wish {
    let Some(entries) = &entry.urls else { return Wish::Leave };
    match entries.iter().find(|wanted| is_same(&wanted.settings, url)).map(|wanted| wanted.active) {
        None => Wish::Delete,
        Some(Some(false)) => Wish::Off,
        Some(Some(true)) => Wish::On,
        Some(None) => Wish::Leave,
    }
}

async fn bring_links(
    work: &mut Work<'_>,
    domain: &Domain,
    client: &ClientEntry,
    entry: &DomainEntry,
    held: &[ClientSecret],
) -> Result<(), Error> {
    let Some(labels) = &entry.secrets else { return Ok(()) };
    let stays =
        |label: &str| client.secrets.as_ref().is_none_or(|list| list.iter().any(|secret| secret.label == label));
    let mut wanted: Vec<SecretId> = Vec::with_capacity(labels.len());
    for (index, label) in labels.iter().enumerate() {
        let label = label.trim();
        match held.iter().find(|secret| secret.label == label && stays(label)) {
            Some(secret) => wanted.push(secret.id),
            // One that is in the file and not in the database was refused, with its own reason.
            None if client.secrets.as_ref().is_some_and(|list| list.iter().any(|secret| secret.label == label)) => {}
            None => {
                let path = format!("{}.secrets[{index}]", entry.path);
                work.errors.push(text!("unknown_secret", label = label).at(path));
            }
        }
    }
    secrets::set_links(&mut work.change, domain, &wanted, held).await
}

/// A file can't say of the only candidate that it is not primary.
async fn one_stays_primary(work: &mut Work<'_>, client: ClientId, entries: &[DomainEntry]) -> Result<(), Error> {
    let primary = stored::of_client(work.change.conn, client).await?.into_iter().find(|domain| domain.is_primary);
    let Some(primary) = primary else { return Ok(()) };
    let entry = entries.iter().find(|entry| entry.root == primary.root_domain);
    if let Some(entry) = entry.filter(|entry| entry.fields.flag("primary") == Some(false)) {
        work.errors.push(text!("primary_needed").at(format!("{}.primary", entry.path)));
    }
    Ok(())
}

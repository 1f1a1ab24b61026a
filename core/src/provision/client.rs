//! The `[[clients]]` of a file, and the lists in them.

mod domains;
mod organisation;

use std::collections::BTreeMap;

use super::apply::Work;
use super::entries::{ClientEntry, SecretEntry};
use super::outcome::{ClientIds, MadeSecret};
use crate::error::Error;
use crate::id::ClientId;
use crate::manage::{clients, secrets};
use crate::store::tables::clients::Client;
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::secrets::ClientSecret;
use crate::{store, text};

/// Makes a client, or brings it to what the file says; gives the ids of all that it has then.
pub(super) async fn bring(work: &mut Work<'_>, entry: &ClientEntry) -> Result<Option<ClientIds>, Error> {
    let done = work.change.done();
    let Some((client, made)) = find_or_make(work, entry).await? else { return Ok(None) };
    let secrets = bring_secrets(work, &client, entry).await?;
    organisation::end_verifications(work, client.id, entry).await?;
    domains::bring(work, &client, entry, &secrets).await?;
    delete_secrets(work, entry, &secrets).await?;
    organisation::bring(work, &client, entry).await?;
    organisation::bring_requests(work, client.id, entry).await?;
    organisation::bring_verifications(work, client.id, entry).await?;
    if !made && work.change.touched_after(done, client.id) {
        refuse_lapsed(work, &client, entry).await?;
    }
    // No partner's doing, so no plan is needed for it.
    if let Some(suspended) = entry.suspended {
        clients::suspend(&mut work.change, client.id, suspended).await?;
    }
    Ok(Some(ClientIds::load(work.change.conn, client, work.change.now).await?))
}

/// A client whose billing owner's plan does not entitle, as the file leaves it, can be read and not changed.
async fn refuse_lapsed(work: &mut Work<'_>, client: &Client, entry: &ClientEntry) -> Result<(), Error> {
    let owner = match client.billing_owner {
        Some(owner) => profiles::find(work.change.conn, owner).await?,
        None => None,
    };
    let owner = owner.ok_or(Error::Internal("a client without an owner"))?;
    if !work.change.rules.entitlements(&owner, work.change.now).clients {
        work.errors.push(text!("plan_required-lapsed", owner = owner.email).at(&entry.path));
    }
    Ok(())
}

/// The client, and whether it was made.
async fn find_or_make(work: &mut Work<'_>, entry: &ClientEntry) -> Result<Option<(Client, bool)>, Error> {
    let errors = work.errors.len();
    let owner = owner(work, entry).await?;
    let known = known(work, entry, owner.as_ref()).await?;
    if work.errors.len() > errors {
        return Ok(None);
    }
    let made = known.is_none();
    let brought = match (known, owner) {
        (Some(client), _) => {
            store::tables::clients::hold(work.change.conn, client.id).await?;
            clients::apply(&mut work.change, client, entry.fields.clone()).await
        }
        (None, Some(owner)) => {
            profiles::hold(work.change.conn, owner.id).await?;
            // The same client as before, of an account whose plan is said to have ended: a platform that is set up again.
            let restored = entry.id.is_some() && work.stated_ends.contains(&owner.email_key);
            let id = entry.id.unwrap_or_else(|| ClientId::generate(work.change.now));
            match work.change.take(entry.fields.clone().whole()) {
                Ok(settings) => clients::insert(&mut work.change, id, &owner, &settings, restored).await,
                Err(error) => Err(error),
            }
        }
        (None, None) => {
            work.errors.push(text!("required-owner").at(format!("{}.owner", entry.path)));
            return Ok(None);
        }
    };
    Ok(work.judge(&entry.path, brought)?.map(|client| (client, made)))
}

async fn owner(work: &mut Work<'_>, entry: &ClientEntry) -> Result<Option<Profile>, Error> {
    let Some(email) = &entry.owner else { return Ok(None) };
    let found = profiles::find_by_email(work.change.conn, email.key()).await?;
    if found.is_none() {
        let missing = text!("no_account-owner", email = email.address());
        work.errors.push(missing.at(format!("{}.owner", entry.path)));
    }
    Ok(found)
}

/// The client that the entry is about: that of its id, else its owner's of its name.
async fn known(work: &mut Work<'_>, entry: &ClientEntry, owner: Option<&Profile>) -> Result<Option<Client>, Error> {
    let Some(id) = entry.id else {
        let (Some(owner), Some(name)) = (owner, entry.fields.text("name")) else { return Ok(None) };
        let mut named = store::tables::clients::named(work.change.conn, owner.id, name.trim()).await?;
        if named.len() > 1 {
            work.errors.push(text!("ambiguous").at(format!("{}.name", entry.path)));
        }
        return Ok(named.pop());
    };
    let found = store::tables::clients::find(work.change.conn, id).await?;
    match &found {
        Some(client) if owner.is_some_and(|owner| client.billing_owner != Some(owner.id)) => {
            work.errors.push(text!("other_owner").at(format!("{}.owner", entry.path)));
        }
        None if store::tables::clients::id_is_taken(work.change.conn, id).await? => {
            work.errors.push(text!("deleted").at(format!("{}.id", entry.path)));
        }
        _ => {}
    }
    Ok(found)
}

/// Makes and changes secrets; gives those that there are then, also those that are yet to be deleted.
async fn bring_secrets(work: &mut Work<'_>, client: &Client, entry: &ClientEntry) -> Result<Vec<ClientSecret>, Error> {
    let held = store::tables::secrets::of_client(work.change.conn, client.id).await?;
    let by_label: BTreeMap<&str, &ClientSecret> = held.iter().map(|secret| (secret.label.as_str(), secret)).collect();
    for SecretEntry { path, label, value, fields } in entry.secrets.as_deref().unwrap_or_default() {
        match by_label.get(label.as_str()) {
            Some(secret) => {
                let fields = work.of_ended(fields, secret.expires_at);
                let updated = secrets::apply(&mut work.change, (*secret).clone(), fields, value.as_ref()).await;
                work.judge(path, updated)?;
            }
            None => {
                let settings = work.change.take(fields.clone().whole());
                let created = match settings {
                    Ok(settings) => secrets::insert(&mut work.change, client.id, &settings, value.as_ref()).await,
                    Err(error) => Err(error),
                };
                if let Some((secret, Some(value))) = work.judge(path, created)? {
                    let (client, name, id) = (client.name.clone(), secret.label, secret.id.to_string());
                    work.made.push(MadeSecret { kind: "secret", client, name, id, value });
                }
            }
        }
    }
    Ok(store::tables::secrets::of_client(work.change.conn, client.id).await?)
}

async fn delete_secrets(work: &mut Work<'_>, entry: &ClientEntry, held: &[ClientSecret]) -> Result<(), Error> {
    let Some(entries) = &entry.secrets else { return Ok(()) };
    for secret in held.iter().filter(|secret| !entries.iter().any(|entry| entry.label == secret.label)) {
        secrets::remove(&mut work.change, secret.clone()).await?;
    }
    Ok(())
}

//! What secrets may be, for those who change them by the API and by files.

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::contract::Patch;
use crate::contract::secret::SecretSettings;
use crate::crypto::credential::{self, Credential, Kind, StoredDigest};
use crate::error::Error;
use crate::gate::standing;
use crate::id::{ClientId, SecretId};
use crate::manage::change::Change;
use crate::manage::links;
use crate::model::label::Label;
use crate::secret::Secret;
use crate::store::tables::clients;
use crate::store::tables::domains::Domain;
use crate::store::tables::secrets::{self, ClientSecret};
use crate::text;

/// Makes a secret of this text, from `xwms secret new`, or of a fresh one; gives a fresh one's text: the only moment at
/// which it is known.
///
/// # Errors
/// [`Error::Invalid`], with `value` `taken` when some client has this very secret; [`Error::Conflict`] `label_taken`, or
/// `public_client` for one that can keep none; the database's.
pub(crate) async fn insert(
    change: &mut Change<'_>,
    client: ClientId,
    settings: &SecretSettings,
    value: Option<&Secret<String>>,
) -> Result<(ClientSecret, Option<Secret<String>>), Error> {
    if clients::is_public(change.conn, client).await? {
        return Err(Error::Conflict(text!("public_client")));
    }
    let mut secret = blank(client, change.now);
    let mut made = None;
    match value {
        Some(value) => set_value(change, &mut secret, value),
        None => {
            let fresh = Credential::generate(Kind::ClientSecret, change.now);
            (secret.digest, secret.hint) = (fresh.digest(), fresh.hint());
            made = Some(fresh.into_text());
        }
    }
    set(change, &mut secret, settings);
    change.sound()?;
    refuse_taken(change, &secret).await?;
    refuse_taken_label(change, &secret).await?;
    secrets::insert(change.conn, &secret).await?;
    change.created(Some(client), "secret.created", (secret.id, &secret.label), facts(&secret));
    Ok((secret, made))
}

/// Changes a secret, also its text when there is a `value`.
///
/// # Errors
/// As [`insert`]; [`Error::Conflict`] `secret_leaked` when one that was found in public is to be in use again.
pub(crate) async fn apply(
    change: &mut Change<'_>,
    old: ClientSecret,
    patch: Patch<SecretSettings>,
    value: Option<&Secret<String>>,
) -> Result<ClientSecret, Error> {
    let settings = change.take(patch.apply(&settings_of(&old)))?;
    let mut secret = old.clone();
    set(change, &mut secret, &settings);
    if let Some(value) = value {
        set_value(change, &mut secret, value);
    }
    change.sound()?;
    let (before, mut after) = (facts(&old), facts(&secret));
    if secret.digest != old.digest {
        refuse_taken(change, &secret).await?;
        // What leaked is the old value.
        secret.leaked_at = None;
        // The last four characters may be the same by chance; that the value is another one is told all the same.
        after["value"] = json!("replaced");
    }
    if standing::stays_off(secret.leaked_at) && secret.active && !old.active {
        return Err(Error::Conflict(text!("secret_leaked")));
    }
    if secret.label != old.label {
        refuse_taken_label(change, &secret).await?;
    }
    if change.updated(Some(secret.client_id), "secret.updated", (secret.id, &secret.label), (before, after)) {
        secret.updated_at = change.version_after(old.updated_at);
        secrets::update(change.conn, &secret).await?;
    }
    Ok(secret)
}

/// Deletes a secret with its links; what came through it goes on.
pub(crate) async fn remove(change: &mut Change<'_>, secret: ClientSecret) -> Result<(), Error> {
    secrets::delete(change.conn, secret.id).await?;
    change.deleted(Some(secret.client_id), "secret.deleted", (secret.id, &secret.label), facts(&secret));
    Ok(())
}

/// Makes the secrets that may be used for a domain exactly these, out of `all` of the client.
pub(crate) async fn set_links(
    change: &mut Change<'_>,
    domain: &Domain,
    wanted: &[SecretId],
    all: &[ClientSecret],
) -> Result<(), Error> {
    let all_links = secrets::links_of_client(change.conn, domain.client_id).await?;
    for secret in all {
        let (is, shall) = (all_links.contains(&(secret.id, domain.id)), wanted.contains(&secret.id));
        if shall && !is {
            links::add(change, secret, domain).await?;
        } else if is && !shall {
            links::remove(change, secret, domain).await?;
        }
    }
    Ok(())
}

async fn refuse_taken_label(change: &mut Change<'_>, secret: &ClientSecret) -> Result<(), Error> {
    if secrets::labels(change.conn, secret.client_id).await?.contains(&secret.label) {
        return Err(Error::Conflict(text!("label_taken", label = &secret.label)));
    }
    Ok(())
}

async fn refuse_taken(change: &mut Change<'_>, secret: &ClientSecret) -> Result<(), Error> {
    let holder = secrets::holder(change.conn, &secret.digest).await?;
    if holder.is_some_and(|holder| holder != secret.id) {
        return Err(Error::Invalid(vec![text!("taken-secret").at("value")]));
    }
    Ok(())
}

fn blank(client: ClientId, now: Timestamp) -> ClientSecret {
    ClientSecret {
        id: SecretId::generate(now),
        client_id: client,
        label: String::new(),
        digest: StoredDigest::from_bytes([0; 32]),
        hint: String::new(),
        active: true,
        expires_at: None,
        leaked_at: None,
        created_at: now,
        updated_at: now,
        noticed_days: None,
    }
}

/// What is set of a secret.
pub(crate) fn settings_of(secret: &ClientSecret) -> SecretSettings {
    SecretSettings { label: Label::stored(secret.label.clone()), active: secret.active, expires_at: secret.expires_at }
}

fn set(change: &mut Change<'_>, secret: &mut ClientSecret, settings: &SecretSettings) {
    settings.label.as_str().clone_into(&mut secret.label);
    secret.active = settings.active;
    let end = change.expiry(secret.expires_at, settings.expires_at);
    if end != secret.expires_at {
        secret.noticed_days = None;
    }
    secret.expires_at = end;
}

/// Whether a text is one that `xwms secret new` makes: no other is taken.
pub(crate) fn is_value(value: &Secret<String>) -> bool {
    StoredDigest::parse(Kind::ClientSecret, value.expose()).is_some()
}

fn set_value(change: &mut Change<'_>, secret: &mut ClientSecret, value: &Secret<String>) {
    match StoredDigest::parse(Kind::ClientSecret, value.expose()) {
        Some(digest) => (secret.digest, secret.hint) = (digest, credential::hint(value.expose())),
        None => change.findings.add("value", text!("weak")),
    }
}

/// What is audited of a secret.
pub(crate) fn facts(secret: &ClientSecret) -> Value {
    let mut facts = json!(settings_of(secret));
    facts["hint"] = json!(secret.hint);
    facts
}

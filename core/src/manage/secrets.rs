//! Client secrets: the rules. What people ask of them is in `asked`.

mod asked;
mod rotation;

pub(crate) use asked::find;
pub use asked::{SecretView, create, delete, get, list, update};
pub use rotation::{LONGEST_OVERLAP, OVERLAP, rotate};

use serde_json::{Value, json};

use super::change::Change;
use super::fields::Findings;
use super::links;
use crate::clock::Timestamp;
use crate::crypto::credential::{self, Credential, Kind, StoredDigest};
use crate::error::{Error, FieldError};
use crate::id::{ClientId, SecretId};
use crate::model::label::Label;
use crate::secret::Secret;
use crate::store::tables::domains::Domain;
use crate::store::tables::secrets::{self, ClientSecret};

/// What a secret is to be; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SecretFields {
    /// What the partner calls it, when that changes.
    pub label: Option<String>,
    /// Its text, from `xwms secret new`; a new secret without one gets a fresh one.
    pub value: Option<Secret<String>>,
    /// It is in use.
    pub active: Option<bool>,
    /// RFC 3339; an empty text clears it.
    pub expires_at: Option<String>,
}

/// What is wrong with these fields by themselves.
pub(crate) fn check(label: &str, fields: &SecretFields, now: Timestamp) -> Vec<FieldError> {
    let mut findings = Findings::default();
    findings.value("label", Label::parse(label));
    fill(&mut findings, &mut blank(ClientId::from_bytes([0; 16]), label, now), fields, now);
    findings.into_errors()
}

/// Makes a secret; gives its text when it was made here: the only moment at which it is known.
///
/// # Errors
/// [`Error::Invalid`], with `value` `taken` when some client has this very secret; [`Error::Conflict`] `label_taken`; the
/// database's.
pub(crate) async fn insert(
    change: &mut Change<'_>,
    client: ClientId,
    label: &str,
    fields: &SecretFields,
) -> Result<(ClientSecret, Option<Secret<String>>), Error> {
    let mut findings = Findings::default();
    let label = findings.value("label", Label::parse(label)).map_or_else(String::new, Label::into_string);
    let mut secret = blank(client, &label, change.now);
    let mut made = None;
    if fields.value.is_none() {
        let fresh = Credential::generate(Kind::ClientSecret, change.now);
        (secret.digest, secret.hint) = (fresh.digest(), fresh.hint());
        made = Some(fresh.into_text());
    }
    fill(&mut findings, &mut secret, fields, change.now);
    findings.none()?;
    refuse_taken(change, &secret).await?;
    refuse_taken_label(change, &secret).await?;
    secrets::insert(change.conn, &secret).await?;
    change.created(Some(client), "secret.created", secret.id, &label, facts(&secret));
    Ok((secret, made))
}

/// Changes a secret.
///
/// # Errors
/// As [`insert`]; [`Error::Conflict`] `secret_leaked` when one that was found in public is to be in use again.
pub(crate) async fn apply(
    change: &mut Change<'_>,
    old: ClientSecret,
    fields: &SecretFields,
) -> Result<ClientSecret, Error> {
    let mut findings = Findings::default();
    let mut secret = old.clone();
    fill(&mut findings, &mut secret, fields, change.now);
    findings.none()?;
    let (before, mut after) = (facts(&old), facts(&secret));
    if secret.digest != old.digest {
        refuse_taken(change, &secret).await?;
        // What leaked is the old value.
        secret.leaked_at = None;
        // The last four characters may be the same by chance; that the value is another one is told all the same.
        after["value"] = json!("replaced");
    }
    if secret.leaked_at.is_some() && secret.active && !old.active {
        let message = "this secret was found in public: make a new one, and delete it";
        return Err(Error::conflict("secret_leaked", message));
    }
    if secret.label != old.label {
        refuse_taken_label(change, &secret).await?;
    }
    if change.updated(Some(secret.client_id), "secret.updated", secret.id, &secret.label, (before, after)) {
        secret.updated_at = change.version_after(old.updated_at);
        secrets::update(change.conn, &secret).await?;
    }
    Ok(secret)
}

/// Deletes a secret with its links; what came through it goes on.
pub(crate) async fn remove(change: &mut Change<'_>, secret: ClientSecret) -> Result<(), Error> {
    secrets::delete(change.conn, secret.id).await?;
    change.deleted(Some(secret.client_id), "secret.deleted", secret.id, &secret.label, facts(&secret));
    Ok(())
}

/// Makes the secrets that may be used for a domain exactly these, out of `all` of the client.
pub(crate) async fn set_links(
    change: &mut Change<'_>,
    domain: &Domain,
    wanted: &[SecretId],
    all: &[ClientSecret],
) -> Result<(), Error> {
    let client = domain.client_id;
    let all_links = secrets::links_of_client(change.conn, client).await?;
    let linked = |id: SecretId| all_links.contains(&(id, domain.id));
    for secret in all {
        let (is, shall) = (linked(secret.id), wanted.contains(&secret.id));
        let (name, told) = (links::name(secret, domain), links::facts(secret, domain));
        if shall && !is {
            secrets::link(change.conn, secret.id, domain.id, change.now).await?;
            change.created(Some(client), "link.created", secret.id, &name, told);
        } else if is && !shall {
            secrets::unlink(change.conn, secret.id, domain.id).await?;
            change.deleted(Some(client), "link.deleted", secret.id, &name, told);
        }
    }
    Ok(())
}

async fn refuse_taken_label(change: &mut Change<'_>, secret: &ClientSecret) -> Result<(), Error> {
    let label = &secret.label;
    if secrets::labels(change.conn, secret.client_id).await?.contains(label) {
        return Err(Error::conflict("label_taken", format!("another secret of this client is called {label:?}")));
    }
    Ok(())
}

async fn refuse_taken(change: &mut Change<'_>, secret: &ClientSecret) -> Result<(), Error> {
    let holder = secrets::holder(change.conn, &secret.digest).await?;
    let mut findings = Findings::default();
    if holder.is_some_and(|holder| holder != secret.id) {
        findings.add("value", "taken", "this very secret is in use already; make another one with `xwms secret new`");
    }
    findings.none()
}

fn blank(client: ClientId, label: &str, now: Timestamp) -> ClientSecret {
    ClientSecret {
        id: SecretId::generate(now),
        client_id: client,
        label: label.to_owned(),
        digest: StoredDigest::from_bytes([0; 32]),
        hint: String::new(),
        active: true,
        expires_at: None,
        leaked_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn fill(findings: &mut Findings, secret: &mut ClientSecret, fields: &SecretFields, now: Timestamp) {
    if let Some(value) = &fields.value {
        match StoredDigest::parse(Kind::ClientSecret, value.expose()) {
            Some(digest) => (secret.digest, secret.hint) = (digest, credential::hint(value.expose())),
            None => findings.add("value", "weak", "give a value from `xwms secret new`: no other is taken"),
        }
    }
    findings
        .required(&mut secret.label, "label", fields.label.as_ref(), |text| Label::parse(text).map(Label::into_string));
    findings.expiry(&mut secret.expires_at, fields.expires_at.as_ref(), now);
    secret.active = fields.active.unwrap_or(secret.active);
}

pub(crate) fn facts(secret: &ClientSecret) -> Value {
    json!({
        "label": secret.label,
        "hint": secret.hint,
        "active": secret.active,
        "expires_at": secret.expires_at,
    })
}

//! Credentials that secret scanners found in public: out of use at once, and whom they belong to is told.

use std::net::IpAddr;

use serde_json::json;
use url::Url;

use super::change::{Actor, Change, Notice};
use super::{runner, secrets as of_secrets, tokens as of_tokens};
use crate::crypto::credential::{Kind, StoredDigest};
use crate::crypto::digest::sha256;
use crate::error::Error;
use crate::gate::standing;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::{api_tokens, clients, members, secrets};
use crate::text;
use crate::text::Arg;

/// A place longer than this is not told.
const LONGEST_PLACE: usize = 2048;

/// A credential that was found.
#[derive(Debug)]
pub struct Leak {
    /// Its text.
    pub token: Secret<String>,
    /// Where it was found.
    pub url: Option<String>,
}

/// What became of one that was reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The SHA-256 of its text.
    pub digest: [u8; 32],
    /// It is one of ours.
    pub ours: bool,
}

/// Takes a credential out of use for good, and tells whom it belongs to, once. One that is out of use already, or ended, is
/// still ours. `address`: where the report comes from.
///
/// # Errors
/// The database's.
pub async fn take(core: &Core, leak: Leak, address: IpAddr) -> Result<Judged, Error> {
    let text = leak.token.expose().trim();
    let digest = sha256(text.as_bytes());
    let place = leak.url.as_deref().and_then(|url| place(url, text));
    let secret = StoredDigest::parse(Kind::ClientSecret, text);
    let token = StoredDigest::parse(Kind::ApiToken, text);
    if secret.is_none() && token.is_none() {
        return Ok(Judged { digest, ours: false });
    }
    let actor = Actor::Service { name: "leak report", address };
    let ours = runner::change_as(core, actor, async move |change: &mut Change<'_>| match (secret, token) {
        (Some(digest), _) => deactivate_secret(change, &digest, place.as_deref()).await,
        (None, Some(digest)) => suspend_token(change, &digest, place.as_deref()).await,
        (None, None) => Ok(false),
    });
    Ok(Judged { digest, ours: ours.await? })
}

async fn deactivate_secret(change: &mut Change<'_>, digest: &StoredDigest, place: Option<&str>) -> Result<bool, Error> {
    let Some(found) = secrets::by_digest(change.conn, digest).await? else { return Ok(false) };
    clients::hold(change.conn, found.client_id).await?;
    let Some(old) = secrets::by_digest(change.conn, digest).await? else { return Ok(false) };
    if standing::stays_off(old.leaked_at) {
        return Ok(true);
    }
    let (leaked_at, updated_at) = (Some(change.now), change.version_after(old.updated_at));
    let new = secrets::ClientSecret { active: false, leaked_at, updated_at, ..old.clone() };
    secrets::update(change.conn, &new).await?;
    let mut after = of_secrets::facts(&new);
    (after["reason"], after["found_at"]) = (json!("reported as leaked"), json!(place));
    let client = new.client_id;
    change.updated(Some(client), "secret.leaked", (new.id, &new.label), (of_secrets::facts(&old), after));
    let (label, hint, place) = (new.label.to_string(), new.hint.as_str(), at(place));
    let text = if old.active {
        text!("notice_secret_leaked", label = label, hint = hint, place = place)
    } else {
        text!("notice_secret_leaked-inactive", label = label, hint = hint, place = place)
    };
    for user in members::owners_at(change.conn, client, change.now).await? {
        let (object, subject) = (Some(new.id.to_string()), text!("notice_secret_leaked-subject"));
        change.notify(Notice { user, kind: "secret.leaked".into(), object, subject, text: text.clone() });
    }
    Ok(true)
}

async fn suspend_token(change: &mut Change<'_>, digest: &StoredDigest, place: Option<&str>) -> Result<bool, Error> {
    let Some(found) = api_tokens::by_digest(change.conn, digest).await? else { return Ok(false) };
    if standing::stays_off(found.suspended_at) {
        return Ok(true);
    }
    api_tokens::suspend(change.conn, found.id, change.now).await?;
    let before = of_tokens::facts(&found);
    let mut after = before.clone();
    (after["suspended"], after["reason"], after["found_at"]) = (json!(true), json!("reported as leaked"), json!(place));
    change.updated(found.client_id, "token.leaked", (found.id, &found.label), (before, after));
    let (label, hint, place) = (found.label.to_string(), found.hint.as_str(), at(place));
    let text = text!("notice_token_leaked", label = label, hint = hint, place = place);
    let mut told = match found.client_id {
        Some(client) => members::owners_at(change.conn, client, change.now).await?,
        None => Vec::new(),
    };
    if !told.contains(&found.user_id) {
        told.push(found.user_id);
    }
    for user in told {
        let (object, subject) = (Some(found.id.to_string()), text!("notice_token_leaked-subject"));
        change.notify(Notice { user, kind: "token.leaked".into(), object, subject, text: text.clone() });
    }
    Ok(true)
}

fn at(place: Option<&str>) -> Arg {
    place.map_or_else(|| "".into(), |place| text!("notice_leaked_at", url = place).into())
}

/// A place as it may be told: a web address, without the credential, which may be a part of it.
fn place(url: &str, token: &str) -> Option<String> {
    let address = Url::parse(url).ok().filter(|address| matches!(address.scheme(), "http" | "https"))?;
    let told = address.as_str().replace(token, "…");
    (told.len() <= LONGEST_PLACE).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_web_address_without_the_credential() {
        let told = |url: &str| place(url, "xwms_sk_abc");
        assert_eq!(told("https://code.example/a?key=xwms_sk_abc").as_deref(), Some("https://code.example/a?key=…"));
        for wrong in ["", "javascript:alert(1)", "code.example", &format!("https://code.example/{}", "a".repeat(2048))]
        {
            assert_eq!(told(wrong), None, "{wrong}");
        }
    }
}

//! Credentials that secret scanners found in public: out of use at once, and whom they belong to is told.

use std::net::IpAddr;

use serde_json::json;
use url::Url;

use super::change::{Actor, Change, Notice, Permit};
use super::entitlement::Rules;
use super::{secrets as of_secrets, tokens as of_tokens};
use crate::crypto::credential::{Kind, StoredDigest};
use crate::crypto::digest::sha256;
use crate::error::Error;
use crate::gate::standing;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::{api_tokens, clients, members, secrets};

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
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let actor = Actor::Service { name: "leak report", address };
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = Change::begin(conn, Permit::of(actor), rules, now);
            let ours = match (secret, token) {
                (Some(digest), _) => deactivate_secret(&mut change, &digest, place.as_deref()).await?,
                (None, Some(digest)) => suspend_token(&mut change, &digest, place.as_deref()).await?,
                (None, None) => false,
            };
            change.end(ours).await
        })
        .await?;
    Ok(Judged { digest, ours: changed.committed(core) })
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
    change.updated(Some(client), "secret.leaked", new.id, &new.label, (of_secrets::facts(&old), after));
    let text = format!(
        "The client secret \"{}\" (…{}) was found in public{}. It is out of use {}. Make a new one, and delete it.",
        new.label,
        new.hint,
        at(place),
        if old.active { "at once, and for good" } else { "already, and stays so" }
    );
    for user in members::owners_at(change.conn, client, change.now).await? {
        change.notify(notice(user, "secret.leaked", &new.id.to_string(), "A client secret of yours has leaked", &text));
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
    change.updated(found.client_id, "token.leaked", found.id, &found.label, (before, after));
    let text = format!(
        "The API token \"{}\" (…{}) was found in public{}. It is out of use for good. Make a new one, and delete it.",
        found.label,
        found.hint,
        at(place)
    );
    let mut told = match found.client_id {
        Some(client) => members::owners_at(change.conn, client, change.now).await?,
        None => Vec::new(),
    };
    if !told.contains(&found.user_id) {
        told.push(found.user_id);
    }
    for user in told {
        change.notify(notice(user, "token.leaked", &found.id.to_string(), "An API token of yours has leaked", &text));
    }
    Ok(true)
}

fn notice(user: crate::id::UserId, kind: &'static str, object: &str, subject: &str, text: &str) -> Notice {
    Notice {
        user,
        kind: kind.into(),
        object: Some(object.to_owned()),
        subject: subject.to_owned(),
        text: text.to_owned().into(),
    }
}

fn at(place: Option<&str>) -> String {
    place.map(|place| format!(", at {place}")).unwrap_or_default()
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

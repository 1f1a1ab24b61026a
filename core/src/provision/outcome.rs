//! What applying a file did, for people and for programs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::database::Conn;
use crate::error::Error;
use crate::id::ClientId;
use crate::manage::change::Event;
use crate::model::request::RequestStatus;
use crate::secret::Secret;
use crate::store::tables::clients::Client;
use crate::store::tables::profiles::Profile;
use crate::store::tables::{domain_urls, domains, members, requests, roles, secrets, verifications};

/// What was done, or with `--plan` what would be.
#[derive(Debug, Default)]
pub struct Outcome {
    pub(super) planned: bool,
    pub(super) events: Vec<Event>,
    pub(super) touched: BTreeSet<ClientId>,
    /// What changed is part of every client's configuration.
    pub(super) everything: bool,
    pub(super) users: Vec<Profile>,
    pub(super) clients: Vec<ClientIds>,
    pub(super) secrets: Vec<MadeSecret>,
}

/// A secret that was made, with its text: nobody will see that again.
#[derive(Debug)]
pub(super) struct MadeSecret {
    /// `secret` of a client, or `webhook`.
    pub(super) kind: &'static str,
    pub(super) client: String,
    /// Its label, or the webhook's URL.
    pub(super) name: String,
    /// The id of the secret, or of the URL.
    pub(super) id: String,
    pub(super) value: Secret<String>,
}

/// The ids of a client and of all that it has.
#[derive(Debug)]
pub(super) struct ClientIds(Value);

impl Outcome {
    /// Whether anything was done at all.
    pub fn changed(&self) -> bool {
        !self.events.is_empty()
    }

    /// The clients whose configuration changed.
    pub const fn touched(&self) -> &BTreeSet<ClientId> {
        &self.touched
    }

    /// The changes, one a line, and then the secrets that were made. Exposes them: for standard output only.
    pub fn lines(&self) -> Vec<String> {
        if !self.changed() {
            return vec!["nothing to change: everything is as the file says".to_owned()];
        }
        let mut lines: Vec<String> = self.events.iter().map(|event| line(event, !self.planned)).collect();
        if self.planned {
            lines.push("only planned: nothing was changed".to_owned());
            return lines;
        }
        for made in &self.secrets {
            let MadeSecret { kind, client, name, value, .. } = made;
            let of = if *kind == "webhook" { "secret of the webhook" } else { "secret" };
            lines.push(format!("{of} {name:?} of {client}, shown this once: {}", value.expose()));
        }
        lines
    }

    /// The same for a program: changes, and unless it is only a plan the ids of everything the file names and the secrets
    /// that were made. Exposes them: for standard output only.
    pub fn json(&self) -> Value {
        let changes: Vec<Value> = self
            .events
            .iter()
            .map(|event| {
                // In a plan, the id of something new is one that it will not get.
                let object = (event.before.is_some() || !self.planned).then_some(&event.object);
                json!({
                    "action": event.action,
                    "object": object,
                    "name": event.name,
                    "client": if self.planned { None } else { event.client },
                    "before": event.before,
                    "after": event.after,
                })
            })
            .collect();
        let mut told = json!({ "changed": self.changed(), "planned": self.planned, "changes": changes });
        if !self.planned {
            let users =
                self.users.iter().map(|user| json!({ "email": user.email, "sub": user.id.as_public_subject() }));
            told["users"] = users.collect();
            told["clients"] = self.clients.iter().map(|client| self.with_values(client)).collect();
        }
        told
    }

    fn with_values(&self, client: &ClientIds) -> Value {
        let mut told = client.0.clone();
        let values: BTreeMap<&str, &str> =
            self.secrets.iter().map(|made| (made.id.as_str(), made.value.expose().as_str())).collect();
        let give = |object: &mut Value| {
            if let Some(value) = object["id"].as_str().and_then(|id| values.get(id)) {
                object["value"] = json!(value);
            }
        };
        told["secrets"].as_array_mut().into_iter().flatten().for_each(give);
        for domain in told["domains"].as_array_mut().into_iter().flatten() {
            domain["urls"].as_array_mut().into_iter().flatten().for_each(give);
        }
        told
    }
}

impl ClientIds {
    /// Reads them as they are now.
    pub(super) async fn load(conn: &mut Conn, client: Client, now: Timestamp) -> Result<Self, Error> {
        let id = client.id;
        let urls = domain_urls::of_client(conn, id).await?;
        let urls_of = |domain| {
            let urls = urls.iter().filter(|url| url.domain_id == domain);
            urls.map(|url| json!({ "id": url.id, "kind": url.kind, "url": url.url })).collect::<Value>()
        };
        let domains = domains::of_client(conn, id)
            .await?
            .into_iter()
            .map(|domain| json!({ "id": domain.id, "root_domain": domain.root_domain, "urls": urls_of(domain.id) }));
        let domains: Value = domains.collect();
        let secrets = secrets::of_client(conn, id).await?;
        let secrets: Value = secrets.iter().map(|secret| json!({ "id": secret.id, "label": secret.label })).collect();
        let roles = roles::of_client(conn, id).await?;
        let roles: Value = roles.iter().map(|role| json!({ "id": role.id, "key": role.role_key })).collect();
        let members = members::of_client(conn, id).await?;
        let members: Value =
            members.iter().map(|member| json!({ "id": member.id, "email": member.email_key })).collect();
        let requests = requests::standing(conn, id, now).await?;
        let requests: Value = requests
            .iter()
            .map(|request| {
                let state = if request.status == RequestStatus::Accepted { "accepted" } else { "pending" };
                json!({ "id": request.id, "kind": request.kind, "email": request.email_key, "state": state })
            })
            .collect();
        let verifications = verifications::standing(conn, id, now).await?;
        let verifications: Value = verifications.iter().map(|it| json!({ "id": it.id, "state": it.status })).collect();
        Ok(Self(json!({
            "id": id,
            "name": client.name,
            "secrets": secrets,
            "domains": domains,
            "roles": roles,
            "members": members,
            "requests": requests,
            "verifications": verifications,
        })))
    }
}

/// `domain.updated engines.example: allow_login false -> true`; what is new comes with its id, where that is its id for good.
fn line(event: &Event, ids: bool) -> String {
    let mut line = event.action.to_owned();
    if !event.name.is_empty() {
        line.push(' ');
        line.push_str(&event.name);
    }
    if ids && event.before.is_none() && event.object != event.name {
        line = format!("{line} ({})", event.object);
    }
    if let (Some(Value::Object(before)), Some(Value::Object(after))) = (&event.before, &event.after) {
        let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
        let nothing = Value::Null;
        let differences = keys.map(|key| {
            let (before, after) = (before.get(key).unwrap_or(&nothing), after.get(key).unwrap_or(&nothing));
            format!("{key} {before} -> {after}")
        });
        line = format!("{line}: {}", differences.collect::<Vec<_>>().join(", "));
    }
    line
}

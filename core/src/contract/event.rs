//! What webhooks are told: the form of each event, version 1 of each. A form only ever gains members; what would take one
//! away or change one is an event of another name.

use deserr::Deserr;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Findings, View};
use crate::clock::Timestamp;
use crate::id::{ClientId, DeliveryId, DomainId, RequestId, SecretId, Subject, UrlId, VerificationId};
use crate::model::domain::Ownership;
use crate::model::event::{DeliveryStatus, EventType};
use crate::model::request::RequestKind;
use crate::model::root_domain::RootDomain;
use crate::model::verification::{ItemStatus, VerificationState};

/// Somebody logged in at one of the client's domains.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UserLogin {
    /// Who, as the client knows them: the `sub` of tokens.
    pub sub: Subject,
    /// What the login was given.
    pub scopes: Vec<String>,
}

/// What somebody shares with the client has changed, or somebody is gone: ask userinfo.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OfUser {
    /// Who, as the client knows them: the `sub` of tokens.
    pub sub: Subject,
}

/// A request was answered.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RequestAnswered {
    /// The request.
    pub request: RequestId,
    /// What it asked for.
    pub kind: RequestKind,
    /// Who answered, when they have logged in at the client before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<Subject>,
}

/// The staff decided on an application, or took a decision back.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VerificationDecided {
    /// The application.
    pub verification: VerificationId,
    /// What has become of it.
    pub status: VerificationState,
    /// Why, where one reason was given for all of it.
    pub reason: Option<String>,
    /// When an approval ends.
    pub expires_at: Option<Timestamp>,
    /// What was decided on each domain and scope.
    pub items: Vec<DecidedItem>,
}

/// What was decided on one domain and scope.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DecidedItem {
    /// The domain.
    pub domain: DomainId,
    /// The scope.
    pub scope: String,
    /// What was decided.
    pub status: ItemStatus,
    /// Why.
    pub reason: Option<String>,
}

/// A secret ends soon: told 30, 7 and 1 days before.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SecretExpiring {
    /// The secret.
    pub secret: SecretId,
    /// What it is called.
    pub label: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A domain has changed: read it for what it is now.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DomainUpdated {
    /// Its root domain.
    pub root_domain: RootDomain,
    /// Whether its ownership is proven.
    pub ownership: Ownership,
}

/// Somebody tries a webhook URL.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Ping {
    /// The URL.
    pub url: UrlId,
}

/// Everything that webhooks are told of.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// `user.login`
    UserLogin(UserLogin),
    /// `user.updated`
    UserUpdated(OfUser),
    /// `user.deleted`
    UserDeleted(OfUser),
    /// `consent.revoked`
    ConsentRevoked(OfUser),
    /// `request.accepted`
    RequestAccepted(RequestAnswered),
    /// `request.declined`
    RequestDeclined(RequestAnswered),
    /// `verification.decided`
    VerificationDecided(VerificationDecided),
    /// `secret.expiring`
    SecretExpiring(SecretExpiring),
    /// `domain.updated`
    DomainUpdated(DomainUpdated),
    /// `ping`
    Ping(Ping),
}

impl Event {
    /// What it is called.
    pub const fn event_type(&self) -> EventType {
        match self {
            Self::UserLogin(_) => EventType::UserLogin,
            Self::UserUpdated(_) => EventType::UserUpdated,
            Self::UserDeleted(_) => EventType::UserDeleted,
            Self::ConsentRevoked(_) => EventType::ConsentRevoked,
            Self::RequestAccepted(_) => EventType::RequestAccepted,
            Self::RequestDeclined(_) => EventType::RequestDeclined,
            Self::VerificationDecided(_) => EventType::VerificationDecided,
            Self::SecretExpiring(_) => EventType::SecretExpiring,
            Self::DomainUpdated(_) => EventType::DomainUpdated,
            Self::Ping(_) => EventType::Ping,
        }
    }

    /// What is sent: `{type, timestamp, data}`; `data` names the client, and the domain where there is one.
    pub fn body(&self, client: ClientId, domain: Option<DomainId>, now: Timestamp) -> String {
        let event = Message { event: self.event_type(), timestamp: now, data: Data { client, domain, of_event: self } };
        json!(event).to_string()
    }
}

/// A message: what a webhook URL is sent.
#[derive(Serialize, JsonSchema)]
struct Message<E> {
    /// What happened.
    #[serde(rename = "type")]
    event: EventType,
    /// When it happened.
    timestamp: Timestamp,
    /// What is told of it.
    data: Data<E>,
}

/// What is told of an event.
#[derive(Serialize, JsonSchema)]
struct Data<E> {
    /// The client.
    client: ClientId,
    /// The domain, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<DomainId>,
    #[serde(flatten)]
    of_event: E,
}

/// The JSON Schema of the messages of this type.
pub fn schema(event: EventType) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| settings.inline_subschemas = true);
    let generator = settings.into_generator();
    let schema = match event {
        EventType::UserLogin => of::<UserLogin>(generator),
        EventType::UserUpdated | EventType::UserDeleted | EventType::ConsentRevoked => of::<OfUser>(generator),
        EventType::RequestAccepted | EventType::RequestDeclined => of::<RequestAnswered>(generator),
        EventType::VerificationDecided => of::<VerificationDecided>(generator),
        EventType::SecretExpiring => of::<SecretExpiring>(generator),
        EventType::DomainUpdated => of::<DomainUpdated>(generator),
        EventType::Ping => of::<Ping>(generator),
    };
    named(schema, event)
}

fn of<E: JsonSchema>(generator: SchemaGenerator) -> Value {
    generator.into_root_schema_for::<Message<E>>().into()
}

/// The schema with the event's own name.
fn named(mut schema: Value, event: EventType) -> Value {
    schema["$id"] = json!(format!("/docs/events/{event}.v1.json"));
    schema["title"] = json!(event);
    schema["properties"]["type"] = json!({ "const": event });
    schema
}

/// A message on its way to a webhook URL.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
pub struct DeliveryView {
    /// Its id, which is also the message's `webhook-id`.
    #[schemars(example = &"delivery_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: DeliveryId,
    /// The webhook URL.
    #[schemars(example = &"url_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub url: UrlId,
    /// What happened.
    #[serde(rename = "type")]
    #[schemars(example = &"user.login")]
    pub event: EventType,
    /// What has become of it.
    #[schemars(example = &"delivered")]
    pub status: DeliveryStatus,
    /// When it is tried next, while it waits.
    #[schemars(example = ())]
    pub next_try_at: Option<Timestamp>,
    /// Every try, oldest first.
    #[schemars(example = [""; 0])]
    pub tries: Vec<TryView>,
}

impl View for DeliveryView {}

/// One try.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TryView {
    /// When.
    pub at: Timestamp,
    /// The status that was answered, if any was.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub ms: i64,
    /// Why it failed, where the status does not say.
    #[schemars(length(max = 40))]
    pub reason: Option<String>,
}

/// Which parked deliveries are sent again; without anything all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct RedeliverFilter {
    /// To this URL.
    #[schemars(example = &"url_01jd3v8m1efb9rkyq9wzvw2x4a")]
    #[deserr(default)]
    pub url: Option<UrlId>,
    /// Of this type of event.
    #[serde(rename = "type")]
    #[schemars(example = &"user.login")]
    #[deserr(default, rename = "type")]
    pub event: Option<EventType>,
}

/// How many were sent again.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Redelivered {
    /// So many.
    #[schemars(range(min = 0), example = 3)]
    pub deliveries: usize,
}

impl View for Redelivered {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_client_and_its_domain_where_there_is_one() {
        let (client, now) = (ClientId::from_bytes([1; 16]), Timestamp::from_seconds(1_769_860_800));
        let sub = "1234567890123".parse().unwrap();
        let login = Event::UserLogin(UserLogin { sub, scopes: vec!["openid".to_owned()] });
        let domain = DomainId::from_bytes([2; 16]);
        let body: Value = serde_json::from_str(&login.body(client, Some(domain), now)).unwrap();
        let data = json!({ "client": client, "domain": domain, "sub": "1234567890123", "scopes": ["openid"] });
        assert_eq!(body, json!({ "type": "user.login", "timestamp": "2026-01-31T12:00:00Z", "data": data }));
        let body: Value = serde_json::from_str(&Event::UserUpdated(OfUser { sub }).body(client, None, now)).unwrap();
        assert_eq!(body["data"], json!({ "client": client, "sub": "1234567890123" }));
    }
}

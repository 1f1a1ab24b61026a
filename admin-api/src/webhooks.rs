//! Deliveries to webhooks: `/clients/{client}/webhooks/…`; and what they are told, for the document.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};
use xwms_core::contract::event::{self, DeliveryView, RedeliverFilter, Redelivered};
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DeliveryId};
use xwms_core::manage::webhooks::{self, DeliveryFields};
use xwms_core::model::event::EventType;
use xwms_core::state::Core;

use crate::answer::{accepted, shown};
use crate::authenticated::Authenticated;
use crate::json::MaybeNew;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

pub(crate) static DELIVERY: Of<DeliveryView> = Of::new();
static FILTER_BODY: Of<RedeliverFilter> = Of::new();
static REDELIVERED: Of<Redelivered> = Of::new();

static FILTER: [QueryParam; 3] = [
    QueryParam { name: "url", about: "To this webhook URL.", example: "url_01jd3v8m1efb9rkyq9wzvw2x4a", choices: &[] },
    QueryParam {
        name: "type",
        about: "Of this type of event.",
        example: "user.login",
        choices: &[
            "user.login",
            "user.updated",
            "user.deleted",
            "consent.revoked",
            "request.accepted",
            "request.declined",
            "verification.decided",
            "secret.expiring",
            "domain.updated",
            "ping",
        ],
    },
    QueryParam {
        name: "status",
        about: "Of which this has become.",
        example: "parked",
        choices: &["waiting", "delivered", "parked"],
    },
];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/webhooks/deliveries", || get(list))
        .named("listDeliveries", "Lists what was sent to webhooks, newest first, with every try.")
        .needs(Needs::Client(Permission::WebhooksRead))
        .query(&FILTER)
        .response(ResponseBody::Page(&DELIVERY)),
    Operation::new(Method::Get, "/clients/{client}/webhooks/deliveries/{delivery}", || get(read))
        .named("getDelivery", "Reads a delivery.")
        .needs(Needs::Client(Permission::WebhooksRead))
        .response(ResponseBody::One(&DELIVERY)),
    Operation::new(Method::Post, "/clients/{client}/webhooks/deliveries/{delivery}/redeliver", || post(redeliver))
        .named("redeliver", "Sends a delivery again, whatever has become of it.")
        .needs(Needs::Client(Permission::WebhooksCreate))
        .response(ResponseBody::Accepted(&DELIVERY)),
    Operation::new(Method::Post, "/clients/{client}/webhooks/redeliver", || post(redeliver_parked))
        .named("redeliverParked", "Sends all that is parked again, or what of it goes to one URL or is of one type.")
        .needs(Needs::Client(Permission::WebhooksCreate))
        .request(RequestBody::MaybeNew(&FILTER_BODY))
        .response(ResponseBody::Accepted(&REDELIVERED)),
];

/// What webhooks are told, as the document describes it: a message of each type.
pub(crate) fn messages() -> Value {
    let message = |event: &EventType| {
        let header = |name: &str, about: &str| json!({ "name": name, "in": "header", "required": true, "description": about, "schema": { "type": "string" } });
        let mut schema = event::schema(*event);
        let about = schema["description"].clone();
        for member in ["$schema", "$id"] {
            schema.as_object_mut().map(|schema| schema.remove(member));
        }
        let described = json!({
            "post": {
                "operationId": format!("on_{}", event.as_str().replace('.', "_")),
                "summary": about,
                "tags": ["webhooks"],
                "parameters": [
                    header("webhook-id", "The delivery: the same at every try."),
                    header("webhook-timestamp", "When this try was made, in seconds since 1970."),
                    header("webhook-signature", "`v1,` and a signature, apart by spaces (Standard Webhooks)."),
                ],
                "requestBody": { "required": true, "content": { "application/json": { "schema": schema } } },
                "responses": {
                    "2XX": { "description": "Taken." },
                    "410": { "description": "Gone for good: the URL is switched off." },
                },
            },
        });
        (event.as_str().to_owned(), described)
    };
    Value::Object(EventType::ALL.iter().map(message).collect::<Map<_, _>>())
}

/// The JSON Schema of the messages of one type: `user.login.v1.json`.
pub(crate) async fn schema(Path(file): Path<String>) -> Result<Response, Problem> {
    let event = file.strip_suffix(".v1.json").and_then(EventType::parse).ok_or(Error::NotFound("event"))?;
    let json = HeaderValue::from_static("application/schema+json");
    Ok(([(CONTENT_TYPE, json)], event::schema(event).to_string()).into_response())
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&FILTER, true)?;
    let page = query.page::<DeliveryId>()?;
    let fields = DeliveryFields { url: query.get("url"), event: query.get("type"), status: query.get("status") };
    let found = webhooks::list(&core, &caller, (client, fields), page.after, page.look_for()).await?;
    Ok(page.answer(found, |delivery| delivery.id.to_string(), |delivery| delivery))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, delivery)): PathIds<(ClientId, DeliveryId)>,
) -> Result<Response, Problem> {
    Ok(shown(&webhooks::get(&core, &caller, client, delivery).await?))
}

async fn redeliver(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(delivery): PathIds<(ClientId, DeliveryId)>,
) -> Result<Response, Problem> {
    Ok(accepted(webhooks::redeliver(&core, caller, delivery).await?))
}

async fn redeliver_parked(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    MaybeNew(filter): MaybeNew<RedeliverFilter>,
) -> Result<Response, Problem> {
    Ok(accepted(webhooks::redeliver_parked(&core, caller, client, filter).await?))
}

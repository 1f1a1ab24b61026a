//! The signing keys: `/staff/keys`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::Value;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::model::client::SigningAlg;
use xwms_core::staff::keys::{self, Order};
use xwms_core::state::Core;
use xwms_core::store::tables::signing_keys::Row;

use crate::authenticated::Authenticated;
use crate::json::OptionalObject;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

static KEY: Shape = Shape {
    name: "SigningKey",
    members: &[
        member("kid", Kind::Text(64), Set::Never, "Its name.", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        member("alg", Kind::OneOf(&["ES256", "RS256"]), Set::Never, "What it signs with.", "ES256"),
        member(
            "state",
            Kind::OneOf(&["next", "current", "retired"]),
            Set::Never,
            "Where it stands in its life.",
            "current",
        ),
        member("published_at", Kind::Time, Set::Never, "Since when it is published.", "2026-01-31T12:00:00Z"),
        member("signs_from", Kind::NullableTime, Set::Never, "When it signs, or is to.", "2026-02-01T12:00:00Z"),
        member("retired_at", Kind::NullableTime, Set::Never, "When it ceased to.", "null"),
        member("public_jwk", Kind::Any, Set::Never, "The public key, as it is published.", r#"{"kty": "EC"}"#),
    ],
};

static ORDER: Shape = Shape {
    name: "KeyRotation",
    members: &[
        member("now", Kind::Bool, Set::Once, "The new keys sign at once: for a key that may have leaked.", "false"),
        member("reason", Kind::Text(500), Set::Once, "Why; it is audited.", "An operator has left."),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/staff/keys",
        id: "listSigningKeys",
        summary: "Lists the signing keys, the oldest first. Their private parts are told nowhere.",
        needs: Needs::Admin(Permission::StaffRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&KEY),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/staff/keys/rotate",
        id: "rotateSigningKeys",
        summary: "Publishes the next signing keys before their time.",
        needs: Needs::Admin(Permission::StaffUpdate),
        query: &[],
        request: RequestBody::MaybeNew(&ORDER),
        response: ResponseBody::Page(&KEY),
        refusals: &[],
        handler: || post(rotate),
    },
];

/// A key on the wire.
#[derive(Serialize)]
struct Key {
    kid: String,
    alg: SigningAlg,
    state: &'static str,
    published_at: Timestamp,
    signs_from: Option<Timestamp>,
    retired_at: Option<Timestamp>,
    public_jwk: Option<Value>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let found = keys::list(&core, &caller).await?;
    answer(found, &query)
}

async fn rotate(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
    OptionalObject(body): OptionalObject,
) -> Result<Response, Problem> {
    let mut members = body.members(&ORDER, Purpose::Create);
    let order = Order { now: members.boolean("now").unwrap_or(false), reason: members.text("reason") };
    members.end()?;
    let found = keys::rotate(&core, caller, order).await?;
    answer(found, &query)
}

/// A page of the keys, of which there are never many.
fn answer(mut found: Vec<Row>, query: &Query) -> Result<Response, Problem> {
    let page = query.page::<String>()?;
    if let Some(after) = &page.after {
        let end = found.iter().position(|key| key.kid == *after).map_or(found.len(), |at| at + 1);
        found.drain(..end);
    }
    Ok(page.answer(found, |key| key.kid.clone(), Key::from))
}

impl From<Row> for Key {
    fn from(row: Row) -> Self {
        Self {
            kid: row.kid,
            alg: row.alg,
            state: row.state.as_str(),
            published_at: row.published_at,
            signs_from: row.signs_from,
            retired_at: row.retired_at,
            public_jwk: serde_json::from_str(&row.public_jwk).ok(),
        }
    }
}

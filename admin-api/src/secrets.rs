//! Client secrets, `/clients/{client}/secrets`, and the domains that they may be used for,
//! `/clients/{client}/domains/{domain}/secrets`.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, SecretId};
use xwms_core::manage::links;
use xwms_core::manage::secrets::{self, SecretFields, SecretView};
use xwms_core::state::Core;

use crate::answer::{done, made, unstored};
use crate::authenticated::Authenticated;
use crate::etag::{self, IfMatch};
use crate::json::{Object, OptionalObject};
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

static SECRET: Shape = Shape {
    name: "Secret",
    members: &[
        member("id", Kind::Id("secret"), Set::Never, "Its id.", "secret_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("label", Kind::Text(120), Set::Always, "What you call it; no two have the same.", "Standard Key"),
        member("active", Kind::Bool, Set::Always, "Whether it is in use.", "true"),
        member("expires_at", Kind::NullableTime, Set::Always, "When it ends.", "2030-01-31T12:00:00Z"),
        member("hint", Kind::Text(4), Set::Never, "Its last four characters.", "zt4Q"),
        member("last_used_at", Kind::NullableTime, Set::Never, "When it was last used.", "2026-01-31T12:00:00Z"),
        member("last_used_from", Kind::NullableText(45), Set::Never, "From which address.", "192.0.2.7"),
        member("value", Kind::Text(100), Set::Never, "The secret; in the answer that made it only.", "xwms_sk_…"),
    ],
};

/// What a rotation asks for.
static ROTATION: Shape = Shape {
    name: "Rotation",
    members: &[member(
        "overlap_seconds",
        Kind::Integer(0, secrets::LONGEST_OVERLAP.as_secs().cast_signed()),
        Set::Once,
        "How long the old one goes on; a day when it is left out.",
        "86400",
    )],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients/{client}/secrets",
        id: "listSecrets",
        summary: "Lists the secrets of a client.",
        needs: Needs::Client(Permission::SecretsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&SECRET),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/secrets",
        id: "createSecret",
        summary: "Makes a secret; without a body one that is called Standard Key.",
        needs: Needs::Client(Permission::SecretsCreate),
        query: &[],
        request: RequestBody::MaybeNew(&SECRET),
        response: ResponseBody::Made(&SECRET),
        refusals: &[(409, "label_taken")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/secrets/{secret}",
        id: "getSecret",
        summary: "Reads a secret: all but the secret itself.",
        needs: Needs::Client(Permission::SecretsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&SECRET),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/clients/{client}/secrets/{secret}",
        id: "updateSecret",
        summary: "Changes a secret.",
        needs: Needs::Client(Permission::SecretsUpdate),
        query: &[],
        request: RequestBody::Changes(&SECRET),
        response: ResponseBody::One(&SECRET),
        refusals: &[(409, "label_taken"), (409, "secret_leaked")],
        handler: || patch(update),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/secrets/{secret}",
        id: "deleteSecret",
        summary: "Deletes a secret for good; what was given to it goes on.",
        needs: Needs::Client(Permission::SecretsDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(remove),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/secrets/{secret}/rotate",
        id: "rotateSecret",
        summary: "Makes a new secret with the label and the domains of this one, which ends after a while.",
        needs: Needs::Client(Permission::SecretsCreate),
        query: &[],
        request: RequestBody::MaybeNew(&ROTATION),
        response: ResponseBody::Made(&SECRET),
        refusals: &[],
        handler: || post(rotate),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/domains/{domain}/secrets",
        id: "listLinks",
        summary: "Lists the secrets that may be used for a domain.",
        needs: Needs::Client(Permission::LinksRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&SECRET),
        refusals: &[],
        handler: || get(list_links),
    },
    Operation {
        method: Method::Put,
        path: "/clients/{client}/domains/{domain}/secrets/{secret}",
        id: "createLink",
        summary: "Lets a secret be used for a domain.",
        needs: Needs::Client(Permission::LinksCreate),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || put(link),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/domains/{domain}/secrets/{secret}",
        id: "deleteLink",
        summary: "RequestBody that back.",
        needs: Needs::Client(Permission::LinksDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(unlink),
    },
];

#[derive(Serialize)]
struct Secret {
    id: SecretId,
    label: String,
    active: bool,
    expires_at: Option<Timestamp>,
    hint: String,
    last_used_at: Option<Timestamp>,
    last_used_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<SecretId>()?;
    let found = secrets::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |view| view.secret.id.to_string(), Secret::from))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    OptionalObject(body): OptionalObject,
) -> Result<Response, Problem> {
    let fields = fields(body, Purpose::Create)?;
    let (view, text) = secrets::create(&core, caller, client, fields).await?;
    Ok(new(client, view, text.expose()))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, secret)): PathIds<(ClientId, SecretId)>,
) -> Result<Response, Problem> {
    Ok(one(secrets::get(&core, &caller, client, secret).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, secret)): PathIds<(ClientId, SecretId)>,
    IfMatch(expected): IfMatch,
    body: Object,
) -> Result<Response, Problem> {
    let fields = fields(body, Purpose::Change)?;
    let named = (client, secret);
    Ok(one(secrets::update(&core, caller, named, fields, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, secret)): PathIds<(ClientId, SecretId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    secrets::delete(&core, caller, (client, secret), expected).await?;
    Ok(done())
}

async fn rotate(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, secret)): PathIds<(ClientId, SecretId)>,
    IfMatch(expected): IfMatch,
    OptionalObject(body): OptionalObject,
) -> Result<Response, Problem> {
    let mut members = body.members(&ROTATION, Purpose::Create);
    let seconds = members.integer("overlap_seconds").and_then(|seconds| u64::try_from(seconds).ok());
    members.end()?;
    let overlap = seconds.map_or(secrets::OVERLAP, Duration::from_secs);
    let (view, text) = secrets::rotate(&core, caller, (client, secret), overlap, expected).await?;
    Ok(new(client, view, text.expose()))
}

async fn list_links(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain)): PathIds<(ClientId, DomainId)>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<SecretId>()?;
    let of = (client, domain);
    let found = links::list(&core, &caller, of, page.after, page.look_for()).await?;
    Ok(page.answer(found, |view| view.secret.id.to_string(), Secret::from))
}

async fn link(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain, secret)): PathIds<(ClientId, DomainId, SecretId)>,
) -> Result<Response, Problem> {
    let ends = (domain, secret);
    links::link(&core, caller, client, ends).await?;
    Ok(done())
}

async fn unlink(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain, secret)): PathIds<(ClientId, DomainId, SecretId)>,
) -> Result<Response, Problem> {
    let ends = (domain, secret);
    links::unlink(&core, caller, client, ends).await?;
    Ok(done())
}

fn fields(body: Object, purpose: Purpose) -> Result<SecretFields, Problem> {
    let mut members = body.members(&SECRET, purpose);
    let fields = SecretFields {
        label: members.text("label"),
        value: None,
        active: members.boolean("active"),
        expires_at: members.text("expires_at"),
    };
    members.end()?;
    Ok(fields)
}

/// 201 with the text: the one answer that shows it.
fn new(client: ClientId, view: SecretView, text: &str) -> Response {
    let location = format!("/clients/{client}/secrets/{}", view.secret.id);
    let tag = etag::of(view.secret.updated_at);
    let secret = Secret { value: Some(text.to_owned()), ..Secret::from(view) };
    unstored(made(&location, ([(header::ETAG, tag)], Json(secret)).into_response()))
}

fn one(view: SecretView) -> Response {
    let tag = etag::of(view.secret.updated_at);
    ([(header::ETAG, tag)], Json(Secret::from(view))).into_response()
}

impl From<SecretView> for Secret {
    fn from(view: SecretView) -> Self {
        let (secret, last_use) = (view.secret, view.last_use);
        Self {
            id: secret.id,
            label: secret.label,
            active: secret.active,
            expires_at: secret.expires_at,
            hint: secret.hint,
            last_used_at: last_use.last_used_at,
            last_used_from: last_use.last_used_from,
            value: None,
        }
    }
}

//! Client secrets, `/clients/{client}/secrets`, and the domains that they may be used for,
//! `/clients/{client}/domains/{domain}/secrets`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post, put};
use xwms_core::contract::secret::{Rotation, SecretSettings, SecretView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, SecretId};
use xwms_core::manage::links;
use xwms_core::manage::secrets;
use xwms_core::state::Core;

use crate::answer::{changed, created, done, shown};
use crate::authenticated::Authenticated;
use crate::etag::IfMatch;
use crate::json::{Changes, MaybeChanges, MaybeNew};
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static SECRET: Of<SecretView> = Of::new();
static SETTINGS: Of<SecretSettings> = Of::new();
static ROTATION: Of<Rotation> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/secrets", || get(list))
        .named("listSecrets", "Lists the secrets of a client.")
        .needs(Needs::Client(Permission::SecretsRead))
        .response(ResponseBody::Page(&SECRET)),
    Operation::new(Method::Post, "/clients/{client}/secrets", || post(create))
        .named("createSecret", "Makes a secret; without a body one that is called Standard Key.")
        .needs(Needs::Client(Permission::SecretsCreate))
        .request(RequestBody::MaybeNew(&SETTINGS))
        .response(ResponseBody::Made(&SECRET))
        .refusals(&[(409, "label_taken"), (409, "public_client")]),
    Operation::new(Method::Get, "/clients/{client}/secrets/{secret}", || get(read))
        .named("getSecret", "Reads a secret: all but the secret itself.")
        .needs(Needs::Client(Permission::SecretsRead))
        .response(ResponseBody::One(&SECRET)),
    Operation::new(Method::Patch, "/clients/{client}/secrets/{secret}", || patch(update))
        .named("updateSecret", "Changes a secret.")
        .needs(Needs::Client(Permission::SecretsUpdate))
        .request(RequestBody::Changes(&SETTINGS))
        .response(ResponseBody::One(&SECRET))
        .refusals(&[(409, "label_taken"), (409, "secret_leaked")]),
    Operation::new(Method::Delete, "/clients/{client}/secrets/{secret}", || delete(remove))
        .named("deleteSecret", "Deletes a secret for good; what was given to it goes on.")
        .needs(Needs::Client(Permission::SecretsDelete)),
    Operation::new(Method::Post, "/clients/{client}/secrets/{secret}/rotate", || post(rotate))
        .named(
            "rotateSecret",
            "Makes a new secret with the label and the domains of this one, which ends after a while.",
        )
        .needs(Needs::Client(Permission::SecretsCreate))
        .request(RequestBody::MaybeNew(&ROTATION))
        .response(ResponseBody::Made(&SECRET)),
    Operation::new(Method::Get, "/clients/{client}/domains/{domain}/secrets", || get(list_links))
        .named("listLinks", "Lists the secrets that may be used for a domain.")
        .needs(Needs::Client(Permission::LinksRead))
        .response(ResponseBody::Page(&SECRET)),
    Operation::new(Method::Put, "/clients/{client}/domains/{domain}/secrets/{secret}", || put(link))
        .named("createLink", "Lets a secret be used for a domain.")
        .needs(Needs::Client(Permission::LinksCreate))
        .refusals(&[(409, "public_client")]),
    Operation::new(Method::Delete, "/clients/{client}/domains/{domain}/secrets/{secret}", || delete(unlink))
        .named("deleteLink", "Takes that back.")
        .needs(Needs::Client(Permission::LinksDelete)),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<SecretId>()?;
    let found = secrets::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |secret| secret.id.to_string(), |secret| secret))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    MaybeChanges(secret): MaybeChanges<SecretSettings>,
) -> Result<Response, Problem> {
    created(&format!("/clients/{client}/secrets"), secrets::create(&core, caller, client, secret).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, secret)): PathIds<(ClientId, SecretId)>,
) -> Result<Response, Problem> {
    Ok(shown(&secrets::get(&core, &caller, client, secret).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(secret): PathIds<(ClientId, SecretId)>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<SecretSettings>,
) -> Result<Response, Problem> {
    Ok(changed(secrets::update(&core, caller, secret, patch, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(secret): PathIds<(ClientId, SecretId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    secrets::delete(&core, caller, secret, expected).await?;
    Ok(done())
}

async fn rotate(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, secret)): PathIds<(ClientId, SecretId)>,
    IfMatch(expected): IfMatch,
    MaybeNew(rotation): MaybeNew<Rotation>,
) -> Result<Response, Problem> {
    let made = secrets::rotate(&core, caller, (client, secret), rotation, expected).await?;
    created(&format!("/clients/{client}/secrets"), made)
}

async fn list_links(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(domain): PathIds<(ClientId, DomainId)>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<SecretId>()?;
    let found = links::list(&core, &caller, domain, page.after, page.look_for()).await?;
    Ok(page.answer(found, |secret| secret.id.to_string(), |secret| secret))
}

async fn link(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(link): PathIds<(ClientId, DomainId, SecretId)>,
) -> Result<Response, Problem> {
    links::link(&core, caller, link).await?;
    Ok(done())
}

async fn unlink(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(link): PathIds<(ClientId, DomainId, SecretId)>,
) -> Result<Response, Problem> {
    links::unlink(&core, caller, link).await?;
    Ok(done())
}

//! Callback, webhook and logout URLs: `/clients/{client}/domains/{domain}/urls`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post};
use xwms_core::contract::secret::Rotation;
use xwms_core::contract::url::{NewUrl, UrlSettings, UrlView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, UrlId};
use xwms_core::manage::{urls, webhooks};
use xwms_core::state::Core;

use crate::answer::{accepted, changed, created, done, shown};
use crate::authenticated::Authenticated;
use crate::etag::IfMatch;
use crate::json::{Changes, MaybeNew, New};
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;
use crate::webhooks::DELIVERY;

static URL: Of<UrlView> = Of::new();
static NEW: Of<NewUrl> = Of::new();
static SETTINGS: Of<UrlSettings> = Of::new();
static ROTATION: Of<Rotation> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/domains/{domain}/urls", || get(list))
        .named("listUrls", "Lists the URLs of a domain.")
        .needs(Needs::Client(Permission::UrlsRead))
        .response(ResponseBody::Page(&URL)),
    Operation::new(Method::Post, "/clients/{client}/domains/{domain}/urls", || post(create))
        .named("createUrl", "Makes a URL of a domain.")
        .needs(Needs::Client(Permission::UrlsCreate))
        .request(RequestBody::New(&NEW))
        .response(ResponseBody::Made(&URL))
        .refusals(&[(409, "url_taken")]),
    Operation::new(Method::Get, "/clients/{client}/domains/{domain}/urls/{url}", || get(read))
        .named("getUrl", "Reads a URL of a domain.")
        .needs(Needs::Client(Permission::UrlsRead))
        .response(ResponseBody::One(&URL)),
    Operation::new(Method::Patch, "/clients/{client}/domains/{domain}/urls/{url}", || patch(update))
        .named("updateUrl", "Changes a URL of a domain.")
        .needs(Needs::Client(Permission::UrlsUpdate))
        .request(RequestBody::Changes(&SETTINGS))
        .response(ResponseBody::One(&URL))
        .refusals(&[(409, "url_taken")]),
    Operation::new(Method::Delete, "/clients/{client}/domains/{domain}/urls/{url}", || delete(remove))
        .named("deleteUrl", "Deletes a URL of a domain for good.")
        .needs(Needs::Client(Permission::UrlsDelete)),
    Operation::new(Method::Post, "/clients/{client}/domains/{domain}/urls/{url}/rotate", || post(rotate))
        .named("rotateUrlSecret", "Gives a webhook URL a new secret; for a while each message is signed with both.")
        .needs(Needs::Client(Permission::UrlsUpdate))
        .request(RequestBody::MaybeNew(&ROTATION))
        .response(ResponseBody::One(&URL))
        .refusals(&[(409, "not_a_webhook")]),
    Operation::new(Method::Post, "/clients/{client}/domains/{domain}/urls/{url}/ping", || post(ping))
        .named("pingUrl", "Sends a message to a webhook URL that says nothing but that it comes.")
        .needs(Needs::Client(Permission::WebhooksCreate))
        .response(ResponseBody::Accepted(&DELIVERY))
        .refusals(&[(409, "not_a_webhook"), (409, "webhook_off"), (429, "too_many")]),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(domain): PathIds<(ClientId, DomainId)>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<UrlId>()?;
    let found = urls::list(&core, &caller, domain, page.after, page.look_for()).await?;
    Ok(page.answer(found, |url| url.id.to_string(), |url| url))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain)): PathIds<(ClientId, DomainId)>,
    New(url): New<NewUrl>,
) -> Result<Response, Problem> {
    let made = urls::create(&core, caller, (client, domain), url).await?;
    created(&format!("/clients/{client}/domains/{domain}/urls"), made)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(url): PathIds<(ClientId, DomainId, UrlId)>,
) -> Result<Response, Problem> {
    Ok(shown(&urls::get(&core, &caller, url).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(url): PathIds<(ClientId, DomainId, UrlId)>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<UrlSettings>,
) -> Result<Response, Problem> {
    Ok(changed(urls::update(&core, caller, url, patch, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(url): PathIds<(ClientId, DomainId, UrlId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    urls::delete(&core, caller, url, expected).await?;
    Ok(done())
}

async fn rotate(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(url): PathIds<(ClientId, DomainId, UrlId)>,
    IfMatch(expected): IfMatch,
    MaybeNew(rotation): MaybeNew<Rotation>,
) -> Result<Response, Problem> {
    Ok(changed(urls::rotate(&core, caller, url, rotation, expected).await?))
}

async fn ping(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(url): PathIds<(ClientId, DomainId, UrlId)>,
) -> Result<Response, Problem> {
    Ok(accepted(webhooks::ping(&core, caller, url).await?))
}

//! Domains: `/clients/{client}/domains`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post};
use xwms_core::contract::domain::{DomainSettings, DomainView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::manage::domains;
use xwms_core::state::Core;

use crate::answer::{changed, created, done, shown};
use crate::authenticated::Authenticated;
use crate::etag::IfMatch;
use crate::json::{Changes, New};
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static DOMAIN: Of<DomainView> = Of::new();
static SETTINGS: Of<DomainSettings> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/domains", || get(list))
        .named("listDomains", "Lists the domains of a client.")
        .needs(Needs::Client(Permission::DomainsRead))
        .response(ResponseBody::Page(&DOMAIN)),
    Operation::new(Method::Post, "/clients/{client}/domains", || post(create))
        .named("createDomain", "Makes a domain. In test mode it also needs `domains:test`.")
        .needs(Needs::Client(Permission::DomainsCreate))
        .request(RequestBody::New(&SETTINGS))
        .response(ResponseBody::Made(&DOMAIN))
        .refusals(&[(409, "root_domain_taken")]),
    Operation::new(Method::Get, "/clients/{client}/domains/{domain}", || get(read))
        .named("getDomain", "Reads a domain.")
        .needs(Needs::Client(Permission::DomainsRead))
        .response(ResponseBody::One(&DOMAIN)),
    Operation::new(Method::Patch, "/clients/{client}/domains/{domain}", || patch(update))
        .named("updateDomain", "Changes a domain. Switching test mode on also needs `domains:test`.")
        .needs(Needs::Client(Permission::DomainsUpdate))
        .request(RequestBody::Changes(&SETTINGS))
        .response(ResponseBody::One(&DOMAIN))
        .refusals(&[(409, "primary_needed"), (409, "verified_domain"), (409, "test_urls_present")]),
    Operation::new(Method::Delete, "/clients/{client}/domains/{domain}", || delete(remove))
        .named(
            "deleteDomain",
            "Deletes a domain for good, with its URLs, links and coverage; every login that came through it ends.",
        )
        .needs(Needs::Client(Permission::DomainsDelete)),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<DomainId>()?;
    let found = domains::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |domain| domain.id.to_string(), |domain| domain))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    New(domain): New<DomainSettings>,
) -> Result<Response, Problem> {
    created(&format!("/clients/{client}/domains"), domains::create(&core, caller, client, domain).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain)): PathIds<(ClientId, DomainId)>,
) -> Result<Response, Problem> {
    Ok(shown(&domains::get(&core, &caller, client, domain).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(domain): PathIds<(ClientId, DomainId)>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<DomainSettings>,
) -> Result<Response, Problem> {
    Ok(changed(domains::update(&core, caller, domain, patch, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(domain): PathIds<(ClientId, DomainId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    domains::delete(&core, caller, domain, expected).await?;
    Ok(done())
}

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
    Operation {
        method: Method::Get,
        path: "/clients/{client}/domains",
        id: "listDomains",
        summary: "Lists the domains of a client.",
        needs: Needs::Client(Permission::DomainsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&DOMAIN),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/domains",
        id: "createDomain",
        summary: "Makes a domain. In test mode it also needs `domains:test`.",
        needs: Needs::Client(Permission::DomainsCreate),
        query: &[],
        request: RequestBody::New(&SETTINGS),
        response: ResponseBody::Made(&DOMAIN),
        refusals: &[(409, "root_domain_taken")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/domains/{domain}",
        id: "getDomain",
        summary: "Reads a domain.",
        needs: Needs::Client(Permission::DomainsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&DOMAIN),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/clients/{client}/domains/{domain}",
        id: "updateDomain",
        summary: "Changes a domain. Switching test mode on also needs `domains:test`.",
        needs: Needs::Client(Permission::DomainsUpdate),
        query: &[],
        request: RequestBody::Changes(&SETTINGS),
        response: ResponseBody::One(&DOMAIN),
        refusals: &[(409, "primary_needed"), (409, "verified_domain"), (409, "test_urls_present")],
        handler: || patch(update),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/domains/{domain}",
        id: "deleteDomain",
        summary: "Deletes a domain for good, with its URLs, links and coverage; every login that came through it ends.",
        needs: Needs::Client(Permission::DomainsDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(remove),
    },
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

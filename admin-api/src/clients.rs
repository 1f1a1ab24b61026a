//! Clients: `/clients`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post, put};
use xwms_core::contract::client::{ClientSettings, ClientView};
use xwms_core::contract::member::BillingOwner;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::clients;
use xwms_core::manage::succession;
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

static CLIENT: Of<ClientView> = Of::new();
static SETTINGS: Of<ClientSettings> = Of::new();
static BILLING_OWNER: Of<BillingOwner> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients",
        id: "listClients",
        summary: "Lists the clients whose organisation you belong to, oldest first.",
        needs: Needs::Listing(Permission::ClientRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&CLIENT),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients",
        id: "createClient",
        summary: "Makes a client of your own.",
        needs: Needs::Own(Permission::ClientCreate),
        query: &[],
        request: RequestBody::New(&SETTINGS),
        response: ResponseBody::Made(&CLIENT),
        refusals: &[],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}",
        id: "getClient",
        summary: "Reads a client.",
        needs: Needs::Client(Permission::ClientRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&CLIENT),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/clients/{client}",
        id: "updateClient",
        summary: "Changes a client. `scopes` also needs `scopes:create` and `scopes:delete`.",
        needs: Needs::Client(Permission::ClientUpdate),
        query: &[],
        request: RequestBody::Changes(&SETTINGS),
        response: ResponseBody::One(&CLIENT),
        refusals: &[(409, "subject_type_fixed")],
        handler: || patch(update),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}",
        id: "deleteClient",
        summary: "Deletes a client for good, with all that it has; every login that came through it ends.",
        needs: Needs::Client(Permission::ClientDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(remove),
    },
    Operation {
        method: Method::Put,
        path: "/clients/{client}/billing-owner",
        id: "setBillingOwner",
        summary: "Hands the bill to another owner, whose plan entitles the client from then on. For owners, and also while \
                  the plan has lapsed.",
        needs: Needs::Client(Permission::ClientUpdate),
        query: &[],
        request: RequestBody::New(&BILLING_OWNER),
        response: ResponseBody::Nothing,
        refusals: &[(403, "level_too_low"), (409, "not_an_owner"), (409, "account_suspended")],
        handler: || put(hand_over),
    },
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<ClientId>()?;
    let found = clients::list(&core, &caller, page.after, page.look_for()).await?;
    Ok(page.answer(found, |client| client.id.to_string(), |client| client))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    New(client): New<ClientSettings>,
) -> Result<Response, Problem> {
    created("/clients", clients::create(&core, caller, client).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
) -> Result<Response, Problem> {
    Ok(shown(&clients::get(&core, &caller, client).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<ClientSettings>,
) -> Result<Response, Problem> {
    Ok(changed(clients::update(&core, caller, client, patch, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    clients::delete(&core, caller, client, expected).await?;
    Ok(done())
}

async fn hand_over(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    New(to): New<BillingOwner>,
) -> Result<Response, Problem> {
    succession::hand_over(&core, caller, client, to).await?;
    Ok(done())
}

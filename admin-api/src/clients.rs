//! Clients: `/clients`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post, put};
use xwms_core::contract::client::{ClientSettings, ClientView};
use xwms_core::contract::member::BillingOwner;
use xwms_core::contract::setup::SetupView;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::clients;
use xwms_core::manage::setup;
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
static SETUP: Of<SetupView> = Of::new();
static BILLING_OWNER: Of<BillingOwner> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients", || get(list))
        .named("listClients", "Lists the clients whose organisation you belong to, oldest first.")
        .needs(Needs::Listing(Permission::ClientRead))
        .response(ResponseBody::Page(&CLIENT)),
    Operation::new(Method::Post, "/clients", || post(create))
        .named("createClient", "Makes a client of your own.")
        .needs(Needs::Own(Permission::ClientCreate))
        .request(RequestBody::New(&SETTINGS))
        .response(ResponseBody::Made(&CLIENT)),
    Operation::new(Method::Get, "/clients/{client}", || get(read))
        .named("getClient", "Reads a client.")
        .needs(Needs::Client(Permission::ClientRead))
        .response(ResponseBody::One(&CLIENT)),
    Operation::new(Method::Patch, "/clients/{client}", || patch(update))
        .named("updateClient", "Changes a client. `scopes` also needs `scopes:create` and `scopes:delete`.")
        .needs(Needs::Client(Permission::ClientUpdate))
        .request(RequestBody::Changes(&SETTINGS))
        .response(ResponseBody::One(&CLIENT))
        .refusals(&[(409, "subject_type_fixed"), (409, "type_fixed"), (409, "secrets_present")]),
    Operation::new(Method::Delete, "/clients/{client}", || delete(remove))
        .named(
            "deleteClient",
            "Deletes a client for good, with all that it has; every login that came through it ends.",
        )
        .needs(Needs::Client(Permission::ClientDelete)),
    Operation::new(Method::Get, "/clients/{client}/setup", || get(read_setup))
        .named("getSetup", "Says what is done and what is to do before somebody can log in.")
        .needs(Needs::Client(Permission::ClientRead))
        .response(ResponseBody::One(&SETUP)),
    Operation::new(Method::Put, "/clients/{client}/billing-owner", || put(hand_over))
        .named(
            "setBillingOwner",
            "Hands the bill to another owner, whose plan entitles the client from then on. For owners, and also while \
                  the plan has lapsed.",
        )
        .needs(Needs::Client(Permission::ClientUpdate))
        .request(RequestBody::New(&BILLING_OWNER))
        .refusals(&[(403, "owner"), (409, "not_an_owner"), (409, "account_suspended")]),
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

async fn read_setup(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
) -> Result<Response, Problem> {
    Ok(shown(&setup::get(&core, &caller, client).await?))
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

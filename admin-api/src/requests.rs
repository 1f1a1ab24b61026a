//! Requests to single users: `/clients/{client}/requests`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use xwms_core::contract::request::{NewRequest, RequestView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, RequestId};
use xwms_core::manage::requests::{self, RequestFields};
use xwms_core::state::Core;

use crate::answer::{created, done, shown};
use crate::authenticated::Authenticated;
use crate::json::New;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static REQUEST: Of<RequestView> = Of::new();
static NEW: Of<NewRequest> = Of::new();

static FILTER: [QueryParam; 2] = [
    QueryParam { name: "kind", about: "Of this kind.", example: "test", choices: &["access", "test"] },
    QueryParam {
        name: "status",
        about: "What became of them.",
        example: "pending",
        choices: &["pending", "accepted", "declined", "withdrawn", "expired"],
    },
];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/requests", || get(list))
        .named("listRequests", "Lists the requests of a client, oldest first.")
        .needs(Needs::Client(Permission::RequestsRead))
        .query(&FILTER)
        .response(ResponseBody::Page(&REQUEST)),
    Operation::new(Method::Post, "/clients/{client}/requests", || post(create))
        .named(
            "createRequest",
            "Asks one person, by address or by `sub`, for further scopes or to be a tester. The answer is the same \
                  whether or not an address has an account.",
        )
        .needs(Needs::Client(Permission::RequestsCreate))
        .request(RequestBody::New(&NEW))
        .response(ResponseBody::Made(&REQUEST))
        .refusals(&[(409, "request_open"), (409, "declined_recently"), (429, "too_many_open")]),
    Operation::new(Method::Get, "/clients/{client}/requests/{request}", || get(read))
        .named("getRequest", "Reads a request.")
        .needs(Needs::Client(Permission::RequestsRead))
        .response(ResponseBody::One(&REQUEST)),
    Operation::new(Method::Delete, "/clients/{client}/requests/{request}", || delete(remove))
        .named(
            "deleteRequest",
            "Takes a request back: what was accepted ends at once. One that is over stays as it is.",
        )
        .needs(Needs::Client(Permission::RequestsDelete)),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<RequestId>()?;
    let fields = RequestFields { kind: query.get("kind"), status: query.get("status") };
    let found = requests::list(&core, &caller, (client, fields), page.after, page.look_for()).await?;
    Ok(page.answer(found, |request| request.id.to_string(), |request| request))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    New(request): New<NewRequest>,
) -> Result<Response, Problem> {
    created(&format!("/clients/{client}/requests"), requests::create(&core, caller, client, request).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, request)): PathIds<(ClientId, RequestId)>,
) -> Result<Response, Problem> {
    Ok(shown(&requests::get(&core, &caller, client, request).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, request)): PathIds<(ClientId, RequestId)>,
) -> Result<Response, Problem> {
    requests::delete(&core, caller, client, request).await?;
    Ok(done())
}

//! Requests to single users: `/clients/{client}/requests`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, RequestId, Subject};
use xwms_core::manage::requests::{self, NewRequest};
use xwms_core::model::request::RequestKind;
use xwms_core::state::Core;
use xwms_core::store::tables::requests::Request as Row;

use crate::answer::{done, id, made};
use crate::authenticated::Authenticated;
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

static REQUEST: Shape = Shape {
    name: "Request",
    members: &[
        member("id", Kind::Id("request"), Set::Never, "Its id.", "request_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member(
            "kind",
            Kind::OneOf(&["access", "test"]),
            Set::OnceRequired,
            "More scopes, or to be a tester.",
            "access",
        ),
        member("email", Kind::NullableText(254), Set::Once, "Whom, by address.", "ada@example.test"),
        member("sub", Kind::NullableText(16), Set::Once, "Whom, instead: one of your users.", "null"),
        member("domain", Kind::NullableId("domain"), Set::Once, "The domain to test; all when left out.", "null"),
        member("scopes", Kind::Texts, Set::Once, "What is asked for: activated scopes.", r#"["userinfo"]"#),
        member("reason", Kind::NullableText(500), Set::Once, "Why, for the person.", "To print your birthday."),
        member(
            "status",
            Kind::OneOf(&["pending", "accepted", "declined", "withdrawn", "expired"]),
            Set::Never,
            "What became of it.",
            "pending",
        ),
        member("expires_at", Kind::NullableTime, Set::Once, "When it ends, answered or not.", "2030-01-31T12:00:00Z"),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients/{client}/requests",
        id: "listRequests",
        summary: "Lists the requests of a client, oldest first.",
        needs: Needs::Client(Permission::RequestsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&REQUEST),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/requests",
        id: "createRequest",
        summary: "Asks one person, by address or by `sub`, for further scopes or to be a tester. The answer is the same \
                  whether or not an address has an account.",
        needs: Needs::Client(Permission::RequestsCreate),
        query: &[],
        request: RequestBody::New(&REQUEST),
        response: ResponseBody::Made(&REQUEST),
        refusals: &[(409, "request_open"), (409, "declined_recently"), (429, "too_many_open")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/requests/{request}",
        id: "getRequest",
        summary: "Reads a request.",
        needs: Needs::Client(Permission::RequestsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&REQUEST),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/requests/{request}",
        id: "deleteRequest",
        summary: "RequestBody a request back: what was accepted ends at once. One that is over stays as it is.",
        needs: Needs::Client(Permission::RequestsDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(remove),
    },
];

/// A request on the wire.
#[derive(Serialize)]
struct Request {
    id: RequestId,
    kind: &'static str,
    email: Option<String>,
    sub: Option<Subject>,
    domain: Option<DomainId>,
    scopes: Vec<String>,
    reason: Option<String>,
    status: &'static str,
    expires_at: Option<Timestamp>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<RequestId>()?;
    let found = requests::list(&core, &caller, client, page.after, page.look_for()).await?;
    let now = core.clock.now();
    Ok(page.answer(found, |request| request.id.to_string(), |request| Request::at(request, now)))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&REQUEST, Purpose::Create);
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let domain = given(members.text("domain"));
    let mut new = NewRequest {
        kind: members.choice("kind", RequestKind::parse),
        email: given(members.text("email")),
        sub: given(members.text("sub")),
        domain: None,
        scopes: members.texts("scopes"),
        reason: members.text("reason"),
        expires_at: members.text("expires_at"),
    };
    members.end()?;
    new.domain = domain.map(|domain| id(&domain, "domain")).transpose()?;
    let request = requests::create(&core, caller, client, new).await?;
    let location = format!("/clients/{client}/requests/{}", request.id);
    Ok(made(&location, Json(Request::at(request, core.clock.now())).into_response()))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, request)): PathIds<(ClientId, RequestId)>,
) -> Result<Response, Problem> {
    let found = requests::get(&core, &caller, client, request).await?;
    Ok(Json(Request::at(found, core.clock.now())).into_response())
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, request)): PathIds<(ClientId, RequestId)>,
) -> Result<Response, Problem> {
    requests::delete(&core, caller, client, request).await?;
    Ok(done())
}

impl Request {
    /// As it looks now. It names its person as the client did.
    fn at(request: Row, now: Timestamp) -> Self {
        let status = request.state_at(now);
        Self {
            id: request.id,
            kind: request.kind.as_str(),
            email: request.subject.is_none().then_some(request.email_key),
            sub: request.subject,
            domain: request.domain_id,
            scopes: request.scope.iter().map(str::to_owned).collect(),
            reason: request.reason,
            status,
            expires_at: request.expires_at,
        }
    }
}

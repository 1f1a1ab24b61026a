//! Clients: `/clients`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use serde::Serialize;
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::clients::{self, ClientFields, ClientView};
use xwms_core::manage::succession;
use xwms_core::model::client::{SigningAlg, SubjectType};
use xwms_core::state::Core;

use crate::answer::{done, made};
use crate::authenticated::Authenticated;
use crate::etag::{self, IfMatch};
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

pub(crate) static CLIENT: Shape = Shape {
    name: "Client",
    members: &[
        member("id", Kind::Id("client"), Set::Never, "Its id.", "client_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("name", Kind::Text(120), Set::Required, "What people read on the consent page.", "Analytical Engines"),
        member("owner", Kind::Text(254), Set::Never, "The address of its billing owner.", "ada@example.test"),
        member(
            "contact_email",
            Kind::NullableText(254),
            Set::Always,
            "Where people reach you.",
            "help@engines.example",
        ),
        member("homepage_url", Kind::NullableText(2048), Set::Always, "Your homepage.", "https://engines.example/"),
        member(
            "privacy_url",
            Kind::NullableText(2048),
            Set::Always,
            "Your privacy page.",
            "https://engines.example/privacy",
        ),
        member("terms_url", Kind::NullableText(2048), Set::Always, "Your terms.", "https://engines.example/terms"),
        member(
            "subject_type",
            Kind::OneOf(&["public", "pairwise"]),
            Set::Always,
            "Whether you see the number of a person that all see, or one of your own. Fixed after the first login.",
            "public",
        ),
        member(
            "id_token_alg",
            Kind::OneOf(&["RS256", "ES256"]),
            Set::Always,
            "What ID tokens are signed with.",
            "RS256",
        ),
        member("scopes", Kind::Texts, Set::Always, "The activated scopes.", r#"["openid", "profile"]"#),
    ],
};

static BILLING_OWNER: Shape = Shape {
    name: "BillingOwner",
    members: &[member(
        "member",
        Kind::Id("member"),
        Set::OnceRequired,
        "An owner who has accepted and whose membership has no end.",
        "member_01jd3v8m1efb9rkyq9wzvw2x4a",
    )],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients",
        id: "listClients",
        summary: "Lists the clients whose organisation you belong to, oldest first.",
        needs: Needs::Own(Permission::ClientRead),
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
        request: RequestBody::New(&CLIENT),
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
        request: RequestBody::Changes(&CLIENT),
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

/// A client on the wire.
#[derive(Serialize)]
struct Client {
    id: ClientId,
    name: String,
    owner: String,
    contact_email: Option<String>,
    homepage_url: Option<String>,
    privacy_url: Option<String>,
    terms_url: Option<String>,
    subject_type: SubjectType,
    id_token_alg: SigningAlg,
    scopes: Vec<String>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<ClientId>()?;
    let found = clients::list(&core, &caller, page.after, page.look_for()).await?;
    Ok(page.answer(found, |view| view.client.id.to_string(), Client::from))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    body: Object,
) -> Result<Response, Problem> {
    let view = clients::create(&core, caller, fields(body, Purpose::Create)?).await?;
    let location = format!("/clients/{}", view.client.id);
    Ok(made(&location, one(view)))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
) -> Result<Response, Problem> {
    Ok(one(clients::get(&core, &caller, client).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    IfMatch(expected): IfMatch,
    body: Object,
) -> Result<Response, Problem> {
    let fields = fields(body, Purpose::Change)?;
    Ok(one(clients::update(&core, caller, client, fields, expected).await?))
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
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&BILLING_OWNER, Purpose::Create);
    let to = members.id("member");
    members.end()?;
    succession::hand_over(&core, caller, client, to.ok_or(Error::NotFound("member"))?).await?;
    Ok(done())
}

fn fields(body: Object, purpose: Purpose) -> Result<ClientFields, Problem> {
    let mut members = body.members(&CLIENT, purpose);
    let fields = ClientFields {
        name: members.text("name"),
        contact_email: members.text("contact_email"),
        homepage_url: members.text("homepage_url"),
        privacy_url: members.text("privacy_url"),
        terms_url: members.text("terms_url"),
        subject_type: members.choice("subject_type", SubjectType::parse),
        id_token_alg: members.choice("id_token_alg", SigningAlg::parse),
        scopes: members.texts("scopes"),
    };
    members.end()?;
    Ok(fields)
}

fn one(view: ClientView) -> Response {
    let tag = etag::of(view.client.updated_at);
    ([(header::ETAG, tag)], Json(Client::from(view))).into_response()
}

impl From<ClientView> for Client {
    fn from(view: ClientView) -> Self {
        let client = view.client;
        Self {
            id: client.id,
            name: client.name,
            owner: view.owner,
            contact_email: client.contact_email,
            homepage_url: client.homepage_url,
            privacy_url: client.privacy_url,
            terms_url: client.terms_url,
            subject_type: client.subject_type,
            id_token_alg: client.id_token_alg,
            scopes: view.scopes.iter().map(str::to_owned).collect(),
        }
    }
}

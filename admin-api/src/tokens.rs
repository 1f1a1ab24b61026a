//! API tokens: `/tokens` of the account, `/clients/{client}/tokens`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, TokenId};
use xwms_core::manage::tokens::{self, TokenFields};
use xwms_core::state::Core;
use xwms_core::store::tables::api_tokens::ApiToken;

use crate::answer::{done, made, unstored};
use crate::authenticated::Authenticated;
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

static TOKEN: Shape = Shape {
    name: "Token",
    members: &[
        member("id", Kind::Id("token"), Set::Never, "Its id.", "token_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("label", Kind::Text(120), Set::Once, "What you call it.", "Deployment"),
        member(
            "permissions",
            Kind::Texts,
            Set::OnceRequired,
            "What it permits, as far as its maker may at the moment of use.",
            r#"["domains:read"]"#,
        ),
        member("expires_at", Kind::NullableTime, Set::Once, "When it ends.", "2030-01-31T12:00:00Z"),
        member("last_used_at", Kind::NullableTime, Set::Never, "When it was last used.", "2026-01-31T12:00:00Z"),
        member("value", Kind::Text(100), Set::Never, "The token; in the answer that made it only.", "xwms_pat_…"),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/tokens",
        id: "listAccountTokens",
        summary: "Lists the API tokens of your account.",
        needs: Needs::Own(Permission::TokensRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&TOKEN),
        refusals: &[],
        handler: || get(async |core, by, query| list(core, by, None, query).await),
    },
    Operation {
        method: Method::Post,
        path: "/tokens",
        id: "createAccountToken",
        summary: "Makes an API token of your account.",
        needs: Needs::Own(Permission::TokensCreate),
        query: &[],
        request: RequestBody::New(&TOKEN),
        response: ResponseBody::Made(&TOKEN),
        refusals: &[(403, "permission_not_held")],
        handler: || post(async |core, by, body| create(core, by, None, body).await),
    },
    Operation {
        method: Method::Get,
        path: "/tokens/{token}",
        id: "getAccountToken",
        summary: "Reads an API token of your account.",
        needs: Needs::Own(Permission::TokensRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&TOKEN),
        refusals: &[],
        handler: || get(async |core, by, PathIds(token): PathIds<TokenId>| read(core, by, None, token).await),
    },
    Operation {
        method: Method::Delete,
        path: "/tokens/{token}",
        id: "deleteAccountToken",
        summary: "Deletes an API token of your account.",
        needs: Needs::Own(Permission::TokensDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(async |core, by, PathIds(token): PathIds<TokenId>| remove(core, by, None, token).await),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/tokens",
        id: "listTokens",
        summary: "Lists the API tokens of a client.",
        needs: Needs::Client(Permission::TokensRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&TOKEN),
        refusals: &[],
        handler: || {
            get(async |core, by, PathIds(client): PathIds<ClientId>, query| list(core, by, Some(client), query).await)
        },
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/tokens",
        id: "createToken",
        summary: "Makes an API token of a client.",
        needs: Needs::Client(Permission::TokensCreate),
        query: &[],
        request: RequestBody::New(&TOKEN),
        response: ResponseBody::Made(&TOKEN),
        refusals: &[(403, "permission_not_held")],
        handler: || {
            post(async |core, by, PathIds(client): PathIds<ClientId>, body| create(core, by, Some(client), body).await)
        },
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/tokens/{token}",
        id: "getToken",
        summary: "Reads an API token of a client.",
        needs: Needs::Client(Permission::TokensRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&TOKEN),
        refusals: &[],
        handler: || {
            get(async |core, by, PathIds((client, token)): PathIds<(ClientId, TokenId)>| {
                read(core, by, Some(client), token).await
            })
        },
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/tokens/{token}",
        id: "deleteToken",
        summary: "Deletes an API token of a client.",
        needs: Needs::Client(Permission::TokensDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || {
            delete(async |core, by, PathIds((client, token)): PathIds<(ClientId, TokenId)>| {
                remove(core, by, Some(client), token).await
            })
        },
    },
];

#[derive(Serialize)]
struct Token {
    id: TokenId,
    label: String,
    permissions: Vec<String>,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: Option<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<TokenId>()?;
    let found = tokens::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |token| token.id.to_string(), |token| Token::of(token, None)))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: Option<ClientId>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&TOKEN, Purpose::Create);
    let fields = TokenFields {
        label: members.text("label"),
        permissions: members.texts("permissions"),
        expires_at: members.text("expires_at"),
    };
    members.end()?;
    let (token, text) = tokens::create(&core, caller, client, fields).await?;
    let location = match client {
        Some(client) => format!("/clients/{client}/tokens/{}", token.id),
        None => format!("/tokens/{}", token.id),
    };
    let answer = Json(Token::of(token, Some(text.expose().clone()))).into_response();
    Ok(unstored(made(&location, answer)))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: Option<ClientId>,
    token: TokenId,
) -> Result<Response, Problem> {
    let found = tokens::get(&core, &caller, client, token).await?;
    Ok(Json(Token::of(found, None)).into_response())
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: Option<ClientId>,
    token: TokenId,
) -> Result<Response, Problem> {
    tokens::delete(&core, caller, client, token).await?;
    Ok(done())
}

impl Token {
    fn of(token: ApiToken, value: Option<String>) -> Self {
        Self {
            id: token.id,
            label: token.label,
            permissions: token.permissions.texts().map(str::to_owned).collect(),
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            value,
        }
    }
}

//! API tokens: `/tokens` of the account, `/clients/{client}/tokens`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use xwms_core::contract::token::{NewToken, TokenView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, TokenId};
use xwms_core::manage::tokens;
use xwms_core::state::Core;

use crate::answer::{created, done, shown};
use crate::authenticated::Authenticated;
use crate::json::New;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static TOKEN: Of<TokenView> = Of::new();
static NEW: Of<NewToken> = Of::new();

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
        request: RequestBody::New(&NEW),
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
        request: RequestBody::New(&NEW),
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

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: Option<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<TokenId>()?;
    let found = tokens::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |token| token.id.to_string(), |token| token))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: Option<ClientId>,
    New(token): New<NewToken>,
) -> Result<Response, Problem> {
    let path = client.map_or_else(|| "/tokens".to_owned(), |client| format!("/clients/{client}/tokens"));
    created(&path, tokens::create(&core, caller, client, token).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: Option<ClientId>,
    token: TokenId,
) -> Result<Response, Problem> {
    Ok(shown(&tokens::get(&core, &caller, client, token).await?))
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

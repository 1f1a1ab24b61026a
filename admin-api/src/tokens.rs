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
    Operation::new(Method::Get, "/tokens", || get(async |core, by, query| list(core, by, None, query).await))
        .named("listAccountTokens", "Lists the API tokens of your account.")
        .needs(Needs::Own(Permission::TokensRead))
        .response(ResponseBody::Page(&TOKEN)),
    Operation::new(Method::Post, "/tokens", || post(async |core, by, body| create(core, by, None, body).await))
        .named("createAccountToken", "Makes an API token of your account.")
        .needs(Needs::Own(Permission::TokensCreate))
        .request(RequestBody::New(&NEW))
        .response(ResponseBody::Made(&TOKEN))
        .refusals(&[(403, "permission_not_held")]),
    Operation::new(Method::Get, "/tokens/{token}", || {
        get(async |core, by, PathIds(token): PathIds<TokenId>| read(core, by, None, token).await)
    })
    .named("getAccountToken", "Reads an API token of your account.")
    .needs(Needs::Own(Permission::TokensRead))
    .response(ResponseBody::One(&TOKEN)),
    Operation::new(Method::Delete, "/tokens/{token}", || {
        delete(async |core, by, PathIds(token): PathIds<TokenId>| remove(core, by, None, token).await)
    })
    .named("deleteAccountToken", "Deletes an API token of your account.")
    .needs(Needs::Own(Permission::TokensDelete)),
    Operation::new(Method::Get, "/clients/{client}/tokens", || {
        get(async |core, by, PathIds(client): PathIds<ClientId>, query| list(core, by, Some(client), query).await)
    })
    .named("listTokens", "Lists the API tokens of a client.")
    .needs(Needs::Client(Permission::TokensRead))
    .response(ResponseBody::Page(&TOKEN)),
    Operation::new(Method::Post, "/clients/{client}/tokens", || {
        post(async |core, by, PathIds(client): PathIds<ClientId>, body| create(core, by, Some(client), body).await)
    })
    .named("createToken", "Makes an API token of a client.")
    .needs(Needs::Client(Permission::TokensCreate))
    .request(RequestBody::New(&NEW))
    .response(ResponseBody::Made(&TOKEN))
    .refusals(&[(403, "permission_not_held")]),
    Operation::new(Method::Get, "/clients/{client}/tokens/{token}", || {
        get(async |core, by, PathIds((client, token)): PathIds<(ClientId, TokenId)>| {
            read(core, by, Some(client), token).await
        })
    })
    .named("getToken", "Reads an API token of a client.")
    .needs(Needs::Client(Permission::TokensRead))
    .response(ResponseBody::One(&TOKEN)),
    Operation::new(Method::Delete, "/clients/{client}/tokens/{token}", || {
        delete(async |core, by, PathIds((client, token)): PathIds<(ClientId, TokenId)>| {
            remove(core, by, Some(client), token).await
        })
    })
    .named("deleteToken", "Deletes an API token of a client.")
    .needs(Needs::Client(Permission::TokensDelete)),
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

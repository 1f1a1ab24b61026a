//! People who have logged in through a client: `/clients/{client}/users`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, Subject};
use xwms_core::manage::users::{self, UserView};
use xwms_core::state::Core;

use crate::answer::done;
use crate::authenticated::Authenticated;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Set, Shape, member};

static USER: Shape = Shape {
    name: "User",
    members: &[
        member("sub", Kind::Text(16), Set::Never, "As you know them: the `sub` of tokens.", r#""1234567890123""#),
        member("first_login", Kind::Time, Set::Never, "When they first logged in.", "2026-01-31T12:00:00Z"),
        member("last_login", Kind::Time, Set::Never, "When they last did.", "2026-01-31T12:00:00Z"),
        member("logins", Kind::Integer(1, i64::MAX), Set::Never, "How often.", "7"),
        member(
            "domains",
            Kind::Texts,
            Set::Never,
            "Through which domains.",
            r#"["domain_01jd3v8m1efb9rkyq9wzvw2x4a"]"#,
        ),
        member(
            "scopes",
            Kind::Texts,
            Set::Never,
            "What they share now; nothing after they have ended it.",
            r#"["openid", "profile"]"#,
        ),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients/{client}/users",
        id: "listUsers",
        summary: "Lists the people who have logged in through a client, by `sub`.",
        needs: Needs::Client(Permission::UsersRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&USER),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/users/{sub}",
        id: "getUser",
        summary: "Reads a user.",
        needs: Needs::Client(Permission::UsersRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&USER),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/users/{sub}",
        id: "deleteUser",
        summary: "Ends what a user shares, as they could themselves: all their tokens end. That they logged in stays known.",
        needs: Needs::Client(Permission::UsersDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(remove),
    },
];

/// A user on the wire.
#[derive(Serialize)]
struct User {
    sub: Subject,
    first_login: Timestamp,
    last_login: Timestamp,
    logins: i64,
    domains: Vec<DomainId>,
    scopes: Vec<String>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<Subject>()?;
    let found = users::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |view| view.user.subject.to_string(), User::from))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, sub)): PathIds<(ClientId, Subject)>,
) -> Result<Response, Problem> {
    let found = users::get(&core, &caller, client, sub).await?;
    Ok(Json(User::from(found)).into_response())
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, sub)): PathIds<(ClientId, Subject)>,
) -> Result<Response, Problem> {
    users::delete(&core, caller, client, sub).await?;
    Ok(done())
}

impl From<UserView> for User {
    fn from(view: UserView) -> Self {
        let user = view.user;
        Self {
            sub: user.subject,
            first_login: user.first_login_at,
            last_login: user.last_login_at,
            logins: user.logins,
            domains: view.domains,
            scopes: view.scopes.iter().map(str::to_owned).collect(),
        }
    }
}

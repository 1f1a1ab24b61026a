//! People who have logged in through a client: `/clients/{client}/users`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get};
use xwms_core::contract::user::UserView;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, Subject};
use xwms_core::manage::users::{self, UserFields};
use xwms_core::state::Core;

use crate::answer::{done, shown};
use crate::authenticated::Authenticated;
use crate::operation::{Method, Needs, Operation, QueryParam, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static USER: Of<UserView> = Of::new();

static FILTER: [QueryParam; 2] = [
    QueryParam {
        name: "domain",
        about: "Who has logged in through this domain.",
        example: "domain_01jd3v8m1efb9rkyq9wzvw2x4a",
        choices: &[],
    },
    QueryParam {
        name: "q",
        about: "Who has this `sub`, or shares a name or an address that begins so.",
        example: "Ada",
        choices: &[],
    },
];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/users", || get(list))
        .named("listUsers", "Lists the people who have logged in through a client, by `sub`.")
        .needs(Needs::Client(Permission::UsersRead))
        .query(&FILTER)
        .response(ResponseBody::Page(&USER)),
    Operation::new(Method::Get, "/clients/{client}/users/{sub}", || get(read))
        .named("getUser", "Reads a user.")
        .needs(Needs::Client(Permission::UsersRead))
        .response(ResponseBody::One(&USER)),
    Operation::new(Method::Delete, "/clients/{client}/users/{sub}", || delete(remove))
        .named(
            "deleteUser",
            "Ends what a user shares, as they could themselves: all their tokens end. That they logged in stays known.",
        )
        .needs(Needs::Client(Permission::UsersDelete)),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<Subject>()?;
    let fields = UserFields { domain: query.get("domain"), q: query.get("q") };
    let found = users::list(&core, &caller, (client, fields), page.after, page.look_for()).await?;
    Ok(page.answer(found, |user| user.sub.to_string(), |user| user))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, sub)): PathIds<(ClientId, Subject)>,
) -> Result<Response, Problem> {
    Ok(shown(&users::get(&core, &caller, client, sub).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, sub)): PathIds<(ClientId, Subject)>,
) -> Result<Response, Problem> {
    users::delete(&core, caller, client, sub).await?;
    Ok(done())
}

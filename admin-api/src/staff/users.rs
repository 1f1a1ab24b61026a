//! Accounts: `/staff/users`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch};
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::id::UserId;
use xwms_core::model::account::{Plan, Staff};
use xwms_core::staff::users::{self, UserFields};
use xwms_core::state::Core;
use xwms_core::store::tables::profiles::Profile;

use super::{REASON, search};
use crate::authenticated::Authenticated;
use crate::etag::{self, IfMatch};
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

static USER: Shape = Shape {
    name: "StaffUser",
    members: &[
        member("sub", Kind::Text(16), Set::Never, "Its number.", "1000000000000"),
        member("email", Kind::Text(254), Set::Never, "Its main address.", "ada@example.test"),
        member("email_verified", Kind::Bool, Set::Never, "Whether that is verified.", "true"),
        member("given_name", Kind::NullableText(120), Set::Never, "Given name.", "Ada"),
        member("family_name", Kind::NullableText(120), Set::Never, "Family name.", "Lovelace"),
        member("plan", Kind::OneOf(&["free", "paid"]), Set::Later, "What it pays for.", "paid"),
        member("plan_valid_until", Kind::NullableTime, Set::Later, "Until when.", "2030-01-31T12:00:00Z"),
        member("suspended", Kind::Bool, Set::Later, "Whether it is suspended.", "false"),
        member("staff", Kind::NullableText(8), Set::Never, "What the person is on the staff.", "null"),
        REASON,
    ],
};

static QUERY: [QueryParam; 1] = [search("A `sub`, or how an address begins.", "ada@")];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/staff/users",
        id: "listStaffUsers",
        summary: "Looks for accounts.",
        needs: Needs::Admin(Permission::StaffRead),
        query: &QUERY,
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&USER),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Get,
        path: "/staff/users/{sub}",
        id: "getStaffUser",
        summary: "Reads an account.",
        needs: Needs::Admin(Permission::StaffRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&USER),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/staff/users/{sub}",
        id: "updateStaffUser",
        summary: "Sets the plan of an account, or suspends it: its sessions end. Needs a `reason`.",
        needs: Needs::Admin(Permission::StaffUpdate),
        query: &[],
        request: RequestBody::Changes(&USER),
        response: ResponseBody::One(&USER),
        refusals: &[(403, "conflict_of_interest")],
        handler: || patch(update),
    },
];

/// An account on the wire.
#[derive(Serialize)]
struct User {
    sub: UserId,
    email: String,
    email_verified: bool,
    given_name: Option<String>,
    family_name: Option<String>,
    plan: Plan,
    plan_valid_until: Option<Timestamp>,
    suspended: bool,
    staff: Option<Staff>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<UserId>()?;
    let found = users::list(&core, &caller, query.get("q"), page.after, page.look_for()).await?;
    Ok(page.answer(found, |account| account.id.to_string(), User::from))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(sub): PathIds<UserId>,
) -> Result<Response, Problem> {
    Ok(one(users::get(&core, &caller, sub).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(sub): PathIds<UserId>,
    IfMatch(expected): IfMatch,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&USER, Purpose::Change);
    let fields = UserFields {
        plan: members.choice("plan", Plan::parse),
        plan_valid_until: members.text("plan_valid_until"),
        suspended: members.boolean("suspended"),
        reason: members.text("reason"),
    };
    members.end()?;
    Ok(one(users::update(&core, caller, sub, fields, expected).await?))
}

fn one(account: Profile) -> Response {
    ([(header::ETAG, etag::of(account.updated_at))], Json(User::from(account))).into_response()
}

impl From<Profile> for User {
    fn from(account: Profile) -> Self {
        Self {
            sub: account.id,
            email: account.email,
            email_verified: account.email_verified,
            given_name: account.given_name,
            family_name: account.family_name,
            plan: account.plan,
            plan_valid_until: account.plan_valid_until,
            suspended: account.suspended_at.is_some(),
            staff: account.staff,
        }
    }
}

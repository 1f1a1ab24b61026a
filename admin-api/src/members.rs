//! Members: `/clients/{client}/members`, and whom to invite: `/clients/{client}/member-candidates`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use serde::Serialize;
use xwms_core::clock::Timestamp;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, MemberId, RoleId, Subject};
use xwms_core::manage::invitations::{self, Candidate, NewMember};
use xwms_core::manage::members::{self, MemberChanges, MemberView};
use xwms_core::state::Core;

use crate::answer::{done, id, made};
use crate::authenticated::Authenticated;
use crate::etag::{self, IfMatch};
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::{Query, whole};
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

static MEMBER: Shape = Shape {
    name: "Member",
    members: &[
        member("id", Kind::Id("member"), Set::Never, "Its id.", "member_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member(
            "sub",
            Kind::NullableText(16),
            Set::Once,
            "As you know them, when they have logged in or joined; to invite one of your users without an address.",
            "null",
        ),
        member("email", Kind::NullableText(254), Set::Once, "Their address.", "ada@example.test"),
        member("role", Kind::Id("role"), Set::Required, "Their role.", "role_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("expires_at", Kind::NullableTime, Set::Always, "When it grants nothing more.", "2030-01-31T12:00:00Z"),
        member(
            "status",
            Kind::OneOf(&["invited", "active"]),
            Set::Never,
            "Whether they have accepted. An invitation grants nothing.",
            "invited",
        ),
    ],
};

static CANDIDATE: Shape = Shape {
    name: "Candidate",
    members: &[
        member("sub", Kind::NullableText(16), Set::Never, "As you know them; null for others.", "1234567890123"),
        member("name", Kind::NullableText(241), Set::Never, "Their name, when they share it.", "Ada Lovelace"),
        member("email", Kind::NullableText(254), Set::Never, "Their address, when they share it.", "ada@example.test"),
    ],
};

const RANK: [(u16, &str); 2] = [(403, "level_too_low"), (403, "permission_not_held")];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients/{client}/members",
        id: "listMembers",
        summary: "Lists the members of a client's organisation, oldest first.",
        needs: Needs::Client(Permission::MembersRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&MEMBER),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/members",
        id: "createMember",
        summary: "Invites somebody by address, or one of your users by `sub`. The answer is the same whether or not an \
                  address has an account; whoever accepts has that address, verified.",
        needs: Needs::Client(Permission::MembersCreate),
        query: &[],
        request: RequestBody::New(&MEMBER),
        response: ResponseBody::Made(&MEMBER),
        refusals: &[RANK[0], RANK[1], (409, "already_member")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/members/{member}",
        id: "getMember",
        summary: "Reads a membership.",
        needs: Needs::Client(Permission::MembersRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&MEMBER),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/clients/{client}/members/{member}",
        id: "updateMember",
        summary: "Changes the role or the end of a membership. One owner always remains, without an end; when the billing \
                  owner stops being one for good, the longest-standing owner whose plan entitles takes over at once.",
        needs: Needs::Client(Permission::MembersUpdate),
        query: &[],
        request: RequestBody::Changes(&MEMBER),
        response: ResponseBody::One(&MEMBER),
        refusals: &[RANK[0], RANK[1], (409, "last_owner")],
        handler: || patch(update),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/members/{member}",
        id: "deleteMember",
        summary: "Ends a membership, or takes an invitation back. A member who is signed in may end their own without the \
                  permission, and on any plan; their API tokens need it.",
        needs: Needs::Client(Permission::MembersDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[RANK[0], (409, "last_owner")],
        handler: || delete(remove),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/member-candidates",
        id: "listMemberCandidates",
        summary: "Finds whom to invite: your users whose name or address, as far as they share it, begins with the text, \
                  and any address typed in full, whether or not it has an account. At most 30 searches a minute.",
        needs: Needs::Client(Permission::MembersCreate),
        query: &[QueryParam {
            name: "q",
            about: "The beginning of a name or an address, of at least three letters or digits, or a whole address.",
            example: "ada",
            choices: &[],
        }],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&CANDIDATE),
        refusals: &[],
        handler: || get(candidates),
    },
];

/// A membership on the wire.
#[derive(Serialize)]
struct Member {
    id: MemberId,
    sub: Option<Subject>,
    email: Option<String>,
    role: RoleId,
    expires_at: Option<Timestamp>,
    status: &'static str,
}

/// Somebody to invite, on the wire.
#[derive(Serialize)]
struct Found {
    sub: Option<Subject>,
    name: Option<String>,
    email: Option<String>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<MemberId>()?;
    let found = members::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |view| view.member.id.to_string(), Member::from))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&MEMBER, Purpose::Create);
    let (email, sub) = (members.text("email"), members.text("sub"));
    let (role, expires_at) = (members.text("role"), members.text("expires_at"));
    members.end()?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let role = role.map(|role| id(&role, "role")).transpose()?;
    let new = NewMember { email: given(email), sub: given(sub), role, expires_at };
    let view = invitations::create(&core, caller, client, new).await?;
    let location = format!("/clients/{client}/members/{}", view.member.id);
    Ok(made(&location, one(view)))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, member)): PathIds<(ClientId, MemberId)>,
) -> Result<Response, Problem> {
    Ok(one(members::get(&core, &caller, client, member).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, member)): PathIds<(ClientId, MemberId)>,
    IfMatch(expected): IfMatch,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&MEMBER, Purpose::Change);
    let (role, expires_at) = (members.text("role"), members.text("expires_at"));
    members.end()?;
    let role = role.map(|role| id(&role, "role")).transpose()?;
    let changes = MemberChanges { role, expires_at };
    Ok(one(members::update(&core, caller, client, member, changes, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, member)): PathIds<(ClientId, MemberId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    members::delete(&core, caller, (client, member), expected).await?;
    Ok(done())
}

/// One page holds them all: whoever finds too many types more of the name.
async fn candidates(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    query.page::<RoleId>()?;
    let text = query.get("q").unwrap_or_default();
    let found = invitations::search(&core, &caller, client, text).await?;
    Ok(whole(found, Found::from))
}

fn one(view: MemberView) -> Response {
    let tag = etag::of(view.member.updated_at);
    ([(header::ETAG, tag)], Json(Member::from(view))).into_response()
}

impl From<MemberView> for Member {
    fn from(view: MemberView) -> Self {
        let MemberView { member, email, sub } = view;
        let status = member.status.as_str();
        Self { id: member.id, sub, email, role: member.role_id, expires_at: member.expires_at, status }
    }
}

impl From<Candidate> for Found {
    fn from(Candidate { sub, name, email }: Candidate) -> Self {
        Self { sub, name, email }
    }
}

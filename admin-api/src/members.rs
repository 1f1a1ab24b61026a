//! Members: `/clients/{client}/members`, and whom to invite: `/clients/{client}/member-candidates`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post};
use xwms_core::contract::member::{Candidate, MemberSettings, MemberView, NewMember};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, MemberId, RoleId};
use xwms_core::manage::invitations;
use xwms_core::manage::members::{self, MemberPage};
use xwms_core::state::Core;

use crate::answer::{changed, created, done, shown};
use crate::authenticated::Authenticated;
use crate::etag::IfMatch;
use crate::json::{Changes, New};
use crate::operation::{Method, Needs, Operation, QueryParam, RequestBody, ResponseBody};
use crate::page::{Query, whole};
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static MEMBER: Of<MemberView> = Of::new();
static NEW: Of<NewMember> = Of::new();
static SETTINGS: Of<MemberSettings> = Of::new();
static CANDIDATE: Of<Candidate> = Of::new();

static QUERY: [QueryParam; 2] = [
    QueryParam { name: "q", about: "Whose address begins with this text.", example: "ada", choices: &[] },
    QueryParam {
        name: "group",
        about: "Whose role is in the group of this name.",
        example: "Operations",
        choices: &[],
    },
];

const RANK: [(u16, &str); 2] = [(403, "level_too_low"), (403, "permission_not_held")];

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Get, "/clients/{client}/members", || get(list))
        .named("listMembers", "Lists the members of a client's organisation, oldest first.")
        .needs(Needs::Client(Permission::MembersRead))
        .query(&QUERY)
        .response(ResponseBody::Page(&MEMBER)),
    Operation::new(Method::Post, "/clients/{client}/members", || post(create))
        .named(
            "createMember",
            "Invites somebody by address, or one of your users by `sub`. The answer is the same whether or not an \
                  address has an account; whoever accepts has that address, verified.",
        )
        .needs(Needs::Client(Permission::MembersCreate))
        .request(RequestBody::New(&NEW))
        .response(ResponseBody::Made(&MEMBER))
        .refusals(&[RANK[0], RANK[1], (409, "already_member")]),
    Operation::new(Method::Get, "/clients/{client}/members/{member}", || get(read))
        .named("getMember", "Reads a membership.")
        .needs(Needs::Client(Permission::MembersRead))
        .response(ResponseBody::One(&MEMBER)),
    Operation::new(Method::Patch, "/clients/{client}/members/{member}", || patch(update))
        .named(
            "updateMember",
            "Changes the role or the end of a membership. One owner always remains, without an end; when the billing \
                  owner stops being one for good, the longest-standing owner whose plan entitles takes over at once.",
        )
        .needs(Needs::Client(Permission::MembersUpdate))
        .request(RequestBody::Changes(&SETTINGS))
        .response(ResponseBody::One(&MEMBER))
        .refusals(&[RANK[0], RANK[1], (409, "last_owner")]),
    Operation::new(Method::Delete, "/clients/{client}/members/{member}", || delete(remove))
        .named(
            "deleteMember",
            "Ends a membership, or takes an invitation back. A member who is signed in may end their own without the \
                  permission, and on any plan; their API tokens need it.",
        )
        .needs(Needs::Membership(Permission::MembersDelete))
        .refusals(&[RANK[0], (409, "last_owner")]),
    Operation::new(Method::Get, "/clients/{client}/member-candidates", || get(candidates))
        .named(
            "listMemberCandidates",
            "Finds whom to invite: your users whose name or address, as far as they share it, begins with the text, \
                  and any address typed in full, whether or not it has an account. At most 30 searches a minute.",
        )
        .needs(Needs::Client(Permission::MembersCreate))
        .query(&[QueryParam {
            name: "q",
            about: "The beginning of a name or an address, of at least three letters or digits, or a whole address.",
            example: "ada",
            choices: &[],
        }])
        .response(ResponseBody::Page(&CANDIDATE)),
];

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<MemberId>()?;
    let (address, group) = (query.get("q"), query.get("group"));
    let wanted = MemberPage { address, group, after: page.after, limit: page.look_for() };
    let found = members::list(&core, &caller, client, wanted).await?;
    Ok(page.answer(found, |member| member.id.to_string(), |member| member))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    New(member): New<NewMember>,
) -> Result<Response, Problem> {
    created(&format!("/clients/{client}/members"), invitations::create(&core, caller, client, member).await?)
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, member)): PathIds<(ClientId, MemberId)>,
) -> Result<Response, Problem> {
    Ok(shown(&members::get(&core, &caller, client, member).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(member): PathIds<(ClientId, MemberId)>,
    IfMatch(expected): IfMatch,
    Changes(patch): Changes<MemberSettings>,
) -> Result<Response, Problem> {
    Ok(changed(members::update(&core, caller, member, patch, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(member): PathIds<(ClientId, MemberId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    members::delete(&core, caller, member, expected).await?;
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
    Ok(whole(invitations::search(&core, &caller, client, text).await?, |candidate| candidate))
}

//! Who belongs to a client's organisation.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::change::Change;
use super::fields::{Expected, same_version};
use super::permit::{Access, Caller};
use super::runner::{self, Ask, Done};
use super::{roles, succession};
use crate::clock::Timestamp;
use crate::contract::Patch;
use crate::contract::member::{MemberSettings, MemberView, ProvisionedMember};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::organisation::{self, Seat, Span};
use crate::gate::permission::Permission;
use crate::id::{ClientId, MemberId, RoleId, Subject, UserId};
use crate::model::client::SubjectType;
use crate::model::email::{self, EmailAddress};
use crate::model::label::Label;
use crate::model::member::MemberStatus;
use crate::state::Core;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::members::{self, Member};
use crate::store::tables::roles::Role;
use crate::store::tables::{client_users, profiles};
use crate::text;

/// Which members to list.
#[derive(Clone, Copy, Debug)]
pub struct MemberPage<'p> {
    /// Those whose address begins with this text.
    pub address: Option<&'p str>,
    /// Those whose role is in the group of this name.
    pub group: Option<&'p str>,
    /// Those after this one.
    pub after: Option<MemberId>,
    /// At most so many.
    pub limit: i64,
}

/// The members of a client, oldest first.
///
/// # Errors
/// [`Error::Invalid`] for what can't be the name of a group; those of [`runner`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    page: MemberPage<'_>,
) -> Result<Vec<MemberView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::MembersRead)).await?;
    let group = page.group.map(Label::parse).transpose().map_err(|issue| Error::Invalid(vec![issue.at("group")]))?;
    let filter = members::Filter {
        begins: page.address.map(|text| email::key(text.trim())),
        group: group.map(Label::into_string),
    };
    let found = members::page(&mut reading.conn, client, &filter, page.after, page.limit).await?;
    let client = reading.access()?.client.clone();
    views(&mut reading.conn, &client, found).await
}

/// One membership.
///
/// # Errors
/// [`Error::NotFound`]; those of [`runner`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: MemberId) -> Result<MemberView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::MembersRead)).await?;
    let member = find(&mut reading.conn, client, id).await?;
    let client = reading.access()?.client.clone();
    view(&mut reading.conn, &client, member).await
}

/// Changes role or end of a membership. `expected`: the `updated_at` it must still have.
///
/// # Errors
/// [`Error::NotFound`] for the member or the role; [`Error::StalePrecondition`]; [`Error::Invalid`] with all bad fields;
/// [`Error::Refused`] `level_too_low` or `permission_not_held`; [`Error::Conflict`] `last_owner`; those of
/// [`runner`]; the database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, MemberId),
    patch: Patch<MemberSettings>,
    expected: Expected,
) -> Result<Done<MemberView>, Error> {
    runner::change(
        core,
        caller,
        Ask::Client(client, Permission::MembersUpdate),
        async move |change: &mut Change<'_>| {
            let Access { client: of, membership: by, .. } = change.access()?.clone();
            let old = find(change.conn, client, id).await?;
            same_version(expected, old.updated_at)?;
            let wanted = change.take(patch.apply(&settings(&old)))?;
            let expires_at = change.expiry(old.expires_at, wanted.expires_at);
            change.sound()?;
            let old_role = roles::find(change.conn, client, old.role_id).await?;
            let role = match wanted.role == old_role.id {
                true => old_role.clone(),
                false => roles::find(change.conn, client, wanted.role).await?,
            };
            let member = Member { role_id: role.id, expires_at, ..old.clone() };
            let (old_rank, rank) = (roles::rank(&old_role), roles::rank(&role));
            let seat = |rank, member: &Member| Seat { rank, span: Span::of(true, member.expires_at) };
            organisation::may_change_member(&by, seat(&old_rank, &old), seat(&rank, &member)).map_err(roles::denied)?;
            let (was, is) = (is_lasting_owner(&old, &old_role), is_lasting_owner(&member, &role));
            refuse_without_owner(change.conn, &old, was, is).await?;
            let member = write(change, &old, &old_role.role_key, member, &role.role_key).await?;
            succession::settle(change, &of).await?;
            view(change.conn, &of, member).await
        },
    )
    .await
}

/// Ends a membership, or takes an invitation back. Whoever is signed in may leave without a permission for it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StalePrecondition`]; [`Error::Refused`] `level_too_low`; [`Error::Conflict`]
/// `last_owner`; those of [`runner`]; the database's.
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, MemberId),
    expected: Expected,
) -> Result<Done<()>, Error> {
    runner::change(core, caller, Ask::Membership(client, id), async move |change: &mut Change<'_>| {
        // Nobody's place decides when somebody leaves by themselves.
        let (of, by) = match change.access().ok().cloned() {
            Some(access) => (access.client, Some(access.membership)),
            None => (clients::find(change.conn, client).await?.ok_or(Error::NotFound("client"))?, None),
        };
        let member = find(change.conn, client, id).await?;
        same_version(expected, member.updated_at)?;
        let role = roles::find(change.conn, client, member.role_id).await?;
        if let Some(by) = &by {
            organisation::may_remove_member(by, &roles::rank(&role)).map_err(roles::denied)?;
        }
        let was = is_lasting_owner(&member, &role);
        refuse_without_owner(change.conn, &member, was, false).await?;
        remove(change, member, &role.role_key).await?;
        succession::settle(change, &of).await
    })
    .await
}

/// One member's view.
pub(super) async fn view(conn: &mut Conn, client: &Client, member: Member) -> Result<MemberView, Error> {
    views(conn, client, vec![member]).await?.pop().ok_or(Error::Internal("one member has one view"))
}

/// As many queries for many members as for one.
async fn views(conn: &mut Conn, client: &Client, found: Vec<Member>) -> Result<Vec<MemberView>, Error> {
    let active = |member: &&Member| member.status == MemberStatus::Active;
    let users: Vec<UserId> = found.iter().filter(active).filter_map(|member| member.user_id).collect();
    let people = profiles::names(conn, &users).await?;
    let known: HashMap<UserId, Subject> = client_users::subjects(conn, client.id, &users).await?.into_iter().collect();
    let public = |user: UserId| (client.subject_type == SubjectType::Public).then(|| user.as_public_subject());
    let view = |member: Member| {
        let user = member.user_id.filter(|_| member.status == MemberStatus::Active);
        let typed = member.subject.is_none().then(|| member.email_key.clone());
        let person = user.and_then(|user| people.get(&user));
        MemberView {
            id: member.id,
            name: person.map(|(name, _)| name.clone()).filter(|name| !name.is_empty()),
            email: person.map(|(_, email)| email.clone()).or(typed),
            sub: user.and_then(|user| known.get(&user).copied().or_else(|| public(user))).or(member.subject),
            settings: settings(&member),
            status: member.status,
            updated_at: member.updated_at,
        }
    };
    Ok(found.into_iter().map(view).collect())
}

const fn settings(member: &Member) -> MemberSettings {
    MemberSettings { role: member.role_id, expires_at: member.expires_at }
}

async fn find(conn: &mut Conn, client: ClientId, id: MemberId) -> Result<Member, Error> {
    members::find(conn, client, id).await?.ok_or(Error::NotFound("member"))
}

/// An owner to rest on: one whose membership has no end.
fn is_lasting_owner(member: &Member, role: &Role) -> bool {
    roles::is_owner(role) && member.status == MemberStatus::Active && member.expires_at.is_none()
}

async fn refuse_without_owner(conn: &mut Conn, member: &Member, was: bool, is: bool) -> Result<(), Error> {
    let owners = members::owners(conn, member.client_id).await?;
    let others = owners.iter().filter(|owner| owner.id != member.id && owner.expires_at.is_none()).count();
    organisation::owner_remains(was, is, others).map_err(roles::denied)
}

/// Makes the person whose plan entitles a new client its owner.
pub(crate) async fn create_owner(
    change: &mut Change<'_>,
    client: ClientId,
    role: RoleId,
    user: UserId,
    email_key: &str,
) -> Result<(), Error> {
    let member =
        Member { user_id: Some(user), status: MemberStatus::Active, ..blank(client, email_key, role, change.now) };
    members::insert(change.conn, &member).await?;
    Ok(())
}

/// Adds a member.
///
/// # Errors
/// [`Error::Invalid`], with `status` `no_account` when an address without an account shall be active; the database's.
pub(crate) async fn insert(
    change: &mut Change<'_>,
    client: ClientId,
    email: &EmailAddress,
    (role, role_key): (RoleId, &str),
    settings: Patch<ProvisionedMember>,
) -> Result<Member, Error> {
    let account = profiles::find_by_email(change.conn, email.key()).await?;
    let mut member = blank(client, email.key(), role, change.now);
    member.user_id = account.map(|account| account.id);
    if member.user_id.is_some() {
        member.status = MemberStatus::Active;
    }
    fill(change, &mut member, settings)?;
    members::insert(change.conn, &member).await?;
    change.created(Some(client), "member.created", (member.id, email.key()), facts(&member, role_key));
    Ok(member)
}

/// Changes a membership; `old_key` and `role` are the keys of the role it has and the one it gets.
///
/// # Errors
/// As [`insert`].
pub(crate) async fn apply(
    change: &mut Change<'_>,
    old: Member,
    old_key: &str,
    (role, role_key): (RoleId, &str),
    settings: Patch<ProvisionedMember>,
) -> Result<Member, Error> {
    let mut member = Member { role_id: role, ..old.clone() };
    fill(change, &mut member, settings)?;
    write(change, &old, old_key, member, role_key).await
}

/// Writes what became of a membership.
async fn write(
    change: &mut Change<'_>,
    old: &Member,
    old_key: &str,
    mut member: Member,
    role_key: &str,
) -> Result<Member, Error> {
    let told = (facts(old, old_key), facts(&member, role_key));
    if change.updated(Some(member.client_id), "member.updated", (member.id, &member.email_key), told) {
        member.updated_at = change.version_after(old.updated_at);
        members::update(change.conn, &member).await?;
    }
    Ok(member)
}

/// Ends a membership. That an owner remains is for the caller to see to.
pub(crate) async fn remove(change: &mut Change<'_>, member: Member, role_key: &str) -> Result<(), Error> {
    members::delete(change.conn, member.id).await?;
    let told = facts(&member, role_key);
    change.deleted(Some(member.client_id), "member.deleted", (member.id, &member.email_key), told);
    Ok(())
}

pub(super) fn blank(client: ClientId, email_key: &str, role: RoleId, now: Timestamp) -> Member {
    Member {
        id: MemberId::generate(now),
        client_id: client,
        user_id: None,
        subject: None,
        email_key: email_key.to_owned(),
        role_id: role,
        status: MemberStatus::Invited,
        expires_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn fill(change: &mut Change<'_>, member: &mut Member, settings: Patch<ProvisionedMember>) -> Result<(), Error> {
    let stands = ProvisionedMember { expires_at: member.expires_at, status: Some(member.status) };
    let wanted = change.take(settings.apply(&stands))?;
    member.expires_at = change.expiry(member.expires_at, wanted.expires_at);
    member.status = wanted.status.unwrap_or(member.status);
    if member.status == MemberStatus::Active && member.user_id.is_none() {
        change.findings.add("status", text!("no_account-member"));
    }
    change.sound()
}

/// What the audit log says of a membership. Somebody whom the partner has named by `sub` may share no address with it.
pub(super) fn facts(member: &Member, role_key: &str) -> Value {
    json!({
        "email": member.subject.is_none().then_some(&member.email_key),
        "sub": member.subject,
        "role": role_key,
        "expires_at": member.expires_at,
        "status": member.status,
    })
}

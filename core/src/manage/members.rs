//! Who belongs to a client's organisation.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::change::Change;
use super::entitlement::Rules;
use super::fields::{Findings, same_version};
use super::permit::{self, Caller};
use super::{roles, succession};
use crate::clock::Timestamp;
use crate::error::{Error, FieldError};
use crate::gate::organisation::{self, Seat, Span};
use crate::gate::permission::Permission;
use crate::id::{ClientId, MemberId, RoleId, Subject, UserId};
use crate::model::client::SubjectType;
use crate::model::email::EmailAddress;
use crate::model::member::MemberStatus;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::members::{self, Member};
use crate::store::tables::roles::Role;
use crate::store::tables::{client_users, profiles};

/// What a membership is to be; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct MemberFields {
    /// RFC 3339; an empty text clears it.
    pub expires_at: Option<String>,
    /// How far it has come: with `None`, a new member is active when the address has an account.
    pub status: Option<MemberStatus>,
}

/// What a membership is to become; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct MemberChanges {
    /// The role.
    pub role: Option<RoleId>,
    /// RFC 3339; an empty text clears it.
    pub expires_at: Option<String>,
}

/// A membership as the organisation sees it. Whether an address has an account shows only once its person has accepted.
#[derive(Clone, Debug)]
pub struct MemberView {
    /// The membership.
    pub member: Member,
    /// The address; `None` while somebody who was invited by their `sub` has not accepted.
    pub email: Option<String>,
    /// As the client knows them.
    pub sub: Option<Subject>,
}

/// The members of a client, oldest first.
///
/// # Errors
/// Those of [`permit::to_read`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<MemberId>,
    limit: i64,
) -> Result<Vec<MemberView>, Error> {
    let mut conn = core.db.read().await?;
    let access = permit::to_read(&mut conn, caller, client, Permission::MembersRead, core.clock.now()).await?;
    let found = members::page(&mut conn, client, after, limit).await?;
    views(&mut conn, &access.client, found).await
}

/// One membership.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit::to_read`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: MemberId) -> Result<MemberView, Error> {
    let mut conn = core.db.read().await?;
    let access = permit::to_read(&mut conn, caller, client, Permission::MembersRead, core.clock.now()).await?;
    let member = find(&mut conn, client, id).await?;
    view(&mut conn, &access.client, member).await
}

/// Changes role or end of a membership. `expected`: the `updated_at` it must still have.
///
/// # Errors
/// [`Error::NotFound`] for the member or the role; [`Error::StalePrecondition`]; [`Error::Invalid`] with all bad fields;
/// [`Error::Refused`] `level_too_low` or `permission_not_held`; [`Error::Conflict`] `last_owner`; those of
/// [`permit::to_change`]; the database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    client: ClientId,
    id: MemberId,
    fields: MemberChanges,
    expected: Option<Timestamp>,
) -> Result<MemberView, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::MembersUpdate, &rules, now).await?;
            let old = find(change.conn, client, id).await?;
            same_version(expected, old.updated_at)?;
            let old_role = roles::find(change.conn, client, old.role_id).await?;
            let role = match fields.role {
                Some(role) => roles::find(change.conn, client, role).await?,
                None => old_role.clone(),
            };
            let mut findings = Findings::default();
            let mut member = Member { role_id: role.id, ..old.clone() };
            findings.expiry(&mut member.expires_at, fields.expires_at.as_ref(), now);
            findings.none()?;
            let (old_rank, rank) = (roles::rank(&old_role), roles::rank(&role));
            let seat = |rank, member: &Member| Seat { rank, span: Span::of(true, member.expires_at) };
            organisation::may_change_member(&access.membership, seat(&old_rank, &old), seat(&rank, &member))
                .map_err(roles::denied)?;
            let (was, is) = (is_lasting_owner(&old, &old_role), is_lasting_owner(&member, &role));
            refuse_without_owner(change.conn, &old, was, is).await?;
            let member = write(&mut change, &old, &old_role.role_key, member, &role.role_key).await?;
            succession::settle(&mut change, &access.client).await?;
            let view = view(change.conn, &access.client, member).await?;
            change.end(view).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Ends a membership, or takes an invitation back. Whoever is signed in may leave without a permission for it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] `level_too_low`; [`Error::Conflict`] `last_owner`; those of
/// [`permit::to_change`]; the database's.
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, MemberId),
    expected: Option<Timestamp>,
) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            clients::hold(conn, client).await?;
            let own = members::find(conn, client, id).await?.filter(|member| {
                caller.token.is_none() && member.status == MemberStatus::Active && member.user_id == Some(caller.user)
            });
            let (mut change, of, by) = if own.is_some() {
                let of = clients::find(conn, client).await?.ok_or(Error::NotFound("client"))?;
                (permit::on_own_behalf(conn, &caller, &rules, now), of, None)
            } else {
                let (change, access) =
                    permit::to_change(conn, &caller, client, Permission::MembersDelete, &rules, now).await?;
                (change, access.client, Some(access.membership))
            };
            let member = find(change.conn, client, id).await?;
            same_version(expected, member.updated_at)?;
            let role = roles::find(change.conn, client, member.role_id).await?;
            if let Some(by) = &by {
                organisation::may_remove_member(by, &roles::rank(&role)).map_err(roles::denied)?;
            }
            let was = is_lasting_owner(&member, &role);
            refuse_without_owner(change.conn, &member, was, false).await?;
            remove(&mut change, member, &role.role_key).await?;
            succession::settle(&mut change, &of).await?;
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// One member's view.
pub(super) async fn view(conn: &mut Conn, client: &Client, member: Member) -> Result<MemberView, Error> {
    views(conn, client, vec![member]).await?.pop().ok_or(Error::Internal("one member has one view"))
}

/// As many queries for many members as for one.
async fn views(conn: &mut Conn, client: &Client, found: Vec<Member>) -> Result<Vec<MemberView>, Error> {
    let active = |member: &&Member| member.status == MemberStatus::Active;
    let users: Vec<UserId> = found.iter().filter(active).filter_map(|member| member.user_id).collect();
    let addresses = profiles::addresses(conn, &users).await?;
    let known: HashMap<UserId, Subject> = client_users::subjects(conn, client.id, &users).await?.into_iter().collect();
    let public = |user: UserId| (client.subject_type == SubjectType::Public).then(|| user.as_public_subject());
    let view = |member: Member| {
        let user = member.user_id.filter(|_| member.status == MemberStatus::Active);
        let typed = member.subject.is_none().then(|| member.email_key.clone());
        MemberView {
            email: user.and_then(|user| addresses.get(&user).cloned()).or(typed),
            sub: user.and_then(|user| known.get(&user).copied().or_else(|| public(user))).or(member.subject),
            member,
        }
    };
    Ok(found.into_iter().map(view).collect())
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

/// What is wrong with these fields by themselves.
pub(crate) fn check(fields: &MemberFields, now: Timestamp) -> Vec<FieldError> {
    let mut findings = Findings::default();
    findings.expiry(&mut None, fields.expires_at.as_ref(), now);
    findings.into_errors()
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
    fields: &MemberFields,
) -> Result<Member, Error> {
    let account = profiles::find_by_email(change.conn, email.key()).await?;
    let mut findings = Findings::default();
    let mut member = blank(client, email.key(), role, change.now);
    member.user_id = account.map(|account| account.id);
    if member.user_id.is_some() {
        member.status = MemberStatus::Active;
    }
    fill(&mut findings, &mut member, fields, change.now);
    findings.none()?;
    members::insert(change.conn, &member).await?;
    change.created(Some(client), "member.created", member.id, email.key(), facts(&member, role_key));
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
    fields: &MemberFields,
) -> Result<Member, Error> {
    let mut findings = Findings::default();
    let mut member = Member { role_id: role, ..old.clone() };
    fill(&mut findings, &mut member, fields, change.now);
    findings.none()?;
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
    if change.updated(Some(member.client_id), "member.updated", member.id, &member.email_key, told) {
        member.updated_at = change.version_after(old.updated_at);
        members::update(change.conn, &member).await?;
    }
    Ok(member)
}

/// Ends a membership. That an owner remains is for the caller to see to.
pub(crate) async fn remove(change: &mut Change<'_>, member: Member, role_key: &str) -> Result<(), Error> {
    members::delete(change.conn, member.id).await?;
    let told = facts(&member, role_key);
    change.deleted(Some(member.client_id), "member.deleted", member.id, &member.email_key, told);
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

fn fill(findings: &mut Findings, member: &mut Member, fields: &MemberFields, now: Timestamp) {
    findings.expiry(&mut member.expires_at, fields.expires_at.as_ref(), now);
    member.status = fields.status.unwrap_or(member.status);
    if member.status == MemberStatus::Active && member.user_id.is_none() {
        findings.add("status", "no_account", "this address has no account yet, so it can only be invited");
    }
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

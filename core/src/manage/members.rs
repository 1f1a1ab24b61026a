//! Who belongs to a client's organisation.

use serde_json::{Value, json};

use super::change::Change;
use super::fields::Findings;
use crate::clock::Timestamp;
use crate::error::{Error, FieldError};
use crate::id::{ClientId, MemberId, RoleId, UserId};
use crate::model::email::EmailAddress;
use crate::model::member::MemberStatus;
use crate::store::members::{self, Member};
use crate::store::profiles;

/// What a membership is to be; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct MemberFields {
    /// RFC 3339; an empty text clears it.
    pub expires_at: Option<String>,
    /// How far it has come: with `None`, a new member is active when the address has an account.
    pub status: Option<MemberStatus>,
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
pub(crate) async fn create(
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
/// As [`create`].
pub(crate) async fn update(
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
    let told = (facts(&old, old_key), facts(&member, role_key));
    if change.updated(Some(member.client_id), "member.updated", member.id, &member.email_key, told) {
        member.updated_at = change.now;
        members::update(change.conn, &member).await?;
    }
    Ok(member)
}

/// Ends a membership. That an owner remains is for the caller to see to.
pub(crate) async fn delete(change: &mut Change<'_>, member: Member, role_key: &str) -> Result<(), Error> {
    members::delete(change.conn, member.id).await?;
    let told = facts(&member, role_key);
    change.deleted(Some(member.client_id), "member.deleted", member.id, &member.email_key, told);
    Ok(())
}

fn blank(client: ClientId, email_key: &str, role: RoleId, now: Timestamp) -> Member {
    Member {
        id: MemberId::generate(now),
        client_id: client,
        user_id: None,
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

fn facts(member: &Member, role_key: &str) -> Value {
    json!({
        "email": member.email_key,
        "role": role_key,
        "expires_at": member.expires_at,
        "status": member.status,
    })
}

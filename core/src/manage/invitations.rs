//! Invitations into a client's organisation, and the search for whom to invite.

use super::entitlement::Rules;
use super::fields::Findings;
use super::letters::{self, NewLetter};
use super::members::{self, MemberView, blank, facts};
use super::permit::{self, Caller};
use super::roles;
use super::words::{Named, Words, named};
use crate::error::Error;
use crate::gate::organisation;
use crate::gate::permission::Permission;
use crate::id::{ClientId, RoleId, Subject, UserId};
use crate::mail::messages::name_in_mail;
use crate::model::email::{self, EmailAddress};
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::client_users;
use crate::store::tables::members::Member;
use crate::store::tables::roles::Role;
use crate::store::tables::users::name_key;
use crate::store::tables::{profiles, requests};
use crate::throttle::{self, Sender};

/// The shortest text that is searched for, in characters.
const SHORTEST_SEARCH: usize = 3;
/// The longest one.
const LONGEST_SEARCH: usize = 254;
/// How many candidates are shown.
const MOST_CANDIDATES: usize = 20;

/// Whom to invite, and as what.
#[derive(Clone, Debug, Default)]
pub struct NewMember {
    /// By their address; or
    pub email: Option<String>,
    /// as the client knows them.
    pub sub: Option<String>,
    /// The role.
    pub role: Option<RoleId>,
    /// RFC 3339.
    pub expires_at: Option<String>,
}

/// Somebody who could be invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// As the client knows them, when they have logged in through it.
    pub sub: Option<Subject>,
    /// The name, when they share it with the client.
    pub name: Option<String>,
    /// The address, when they share it with the client or it was typed.
    pub email: Option<String>,
}

/// Invites somebody. Whether an address has an account, or its person has blocked the client and hears nothing of it, makes
/// no difference to the answer, to what is shown later, or to the time it takes.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::NotFound`] for the role, or a `sub` that has never logged in through
/// the client; [`Error::Refused`] `level_too_low` or `permission_not_held`; [`Error::Conflict`] `already_member`;
/// [`Error::TooMany`]; those of [`permit::to_change`]; the database's.
pub async fn create(core: &Core, caller: Caller, client: ClientId, new: NewMember) -> Result<MemberView, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let sender = Sender::of(core, caller.user);
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::MembersCreate, &rules, now).await?;
            let mut findings = Findings::default();
            let address = read_person(&mut findings, new.email.as_deref(), new.sub.as_deref());
            let mut expires_at = None;
            findings.expiry(&mut expires_at, new.expires_at.as_ref(), now);
            if new.role.is_none() {
                findings.add("role", "required", "say which role");
            }
            findings.none()?;
            let role = roles::find(change.conn, client, new.role.ok_or(Error::NotFound("role"))?).await?;
            organisation::may_appoint(&access.membership, &roles::rank(&role)).map_err(roles::denied)?;
            let person = find_person(change.conn, client, address.as_ref(), new.sub.as_deref()).await?;
            let standing =
                crate::store::tables::members::of_person(change.conn, client, person.user, &person.email_key).await?;
            if standing.is_some() {
                let message = "this person is a member or was invited already";
                return Err(Error::conflict("already_member", message));
            }
            sender.count(change.conn, now).await?;
            let member =
                Member { expires_at, subject: person.subject, ..blank(client, &person.email_key, role.id, now) };
            crate::store::tables::members::insert(change.conn, &member).await?;
            change.created(Some(client), "member.invited", member.id, &role.role_key, facts(&member, &role.role_key));
            let issuer = change.rules.issuer.clone();
            let letter = NewLetter {
                email_key: person.email_key,
                address: address.map(|address| address.address().to_owned()),
                kind: "member.invited",
                object: member.id.to_string(),
                wanted: !requests::is_blocked(change.conn, client, person.user).await?,
                subject: "You are invited to an organisation",
                text: words(&named(change.conn, &access.client).await?, &role, &issuer),
            };
            let letter = letters::write(&mut change, letter).await?;
            let view = members::view(change.conn, &access.client, member).await?;
            change.end((view, letter)).await
        })
        .await?;
    let (view, letter) = changed.committed(core);
    letters::deliver(core, letter);
    Ok(view)
}

/// What the invited person is told. A name of a role is the partner's choice too.
fn words(client: &Named, role: &Role, issuer: &str) -> Words {
    let say = |client: &str, role: &str| {
        format!(
            "\"{client}\" invites you to manage it on XWMS as {role}. Nothing changes unless you accept, signed in with this \
             address:\n\n{issuer}/account/notifications"
        )
    };
    let in_mail = say(&client.mail, name_in_mail(&role.name, &role.role_key));
    Words { page: say(&client.page, &role.name), mail: in_mail }
}

/// Who could be invited: those who have logged in through the client and share a name with it a word of which begins with
/// this text, or an address that does; and any address as it stands, whether or not it has an account.
///
/// # Errors
/// [`Error::TooMany`]; those of [`permit::to_read`]; the database's.
pub async fn search(core: &Core, caller: &Caller, client: ClientId, text: &str) -> Result<Vec<Candidate>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::MembersCreate, core.clock.now()).await?;
    drop(conn);
    throttle::count_search(core, caller.user).await?;
    let text = text.trim();
    let (words, key) = (name_key(Some(text), None), email::key(text));
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    if letters < SHORTEST_SEARCH || text.len() > LONGEST_SEARCH || text.chars().any(char::is_control) {
        return Ok(Vec::new());
    }
    let mut conn = core.db.read().await?;
    let found = client_users::search(&mut conn, client, &words, &key, 100).await?;
    let mut candidates: Vec<Candidate> =
        found.iter().filter_map(|user| shown(user, &words, &key)).take(MOST_CANDIDATES).collect();
    let typed = EmailAddress::parse(text).ok();
    let is_typed = |candidate: &Candidate| candidate.email.as_deref().is_some_and(|email| email::key(email) == key);
    if let Some(typed) = typed.filter(|_| !candidates.iter().any(is_typed)) {
        candidates.push(Candidate { sub: None, name: None, email: Some(typed.address().to_owned()) });
    }
    Ok(candidates)
}

/// What the client may see of somebody, when it is that which the text begins.
fn shown(user: &client_users::Named, words: &str, key: &str) -> Option<Candidate> {
    let names = [user.given_name.as_deref(), user.family_name.as_deref()];
    let names: Vec<&str> = names.into_iter().flatten().filter(|_| user.scope.contains("profile")).collect();
    let email = Some(&user.email).filter(|_| user.scope.contains("email"));
    let by_name = name_key(names.first().copied(), names.get(1).copied()).contains(words);
    let by_email = email.is_some() && user.email_key.starts_with(key);
    (by_name || by_email).then(|| Candidate {
        sub: Some(user.subject),
        name: (!names.is_empty()).then(|| names.join(" ")),
        email: email.cloned(),
    })
}

/// Somebody who is meant by an address or a `sub`.
pub(super) struct Meant {
    pub(super) email_key: String,
    /// Their account, when they have one.
    pub(super) user: Option<UserId>,
    /// The `sub` that was given.
    pub(super) subject: Option<Subject>,
}

/// Reads how somebody is named: by address or by `sub`, and not by both.
pub(super) fn read_person(findings: &mut Findings, email: Option<&str>, sub: Option<&str>) -> Option<EmailAddress> {
    match (email, sub) {
        (None, None) => findings.add("email", "required", "say whom: an address, or the sub of one of your users"),
        (Some(_), Some(_)) => findings.add("sub", "not_here", "give an address or a sub, not both"),
        (Some(_), None) | (None, Some(_)) => {}
    }
    findings.value("email", EmailAddress::parse(email?))
}

/// The person that is meant.
///
/// # Errors
/// [`Error::NotFound`] for a `sub` that has never logged in through the client; the database's.
pub(super) async fn find_person(
    conn: &mut Conn,
    client: ClientId,
    address: Option<&EmailAddress>,
    sub: Option<&str>,
) -> Result<Meant, Error> {
    if let Some(address) = address {
        let account = profiles::find_by_email(conn, address.key()).await?;
        let user = account.map(|account| account.id);
        return Ok(Meant { email_key: address.key().to_owned(), user, subject: None });
    }
    let subject: Subject = sub.and_then(|sub| sub.parse().ok()).ok_or(Error::NotFound("user"))?;
    let user = client_users::find(conn, client, subject).await?.ok_or(Error::NotFound("user"))?;
    let account = profiles::find(conn, user.user_id).await?.ok_or(Error::NotFound("user"))?;
    Ok(Meant { email_key: account.email_key, user: Some(user.user_id), subject: Some(subject) })
}

//! Invitations into a client's organisation, and the search for whom to invite.

use super::change::Change;
use super::letters::{self, NewLetter};
use super::members::{self, blank, facts};
use super::notice::named;
use super::permit::{Access, Caller};
use super::roles;
use super::runner::{self, Ask, Done};
use crate::contract::member::MemberView;
use crate::contract::member::{Candidate, NewMember, Person};
use crate::contract::{Input, New};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::organisation;
use crate::gate::permission::Permission;
use crate::id::{ClientId, Subject, UserId};
use crate::model::email::{self, EmailAddress};
use crate::state::Core;
use crate::store::tables::members::Member;
use crate::store::tables::roles::Role;
use crate::store::tables::users::name_key;
use crate::store::tables::{self, client_users, profiles, requests};
use crate::text;
use crate::text::{Arg, Text};
use crate::throttle::{self, Sender};

/// The shortest text that is searched for, in characters.
const SHORTEST_SEARCH: usize = 3;
/// The longest one.
const LONGEST_SEARCH: usize = 254;
/// How many candidates are shown.
const MOST_CANDIDATES: usize = 20;

/// Invites somebody. Whether an address has an account, or its person has blocked the client and hears nothing of it, makes
/// no difference to the answer, to what is shown later, or to the time it takes.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::NotFound`] for the role, or a `sub` that has never logged in through
/// the client; [`Error::Refused`] `level_too_low` or `permission_not_held`; [`Error::Conflict`] `already_member`;
/// [`Error::TooMany`]; those of [`runner`]; the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: Input<NewMember>,
) -> Result<Done<MemberView>, Error> {
    let sender = Sender::of(core, caller.user);
    runner::change(
        core,
        caller,
        Ask::Client(client, Permission::MembersCreate),
        async move |change: &mut Change<'_>| {
            let Access { client: of, membership: by, .. } = change.access()?.clone();
            let New { once: person, settings } = change.take(new)?;
            check_person(change, &person);
            let expires_at = change.expiry(None, settings.expires_at);
            change.sound()?;
            let role = roles::find(change.conn, client, settings.role).await?;
            organisation::may_appoint(&by, &roles::rank(&role)).map_err(roles::denied)?;
            let address = person.email.as_ref().map(|email| email.address().to_owned());
            let person = find_person(change.conn, client, &person).await?;
            if tables::members::of_person(change.conn, client, person.user, &person.email_key).await?.is_some() {
                return Err(Error::Conflict(text!("already_member")));
            }
            sender.count(change.conn, change.now).await?;
            let member =
                Member { expires_at, subject: person.subject, ..blank(client, &person.email_key, role.id, change.now) };
            tables::members::insert(change.conn, &member).await?;
            change.created(Some(client), "member.invited", (member.id, &role.role_key), facts(&member, &role.role_key));
            let issuer = change.rules.issuer.clone();
            let letter = NewLetter {
                email_key: person.email_key,
                address,
                kind: "member.invited",
                object: member.id.to_string(),
                wanted: !requests::is_blocked(change.conn, client, person.user).await?,
                subject: text!("notice_invitation-subject"),
                text: invitation(named(change.conn, &of).await?, &role, &issuer),
            };
            letters::write(change, letter).await?;
            members::view(change.conn, &of, member).await
        },
    )
    .await
}

/// What the invited person is told. A name of a role is the partner's choice too.
fn invitation(client: Arg, role: &Role, issuer: &str) -> Text {
    let role = Arg::Name { name: role.name.clone(), instead: role.role_key.clone() };
    text!("notice_invitation", client = client, role = role, link = format!("{issuer}/account/notifications"))
}

/// Who could be invited: those who have logged in through the client and share a name with it a word of which begins with
/// this text, or an address that does; and any address as it stands, whether or not it has an account.
///
/// # Errors
/// [`Error::TooMany`]; those of [`runner`]; the database's.
pub async fn search(core: &Core, caller: &Caller, client: ClientId, text: &str) -> Result<Vec<Candidate>, Error> {
    drop(runner::read(core, caller, Ask::Client(client, Permission::MembersCreate)).await?);
    throttle::count_search(core, caller.user).await?;
    let text = text.trim();
    let mut candidates = known(&mut core.db.read().await?, client, text).await?;
    let is_typed = |candidate: &Candidate, typed: &EmailAddress| {
        candidate.email.as_deref().is_some_and(|email| email::key(email) == typed.key())
    };
    let typed = EmailAddress::parse(text).ok().filter(|_| is_long_enough(text));
    if let Some(typed) = typed.filter(|typed| !candidates.iter().any(|candidate| is_typed(candidate, typed))) {
        candidates.push(Candidate { sub: None, name: None, email: Some(typed.address().to_owned()) });
    }
    Ok(candidates)
}

/// Those who have logged in through the client and share with it a name or an address that this text begins.
pub(super) async fn known(conn: &mut Conn, client: ClientId, text: &str) -> Result<Vec<Candidate>, Error> {
    let text = text.trim();
    if !is_long_enough(text) {
        return Ok(Vec::new());
    }
    let (words, key) = (name_key(Some(text), None), email::key(text));
    let found = client_users::search(conn, client, &words, &key, 100).await?;
    Ok(found.iter().filter_map(|user| shown(user, &words, &key)).take(MOST_CANDIDATES).collect())
}

fn is_long_enough(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    letters >= SHORTEST_SEARCH && text.len() <= LONGEST_SEARCH && !text.chars().any(char::is_control)
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

/// Somebody is named by address or by `sub`, and not by both.
pub(super) fn check_person(change: &mut Change<'_>, person: &Person) {
    let told = |field: &str| change.findings.name(field);
    match (&person.email, &person.sub) {
        (None, None) if !told("email") && !told("sub") => change.findings.add("email", text!("required-person")),
        (Some(_), Some(_)) => change.findings.add("sub", text!("not_here-sub")),
        (None, None) | (Some(_), None) | (None, Some(_)) => {}
    }
}

/// The person that is meant.
///
/// # Errors
/// [`Error::NotFound`] for a `sub` that has never logged in through the client; the database's.
pub(super) async fn find_person(conn: &mut Conn, client: ClientId, person: &Person) -> Result<Meant, Error> {
    if let Some(address) = &person.email {
        let account = profiles::find_by_email(conn, address.key()).await?;
        let user = account.map(|account| account.id);
        return Ok(Meant { email_key: address.key().to_owned(), user, subject: None });
    }
    let subject = person.sub.ok_or(Error::NotFound("user"))?;
    let user = client_users::find(conn, client, subject).await?.ok_or(Error::NotFound("user"))?;
    let account = profiles::find(conn, user.user_id).await?.ok_or(Error::NotFound("user"))?;
    Ok(Meant { email_key: account.email_key, user: Some(user.user_id), subject: Some(subject) })
}

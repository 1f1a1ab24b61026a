//! People who have logged in through a client, as it sees them.

use std::collections::HashMap;

use serde_json::json;

use super::change::Change;
use super::invitations;
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use crate::contract::event::{Event, OfUser};
use crate::contract::user::UserView;
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId, Subject, UserId};
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::tables::client_users::{self, ClientUser};
use crate::store::tables::{client_scopes, consents, grants, profiles};
use crate::text;
use crate::throttle;

/// Which users are asked for; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct UserFields<'a> {
    /// Those who have logged in through the domain of this id.
    pub domain: Option<&'a str>,
    /// Who is meant by this text: one by their whole `sub`; others by a name or an address that they share with the client
    /// now, as candidates for a membership are found.
    pub q: Option<&'a str>,
}

/// The users of a client, by subject: at most `limit` of those after `after`; the few whom a text means, all at once.
///
/// # Errors
/// [`Error::Invalid`] for `domain`; [`Error::TooMany`] for too many texts; those of [`runner`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    (client, fields): (ClientId, UserFields<'_>),
    after: Option<Subject>,
    limit: i64,
) -> Result<Vec<UserView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::UsersRead)).await?;
    let unknown = |_| Error::Invalid(vec![text!("not_an_id", prefix = "domain").at("domain")]);
    let domain = fields.domain.map(|text| text.parse::<DomainId>().map_err(unknown)).transpose()?;
    let Some(text) = fields.q else {
        let found = client_users::page(&mut reading.conn, (client, domain), after, limit).await?;
        return views(&mut reading.conn, client, found).await;
    };
    throttle::count_search(core, caller.user).await?;
    let found = meant(&mut reading.conn, client, text).await?;
    let mut found = views(&mut reading.conn, client, found).await?;
    found.retain(|user| domain.is_none_or(|domain| user.domains.contains(&domain)));
    Ok(found)
}

async fn meant(conn: &mut Conn, client: ClientId, text: &str) -> Result<Vec<ClientUser>, Error> {
    if let Ok(sub) = text.trim().parse::<Subject>() {
        return Ok(client_users::find(conn, client, sub).await?.into_iter().collect());
    }
    let mut found = Vec::new();
    for candidate in invitations::known(conn, client, text).await? {
        if let Some(sub) = candidate.sub {
            found.extend(client_users::find(conn, client, sub).await?);
        }
    }
    Ok(found)
}

/// One user.
///
/// # Errors
/// [`Error::NotFound`]; those of [`runner`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, sub: Subject) -> Result<UserView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::UsersRead)).await?;
    let found = find(&mut reading.conn, client, sub).await?;
    views(&mut reading.conn, client, vec![found]).await?.pop().ok_or(Error::Internal("one user has one view"))
}

/// Ends the user's consent, as they could themselves. That they logged in stays known.
///
/// # Errors
/// [`Error::NotFound`]; those of [`runner`]; the database's.
pub async fn delete(core: &Core, caller: Caller, client: ClientId, sub: Subject) -> Result<Done<()>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::UsersDelete), async move |change: &mut Change<'_>| {
        let user = find(change.conn, client, sub).await?;
        if end_consent(change, client, user.user_id).await? {
            change.deleted(Some(client), "user.deleted", (sub, ""), json!({ "consent": true }));
        }
        Ok(())
    })
    .await
}

/// Ends what a person shares with a client, and all that was given on the strength of it; false when they share nothing.
/// Webhooks are told.
///
/// # Errors
/// The database's.
pub(crate) async fn end_consent(change: &mut Change<'_>, client: ClientId, user: UserId) -> Result<bool, Error> {
    if !consents::end(change.conn, client, user, change.now).await? {
        return Ok(false);
    }
    grants::revoke_all_of_client_user(change.conn, user, client, change.now).await?;
    // Somebody who agreed and then did not go on is known under no subject yet.
    let known = client_users::subjects(change.conn, client, &[user]).await?;
    for (_, sub) in known {
        change.publish(client, None, Event::ConsentRevoked(OfUser { sub }));
    }
    Ok(true)
}

async fn find(conn: &mut Conn, client: ClientId, sub: Subject) -> Result<ClientUser, Error> {
    client_users::find(conn, client, sub).await?.ok_or(Error::NotFound("user"))
}

/// As many queries for many users as for one.
async fn views(conn: &mut Conn, client: ClientId, found: Vec<ClientUser>) -> Result<Vec<UserView>, Error> {
    let ids: Vec<UserId> = found.iter().map(|user| user.user_id).collect();
    let mut scopes: HashMap<UserId, ScopeSet> = consents::scopes_of(conn, client, &ids).await?.into_iter().collect();
    let mut domains: HashMap<UserId, Vec<DomainId>> = HashMap::new();
    for (user, domain) in client_users::domains_of(conn, client, &ids).await? {
        domains.entry(user).or_default().push(domain);
    }
    let people = profiles::names(conn, &ids).await?;
    let activated = client_scopes::of_client(conn, client).await?;
    let view = |user: ClientUser| {
        let scopes = scopes.remove(&user.user_id).unwrap_or_default();
        let person = people.get(&user.user_id);
        let shares = |scope: &str| scopes.contains(scope) && activated.contains(scope);
        UserView {
            sub: user.subject,
            name: person.filter(|(name, _)| shares("profile") && !name.is_empty()).map(|(name, _)| name.clone()),
            email: person.filter(|_| shares("email")).map(|(_, email)| email.clone()),
            first_login: user.first_login_at,
            last_login: user.last_login_at,
            logins: user.logins,
            domains: domains.remove(&user.user_id).unwrap_or_default(),
            scopes: scopes.iter().map(str::to_owned).collect(),
        }
    };
    Ok(found.into_iter().map(view).collect())
}

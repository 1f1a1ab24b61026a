//! For tests and benchmarks alone: a house test sees to it that the product names nothing of it.

use std::time::Duration;

use tokio::sync::watch;

use crate::audit::{Told, entry};
use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::id::{AuditId, ClientId, GrantId, UserId};
use crate::state::Core;
use crate::store::engine::notices::{self, Whose};
use crate::store::engine::writer;
use crate::store::tables::{
    attempts, audit, clients, grants, members, notifications, outbox, profiles, refresh_tokens, scopes, users,
};
use crate::webhooks;

pub use crate::store::engine::statements::{Statements, Taken};
pub use crate::store::logins::NewLogin;
pub use crate::store::tables::attempts::Attempt;
pub use crate::store::tables::codes::{Code, CodeKind};
pub use crate::store::tables::grants::Grant;
pub use crate::store::tables::notifications::Notification;
pub use crate::store::tables::outbox::WebhookEvent;
pub use crate::store::tables::refresh_tokens::{NewRefreshToken, RefreshToken};
pub use crate::store::tables::scopes::Scope;

/// Writes to the database past permit, audit and notices, to set up what no use case can.
///
/// # Errors
/// The closure's own; the database's.
pub async fn change<T, F>(db: &Db, change: F) -> Result<T, Error>
where
    T: Send + 'static,
    for<'c> F: AsyncFnOnce(&'c mut Conn) -> Result<T, Error>
        + writer::Change<&'c mut Conn, Result<T, Error>, Running: Send>
        + Send
        + 'static,
{
    db.change(change).await
}

/// The scopes that there are.
///
/// # Errors
/// The database's.
pub async fn catalog(db: &Db) -> Result<Vec<Scope>, Error> {
    Ok(scopes::all(&mut db.read().await?).await?)
}

/// What webhooks of a client are to be told, newest first.
///
/// # Errors
/// The database's.
pub async fn published(db: &Db, client: ClientId) -> Result<Vec<WebhookEvent>, Error> {
    Ok(outbox::newest(&mut db.read().await?, client, 10).await?)
}

/// Delivers everything to webhooks that is due now, as a server does.
///
/// # Errors
/// The database's.
pub async fn deliver(core: &Core) -> Result<(), Error> {
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(webhooks::run(core.clone(), stopped));
    while !webhooks::is_idle(core).await? {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // Nobody listens only when it has ended already.
    let _ = stop.send(true);
    working.await.map_err(|_| Error::Internal("it panicked"))
}

/// Refused attempts at a client, newest first.
///
/// # Errors
/// The database's.
pub async fn attempts(db: &Db, client: ClientId) -> Result<Vec<Attempt>, Error> {
    Ok(attempts::newest(&mut db.read().await?, &attempts::Filter::of(client), None, 1000).await?)
}

/// Whose account has this address.
///
/// # Errors
/// The database's.
pub async fn account_of(db: &Db, email_key: &str) -> Result<Option<UserId>, Error> {
    Ok(users::find_by_email(&mut db.read().await?, email_key).await?.map(|account| account.id))
}

/// Tells somebody something on their own pages.
///
/// # Errors
/// The database's.
pub async fn tell(db: &Db, notification: Notification) -> Result<(), Error> {
    db.change(async move |conn: &mut Conn| Ok(notifications::insert(conn, &notification).await?)).await
}

/// Whether an audit entry waits for its seal.
///
/// # Errors
/// The database's.
pub async fn any_unsealed(db: &Db) -> Result<bool, Error> {
    Ok(audit::any_unsealed(&mut db.read().await?).await?)
}

/// The first audit entry that a seal names.
///
/// # Errors
/// The database's.
pub async fn entry_under(db: &Db, seal: i64) -> Result<Option<AuditId>, Error> {
    let entries = audit::sealed_between(&mut db.read().await?, seal, seal).await?;
    Ok(entries.first().map(|(_, entry, _)| *entry))
}

/// Writes an audit entry within a change that stays open.
///
/// # Errors
/// The database's.
pub async fn write_entry(conn: &mut Conn, told: &Told<'_>, now: Timestamp) -> Result<(), Error> {
    Ok(audit::insert(conn, entry(told, now), &Whose::default()).await?)
}

/// Writes what a login gives, as `login::issue` does.
///
/// # Errors
/// The database's.
pub async fn issue(db: &Db, login: NewLogin, now: Timestamp) -> Result<bool, Error> {
    db.issue(login, now).await
}

/// Spends a code for a first refresh token, as `login::redeem` does.
///
/// # Errors
/// The database's.
pub async fn redeem(db: &Db, code: CredentialKey, refresh: NewRefreshToken, now: Timestamp) -> Result<bool, Error> {
    db.redeem(code, None, Some(refresh), now).await
}

/// Spends the parent of a refresh token by the request of this digest, as `login::rotate` does.
///
/// # Errors
/// [`Error::Internal`] when it has no parent; the database's.
pub async fn rotate(db: &Db, request: [u8; 32], child: NewRefreshToken, now: Timestamp) -> Result<bool, Error> {
    let parent = child.parent.ok_or(Error::Internal("a refresh token without a parent"))?;
    db.rotate(parent, request, child, now).await
}

/// A refresh token that is stored.
///
/// # Errors
/// The database's.
pub async fn refresh_token(db: &Db, key: CredentialKey) -> Result<Option<RefreshToken>, Error> {
    Ok(refresh_tokens::find(&mut db.read().await?, key).await?)
}

/// Revokes a grant; whether there was one.
///
/// # Errors
/// The database's.
pub async fn revoke(db: &Db, grant: GrantId, now: Timestamp) -> Result<bool, Error> {
    db.change(async move |conn: &mut Conn| Ok(grants::revoke(conn, grant, now).await?)).await
}

/// Whether a grant is there, read over a connection that was lent before.
///
/// # Errors
/// The database's.
pub async fn is_live(conn: &mut Conn, grant: GrantId) -> Result<bool, Error> {
    Ok(grants::find_live(conn, grant, None).await?.is_some())
}

/// Adds clients with these ids that are as `example` is in everything else.
///
/// # Errors
/// The database's.
pub async fn copy_client(db: &Db, example: ClientId, copies: Vec<ClientId>) -> Result<(), Error> {
    db.change(async move |conn: &mut Conn| {
        let example = clients::find(conn, example).await?.ok_or(Error::NotFound("client"))?;
        for id in copies {
            clients::insert(conn, &clients::Client { id, ..example.clone() }).await?;
        }
        Ok(())
    })
    .await
}

/// What a change of a client takes: it is held, the owner's place in it looked up, the row written, all servers told, with
/// an audit entry or without one.
///
/// # Errors
/// The database's.
pub async fn change_client(db: &Db, client: ClientId, now: Timestamp, audited: bool) -> Result<(), Error> {
    db.change(async move |conn: &mut Conn| {
        clients::hold(conn, client).await?;
        let found = clients::find(conn, client).await?.ok_or(Error::NotFound("client"))?;
        let owner = found.billing_owner.ok_or(Error::NotFound("owner"))?;
        members::client_and_membership(conn, client, owner).await?;
        profiles::find(conn, owner).await?;
        clients::update(conn, &found).await?;
        let whose = Whose::of(&[client].into());
        if !audited {
            return Ok(notices::announce(conn, &whose).await?);
        }
        let object = client.to_string();
        let told = Told {
            client: Some(client),
            actor: "operator",
            address: "",
            action: "client.updated",
            object: &object,
            before: None,
            after: None,
        };
        Ok(audit::insert(conn, entry(&told, now), &whose).await?)
    })
    .await
}

//! What the owners of a client are told when somebody of their organisation does something that they should know of.

use super::change::{Change, Notice};
use crate::database::Conn;
use crate::error::Error;
use crate::store::tables::clients::Client;
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::members;
use crate::text;
use crate::text::Arg;

/// Tells the owners that a domain is in test mode now: it takes http and loopback URLs, and calls from any address.
pub(crate) async fn test_mode_is_on(change: &mut Change<'_>, domain: &Domain) -> Result<(), Error> {
    // The operator sets platforms up, and knows what they do.
    if change.is_operators() {
        return Ok(());
    }
    let root = domain.root_domain.as_str();
    for user in members::owners_at(change.conn, domain.client_id, change.now).await? {
        change.notify(Notice {
            user,
            kind: "domain.test_mode".into(),
            object: Some(domain.id.to_string()),
            subject: text!("notice_test_mode-subject", root = root),
            text: text!("notice_test_mode", root = root),
        });
    }
    Ok(())
}

/// Tells the owners that their client is about to be no more.
pub(super) async fn client_is_deleted(change: &mut Change<'_>, client: &Client) -> Result<(), Error> {
    let text = text!("notice_client_deleted", client = named(change.conn, client).await?);
    for user in members::owners_at(change.conn, client.id, change.now).await? {
        let subject = text!("notice_client_deleted-subject");
        change.notify(Notice { user, kind: "client.deleted".into(), object: None, subject, text: text.clone() });
    }
    Ok(())
}

/// What a client is called: in a mail, a name that reads as a link gives way to the primary domain, or to the id while that
/// is not proven to be the partner's.
///
/// # Errors
/// The database's.
pub(crate) async fn named(conn: &mut Conn, client: &Client) -> Result<Arg, Error> {
    let root = domains::proven_primary(conn, client.id).await?;
    let instead = root.map_or_else(|| client.id.to_string(), |root| root.to_string());
    Ok(Arg::Name { name: client.name.clone(), instead })
}

//! What the owners of a client are told when somebody of their organisation does something that they should know of.

use super::change::{Change, Notice};
use super::words::{Words, named};
use crate::error::Error;
use crate::store::tables::clients::Client;
use crate::store::tables::domains::Domain;
use crate::store::tables::members;

/// Tells the owners that a domain is in test mode now: it takes http and loopback URLs, and calls from any address.
pub(crate) async fn test_mode_is_on(change: &mut Change<'_>, domain: &Domain) -> Result<(), Error> {
    // The operator sets platforms up, and knows what they do.
    if change.is_operators() {
        return Ok(());
    }
    let root = &domain.root_domain;
    let subject = format!("Test mode was switched on for {root}");
    let text = format!(
        "{root} is in test mode now: it accepts http and loopback URLs and calls from any address, and only members and \
         testers can log in there. Switch it off before you go live."
    );
    for user in members::owners_at(change.conn, domain.client_id, change.now).await? {
        let object = Some(domain.id.to_string());
        change.notify(Notice {
            user,
            kind: "domain.test_mode".into(),
            object,
            subject: subject.clone(),
            text: text.clone().into(),
        });
    }
    Ok(())
}

/// Tells the owners that their client is about to be no more.
pub(super) async fn client_is_deleted(change: &mut Change<'_>, client: &Client) -> Result<(), Error> {
    let text = Words::about(&named(change.conn, client).await?, |client| {
        format!(
            "The client \u{201c}{client}\u{201d} was deleted, with its domains, secrets, roles and members. Nobody can log in \
             through it any more."
        )
    });
    for user in members::owners_at(change.conn, client.id, change.now).await? {
        let subject = "One of your clients was deleted".to_owned();
        change.notify(Notice { user, kind: "client.deleted".into(), object: None, subject, text: text.clone() });
    }
    Ok(())
}

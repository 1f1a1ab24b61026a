//! What is written to somebody who may have an account or none: delivered after the answer, so that the answer does not
//! tell which.

use super::change::Notice;
use super::entitlement::Rules;
use super::permit::{self, Caller};
use crate::error::Error;
use crate::login::throttle::Mailbox;
use crate::mail::messages;
use crate::postbox::{in_background, post};
use crate::state::Core;
use crate::store::db::Conn;
use crate::store::profiles;

/// A letter.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// Whom: the key of their address.
    pub(super) email_key: String,
    /// The address as it was typed, where an account is not known to be.
    pub(super) address: Option<String>,
    /// What it is about: `resource.action`.
    pub(super) kind: &'static str,
    /// The object, an id.
    pub(super) object: String,
    /// A line that says what the mail is about. Words of ours only.
    pub(super) subject: &'static str,
    /// A sentence or two. Plain text.
    pub(super) text: String,
}

/// Puts a letter on its way: to the pages and the mailbox of an account whose address is verified, else to the mailbox
/// alone. A mailbox that got enough gets no more, and nobody is told.
pub(super) fn deliver(core: &Core, caller: Caller, letter: Letter) {
    let core = core.clone();
    in_background(async move {
        if let Err(why) = send(&core, caller, letter).await {
            tracing::error!(?why, "a letter was not delivered");
        }
    });
}

async fn send(core: &Core, caller: Caller, letter: Letter) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let mailbox = Mailbox::of_letters(core, &letter.email_key);
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::on_own_behalf(conn, &caller, &rules, now);
            if !mailbox.may_get_one_more(change.conn, now).await? {
                return change.end(None).await;
            }
            let Letter { email_key, address, kind, object, subject, text } = letter;
            let to = match profiles::find_by_email(change.conn, &email_key).await? {
                Some(account) if account.suspended_at.is_some() => None,
                Some(account) if account.email_verified => {
                    let (object, subject) = (Some(object), subject.to_owned());
                    change.notify(Notice { user: account.id, kind, object, subject, text });
                    return change.end(None).await;
                }
                // Mail goes to the address that the account holds: two mailboxes may share a key.
                Some(account) => Some(account.email),
                None => address,
            };
            change.end(to.map(|to| messages::notice(&to, subject, &text))).await
        })
        .await?;
    if let Some(mail) = changed.committed(core) {
        post(core, mail);
    }
    Ok(())
}

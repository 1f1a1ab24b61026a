//! What is written to somebody who may have an account or none. It is stored by the change that it tells of and delivered
//! after the answer, so that no crash loses it and the answer does not tell which.

use std::time::Duration;

use super::change::{Actor, Change, Notice, Post};
use super::runner;
use crate::error::Error;
use crate::id::LetterId;
use crate::mail::messages;
use crate::model::message::StoredText;
use crate::postbox::{in_background, post_counted};
use crate::state::Core;
use crate::store::tables::letters::{self, Letter};
use crate::store::tables::profiles;
use crate::text::{Language, Text};

/// A letter that was not delivered for so long is left over: its server has died, or was busy.
const LEFT_OVER: Duration = Duration::from_secs(10);
/// Letters that one round delivers at the most.
const BATCH: i64 = 100;

/// A letter to write.
#[derive(Clone, Debug)]
pub(super) struct NewLetter {
    /// Whom: the key of their address.
    pub(super) email_key: String,
    /// The address as it was typed, where an account is not known to be.
    pub(super) address: Option<String>,
    /// Whether its person wants to hear from who sends it.
    pub(super) wanted: bool,
    /// What it is about: `resource.action`.
    pub(super) kind: &'static str,
    /// The object, an id.
    pub(super) object: String,
    /// A line that says what the mail is about. Words of ours only.
    pub(super) subject: Text,
    /// What it says.
    pub(super) text: Text,
}

/// Stores a letter, in the change that it tells of, and has it delivered after COMMIT: in the same way whomever it is for.
///
/// # Errors
/// The database's.
pub(super) async fn write(change: &mut Change<'_>, new: NewLetter) -> Result<(), Error> {
    let NewLetter { email_key, address, wanted, kind, object, subject, text } = new;
    let (id, created_at, kind) = (LetterId::generate(change.now), change.now, kind.to_owned());
    let (about, message) = (StoredText::from(&subject), StoredText::from(&text));
    let letter = Letter { id, email_key, address, wanted, kind, object, created_at, about, message };
    letters::insert(change.conn, &letter).await?;
    change.deliver(id);
    Ok(())
}

/// Puts a letter on its way after its COMMIT: to the pages and the mailbox of an account whose address is verified, else to
/// the mailbox alone. A mailbox that got enough gets no more mail, and nobody is told; their pages tell the person all.
pub(super) fn deliver(core: &Core, id: LetterId) {
    let core = core.clone();
    in_background(async move {
        if let Err(why) = send(&core, id).await {
            tracing::warn!(?why, "a letter was not delivered; it is tried again");
        }
    });
}

/// Delivers what was written and is left over. Any number of servers may do so: each letter is delivered once.
///
/// # Errors
/// The database's.
pub async fn deliver_left_over(core: &Core) -> Result<(), Error> {
    let before = core.clock.now().before(LEFT_OVER);
    let left = letters::written_before(&mut core.db.read().await?, before, BATCH).await?;
    let mut outcome = Ok(());
    for id in left {
        // One that can't be delivered keeps no other back.
        outcome = outcome.and(send(core, id).await);
    }
    outcome
}

async fn send(core: &Core, id: LetterId) -> Result<(), Error> {
    let sent = runner::change_as(core, Actor::Schedule, async move |change: &mut Change<'_>| {
        change.posts(Post::Letter);
        let Some(letter) = letters::take(change.conn, id).await?.filter(|letter| letter.wanted) else {
            return Ok(None);
        };
        let Letter { email_key, address, kind, object, about, message, .. } = letter;
        let (subject, text) = (about.text(), message.text());
        let to = match profiles::find_by_email(change.conn, &email_key).await? {
            Some(account) if account.suspended_at.is_some() => None,
            Some(account) if account.email_verified => {
                let (user, kind, object) = (account.id, kind.into(), Some(object));
                change.notify(Notice { user, kind, object, subject, text });
                return Ok(None);
            }
            // Mail goes to the address that the account holds: two mailboxes may share a key.
            Some(account) => Some((account.language(), account.email)),
            None => address.map(|address| (Language::English, address)),
        };
        let mail = to.map(|(language, to)| messages::notice(&to, language, (&subject, &text)));
        Ok(mail.map(|mail| (mail, email_key)))
    });
    if let Some((mail, email_key)) = sent.await? {
        post_counted(core, mail, Post::Letter.counters(core, &email_key, ""));
    }
    Ok(())
}

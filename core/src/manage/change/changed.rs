//! What a change gave, and what follows its COMMIT: snapshots dropped, mails and letters on their way.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Event;
use crate::id::{ClientId, LetterId};
use crate::mail::Mail;
use crate::manage::letters;
use crate::postbox::post_counted;
use crate::state::Core;
use crate::throttle::Mailbox;

/// What a change gave, to be opened after its COMMIT.
#[must_use = "after COMMIT the snapshots of the clients it touched are dropped"]
#[derive(Debug)]
pub struct Changed<T> {
    pub(super) value: T,
    pub(super) events: Vec<Event>,
    pub(super) clients: BTreeSet<ClientId>,
    pub(super) everything: bool,
    pub(super) post: Post,
    pub(super) mails: Vec<Posted>,
    pub(super) letters: Vec<LetterId>,
    pub(super) rings: bool,
}

impl<T> Changed<T> {
    /// After COMMIT: drops the snapshots of the clients that were touched, and sends the mails that are not too many.
    pub(crate) fn committed(self, core: &Core) -> T {
        if self.everything {
            core.snapshots.forget_all();
        }
        self.clients.into_iter().for_each(|client| core.snapshots.forget(client));
        for Posted { mail, email_key, kind } in self.mails {
            post_counted(core, mail, self.post.counters(core, &email_key, &kind));
        }
        self.letters.into_iter().for_each(|letter| letters::deliver(core, letter));
        if self.rings {
            core.outbox_bell.notify_one();
        }
        self.value
    }

    /// Whether what changed is part of every client's configuration.
    pub(crate) const fn touched_everything(&self) -> bool {
        self.everything
    }

    /// What it gave, what was done, and the clients that were touched, for a command that tells its operator.
    pub(crate) fn into_parts(self) -> (T, Vec<Event>, BTreeSet<ClientId>) {
        (self.value, self.events, self.clients)
    }
}

/// Who causes the mails of a change, which says how they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manage) enum Post {
    /// The staff, the program, or whoever they are for.
    Platform,
    /// Somebody of a client's organisation.
    Partner,
    /// A partner writes to a person.
    Letter,
}

/// A mail, and what tells how it is counted.
#[derive(Debug)]
pub(super) struct Posted {
    pub(super) mail: Mail,
    pub(super) email_key: String,
    pub(super) kind: Cow<'static, str>,
}

impl Post {
    /// What counts a mail to this mailbox.
    pub(in crate::manage) fn counters(self, core: &Core, email_key: &str, kind: &str) -> Vec<Mailbox> {
        match self {
            Self::Platform => vec![Mailbox::of_notices(core, email_key, kind)],
            Self::Partner => vec![Mailbox::of_notices(core, email_key, kind), Mailbox::of_partners(core)],
            Self::Letter => vec![Mailbox::of_letters(core, email_key), Mailbox::of_partners(core)],
        }
    }
}

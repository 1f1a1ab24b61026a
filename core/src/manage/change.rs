//! The one way to write configuration: a permit, a transaction, an audit entry for everything done in it.

mod actor;
mod changed;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use self::changed::Posted;
use super::entitlement::Rules;
use super::permit::Access;
use crate::audit::{self, Told};
use crate::clock::Timestamp;
use crate::contract::{Findings, Input, event};
use crate::database::Conn;
use crate::error::Error;
use crate::id::{ClientId, DomainId, LetterId, NotificationId, UserId};
use crate::mail::messages;
use crate::store;
use crate::store::engine::notices::Whose;
use crate::store::tables::{domain_urls, notifications, outbox};
use crate::text;
use crate::text::Text;

pub use self::actor::{Actor, Permit};
pub use self::changed::Changed;
pub(super) use self::changed::Post;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The client it was done to, if any.
    pub client: Option<ClientId>,
    /// What: `resource.action`.
    pub action: &'static str,
    /// On what: an id.
    pub object: String,
    /// What people call the object.
    pub name: String,
    /// What was: the fields that changed, without secrets. `None` when the object is new.
    pub before: Option<Value>,
    /// What is. `None` when the object is gone.
    pub after: Option<Value>,
}

/// A transaction that changes configuration. What is written through it is noted, and `Change::end` makes the notes
/// audit entries.
pub struct Change<'c> {
    /// The transaction.
    pub(crate) conn: &'c mut Conn,
    /// Its time.
    pub(crate) now: Timestamp,
    /// What the configuration says.
    pub(crate) rules: Rules,
    /// What is wrong with what was sent.
    pub(crate) findings: Findings,
    access: Option<Access>,
    actor: Actor,
    events: Vec<Event>,
    accounts: BTreeSet<UserId>,
    everything: bool,
    published: Vec<Published>,
    notices: Vec<Notice>,
    letters: Vec<LetterId>,
    rings: bool,
    post: Post,
}

/// Something that happened, for webhooks (SPEC §6).
#[derive(Clone, Debug)]
struct Published {
    client: ClientId,
    domain: Option<DomainId>,
    event: event::Event,
}

/// What a person is told, on their own pages and by mail.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// Whom.
    pub(crate) user: UserId,
    /// What it is about: `resource.action`.
    pub(crate) kind: Cow<'static, str>,
    /// The object, an id, when there is something to answer.
    pub(crate) object: Option<String>,
    /// A line that says what the mail is about. Words of ours only.
    pub(crate) subject: Text,
    /// What is said.
    pub(crate) text: Text,
}

impl<'c> Change<'c> {
    /// Begins; no permit, no change.
    pub(crate) fn begin(conn: &'c mut Conn, permit: Permit, rules: Rules, now: Timestamp) -> Self {
        Self {
            conn,
            now,
            rules,
            findings: Findings::default(),
            access: None,
            actor: permit.0,
            events: Vec::new(),
            accounts: BTreeSet::new(),
            everything: false,
            published: Vec::new(),
            notices: Vec::new(),
            letters: Vec::new(),
            rings: false,
            post: Post::Platform,
        }
    }

    /// Has its mails counted so.
    pub(super) fn posts(&mut self, post: Post) {
        self.post = post;
    }

    /// The same, made in a client by somebody who has this place there.
    pub(super) fn in_client(self, access: Access) -> Self {
        Self { access: Some(access), ..self }
    }

    /// Goes on when a plan entitles the client, or when `only_ends`: what the change does is to switch something off.
    ///
    /// # Errors
    /// [`Error::PlanRequired`].
    pub(crate) fn entitled_unless(&self, only_ends: bool) -> Result<(), Error> {
        if only_ends || self.access()?.entitled { Ok(()) } else { Err(Error::PlanRequired) }
    }

    /// The client that is changed, as it was, and the caller's place in its organisation.
    ///
    /// # Errors
    /// [`Error::Internal`] when something else is changed than a client.
    pub(crate) fn access(&self) -> Result<&Access, Error> {
        self.access.as_ref().ok_or(Error::Internal("what changes belongs to no client"))
    }

    /// What was sent, as far as it could be read; what is wrong with the rest is told at the end.
    ///
    /// # Errors
    /// [`Error::Invalid`] when what can't be left out is missing or wrong.
    pub(crate) fn take<T>(&mut self, input: Input<T>) -> Result<T, Error> {
        input.take(&mut self.findings)
    }

    /// What a use case came to, together with what was wrong with what was sent: nothing is done as long as anything is.
    pub(crate) fn settle<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        let mut findings = std::mem::take(&mut self.findings);
        if findings.is_empty() {
            return outcome;
        }
        match outcome {
            // These were found out about an object whose other members are not what the caller meant.
            Ok(_) | Err(Error::Conflict(_) | Error::TooManyAtOnce(_)) => {}
            Err(Error::Invalid(more)) => findings.extend(more),
            Err(error) => return Err(error),
        }
        Err(Error::Invalid(findings.into_errors()))
    }

    /// Goes on only when nothing was found wrong so far, before what is written rests on it.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all that was found.
    pub(crate) fn sound(&mut self) -> Result<(), Error> {
        std::mem::take(&mut self.findings).none()
    }

    /// When something ends, as it is to be: in the future, or when it was to end before. Bodies and files name a time to
    /// the second, so the same second is the same end.
    pub(crate) fn expiry(&mut self, stands: Option<Timestamp>, wanted: Option<Timestamp>) -> Option<Timestamp> {
        let end = wanted?;
        if let Some(stands) = stands.filter(|stands| stands.seconds() == end.seconds()) {
            return Some(stands);
        }
        if end <= self.now {
            self.findings.add("expires_at", text!("past"));
        }
        Some(end)
    }

    /// Whether the operator makes it.
    pub(crate) fn is_operators(&self) -> bool {
        self.actor == Actor::Operator
    }

    /// How much was done so far.
    pub(crate) const fn done(&self) -> usize {
        self.events.len()
    }

    /// Whether anything was done to this client after so much was done.
    pub(crate) fn touched_after(&self, done: usize, client: ClientId) -> bool {
        self.events.iter().skip(done).any(|event| event.client == Some(client))
    }

    /// Notes that something was made. `object`: its id, and what people call it.
    pub(crate) fn created(
        &mut self,
        client: Option<ClientId>,
        action: &'static str,
        object: (impl ToString, &str),
        after: Value,
    ) {
        self.note(client, action, object, (None, Some(after)));
    }

    /// Notes that something was removed.
    pub(crate) fn deleted(
        &mut self,
        client: Option<ClientId>,
        action: &'static str,
        object: (impl ToString, &str),
        before: Value,
    ) {
        self.note(client, action, object, (Some(before), None));
    }

    /// Notes what differs between two states of something; true when anything does.
    pub(crate) fn updated(
        &mut self,
        client: Option<ClientId>,
        action: &'static str,
        object: (impl ToString, &str),
        (before, after): (Value, Value),
    ) -> bool {
        let Some((before, after)) = difference(before, after) else { return false };
        self.note(client, action, object, (Some(before), Some(after)));
        true
    }

    /// Notes that an account changed: its plan and its suspension are facts of the clients that it entitles.
    pub(crate) fn account_changed(&mut self, account: UserId) {
        self.accounts.insert(account);
    }

    /// Notes that what changed is part of every client's configuration.
    pub(crate) fn everything_changed(&mut self) {
        self.everything = true;
    }

    /// Has the client's webhooks told, if it has any. `domain`: the one that it is about.
    pub(crate) fn publish(&mut self, client: ClientId, domain: Option<DomainId>, event: event::Event) {
        self.published.push(Published { client, domain, event });
    }

    /// Has what waits for webhooks looked at right after COMMIT.
    pub(super) const fn ring(&mut self) {
        self.rings = true;
    }

    /// Tells a person, on their own pages at once and by mail after COMMIT, unless they got enough mails of this kind.
    pub(crate) fn notify(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    /// Has a letter delivered after COMMIT.
    pub(super) fn deliver(&mut self, letter: LetterId) {
        self.letters.push(letter);
    }

    /// The time of a new version of something last changed at `old`: two changes within a millisecond are two versions.
    pub(crate) fn version_after(&self, old: Timestamp) -> Timestamp {
        self.now.max(Timestamp::from_milliseconds(old.milliseconds() + 1))
    }

    fn note(
        &mut self,
        client: Option<ClientId>,
        action: &'static str,
        (object, name): (impl ToString, &str),
        (before, after): (Option<Value>, Option<Value>),
    ) {
        let (object, name) = (object.to_string(), name.to_owned());
        self.events.push(Event { client, action, object, name, before, after });
    }

    /// Writes the audit entries, and beside the last one tells whose configuration has changed.
    async fn note_down(&mut self, whose: &Whose) -> Result<(), Error> {
        let (actor, address) = (self.actor.name(), self.actor.address());
        let entry = |event: &Event| {
            let told = Told {
                client: event.client,
                actor: &actor,
                address: &address,
                action: event.action,
                object: &event.object,
                before: event.before.as_ref(),
                after: event.after.as_ref(),
            };
            audit::entry(&told, self.now)
        };
        let Some((last, others)) = self.events.split_last() else {
            return Ok(store::engine::notices::announce(self.conn, whose).await?);
        };
        for event in others {
            store::tables::audit::insert(self.conn, entry(event), &Whose::default()).await?;
        }
        Ok(store::tables::audit::insert(self.conn, entry(last), whose).await?)
    }

    /// Writes the events of those clients that have a webhook for them.
    async fn write_events(&mut self) -> Result<(), Error> {
        if self.published.is_empty() {
            return Ok(());
        }
        let clients: BTreeSet<ClientId> = self.published.iter().map(|published| published.client).collect();
        let clients: Vec<ClientId> = clients.into_iter().collect();
        let listening = domain_urls::active_webhooks(self.conn, &clients).await?;
        let listening: BTreeSet<ClientId> = listening.into_iter().map(|(client, _)| client).collect();
        for Published { client, domain, event } in self.published.iter().filter(|it| listening.contains(&it.client)) {
            let body = event.body(*client, *domain, self.now);
            let row = outbox::WebhookEvent::new(*client, *domain, event.event_type(), body, self.now);
            outbox::insert(self.conn, &row).await?;
            self.rings = true;
        }
        Ok(())
    }

    /// Writes an audit entry for everything that was done, and tells all servers whose configuration that was.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn end<T>(mut self, value: T) -> Result<Changed<T>, Error> {
        let mut clients: BTreeSet<ClientId> = self.events.iter().filter_map(|event| event.client).collect();
        for &account in &self.accounts {
            clients.extend(store::tables::clients::ids_owned(self.conn, account).await?);
        }
        self.write_events().await?;
        let mut mails = Vec::new();
        for Notice { user, kind, object, subject, text } in &self.notices {
            let row = notifications::Notification {
                id: NotificationId::generate(self.now),
                user_id: *user,
                kind: kind.clone().into_owned(),
                object_id: object.clone(),
                created_at: self.now,
                read_at: None,
                message: text.into(),
            };
            notifications::insert(self.conn, &row).await?;
            if let Some(person) = store::tables::profiles::find(self.conn, *user).await? {
                let mail = messages::notice(&person.email, person.language(), (subject, text));
                mails.push(Posted { mail, email_key: person.email_key, kind: kind.clone() });
            }
        }
        let whose = if self.everything { Whose::all() } else { Whose::of(&clients) };
        self.note_down(&whose).await?;
        let Self { events, everything, letters, rings, post, .. } = self;
        Ok(Changed { value, events, clients, everything, post, mails, letters, rings })
    }
}

/// The members that differ between two objects, as they were and as they are; `None` when none does.
fn difference(before: Value, after: Value) -> Option<(Value, Value)> {
    let (Value::Object(mut before), Value::Object(mut after)) = (before, after) else { return None };
    let same = |a: &Map<String, Value>, b: &Map<String, Value>| {
        a.iter().filter(|(key, value)| b.get(*key) == Some(value)).map(|(key, _)| key.clone()).collect::<Vec<_>>()
    };
    for key in same(&before, &after) {
        before.remove(&key);
        after.remove(&key);
    }
    (!before.is_empty() || !after.is_empty()).then_some((Value::Object(before), Value::Object(after)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let before = json!({ "name": "Engines", "active": true, "gone": 1 });
        let after = json!({ "name": "Analytical Engines", "active": true, "new": 2 });
        let told = difference(before.clone(), after).unwrap();
        assert_eq!(told, (json!({ "name": "Engines", "gone": 1 }), json!({ "name": "Analytical Engines", "new": 2 })));
        assert_eq!(difference(before.clone(), before), None);
    }
}

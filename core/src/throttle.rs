//! How often somebody may try: wrong passwords by account, browser and network, and mails by mailbox and sender.
//!
//! A try counts before its password is looked at, and is taken back when that was right. So of a thousand tries that
//! come at once no more are let through than of a thousand that come one by one. Nothing here disables an account: a
//! person whose account is attacked goes on from every browser they have signed in with before, and from others waits.

use std::net::IpAddr;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::crypto::digest::MacKey;
use crate::database::Conn;
use crate::error::Error;
use crate::id::{ClientId, UserId};
use crate::request::address::network;
use crate::state::Core;
use crate::store::tables::throttles::{self, Counted, Hit, SubjectKey};

/// Mails are counted over this time.
const MAIL_WINDOW: Duration = Duration::from_hours(1);
/// Mails that one network may ask for in that time: a university registers many people in an hour, a person few.
const MAILS_BY_NETWORK: u32 = 100;

/// Mails that one person may have us write to others in that time.
const MAILS_BY_SENDER: u32 = 200;
/// Letters of partners that one mailbox gets in that time.
const LETTERS_TO_MAILBOX: u32 = 10;
/// Mails of one kind about what happens to their account and clients that one person gets in that time.
const NOTICES_TO_PERSON: u32 = 10;
/// Searches for people are counted over this time.
const SEARCH_WINDOW: Duration = Duration::from_mins(1);
/// Searches that one person may make in that time.
const SEARCHES: u32 = 30;

/// Wrong codes of a second factor in a row, before they wait.
const WRONG_CODES: u32 = 5;
/// Wrong codes are remembered so long: whoever tries them knows the password, and there are a million codes.
const CODE_WINDOW: Duration = Duration::from_hours(24);
/// The longest wait for a further code.
const LONGEST_CODE_WAIT: Duration = Duration::from_hours(1);

/// A try to sign in.
#[derive(Clone, Copy, Debug)]
pub struct Try<'a> {
    /// The key of the email address, whether or not an account has it.
    pub email_key: &'a str,
    /// The browser, when it is known to that account.
    pub known_device: Option<CredentialKey>,
    /// Where it comes from.
    pub address: IpAddr,
}

/// A try that was let through, and what it was counted under.
#[derive(Clone, Debug, Default)]
pub struct Admitted(Vec<Mark>);

#[derive(Clone, Copy, Debug)]
struct Mark {
    subject: SubjectKey,
    counted: Counted,
    /// The end of the block that this try brought.
    block: Option<Timestamp>,
    /// Tries that bring none.
    most: u32,
    /// The right password forgets all of it, not this try alone.
    forgets_all: bool,
}

/// Counts a try to sign in as if it were wrong, until [`Admitted::was_right`] says otherwise.
///
/// # Errors
/// [`Error::TooMany`], the same for accounts there are and there are not, and then this try counts nowhere; the
/// database's.
pub async fn admit(core: &Core, attempt: Try<'_>) -> Result<Admitted, Error> {
    if !core.config.limits.enabled {
        return Ok(Admitted::default());
    }
    let limits = &core.config.limits;
    let (by_account, by_network) = (limits.wrong_passwords.get(), limits.wrong_passwords_per_address.get());
    let waits = Waits { first: limits.first_wait_seconds.duration(), longest: limits.window_minutes.duration() };
    let key = core.master_key.mac_key("throttle");
    // A browser that knows the account has tries of its own there, and nobody else's spend them. They are few enough that
    // its network's need not count, so an attack from the same network does not lock it out either.
    let subjects = match attempt.known_device {
        Some(device) => {
            let parts = [device.as_bytes().as_slice(), attempt.email_key.as_bytes()];
            vec![(subject(&key, "device", &parts), by_account, true)]
        }
        None => vec![
            (subject(&key, "account", &[attempt.email_key.as_bytes()]), by_account, false),
            (subject(&key, "network", &[&network(attempt.address)]), by_network, false),
        ],
    };
    count_tries(core, subjects, waits, waits.longest).await
}

/// Counts a code of a second factor as if it were wrong, until [`Admitted::was_right`] says otherwise. The counter is the
/// account's, whatever session or address the code comes from; a browser that the account knows has one of its own, so that
/// somebody who learnt the password keeps nobody out.
///
/// # Errors
/// [`Error::TooMany`], and then this try counts nowhere; the database's.
pub async fn admit_code(core: &Core, user: UserId, known_device: Option<CredentialKey>) -> Result<Admitted, Error> {
    if !core.config.limits.enabled {
        return Ok(Admitted::default());
    }
    let waits = Waits { first: core.config.limits.first_wait_seconds.duration(), longest: LONGEST_CODE_WAIT };
    let (key, user) = (core.master_key.mac_key("throttle"), user.number().to_be_bytes());
    let counted = match known_device {
        Some(device) => (subject(&key, "code by device", &[device.as_bytes(), &user]), WRONG_CODES, true),
        None => (subject(&key, "code", &[&user]), WRONG_CODES, false),
    };
    count_tries(core, vec![counted], waits, CODE_WINDOW).await
}

/// Counts a try under each of these subjects: how many wrong ones it may have before they wait, and whether a right one
/// forgets them all.
async fn count_tries(
    core: &Core,
    subjects: Vec<(SubjectKey, u32, bool)>,
    waits: Waits,
    window: Duration,
) -> Result<Admitted, Error> {
    let now = core.clock.now();
    core.db
        .change(async move |conn: &mut Conn| {
            let mut marks = Vec::with_capacity(subjects.len());
            for (subject, most, forgets_all) in subjects {
                let Some(counted) = throttles::hit(conn, &subject, now, window).await? else {
                    let until = throttles::blocked_until(conn, &subject).await?.unwrap_or(now);
                    return Err(Error::TooMany { retry_after: until.since(now) });
                };
                let block = waits.after(counted.hits, most).map(|wait| now.after(wait));
                if let Some(until) = block {
                    throttles::block(conn, &subject, until, window).await?;
                }
                marks.push(Mark { subject, counted, block, most, forgets_all });
            }
            Ok(Admitted(marks))
        })
        .await
}

impl Admitted {
    /// Until when the next try waits if this one was wrong; `None` when it does not.
    pub fn blocked_until(&self) -> Option<Timestamp> {
        self.0.iter().filter_map(|mark| mark.block).max()
    }

    /// The password was right: takes the try back. The known browser it came from begins anew.
    ///
    /// # Errors
    /// The database's.
    pub async fn was_right(&self, conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
        for mark in &self.0 {
            if mark.forgets_all {
                throttles::delete(conn, &mark.subject).await?;
            } else {
                mark.take_back(conn, now).await?;
            }
        }
        Ok(())
    }

    /// The password was never looked at: takes the try back.
    ///
    /// # Errors
    /// The database's.
    pub async fn was_not_tried(self, core: &Core) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let now = core.clock.now();
        core.db
            .change(async move |conn: &mut Conn| {
                for mark in &self.0 {
                    mark.take_back(conn, now).await?;
                }
                Ok(())
            })
            .await
    }
}

impl Mark {
    async fn take_back(&self, conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
        let hit = Hit { counted: self.counted, block: self.block, most: self.most };
        Ok(throttles::take_back(conn, &self.subject, hit, now).await?)
    }
}

/// Counts a request that makes us send mail, by where it comes from.
///
/// # Errors
/// [`Error::TooMany`], whoever the mail would go to; the database's.
pub async fn count_mail_request(core: &Core, address: IpAddr) -> Result<(), Error> {
    if !core.config.limits.enabled {
        return Ok(());
    }
    let sender = subject(&core.master_key.mac_key("throttle"), "mail from", &[&network(address)]);
    let now = core.clock.now();
    core.db
        .change(async move |conn: &mut Conn| match throttles::hit(conn, &sender, now, MAIL_WINDOW).await? {
            Some(counted) if counted.hits > MAILS_BY_NETWORK => {
                Err(Error::TooMany { retry_after: counted.window_started_at.after(MAIL_WINDOW).since(now) })
            }
            _ => Ok(()),
        })
        .await
}

/// Counts a search for people, by who searches.
///
/// # Errors
/// [`Error::TooMany`]; the database's.
pub async fn count_search(core: &Core, by: UserId) -> Result<(), Error> {
    if !core.config.limits.enabled {
        return Ok(());
    }
    let searcher = subject(&core.master_key.mac_key("throttle"), "search by", &[&by.number().to_be_bytes()]);
    let now = core.clock.now();
    core.db
        .change(async move |conn: &mut Conn| match throttles::hit(conn, &searcher, now, SEARCH_WINDOW).await? {
            Some(counted) if counted.hits > SEARCHES => {
                Err(Error::TooMany { retry_after: counted.window_started_at.after(SEARCH_WINDOW).since(now) })
            }
            _ => Ok(()),
        })
        .await
}

/// The counter of what somebody who is signed in has us write to others.
#[derive(Clone, Copy, Debug)]
pub struct Sender(Option<SubjectKey>);

impl Sender {
    /// That of this account.
    pub fn of(core: &Core, user: UserId) -> Self {
        let key = core.master_key.mac_key("throttle");
        let counted = || subject(&key, "mail by", &[&user.number().to_be_bytes()]);
        Self(core.config.limits.enabled.then(counted))
    }

    /// Counts one more, in the transaction that has it written.
    ///
    /// # Errors
    /// [`Error::TooMany`]; the database's.
    pub async fn count(self, conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
        let Some(sender) = self.0 else { return Ok(()) };
        match throttles::hit(conn, &sender, now, MAIL_WINDOW).await? {
            Some(counted) if counted.hits > MAILS_BY_SENDER => {
                Err(Error::TooMany { retry_after: counted.window_started_at.after(MAIL_WINDOW).since(now) })
            }
            _ => Ok(()),
        }
    }
}

/// Counts something that costs us effort, `what`, by the client it is done for.
///
/// # Errors
/// [`Error::TooMany`] after `most` of them in `window`; the database's.
pub async fn count_for_client(
    core: &Core,
    what: &str,
    client: ClientId,
    most: u32,
    window: Duration,
) -> Result<(), Error> {
    if !core.config.limits.enabled {
        return Ok(());
    }
    let counted = subject(&core.master_key.mac_key("throttle"), what, &[client.as_bytes()]);
    let now = core.clock.now();
    let ends = core
        .db
        .change(async move |conn: &mut Conn| {
            let counted = throttles::hit(conn, &counted, now, window).await?;
            Ok::<_, Error>(counted.filter(|counted| counted.hits > most).map(|it| it.window_started_at.after(window)))
        })
        .await?;
    match ends {
        Some(ends) => Err(Error::TooMany { retry_after: ends.since(now) }),
        None => Ok(()),
    }
}

/// A counter of mails, such as those to one mailbox, and how many there may be in an hour.
#[derive(Clone, Copy, Debug)]
pub struct Mailbox(Option<(SubjectKey, u32)>);

impl Mailbox {
    /// The mailbox of the email address with this key.
    pub fn of(core: &Core, email_key: &str) -> Self {
        let key = core.master_key.mac_key("throttle");
        let limits = &core.config.limits;
        let counted = || (subject(&key, "mail to", &[email_key.as_bytes()]), limits.mails_per_hour.get());
        Self(limits.enabled.then(counted))
    }

    /// The counter of what partners have us write to this mailbox. It is one of its own: a partner spends nobody's links to
    /// a new password.
    pub fn of_letters(core: &Core, email_key: &str) -> Self {
        let key = core.master_key.mac_key("throttle");
        let counted = || (subject(&key, "letter to", &[email_key.as_bytes()]), LETTERS_TO_MAILBOX);
        Self(core.config.limits.enabled.then(counted))
    }

    /// The counter of what this mailbox is told of one kind of event. Each kind has one: whoever causes many of one kind
    /// keeps no other from being heard of.
    pub fn of_notices(core: &Core, email_key: &str, kind: &str) -> Self {
        let key = core.master_key.mac_key("throttle");
        let parts = [email_key.as_bytes(), kind.as_bytes()];
        let counted = || (subject(&key, "notice to", &parts), NOTICES_TO_PERSON);
        Self(core.config.limits.enabled.then(counted))
    }

    /// The counter of all mails that partners cause.
    pub fn of_partners(core: &Core) -> Self {
        let limits = &core.config.limits;
        let key = core.master_key.mac_key("throttle");
        let counted = || (subject(&key, "mail of partners", &[]), limits.partner_mails_per_hour.get());
        Self(limits.enabled.then(counted))
    }

    /// Counts one more mail; false when there were enough, and nobody is told so.
    ///
    /// # Errors
    /// The database's.
    pub async fn may_get_one_more(self, conn: &mut Conn, now: Timestamp) -> Result<bool, Error> {
        let Some((mailbox, most)) = self.0 else { return Ok(true) };
        let counted = throttles::hit(conn, &mailbox, now, MAIL_WINDOW).await?;
        Ok(counted.is_some_and(|counted| counted.hits <= most))
    }
}

#[derive(Clone, Copy)]
struct Waits {
    first: Duration,
    longest: Duration,
}

impl Waits {
    /// How long the next try waits after `hits` of them; `None` while there are fewer than `most`. It doubles each time.
    fn after(self, hits: u32, most: u32) -> Option<Duration> {
        let further = hits.checked_sub(most)?;
        let wait = 2_u32.checked_pow(further).and_then(|times| self.first.checked_mul(times));
        Some(wait.unwrap_or(self.longest).min(self.longest))
    }
}

/// The digest of what is counted: the table names no person and no address. Each part goes with its length, so that no
/// two lists of parts read the same.
fn subject(key: &MacKey, kind: &str, parts: &[&[u8]]) -> SubjectKey {
    let mut message = Vec::new();
    for part in [kind.as_bytes()].iter().chain(parts) {
        message.extend_from_slice(&(part.len() as u64).to_be_bytes());
        message.extend_from_slice(part);
    }
    key.mac(&message)
}

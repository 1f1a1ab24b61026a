//! Partners are told before a secret ends: its owners by notice, their servers by webhook.

use std::time::Duration;

use super::find;
use crate::clock::Timestamp;
use crate::contract::event::{Event, SecretExpiring};
use crate::error::Error;
use crate::id::SecretId;
use crate::manage::change::{Actor, Change, Notice};
use crate::manage::runner;
use crate::state::Core;
use crate::store::tables::secrets::{self, ClientSecret};
use crate::store::tables::{clients, members};
use crate::text;

/// So many days before the end, the last first: of two that are due only the later is told.
const DAYS: [i32; 3] = [1, 7, 30];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Secrets that are read at once.
const BATCH: i64 = 100;

/// Tells of secrets that end in 30, 7 or 1 days. Each server may try: a guarded update lets one do it, and only once.
///
/// # Errors
/// The database's.
pub async fn remind(core: &Core) -> Result<(), Error> {
    let now = core.clock.now();
    for days in DAYS {
        let before = now.after(DAY * days.unsigned_abs());
        let mut last: Option<(Timestamp, SecretId)> = None;
        loop {
            let ending = secrets::ending(&mut core.db.read().await?, (now, before), days, last, BATCH).await?;
            last = ending.last().and_then(|it| Some((it.expires_at?, it.id)));
            for secret in ending {
                let tell = async move |change: &mut Change<'_>| tell(change, &secret, days).await;
                runner::change_as(core, Actor::Schedule, tell).await?;
            }
            if last.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// How many days before its end a secret counts as told of, when its partner has just said when it ends.
pub(super) fn told_by(end: Timestamp, now: Timestamp) -> Option<i32> {
    DAYS.into_iter().find(|days| end <= now.after(DAY * days.unsigned_abs()))
}

async fn tell(change: &mut Change<'_>, secret: &ClientSecret, days: i32) -> Result<(), Error> {
    let client = secret.client_id;
    if !clients::hold(change.conn, client).await? {
        return Ok(());
    }
    // It may have been changed or deleted meanwhile; and it is told of only once.
    let Ok((held, _)) = find(change.conn, client, secret.id).await else { return Ok(()) };
    let Some(end) = held.expires_at.filter(|end| held.active && Some(*end) == secret.expires_at) else {
        return Ok(());
    };
    if !secrets::note_told(change.conn, held.id, days).await? {
        return Ok(());
    }
    let left = end.since(change.now).as_secs().div_ceil(DAY.as_secs());
    let text = text!("notice_secret_expiring", label = held.label.as_str(), end = end.to_string(), days = left);
    for user in members::owners_at(change.conn, client, change.now).await? {
        let (kind, subject) = ("secret.expiring".into(), text!("notice_secret_expiring-subject"));
        change.notify(Notice { user, kind, object: Some(held.id.to_string()), subject, text: text.clone() });
    }
    let event = SecretExpiring { secret: held.id, label: held.label, expires_at: end };
    change.publish(client, None, Event::SecretExpiring(event));
    Ok(())
}

//! Partners are told before an approval ends, so that a renewal is decided in time.

use std::collections::BTreeSet;
use std::time::Duration;

use super::partner::{tell_owners, with_items};
use crate::clock::Timestamp;
use crate::database::Conn;
use crate::error::Error;
use crate::id::{DomainId, VerificationId};
use crate::manage::change::{Actor, Change};
use crate::manage::runner;
use crate::model::verification::{ItemStatus, VerificationStatus};
use crate::state::Core;
use crate::store::tables::clients;
use crate::store::tables::verifications::{self, Item, Verification};
use crate::text;

/// So many days before the end, the last first.
const DAYS: [i32; 3] = [7, 30, 90];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Approvals that are read at once.
const BATCH: i64 = 100;

/// Tells the owners of clients whose approval will end in 90, 30 or 7 days. Each server may try: a guarded update lets one
/// do it, and only once.
///
/// # Errors
/// The database's.
pub async fn remind(core: &Core) -> Result<(), Error> {
    let now = core.clock.now();
    for days in DAYS {
        let before = now.after(DAY * days.unsigned_abs());
        let mut last: Option<(Timestamp, VerificationId)> = None;
        loop {
            let mut conn = core.db.read().await?;
            let ending = verifications::ending(&mut conn, (now, before), days, last, BATCH).await?;
            let mut due = Vec::new();
            last = ending.last().and_then(|it| Some((it.expires_at?, it.id)));
            for verification in ending {
                if !is_renewed(&mut conn, &verification, now).await? {
                    due.push(verification);
                }
            }
            drop(conn);
            for verification in due {
                let tell = async move |change: &mut Change<'_>| tell(change, verification, days).await;
                runner::change_as(core, Actor::Schedule, tell).await?;
            }
            if last.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// Whether all that an approval covers is covered by others that last longer, or is asked for by one that waits. Only in
/// part is not: what is left would end unsaid.
async fn is_renewed(conn: &mut Conn, verification: &Verification, now: Timestamp) -> Result<bool, Error> {
    let standing = verifications::standing(conn, verification.client_id, now).await?;
    let renews = |other: &Verification| {
        let lasts_longer = other.expires_at.is_none_or(|end| Some(end) > verification.expires_at);
        let stands_in = if other.status == VerificationStatus::Pending { !other.automatic } else { lasts_longer };
        other.id != verification.id && stands_in
    };
    let renewals: BTreeSet<VerificationId> = standing.into_iter().filter(renews).map(|other| other.id).collect();
    let items = verifications::items_of_client(conn, verification.client_id).await?;
    let covers = |item: &Item| (item.domain_id, item.scope.clone());
    let renewed: BTreeSet<(DomainId, String)> = items
        .iter()
        .filter(|item| renewals.contains(&item.verification_id) && item.status != ItemStatus::Rejected)
        .map(covers)
        .collect();
    let mut own =
        items.iter().filter(|item| item.verification_id == verification.id && item.status == ItemStatus::Approved);
    Ok(own.all(|item| renewed.contains(&covers(item))))
}

async fn tell(change: &mut Change<'_>, verification: Verification, days: i32) -> Result<(), Error> {
    clients::hold(change.conn, verification.client_id).await?;
    // It may have been renewed, moved or taken back meanwhile; and it is told of only once.
    let held = verifications::find(change.conn, verification.id).await?;
    let same = |held: &Verification| held.revoked_at.is_none() && held.expires_at == verification.expires_at;
    let Some(verification) = held.filter(same) else { return Ok(()) };
    if is_renewed(change.conn, &verification, change.now).await?
        || !verifications::note_told(change.conn, verification.id, days).await?
    {
        return Ok(());
    }
    let Some(end) = verification.expires_at else { return Ok(()) };
    let view = with_items(change.conn, verification).await?;
    let left = end.since(change.now).as_secs().div_ceil(DAY.as_secs());
    let approved = view.items.iter().filter(|(item, _)| item.status == ItemStatus::Approved);
    let roots: BTreeSet<&str> = approved.map(|(_, root)| root.as_str()).collect();
    let roots = roots.into_iter().collect::<Vec<_>>().join(", ");
    let text = text!("notice_approval_ending", roots = roots, end = end.to_string(), days = left);
    tell_owners(change, &view, ("verification.ending", text!("notice_approval_ending-subject"), text)).await
}

//! Partners are told before an approval ends, so that a renewal is decided in time.

use std::time::Duration;

use super::partner::{tell_owners, view};
use crate::error::Error;
use crate::manage::change::{Actor, Change, Permit};
use crate::manage::entitlement::Rules;
use crate::state::Core;
use crate::store::db::Conn;
use crate::store::verifications::{self, Verification};

/// So many days before the end, the last first.
const DAYS: [i32; 3] = [7, 30, 90];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Partners that one round tells at the most.
const BATCH: i64 = 100;

/// Tells the owners of clients whose approval will end in 90, 30 or 7 days. Each server may try: a guarded update lets one
/// do it, and only once.
///
/// # Errors
/// The database's.
pub async fn remind(core: &Core) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    for days in DAYS {
        let before = now.after(DAY * days.unsigned_abs());
        let ending = verifications::ending(&mut core.db.read().await?, now, before, days, BATCH).await?;
        for verification in ending {
            let rules = rules.clone();
            let changed = core
                .db
                .change(async move |conn: &mut Conn| {
                    let mut change = Change::begin(conn, Permit::of(Actor::Schedule), rules, now);
                    tell(&mut change, verification, days).await?;
                    change.end(()).await
                })
                .await?;
            changed.committed(core);
        }
    }
    Ok(())
}

async fn tell(change: &mut Change<'_>, verification: Verification, days: i32) -> Result<(), Error> {
    if !verifications::note_told(change.conn, verification.id, days).await? {
        return Ok(());
    }
    let standing = verifications::standing(change.conn, verification.client_id, change.now).await?;
    // One that lasts longer has taken its place, or is asked for.
    let renewed = standing.iter().any(|other| {
        other.id != verification.id && other.expires_at.is_none_or(|end| Some(end) > verification.expires_at)
    });
    if renewed {
        return Ok(());
    }
    let Some(end) = verification.expires_at else { return Ok(()) };
    let view = view(change.conn, verification).await?;
    let left = end.since(change.now).as_secs().div_ceil(DAY.as_secs());
    let roots: std::collections::BTreeSet<&str> = view.items.iter().map(|(_, root)| root.as_str()).collect();
    let roots = roots.into_iter().collect::<Vec<_>>().join(", ");
    let text = format!(
        "Your approval as a Verified Partner for {roots} ends on {end}, in {left} days. Apply for its renewal in the \
         Verification Center: while that is under review the approval goes on."
    );
    tell_owners(change, &view, ("verification.ending", "Your approval as a Verified Partner is about to end", &text))
        .await
}

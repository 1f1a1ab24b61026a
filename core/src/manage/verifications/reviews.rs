//! What the staff look at beside domains and scopes: the client as people are shown it (SPEC §2.8).
//!
//! A Verified Partner that changes its name or logo asks for a new review by it: an application is made that covers what
//! is approved already, if none waits. It renews nothing by waiting, and an application of the partner's own takes its
//! place.

use std::collections::BTreeSet;

use serde_json::json;

use super::{blank, facts};
use crate::error::Error;
use crate::id::{ClientId, DomainId};
use crate::manage::change::{Change, Notice};
use crate::manage::logos;
use crate::model::message::StoredText;
use crate::model::verification::{ItemStatus, VerificationStatus};
use crate::store::tables::clients::{self, Client};
use crate::store::tables::images::{self, ClientLogos};
use crate::store::tables::members;
use crate::store::tables::verifications::{self, Item, Verification};
use crate::text;
use crate::text::Text;

/// What has happened to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Its name or logo is another, or the application that it waited for was taken back.
    NameOrLogo,
    /// Its links or its contact are others.
    Links,
    /// What is approved of it is.
    Approvals,
}

/// Brings the application that waits to what has happened. One about what people are shown is another version then, so
/// that nobody decides about what they have not seen.
///
/// # Errors
/// The database's.
pub(crate) async fn settle(change: &mut Change<'_>, id: ClientId, what: What) -> Result<(), Error> {
    let Some(client) = clients::find(change.conn, id).await? else { return Ok(()) };
    let shown = images::of_client(change.conn, id).await?;
    let covered = in_force(change, id).await?;
    let notes = waits(&client, shown);
    if notes.is_some() && covered.is_empty() {
        // Nothing is verified: what was looked at once stands for nothing.
        clients::accept_name(change.conn, id).await?;
        logos::reviewed(change, id).await?;
    }
    let asked = notes.filter(|_| !covered.is_empty());
    match (verifications::pending(change.conn, id).await?, asked) {
        (Some(old), None) if old.automatic => withdraw(change, old).await,
        (Some(old), Some(notes)) if old.automatic => renew(change, old, notes, &covered, what).await,
        (Some(old), _) if what != What::Approvals => {
            let new = Verification { version: old.version + 1, ..old.clone() };
            write(change, &old, &new, &[]).await
        }
        (None, Some(notes)) if what == What::NameOrLogo => ask(change, &client, notes, &covered).await,
        (Some(_) | None, _) => Ok(()),
    }
}

/// Takes back an application that waits.
///
/// # Errors
/// The database's.
pub(super) async fn withdraw(change: &mut Change<'_>, old: Verification) -> Result<(), Error> {
    let (status, decided_at) = (VerificationStatus::Withdrawn, Some(change.now));
    let new = Verification { status, decided_at, version: old.version + 1, ..old.clone() };
    verifications::update(change.conn, &new).await?;
    let told = (facts(&old, &[]), facts(&new, &[]));
    change.updated(Some(new.client_id), "verification.withdrawn", (new.id, ""), told);
    Ok(())
}

type Covered = BTreeSet<(DomainId, String)>;

/// What is approved of a client now.
async fn in_force(change: &mut Change<'_>, client: ClientId) -> Result<Covered, Error> {
    let covered = verifications::coverage(change.conn, client).await?;
    let now = change.now;
    let holds = covered.into_iter().filter(|coverage| coverage.holds(now));
    Ok(holds.map(|coverage| (coverage.domain, coverage.scope)).collect())
}

/// What of a client waits for its review; `None` when people are shown all of it.
fn waits(client: &Client, shown: ClientLogos) -> Option<Text> {
    let name = client.reviewed_name.as_ref();
    let name = name.map(|old| text!("review_name", old = old, new = &client.name));
    let logo = match (shown.reviewed_logo_digest, shown.logo_digest) {
        (old, new) if old == new => None,
        (_, None) => Some(text!("review_logo_removed")),
        (None, Some(_)) => Some(text!("review_logo_added")),
        (Some(_), Some(_)) => Some(text!("review_logo_changed")),
    };
    match (name, logo) {
        (Some(name), Some(logo)) => Some(text!("review_both", name = name, logo = logo)),
        (name, logo) => name.or(logo),
    }
}

/// Asks the staff, and tells the owners so.
async fn ask(change: &mut Change<'_>, client: &Client, notes: Text, covered: &Covered) -> Result<(), Error> {
    let blank = blank(client.id, false, change.rules.approval, change.now);
    let made = Verification { automatic: true, notes: Some(StoredText::from(&notes).to_string()), ..blank };
    let items = items(&made, covered);
    verifications::insert(change.conn, &made, &items).await?;
    change.created(Some(client.id), "verification.created", (made.id, &client.name), facts(&made, &items));
    for user in members::owners_at(change.conn, client.id, change.now).await? {
        change.notify(Notice {
            user,
            kind: "verification.asked".into(),
            object: Some(made.id.to_string()),
            subject: text!("notice_review-subject"),
            text: text!("notice_review"),
        });
    }
    Ok(())
}

/// Brings an application that a change has made to the latest one.
async fn renew(
    change: &mut Change<'_>,
    old: Verification,
    notes: Text,
    covered: &Covered,
    what: What,
) -> Result<(), Error> {
    let held = verifications::items_of_client(change.conn, old.client_id).await?;
    let held: Covered = held
        .into_iter()
        .filter(|item| item.verification_id == old.id)
        .map(|item| (item.domain_id, item.scope))
        .collect();
    let new =
        Verification { notes: Some(StoredText::from(&notes).to_string()), version: old.version + 1, ..old.clone() };
    let items = items(&new, covered);
    if held != *covered {
        verifications::set_items(change.conn, new.id, &items).await?;
    } else if what == What::Approvals {
        return Ok(());
    }
    write(change, &old, &new, &items).await
}

async fn write(change: &mut Change<'_>, old: &Verification, new: &Verification, items: &[Item]) -> Result<(), Error> {
    verifications::update(change.conn, new).await?;
    let versioned = |of: &Verification, items: &[Item]| {
        let mut told = facts(of, items);
        told["version"] = json!(of.version);
        told
    };
    let told = (versioned(old, &[]), versioned(new, items));
    change.updated(Some(new.client_id), "verification.updated", (new.id, ""), told);
    Ok(())
}

fn items(of: &Verification, covered: &Covered) -> Vec<Item> {
    let item = |(domain_id, scope): &(DomainId, String)| Item {
        verification_id: of.id,
        domain_id: *domain_id,
        scope: scope.clone(),
        status: ItemStatus::Pending,
        reason: None,
    };
    covered.iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Timestamp;
    use crate::text::Language;

    #[test]
    fn only_the_platforms_own_words_are_read_as_a_message() {
        let stored = StoredText::from(&text!("review_logo_added")).to_string();
        for (automatic, said) in [(true, "Er is een logo toegevoegd."), (false, &stored)] {
            let blank = blank(ClientId::from_bytes([7; 16]), false, Duration::ZERO, Timestamp::from_seconds(0));
            let asked = Verification { automatic, notes: Some(stored.clone()), ..blank };
            assert_eq!(asked.notes().unwrap().say(Language::Dutch), said);
        }
    }
}

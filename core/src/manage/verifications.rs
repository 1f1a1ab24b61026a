//! Applications to become a Verified Partner (SPEC §2.8): here as an operator sets them up, and the rules that all share.

mod partner;
mod reminders;
mod reviews;

pub use partner::{WithItems, apply, get, list, withdraw};
pub(crate) use partner::{decided, require_proven, tell_owners, unproven, with_items, with_items_of};
pub use reminders::remind;
pub(crate) use reviews::{What, settle};

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::change::Change;
use super::fields::same_second;
use super::logos;
use crate::clock::Timestamp;
use crate::contract::Patch;
use crate::contract::verification::{Notes, VerificationSettings};
use crate::error::Error;
use crate::gate::standing;
use crate::id::{ClientId, DomainId, VerificationId};
use crate::model::message::StoredText;
use crate::model::scope::ScopeSet;
use crate::model::verification::{ItemStatus, VerificationStatus};
use crate::store::tables::client_scopes;
use crate::store::tables::clients;
use crate::store::tables::domains::Domain;
use crate::store::tables::verifications::{self, Item, Verification};
use crate::text;

/// Domains that one application covers with the same scopes. An application of which parts were refused is several.
#[derive(Clone, Debug)]
pub struct Group {
    /// The application.
    pub verification: Verification,
    /// The domains.
    pub domains: BTreeSet<DomainId>,
    /// The scopes, on each of them.
    pub scopes: BTreeSet<String>,
}

/// An application to make.
#[derive(Clone, Debug)]
pub(crate) struct Application<'a> {
    /// The domains.
    pub(crate) domains: &'a [&'a Domain],
    /// The scopes, on each of them.
    pub(crate) scopes: &'a BTreeSet<String>,
    /// The rest.
    pub(crate) settings: VerificationSettings,
    /// The staff's decision is given for them: for set-ups.
    pub(crate) approved: bool,
}

/// The open and approved applications of a client, in the groups that a file writes them in; none that a change of name or
/// logo has made.
pub(crate) fn groups(standing: &[Verification], items: &[Item]) -> Vec<Group> {
    let mut groups = Vec::new();
    for verification in standing.iter().filter(|it| it.status == VerificationStatus::Approved || !it.automatic) {
        let counts = match verification.status {
            VerificationStatus::Approved => ItemStatus::Approved,
            _ => ItemStatus::Pending,
        };
        let mut scopes_of: BTreeMap<DomainId, BTreeSet<String>> = BTreeMap::new();
        for item in items.iter().filter(|item| item.verification_id == verification.id && item.status == counts) {
            scopes_of.entry(item.domain_id).or_default().insert(item.scope.clone());
        }
        let mut domains_of: BTreeMap<BTreeSet<String>, BTreeSet<DomainId>> = BTreeMap::new();
        for (domain, scopes) in scopes_of {
            domains_of.entry(scopes).or_default().insert(domain);
        }
        let verification = || verification.clone();
        groups.extend(domains_of.into_iter().map(|(scopes, domains)| Group {
            verification: verification(),
            domains,
            scopes,
        }));
    }
    groups
}

/// What an application that is made is to be, by what an operator's file says of it. One that is approved ends as those of
/// the staff do, unless the file says otherwise.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn settings_of_new(
    change: &mut Change<'_>,
    patch: Patch<VerificationSettings>,
    approved: bool,
) -> Result<VerificationSettings, Error> {
    let usual =
        VerificationSettings { notes: None, expires_at: approved.then(|| change.now.after(change.rules.approval)) };
    change.take(patch.apply(&usual))
}

/// Makes an application.
///
/// # Errors
/// [`Error::Invalid`]: `scopes` `inactive_scope`, `domains` `unproven` or `test_mode`; [`Error::Conflict`]
/// `verification_pending`; the database's.
pub(crate) async fn create(
    change: &mut Change<'_>,
    client: ClientId,
    new: Application<'_>,
) -> Result<Verification, Error> {
    let Application { domains, scopes, settings, approved } = new;
    may_cover(change, client, (domains, scopes), approved).await?;
    let mut made = blank(client, approved, change.rules.approval, change.now);
    made.notes = settings.notes.map(Notes::into_string);
    made.expires_at = change.expiry(made.expires_at, settings.expires_at);
    change.sound()?;
    if !approved {
        match verifications::pending(change.conn, client).await? {
            // It is for the same and more: staff look at name and logo with it.
            Some(waiting) if waiting.automatic => reviews::withdraw(change, waiting).await?,
            Some(_) => return Err(Error::Conflict(text!("verification_pending"))),
            None => {}
        }
    }
    let status = if approved { ItemStatus::Approved } else { ItemStatus::Pending };
    let item = |domain_id, scope: &String| {
        let scope = scope.clone();
        Item { verification_id: made.id, domain_id, scope, status, reason: None }
    };
    let items: Vec<Item> =
        domains.iter().flat_map(|domain| scopes.iter().map(move |scope| item(domain.id, scope))).collect();
    verifications::insert(change.conn, &made, &items).await?;
    if approved {
        clients::accept_name(change.conn, client).await?;
        logos::reviewed(change, client).await?;
    }
    let roots: BTreeSet<&str> = domains.iter().map(|domain| domain.root_domain.as_str()).collect();
    let name = roots.into_iter().collect::<Vec<_>>().join(" ");
    change.created(Some(client), "verification.created", (made.id, &name), facts(&made, &items));
    settle(change, client, What::Approvals).await?;
    Ok(made)
}

/// Notes what can't be verified: scopes that the client has not activated, and domains that are not proven.
async fn may_cover(
    change: &mut Change<'_>,
    client: ClientId,
    (domains, scopes): (&[&Domain], &BTreeSet<String>),
    approved: bool,
) -> Result<(), Error> {
    let active: ScopeSet = client_scopes::of_client(change.conn, client).await?;
    for scope in scopes.iter().filter(|name| !active.contains(name)) {
        change.findings.add("scopes", text!("inactive_scope", scope = scope));
    }
    for domain in domains {
        let root = domain.root_domain.as_str();
        if !standing::is_proven(domain.ownership) {
            change.findings.add("domains", text!("unproven", root = root));
        }
        if approved && domain.test_mode {
            change.findings.add("domains", text!("test_mode-verification", root = root));
        }
    }
    Ok(())
}

/// Changes notes and end of an application.
///
/// # Errors
/// [`Error::Invalid`]; the database's.
pub(crate) async fn update(
    change: &mut Change<'_>,
    old: Verification,
    patch: Patch<VerificationSettings>,
) -> Result<(), Error> {
    // A file says it as people read it.
    let stands = old.notes().map(|notes| Notes::stored(notes.to_string()));
    let settings = VerificationSettings { notes: stands.clone(), expires_at: old.expires_at };
    let wanted = change.take(patch.apply(&settings))?;
    let expires_at = change.expiry(old.expires_at, wanted.expires_at);
    change.sound()?;
    let mut new = Verification { expires_at, ..old.clone() };
    if wanted.notes != stands {
        new.notes = wanted.notes.map(Notes::into_string);
    }
    if new.notes == old.notes && same_second(new.expires_at, old.expires_at) {
        return Ok(());
    }
    new.version += 1;
    if !same_second(new.expires_at, old.expires_at) {
        // Of this end nobody was told yet.
        new.noticed_days = None;
    }
    verifications::update(change.conn, &new).await?;
    let told = (facts(&old, &[]), facts(&new, &[]));
    change.updated(Some(new.client_id), "verification.updated", (new.id, ""), told);
    Ok(())
}

/// Takes a group back: its scopes lock on its domains. An application with nothing left ends.
pub(crate) async fn end(change: &mut Change<'_>, group: &Group) -> Result<(), Error> {
    let client = group.verification.client_id;
    let items = verifications::items_of_client(change.conn, client).await?;
    let (ended, others): (Vec<Item>, Vec<Item>) = items
        .into_iter()
        .filter(|item| item.verification_id == group.verification.id && item.status != ItemStatus::Rejected)
        .partition(|item| group.domains.contains(&item.domain_id));
    for item in &ended {
        verifications::decide(change.conn, item, ItemStatus::Rejected, None).await?;
    }
    let mut verification = group.verification.clone();
    verification.version += 1;
    if others.is_empty() {
        match verification.status {
            VerificationStatus::Pending => verification.status = VerificationStatus::Withdrawn,
            _ => verification.revoked_at = Some(change.now),
        }
        verification.reason = Some(StoredText::from(&text!("taken_back_by_operator")).to_string());
        verification.decided_at = verification.decided_at.or(Some(change.now));
    }
    verifications::update(change.conn, &verification).await?;
    change.deleted(Some(client), "verification.ended", (verification.id, ""), facts(&group.verification, &ended));
    settle(change, client, What::Approvals).await
}

fn blank(client: ClientId, approved: bool, life: Duration, now: Timestamp) -> Verification {
    Verification {
        id: VerificationId::generate(now),
        client_id: client,
        status: if approved { VerificationStatus::Approved } else { VerificationStatus::Pending },
        notes: None,
        version: 1,
        expires_at: approved.then(|| now.after(life)),
        revoked_at: None,
        reason: None,
        noticed_days: None,
        created_at: now,
        decided_at: approved.then_some(now),
        automatic: false,
    }
}

pub(crate) fn facts(verification: &Verification, items: &[Item]) -> Value {
    let items: Vec<Value> = items
        .iter()
        .map(|item| {
            let Item { domain_id, scope, status, reason, .. } = item;
            json!({ "domain": domain_id, "scope": scope, "status": status, "reason": reason })
        })
        .collect();
    json!({
        "status": verification.status,
        "notes": verification.notes().map(|notes| notes.to_string()),
        "expires_at": verification.expires_at,
        "items": items,
    })
}

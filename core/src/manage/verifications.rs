//! Applications to become a Verified Partner (SPEC §2.8): here as an operator sets them up, and the rules that all share.

mod partner;
mod reminders;
mod reviews;

pub use partner::{NewVerification, VerificationView, apply, get, list, withdraw};
pub(crate) use partner::{decided, tell_owners, unproven_domain, view, views};
pub use reminders::remind;
pub(crate) use reviews::{What, settle};

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::change::Change;
use super::fields::{Findings, same_second};
use super::logos;
use crate::clock::Timestamp;
use crate::error::{Error, FieldError};
use crate::id::{ClientId, DomainId, VerificationId};
use crate::model::domain::Ownership;
use crate::model::fallback;
use crate::model::scope::ScopeSet;
use crate::model::verification::{ItemStatus, VerificationStatus};
use crate::store::tables::client_scopes;
use crate::store::tables::clients;
use crate::store::tables::domains::Domain;
use crate::store::tables::verifications::{self, Item, Verification};

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

/// What an application is to be beside its domains and scopes; what is `None` stays, an empty text clears.
#[derive(Clone, Debug, Default)]
pub struct VerificationFields {
    /// What the partner says for it.
    pub notes: Option<String>,
    /// RFC 3339.
    pub expires_at: Option<String>,
    /// The staff's decision, given for them: for set-ups. A new one without it waits for theirs.
    pub approved: Option<bool>,
}

/// What is wrong with these fields by themselves.
pub(crate) fn check(fields: &VerificationFields, now: Timestamp) -> Vec<FieldError> {
    let mut findings = Findings::default();
    findings.optional(&mut None, "notes", fields.notes.as_ref(), fallback::parse_response);
    findings.expiry(&mut None, fields.expires_at.as_ref(), now);
    findings.into_errors()
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

/// Makes an application for these domains and scopes.
///
/// # Errors
/// [`Error::Invalid`]: `scopes` `inactive_scope`, `domains` `unproven` or `test_mode`; [`Error::Conflict`]
/// `verification_pending`; the database's.
pub(crate) async fn create(
    change: &mut Change<'_>,
    client: ClientId,
    domains: &[&Domain],
    scopes: &BTreeSet<String>,
    fields: &VerificationFields,
) -> Result<VerificationId, Error> {
    let approved = fields.approved.unwrap_or(false);
    let mut findings = Findings::default();
    let active: ScopeSet = client_scopes::of_client(change.conn, client).await?;
    for name in scopes.iter().filter(|name| !active.contains(name)) {
        findings.add("scopes", "inactive_scope", &format!("the client has not activated the scope {name:?}"));
    }
    for domain in domains {
        let root = &domain.root_domain;
        if domain.ownership != Ownership::Proven {
            findings.add("domains", "unproven", &format!("the ownership of {root} is not proven"));
        }
        if approved && domain.test_mode {
            findings.add("domains", "test_mode", &format!("{root} is in test mode: nothing is approved for it then"));
        }
    }
    let mut made = blank(client, approved, change.rules.approval, change.now);
    findings.optional(&mut made.notes, "notes", fields.notes.as_ref(), fallback::parse_response);
    findings.expiry(&mut made.expires_at, fields.expires_at.as_ref(), change.now);
    findings.none()?;
    if !approved {
        match verifications::pending(change.conn, client).await? {
            // It is for the same and more: staff look at name and logo with it.
            Some(waiting) if waiting.automatic => reviews::withdraw(change, waiting).await?,
            Some(_) => {
                let message = "another application of this client is waiting for its decision";
                return Err(Error::conflict("verification_pending", message));
            }
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
    change.created(Some(client), "verification.created", made.id, &name, facts(&made, &items));
    settle(change, client, What::Approvals).await?;
    Ok(made.id)
}

/// Changes notes and end of an application.
///
/// # Errors
/// [`Error::Invalid`]; the database's.
pub(crate) async fn update(
    change: &mut Change<'_>,
    old: Verification,
    fields: &VerificationFields,
) -> Result<(), Error> {
    let mut findings = Findings::default();
    let mut new = old.clone();
    findings.optional(&mut new.notes, "notes", fields.notes.as_ref(), fallback::parse_response);
    findings.expiry(&mut new.expires_at, fields.expires_at.as_ref(), change.now);
    findings.none()?;
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
    change.updated(Some(new.client_id), "verification.updated", new.id, "", told);
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
        verification.reason = Some("taken back by the operator".to_owned());
        verification.decided_at = verification.decided_at.or(Some(change.now));
    }
    verifications::update(change.conn, &verification).await?;
    change.deleted(Some(client), "verification.ended", verification.id, "", facts(&group.verification, &ended));
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
        "notes": verification.notes,
        "expires_at": verification.expires_at,
        "items": items,
    })
}

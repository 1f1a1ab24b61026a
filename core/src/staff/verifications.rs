//! The queue of verifications, and what is decided about them (SPEC §2.8).

use std::collections::BTreeMap;

use super::because;
use crate::clock::Timestamp;
use crate::contract::Input;
use crate::contract::staff::{Decision, ItemDecision, Revocation, StaffVerificationView};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::gate::standing;
use crate::id::{ClientId, DomainId, UserId, VerificationId};
use crate::manage::change::Change;
use crate::manage::permit::{self, Caller};
use crate::manage::runner::{self, Ask, Done};
use crate::manage::verifications::{
    What, WithItems, decided, facts, require_proven, settle, tell_owners, unproven, with_items, with_items_of,
};
use crate::manage::{logos, ownership};
use crate::model::account::Staff;
use crate::model::image::ImageDigest;
use crate::model::reason::Reason;
use crate::model::verification::{ItemStatus, Verdict, VerificationState, VerificationStatus};
use crate::state::Core;
use crate::store::tables::clients::{self, Client, Wanted};
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::verifications::{self, Item, Verification};
use crate::store::tables::{images, profiles};
use crate::text;
use crate::text::Text;

const READ: Ask = Ask::Staff(Staff::Reviewer, Permission::StaffRead);
const DECIDE: Ask = Ask::Staff(Staff::Reviewer, Permission::StaffUpdate);

/// Clients that one search of the queue finds at the most.
const MOST_CLIENTS: i64 = 200;

/// Applications of which this has become, oldest first: at most `limit` of those after `after`. `wanted`: an id, the
/// address of a billing owner, or a part of a name, of the client whose they are.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    (state, wanted): (VerificationState, Option<&str>),
    after: Option<VerificationId>,
    limit: i64,
) -> Result<Vec<StaffVerificationView>, Error> {
    let mut reading = runner::read(core, caller, READ).await?;
    let meant = match super::clients::meant(&mut reading.conn, wanted).await? {
        None => Some(Vec::new()),
        Some(Wanted::All) => None,
        Some(wanted) => Some(clients::search(&mut reading.conn, &wanted, None, MOST_CLIENTS).await?),
    };
    let meant: Option<Vec<ClientId>> = meant.map(|meant| meant.into_iter().map(|client| client.id).collect());
    let found = verifications::in_state(&mut reading.conn, (state, meant.as_deref()), after, limit).await?;
    views(&mut reading.conn, found, Look::of(core)).await
}

/// One application.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, id: VerificationId) -> Result<StaffVerificationView, Error> {
    let mut reading = runner::read(core, caller, READ).await?;
    view(&mut reading.conn, id, Look::of(core)).await
}

/// Decides about every scope on every domain of an application.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] `conflict_of_interest`; [`Error::Conflict`] `verification_decided`,
/// `verification_changed`, `domain_unproven`, also when the proof is not found now, or `domain_in_test_mode`;
/// [`Error::Invalid`] when an item is not decided exactly once, or a rejection has no reason; those of [`permit`]; the
/// database's.
pub async fn decide(
    core: &Core,
    caller: Caller,
    id: VerificationId,
    decision: Input<Decision>,
) -> Result<Done<StaffVerificationView>, Error> {
    if let Some(decision) = decision.seen() {
        look_again(core, &caller, id, &decision.items).await?;
    }
    let by = caller.clone();
    runner::change(core, caller, DECIDE, async move |change: &mut Change<'_>| {
        let decision = change.take(decision)?;
        let old = hold(change, &by, id).await?;
        if old.verification.status != VerificationStatus::Pending {
            return Err(decided());
        }
        if i64::from(old.verification.version) != decision.version.get() {
            return Err(Error::Conflict(text!("verification_changed")));
        }
        let judged = judge(change, &old, decision.items)?;
        may_approve(change, old.verification.client_id, &judged).await?;
        for (item, status, reason) in &judged {
            verifications::decide(change.conn, item, *status, reason.as_deref()).await?;
        }
        let approved = judged.iter().any(|(_, status, _)| *status == ItemStatus::Approved);
        let new = settled(change, &old.verification, approved).await?;
        told(change, &old, new, ("verification.decided_by_staff", "")).await
    })
    .await
}

/// Writes what has become of an application, and accepts the client as it is shown with it.
async fn settled(change: &mut Change<'_>, old: &Verification, approved: bool) -> Result<Verification, Error> {
    let mut new = Verification { decided_at: Some(change.now), version: old.version + 1, ..old.clone() };
    if approved {
        let end = change.now.after(change.rules.approval);
        (new.status, new.expires_at) = (VerificationStatus::Approved, Some(end));
        clients::accept_name(change.conn, new.client_id).await?;
        logos::reviewed(change, new.client_id).await?;
    } else {
        new.status = VerificationStatus::Rejected;
    }
    verifications::update(change.conn, &new).await?;
    Ok(new)
}

/// Looks for the proof of the domains that are to be approved once more: a week may have gone since it was found. No
/// connection to the database is held meanwhile.
async fn look_again(core: &Core, caller: &Caller, id: VerificationId, decisions: &[ItemDecision]) -> Result<(), Error> {
    let mut reading = runner::read(core, caller, READ).await?;
    let found = verifications::find(&mut reading.conn, id).await?.ok_or(Error::NotFound("verification"))?;
    if found.status != VerificationStatus::Pending {
        return Ok(());
    }
    let held = domains::of_client(&mut reading.conn, found.client_id).await?;
    drop(reading);
    let approves = |decision: &ItemDecision, domain: &Domain| {
        decision.decision == Verdict::Approve && decision.domain == domain.id
    };
    let is_to_be_approved = |domain: &Domain| {
        standing::is_proven(domain.ownership) && decisions.iter().any(|decision| approves(decision, domain))
    };
    let missed = ownership::missed(core, held.into_iter().filter(is_to_be_approved)).await?;
    missed.map_or(Ok(()), |domain| Err(unproven(&domain)))
}

/// Takes an approval back: what it unlocked is locked from then on.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Refused`] `conflict_of_interest`, [`Error::Conflict`] `verification_not_approved`,
/// [`Error::Invalid`] without a reason; those of [`permit`]; the database's.
pub async fn revoke(
    core: &Core,
    caller: Caller,
    id: VerificationId,
    revocation: Input<Revocation>,
) -> Result<Done<StaffVerificationView>, Error> {
    let by = caller.clone();
    runner::change(core, caller, DECIDE, async move |change: &mut Change<'_>| {
        let reason = change.take(revocation)?.reason.into_string();
        let old = hold(change, &by, id).await?;
        let mut new = old.verification.clone();
        if new.status != VerificationStatus::Approved || new.revoked_at.is_some() {
            return Err(Error::Conflict(text!("verification_not_approved")));
        }
        (new.revoked_at, new.reason, new.version) = (Some(change.now), Some(reason.clone()), new.version + 1);
        verifications::update(change.conn, &new).await?;
        settle(change, new.client_id, What::Approvals).await?;
        told(change, &old, new, ("verification.revoked", &reason)).await
    })
    .await
}

/// Holds the application's client to the end of the transaction, so that nothing about it changes meanwhile.
async fn hold(change: &mut Change<'_>, caller: &Caller, id: VerificationId) -> Result<WithItems, Error> {
    let found = verifications::find(change.conn, id).await?.ok_or(Error::NotFound("verification"))?;
    if !clients::hold(change.conn, found.client_id).await? {
        return Err(Error::NotFound("verification"));
    }
    permit::refuse_own_interest(change.conn, caller, found.client_id).await?;
    // It may have been changed before it was held.
    let held = verifications::find(change.conn, id).await?.ok_or(Error::NotFound("verification"))?;
    with_items(change.conn, held).await
}

type Judged = (Item, ItemStatus, Option<String>);

/// Each item with what is decided about it.
fn judge(change: &mut Change<'_>, application: &WithItems, decisions: Vec<ItemDecision>) -> Result<Vec<Judged>, Error> {
    let mut judged: Vec<Judged> = Vec::new();
    for (index, decision) in decisions.into_iter().enumerate() {
        let place = format!("items[{index}]");
        let is_meant = |item: &Item| item.domain_id == decision.domain && item.scope == decision.scope;
        let Some((item, _)) = application.items.iter().find(|(item, _)| is_meant(item)) else {
            change.findings.add(&place, text!("unknown_item"));
            continue;
        };
        if judged.iter().any(|(other, ..)| is_meant(other)) {
            change.findings.add(&place, text!("repeated-item"));
            continue;
        }
        let status = match decision.decision {
            Verdict::Approve => ItemStatus::Approved,
            Verdict::Reject => ItemStatus::Rejected,
        };
        if status == ItemStatus::Rejected && decision.reason.is_none() {
            change.findings.add(&format!("{place}.reason"), text!("required-reason"));
        }
        judged.push((item.clone(), status, decision.reason.map(Reason::into_string)));
    }
    for (item, root) in &application.items {
        if !judged.iter().any(|(other, ..)| other.domain_id == item.domain_id && other.scope == item.scope) {
            change.findings.add("items", text!("incomplete", scope = &item.scope, root = root.as_str()));
        }
    }
    change.sound()?;
    Ok(judged)
}

/// Nothing is approved for a domain that is not proven to be the partner's now, or that is in test mode.
async fn may_approve(change: &mut Change<'_>, client: ClientId, judged: &[Judged]) -> Result<(), Error> {
    let held: BTreeMap<DomainId, Domain> =
        domains::of_client(change.conn, client).await?.into_iter().map(|domain| (domain.id, domain)).collect();
    let approved = judged.iter().filter(|(_, status, _)| *status == ItemStatus::Approved);
    for domain in approved.filter_map(|(item, ..)| held.get(&item.domain_id)) {
        require_proven(domain)?;
        if domain.test_mode {
            return Err(Error::Conflict(text!("domain_in_test_mode-approval", root = domain.root_domain.as_str())));
        }
    }
    Ok(())
}

/// Audits what was decided, and tells everybody concerned.
async fn told(
    change: &mut Change<'_>,
    old: &WithItems,
    new: Verification,
    (action, reason): (&'static str, &str),
) -> Result<StaffVerificationView, Error> {
    let new = with_items(change.conn, new).await?;
    let items = |of: &WithItems| of.items.iter().map(|(item, _)| item.clone()).collect::<Vec<Item>>();
    let before = facts(&old.verification, &items(old));
    let mut after = facts(&new.verification, &items(&new));
    after["status"] = serde_json::json!(new.state());
    let after = if reason.is_empty() { after } else { because(after, reason) };
    let (client, id) = (new.verification.client_id, new.verification.id);
    change.updated(Some(client), action, (id, ""), (before, after));
    let text = decision(&new, reason);
    tell_owners(change, &new, ("verification.decided", text!("notice_decision-subject"), text)).await?;
    let look = Look { issuer: &change.rules.issuer.clone(), now: change.now };
    view(change.conn, id, look).await
}

/// What the owners are told, a line for each item.
fn decision(view: &WithItems, reason: &str) -> Text {
    if !reason.is_empty() {
        return text!("notice_approval_revoked", reason = reason);
    }
    let verification = &view.verification;
    let first = if verification.automatic && verification.status == VerificationStatus::Rejected {
        text!("notice_decision_shown_rejected")
    } else {
        text!("notice_decision")
    };
    let items = view.items.iter().map(|(item, root)| decided_item(item, root.as_str()));
    let until = verification.expires_at.map(|end| text!("notice_decision_until", end = end.to_string()));
    items.chain(until).fold(first, |first, rest| text!("notice_lines", first = first, rest = rest))
}

fn decided_item(item: &Item, root: &str) -> Text {
    let scope = item.scope.as_str();
    match (item.status == ItemStatus::Approved, item.reason.as_deref()) {
        (true, None) => text!("notice_item_approved", scope = scope, root = root),
        (true, Some(reason)) => text!("notice_item_approved-because", scope = scope, root = root, reason = reason),
        (false, None) => text!("notice_item_rejected", scope = scope, root = root),
        (false, Some(reason)) => text!("notice_item_rejected-because", scope = scope, root = root, reason = reason),
    }
}

/// How applications are looked at: the address that logos are below, and when.
#[derive(Clone, Copy)]
struct Look<'a> {
    issuer: &'a str,
    now: Timestamp,
}

impl<'a> Look<'a> {
    fn of(core: &'a Core) -> Self {
        Self { issuer: core.config.server.issuer(), now: core.clock.now() }
    }
}

async fn view(conn: &mut Conn, id: VerificationId, look: Look<'_>) -> Result<StaffVerificationView, Error> {
    let found = verifications::find(conn, id).await?.ok_or(Error::NotFound("verification"))?;
    views(conn, vec![found], look).await?.pop().ok_or(Error::NotFound("verification"))
}

/// As many queries for many applications as for one. A client that was deleted meanwhile applies for nothing.
async fn views(conn: &mut Conn, found: Vec<Verification>, look: Look<'_>) -> Result<Vec<StaffVerificationView>, Error> {
    let ids: Vec<ClientId> = found.iter().map(|verification| verification.client_id).collect();
    let of: BTreeMap<ClientId, Client> =
        clients::find_all(conn, &ids).await?.into_iter().map(|client| (client.id, client)).collect();
    let owners: Vec<UserId> = of.values().filter_map(|client| client.billing_owner).collect();
    let owners = profiles::addresses(conn, &owners).await?;
    let logos = images::of_clients(conn, &ids).await?;
    let coverage = verifications::coverage_of(conn, &ids).await?;
    let url = |logo: ImageDigest| format!("{}{}", look.issuer, logo.path());
    let view = |application: WithItems| {
        let client = of.get(&application.verification.client_id)?.clone();
        let logos = logos.get(&client.id)?;
        let reviewed = coverage.iter().any(|(of, coverage)| *of == client.id && coverage.holds(look.now));
        let shown_name = client.reviewed_name.clone().filter(|_| reviewed).unwrap_or_else(|| client.name.clone());
        Some(StaffVerificationView {
            client: client.id,
            owner: client.billing_owner.and_then(|owner| owners.get(&owner).cloned()).unwrap_or_default(),
            verified: reviewed,
            client_name: client.name,
            reviewed_name: client.reviewed_name,
            logo_url: logos.logo_digest.map(url),
            shown_name,
            shown_logo_url: if reviewed { logos.reviewed_logo_digest } else { logos.logo_digest }.map(url),
            homepage_url: client.homepage_url,
            privacy_url: client.privacy_url,
            terms_url: client.terms_url,
            contact_email: client.contact_email,
            verification: application.view(),
        })
    };
    Ok(with_items_of(conn, found).await?.into_iter().filter_map(view).collect())
}

//! The queue of verifications, and what is decided about them (SPEC §2.8).

use std::collections::BTreeMap;

use super::{because, reason, reason_at, wrong};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::id::{ClientId, DomainId, VerificationId};
use crate::manage::change::Change;
use crate::manage::entitlement::Rules;
use crate::manage::fields::Findings;
use crate::manage::logos;
use crate::manage::ownership;
use crate::manage::permit::{self, Caller};
use crate::manage::verifications::{
    VerificationView, What, decided, facts, settle, tell_owners, unproven_domain, view, views,
};
use crate::model::account::Staff;
use crate::model::domain::Ownership;
use crate::model::image::ImageDigest;
use crate::model::request::parse_reason;
use crate::model::verification::{ItemStatus, VerificationState, VerificationStatus};
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::images;
use crate::store::tables::verifications::{self, Item, Verification};
use crate::text;
use crate::text::Text;

/// An application with the client that made it.
#[derive(Clone, Debug)]
pub struct Application {
    /// The application.
    pub view: VerificationView,
    /// Whose it is.
    pub client: Client,
    /// The client's logo, to be reviewed with its name.
    pub logo: Option<ImageDigest>,
    /// What people are shown now.
    pub shown: Shown,
}

/// What people are shown of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// Its logo.
    pub logo: Option<ImageDigest>,
}

/// What is decided about one scope on one domain.
#[derive(Clone, Debug)]
pub struct ItemDecision {
    /// The domain.
    pub domain: Option<DomainId>,
    /// The scope.
    pub scope: String,
    /// Approved, or rejected.
    pub approve: bool,
    /// Why; a rejection has one.
    pub reason: Option<String>,
}

/// Applications of which this has become, oldest first: at most `limit` of those after `after`.
///
/// # Errors
/// Those of [`permit::to_read_as_staff`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    state: VerificationState,
    after: Option<VerificationId>,
    limit: i64,
) -> Result<Vec<Application>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Reviewer).await?;
    let found = verifications::in_state(&mut conn, state, after, limit).await?;
    applications(&mut conn, found, core.clock.now()).await
}

/// One application.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit::to_read_as_staff`]; the database's.
pub async fn get(core: &Core, caller: &Caller, id: VerificationId) -> Result<Application, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Reviewer).await?;
    application(&mut conn, id, core.clock.now()).await
}

/// Decides about every scope on every domain of an application. `version`: that which was read.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] `conflict_of_interest`; [`Error::Conflict`] `verification_decided`,
/// `verification_changed`, `domain_unproven`, also when the proof is not found now, or `domain_in_test_mode`;
/// [`Error::Invalid`] when an item is not decided exactly once, or a rejection has no reason; those of
/// [`permit::to_change_as_staff`]; the database's.
pub async fn decide(
    core: &Core,
    caller: Caller,
    id: VerificationId,
    version: i64,
    decisions: Vec<ItemDecision>,
) -> Result<Application, Error> {
    look_again(core, &caller, id, &decisions).await?;
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::to_change_as_staff(conn, &caller, Staff::Reviewer, &rules, now).await?;
            let old = hold(&mut change, &caller, id).await?;
            if old.verification.status != VerificationStatus::Pending {
                return Err(decided());
            }
            if i64::from(old.verification.version) != version {
                return Err(Error::conflict(
                    "verification_changed",
                    "the application, or what people are shown of the client, was changed meanwhile: read it again, then decide",
                ));
            }
            let judged = judge(&old, &decisions)?;
            may_approve(&mut change, old.verification.client_id, &judged).await?;
            for (item, status, reason) in &judged {
                verifications::decide(change.conn, item, *status, reason.as_deref()).await?;
            }
            let mut new = old.verification.clone();
            let approved = judged.iter().any(|(_, status, _)| *status == ItemStatus::Approved);
            (new.decided_at, new.version) = (Some(now), new.version + 1);
            if approved {
                (new.status, new.expires_at) = (VerificationStatus::Approved, Some(now.after(change.rules.approval)));
                clients::accept_name(change.conn, new.client_id).await?;
                logos::reviewed(&mut change, new.client_id).await?;
            } else {
                new.status = VerificationStatus::Rejected;
            }
            verifications::update(change.conn, &new).await?;
            let made = told(&mut change, &old, new, "verification.decided_by_staff", "").await?;
            change.end(made).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Looks for the proof of the domains that are to be approved once more: a week may have gone since it was found. No
/// connection to the database is held meanwhile.
async fn look_again(core: &Core, caller: &Caller, id: VerificationId, decisions: &[ItemDecision]) -> Result<(), Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Reviewer).await?;
    let found = verifications::find(&mut conn, id).await?.ok_or(Error::NotFound("verification"))?;
    if found.status != VerificationStatus::Pending {
        return Ok(());
    }
    let held = domains::of_client(&mut conn, found.client_id).await?;
    drop(conn);
    let is_to_be_approved = |domain: &Domain| {
        domain.ownership == Ownership::Proven
            && decisions.iter().any(|decision| decision.approve && decision.domain == Some(domain.id))
    };
    let missed = ownership::missed(core, held.into_iter().filter(is_to_be_approved)).await?;
    missed.map_or(Ok(()), |domain| Err(unproven_domain(&domain)))
}

/// Takes an approval back: what it unlocked is locked from then on.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Refused`] `conflict_of_interest`, [`Error::Conflict`] `verification_not_approved`,
/// [`Error::Invalid`] without a reason; those of [`permit::to_change_as_staff`]; the database's.
pub async fn revoke(
    core: &Core,
    caller: Caller,
    id: VerificationId,
    given: Option<String>,
) -> Result<Application, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::to_change_as_staff(conn, &caller, Staff::Reviewer, &rules, now).await?;
            let old = hold(&mut change, &caller, id).await?;
            let mut findings = Findings::default();
            let reason = reason(&mut findings, given.as_ref());
            findings.none()?;
            let mut new = old.verification.clone();
            if new.status != VerificationStatus::Approved || new.revoked_at.is_some() {
                let message = "only what is approved can be taken back";
                return Err(Error::conflict("verification_not_approved", message));
            }
            (new.revoked_at, new.reason, new.version) = (Some(now), Some(reason.clone()), new.version + 1);
            verifications::update(change.conn, &new).await?;
            let client = new.client_id;
            settle(&mut change, client, What::Approvals).await?;
            let made = told(&mut change, &old, new, "verification.revoked", &reason).await?;
            change.end(made).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Holds the application's client to the end of the transaction, so that nothing about it changes meanwhile.
async fn hold(change: &mut Change<'_>, caller: &Caller, id: VerificationId) -> Result<VerificationView, Error> {
    let found = verifications::find(change.conn, id).await?.ok_or(Error::NotFound("verification"))?;
    if !clients::hold(change.conn, found.client_id).await? {
        return Err(Error::NotFound("verification"));
    }
    permit::refuse_own_interest(change.conn, caller, found.client_id).await?;
    // It may have been changed before it was held.
    let held = verifications::find(change.conn, id).await?.ok_or(Error::NotFound("verification"))?;
    view(change.conn, held).await
}

type Judged = (Item, ItemStatus, Option<String>);

/// Each item with what is decided about it.
fn judge(view: &VerificationView, decisions: &[ItemDecision]) -> Result<Vec<Judged>, Error> {
    let mut findings = Findings::default();
    let mut errors = Vec::new();
    let mut judged: Vec<Judged> = Vec::new();
    for (index, decision) in decisions.iter().enumerate() {
        let place = format!("items[{index}]");
        let is_meant = |item: &Item| Some(item.domain_id) == decision.domain && item.scope == decision.scope;
        let Some((item, _)) = view.items.iter().find(|(item, _)| is_meant(item)) else {
            errors.push(wrong(place, "unknown_item", "the application has no such scope on such a domain"));
            continue;
        };
        if judged.iter().any(|(other, ..)| is_meant(other)) {
            errors.push(wrong(place, "repeated", "this is decided already, by an item before it"));
            continue;
        }
        let field = format!("{place}.reason");
        let (status, reason) = if decision.approve {
            let text = decision.reason.as_deref().unwrap_or_default();
            (ItemStatus::Approved, findings.value(&field, parse_reason(text)).filter(|text| !text.is_empty()))
        } else {
            (ItemStatus::Rejected, Some(reason_at(&mut findings, &field, decision.reason.as_ref())))
        };
        judged.push((item.clone(), status, reason));
    }
    errors.extend(findings.into_errors());
    for (item, root) in &view.items {
        if !judged.iter().any(|(other, ..)| other.domain_id == item.domain_id && other.scope == item.scope) {
            let message = format!("decide about {} on {root} too", item.scope);
            errors.push(wrong("items".to_owned(), "incomplete", &message));
        }
    }
    if errors.is_empty() { Ok(judged) } else { Err(Error::Invalid(errors)) }
}

/// Nothing is approved for a domain that is not proven to be the partner's now, or that is in test mode.
async fn may_approve(change: &mut Change<'_>, client: ClientId, judged: &[Judged]) -> Result<(), Error> {
    let held: BTreeMap<DomainId, Domain> =
        domains::of_client(change.conn, client).await?.into_iter().map(|domain| (domain.id, domain)).collect();
    let approved = judged.iter().filter(|(_, status, _)| *status == ItemStatus::Approved);
    for domain in approved.filter_map(|(item, ..)| held.get(&item.domain_id)) {
        if domain.ownership != Ownership::Proven {
            return Err(unproven_domain(domain));
        }
        if domain.test_mode {
            let root = &domain.root_domain;
            let message = format!("{root} is in test mode: nothing is approved for it until that is off");
            return Err(Error::conflict("domain_in_test_mode", message));
        }
    }
    Ok(())
}

/// Audits what was decided, and tells everybody concerned.
async fn told(
    change: &mut Change<'_>,
    old: &VerificationView,
    new: Verification,
    action: &'static str,
    reason: &str,
) -> Result<Application, Error> {
    let new = view(change.conn, new).await?;
    let items = |view: &VerificationView| view.items.iter().map(|(item, _)| item.clone()).collect::<Vec<Item>>();
    let before = facts(&old.verification, &items(old));
    let mut after = facts(&new.verification, &items(&new));
    after["status"] = serde_json::json!(new.state());
    let after = if reason.is_empty() { after } else { because(after, reason) };
    let (client, id) = (new.verification.client_id, new.verification.id);
    change.updated(Some(client), action, id, "", (before, after));
    let text = decision(&new, reason);
    tell_owners(change, &new, ("verification.decided", text!("notice_decision-subject"), text)).await?;
    application(change.conn, id, change.now).await
}

/// What the owners are told, a line for each item.
fn decision(view: &VerificationView, reason: &str) -> Text {
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

async fn application(conn: &mut Conn, id: VerificationId, now: Timestamp) -> Result<Application, Error> {
    let found = verifications::find(conn, id).await?.ok_or(Error::NotFound("verification"))?;
    applications(conn, vec![found], now).await?.pop().ok_or(Error::NotFound("verification"))
}

/// As many queries for many applications as for one. A client that was deleted meanwhile applies for nothing.
async fn applications(conn: &mut Conn, found: Vec<Verification>, now: Timestamp) -> Result<Vec<Application>, Error> {
    let ids: Vec<ClientId> = found.iter().map(|verification| verification.client_id).collect();
    let of: BTreeMap<ClientId, Client> =
        clients::find_all(conn, &ids).await?.into_iter().map(|client| (client.id, client)).collect();
    let logos = images::of_clients(conn, &ids).await?;
    let approved = verifications::approved(conn, &ids, now).await?;
    let application = |view: VerificationView| {
        let client = of.get(&view.verification.client_id)?.clone();
        let logos = logos.get(&client.id)?;
        let reviewed = approved.contains(&client.id);
        let name = client.reviewed_name.clone().filter(|_| reviewed).unwrap_or_else(|| client.name.clone());
        let shown = Shown { name, logo: if reviewed { logos.reviewed_logo_digest } else { logos.logo_digest } };
        Some(Application { view, logo: logos.logo_digest, shown, client })
    };
    Ok(views(conn, found).await?.into_iter().filter_map(application).collect())
}

//! What partners do about their applications: apply, look, take back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::reviews::{self, What};
use super::{VerificationFields, create};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId, VerificationId};
use crate::manage::change::{Change, Notice};
use crate::manage::entitlement::Rules;
use crate::manage::fields::Findings;
use crate::manage::permit::{self, Caller};
use crate::model::domain::Ownership;
use crate::model::root_domain::RootDomain;
use crate::model::verification::{VerificationState, VerificationStatus};
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::members;
use crate::store::tables::verifications::{self, Item, Verification};
use crate::text::Text;

/// Domains of one application at the most.
const MAX_DOMAINS: usize = 100;

/// An application as its client and the staff see it.
#[derive(Clone, Debug)]
pub struct VerificationView {
    /// The application.
    pub verification: Verification,
    /// What it is about, each with its root domain.
    pub items: Vec<(Item, RootDomain)>,
}

/// What an application is to be for.
#[derive(Clone, Debug, Default)]
pub struct NewVerification {
    /// Ids of domains.
    pub domains: Vec<String>,
    /// Names of scopes, wanted on each of them.
    pub scopes: Vec<String>,
    /// What the partner says for it.
    pub notes: Option<String>,
}

/// Applies. An application that a change of name or logo has made gives way.
///
/// # Errors
/// [`Error::NotFound`] for a domain of somebody else, [`Error::Invalid`] with all bad fields, [`Error::Conflict`]
/// `domain_unproven` or `verification_pending`; those of [`permit`]; the database's.
pub async fn apply(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: NewVerification,
) -> Result<VerificationView, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let permission = Permission::VerificationsCreate;
            let (mut change, _) = permit::to_change(conn, &caller, client, permission, &rules, now).await?;
            let wanted = read_domains(&new)?;
            let held = domains::of_client(change.conn, client).await?;
            let found: Vec<&Domain> = held.iter().filter(|domain| wanted.contains(&domain.id)).collect();
            if found.len() < wanted.len() {
                return Err(Error::NotFound("domain"));
            }
            if let Some(unproven) = found.iter().find(|domain| domain.ownership != Ownership::Proven) {
                return Err(unproven_domain(unproven));
            }
            let scopes: BTreeSet<String> = new.scopes.into_iter().collect();
            let fields = VerificationFields { notes: new.notes, ..VerificationFields::default() };
            let id = create(&mut change, client, &found, &scopes, &fields).await?;
            let made = verifications::find(change.conn, id).await?.ok_or(Error::Internal("an application is gone"))?;
            let made = view(change.conn, made).await?;
            change.end(made).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// The applications of a client, oldest first: at most `limit` of those after `after`.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<VerificationId>,
    limit: i64,
) -> Result<Vec<VerificationView>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::VerificationsRead, core.clock.now()).await?;
    let found = verifications::of_client(&mut conn, client, after, limit).await?;
    views(&mut conn, found).await
}

/// One application.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn get(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    id: VerificationId,
) -> Result<VerificationView, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::VerificationsRead, core.clock.now()).await?;
    let found = find(&mut conn, client, id).await?;
    view(&mut conn, found).await
}

/// Takes an application back that staff have not decided yet.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] `verification_decided`; those of [`permit`]; the database's.
pub async fn withdraw(core: &Core, caller: Caller, client: ClientId, id: VerificationId) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let permission = Permission::VerificationsDelete;
            let (mut change, _) = permit::to_change(conn, &caller, client, permission, &rules, now).await?;
            let old = find(change.conn, client, id).await?;
            if old.status != VerificationStatus::Pending {
                return Err(decided());
            }
            let own = !old.automatic;
            reviews::withdraw(&mut change, old).await?;
            if own {
                // A new name that it would have brought before the staff still waits for them.
                reviews::settle(&mut change, client, What::NameOrLogo).await?;
            }
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// That an application waits for no decision any more.
pub(crate) fn decided() -> Error {
    Error::conflict("verification_decided", "this application is decided or was withdrawn: it waits for nothing")
}

/// That a domain is not proven to be the partner's.
pub(crate) fn unproven_domain(domain: &Domain) -> Error {
    let root = &domain.root_domain;
    Error::conflict("domain_unproven", format!("the ownership of {root} is not proven now: prove it first"))
}

fn read_domains(new: &NewVerification) -> Result<BTreeSet<DomainId>, Error> {
    let mut findings = Findings::default();
    let mut ids = BTreeSet::new();
    for (index, text) in new.domains.iter().enumerate() {
        match text.parse() {
            Ok(id) => drop(ids.insert(id)),
            Err(_) => findings.add(&format!("domains[{index}]"), "not_an_id", "give the id of a domain"),
        }
    }
    if new.domains.is_empty() {
        findings.add("domains", "required", "name the domains that it is for");
    }
    if ids.len() > MAX_DOMAINS {
        findings.add("domains", "too_many", "one application is for 100 domains at the most");
    }
    if new.scopes.is_empty() {
        findings.add("scopes", "required", "name the scopes that it is for");
    }
    findings.none()?;
    Ok(ids)
}

async fn find(conn: &mut Conn, client: ClientId, id: VerificationId) -> Result<Verification, Error> {
    let found = verifications::find(conn, id).await?.filter(|verification| verification.client_id == client);
    found.ok_or(Error::NotFound("verification"))
}

/// One application with what it is about.
pub(crate) async fn view(conn: &mut Conn, found: Verification) -> Result<VerificationView, Error> {
    views(conn, vec![found]).await?.pop().ok_or(Error::Internal("one application has one view"))
}

/// As many queries for many applications as for one.
pub(crate) async fn views(conn: &mut Conn, found: Vec<Verification>) -> Result<Vec<VerificationView>, Error> {
    let ids: Vec<VerificationId> = found.iter().map(|verification| verification.id).collect();
    let mut items: BTreeMap<VerificationId, Vec<(Item, RootDomain)>> = BTreeMap::new();
    for (item, root) in verifications::items_of(conn, &ids).await? {
        items.entry(item.verification_id).or_default().push((item, root));
    }
    let view = |verification: Verification| VerificationView {
        items: items.remove(&verification.id).unwrap_or_default(),
        verification,
    };
    Ok(found.into_iter().map(view).collect())
}

/// Tells everybody who owns the client, and its webhooks when `event` says what happened.
pub(crate) async fn tell_owners(
    change: &mut Change<'_>,
    view: &VerificationView,
    (kind, subject, text): (&'static str, Text, Text),
) -> Result<(), Error> {
    let verification = &view.verification;
    for user in members::owners_at(change.conn, verification.client_id, change.now).await? {
        let (subject, text) = (subject.clone(), text.clone());
        change.notify(Notice { user, kind: kind.into(), object: Some(verification.id.to_string()), subject, text });
    }
    if kind == "verification.decided" {
        change.publish(verification.client_id, None, kind, told(view));
    }
    Ok(())
}

/// What webhooks are told.
fn told(view: &VerificationView) -> Value {
    let items: Vec<Value> = view
        .items
        .iter()
        .map(|(item, _)| {
            json!({ "domain": item.domain_id, "scope": item.scope, "status": item.status, "reason": item.reason })
        })
        .collect();
    let verification = &view.verification;
    json!({
        "verification": verification.id,
        "status": view.state(),
        "reason": verification.reason,
        "expires_at": verification.expires_at,
        "items": items,
    })
}

impl VerificationView {
    /// What has become of it.
    pub fn state(&self) -> VerificationState {
        VerificationState::of(self.verification.status, self.verification.revoked_at.is_some())
    }
}

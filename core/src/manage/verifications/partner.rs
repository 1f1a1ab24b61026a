//! What partners do about their applications: apply, look, take back.

use std::collections::{BTreeMap, BTreeSet};

use super::reviews::{self, What};
use super::{Application, create};
use crate::contract::Input;
use crate::contract::event::{DecidedItem, Event, VerificationDecided};
use crate::contract::verification::{
    MAX_DOMAINS, NewVerification, VerificationItem, VerificationSettings, VerificationView,
};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::gate::standing;
use crate::id::{ClientId, DomainId, VerificationId};
use crate::manage::change::{Change, Notice};
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::model::root_domain::RootDomain;
use crate::model::verification::{VerificationState, VerificationStatus};
use crate::state::Core;
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::members;
use crate::store::tables::verifications::{self, Item, Verification};
use crate::text;
use crate::text::Text;

/// An application with what it is about, each with its root domain.
#[derive(Clone, Debug)]
pub struct WithItems {
    /// The application.
    pub verification: Verification,
    /// Each scope on each domain.
    pub items: Vec<(Item, RootDomain)>,
}

/// Applies. An application that a change of name or logo has made gives way.
///
/// # Errors
/// [`Error::NotFound`] for a domain of somebody else, [`Error::Invalid`] with all bad fields, [`Error::Conflict`]
/// `domain_unproven` or `verification_pending`; those of [`permit`](crate::manage::permit); the database's.
pub async fn apply(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: Input<NewVerification>,
) -> Result<Done<VerificationView>, Error> {
    let ask = Ask::Client(client, Permission::VerificationsCreate);
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let new = change.take(new)?;
        let wanted: BTreeSet<DomainId> = new.domains.into_iter().collect();
        if wanted.len() > MAX_DOMAINS {
            change.findings.add("domains", text!("too_many-domains", max = MAX_DOMAINS));
        }
        change.sound()?;
        let held = domains::of_client(change.conn, client).await?;
        let found: Vec<&Domain> = held.iter().filter(|domain| wanted.contains(&domain.id)).collect();
        if found.len() < wanted.len() {
            return Err(Error::NotFound("domain"));
        }
        found.iter().try_for_each(|domain| require_proven(domain))?;
        let scopes: BTreeSet<String> = new.scopes.into_iter().collect();
        let settings = VerificationSettings { notes: new.notes, expires_at: None };
        let application = Application { domains: &found, scopes: &scopes, settings, approved: false };
        let made = create(change, client, application).await?;
        Ok(with_items(change.conn, made).await?.view())
    })
    .await
}

/// The applications of a client, oldest first: at most `limit` of those after `after`.
///
/// # Errors
/// Those of [`permit`](crate::manage::permit); the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<VerificationId>,
    limit: i64,
) -> Result<Vec<VerificationView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::VerificationsRead)).await?;
    let found = verifications::of_client(&mut reading.conn, client, after, limit).await?;
    Ok(with_items_of(&mut reading.conn, found).await?.into_iter().map(WithItems::view).collect())
}

/// One application.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`](crate::manage::permit); the database's.
pub async fn get(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    id: VerificationId,
) -> Result<VerificationView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::VerificationsRead)).await?;
    let found = find(&mut reading.conn, client, id).await?;
    Ok(with_items(&mut reading.conn, found).await?.view())
}

/// Takes back an application that staff have not decided yet.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] `verification_decided`; those of [`permit`](crate::manage::permit); the
/// database's.
pub async fn withdraw(core: &Core, caller: Caller, client: ClientId, id: VerificationId) -> Result<Done<()>, Error> {
    let ask = Ask::Client(client, Permission::VerificationsDelete);
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let old = find(change.conn, client, id).await?;
        if old.status != VerificationStatus::Pending {
            return Err(decided());
        }
        let own = !old.automatic;
        reviews::withdraw(change, old).await?;
        if own {
            // A new name that it would have brought before the staff still waits for them.
            reviews::settle(change, client, What::NameOrLogo).await?;
        }
        Ok(())
    })
    .await
}

/// That an application waits for no decision any more.
pub(crate) fn decided() -> Error {
    Error::Conflict(text!("verification_decided"))
}

/// Goes on only with a domain that is proven to be the partner's.
///
/// # Errors
/// [`Error::Conflict`] `domain_unproven`.
pub(crate) fn require_proven(domain: &Domain) -> Result<(), Error> {
    if standing::is_proven(domain.ownership) { Ok(()) } else { Err(unproven(domain)) }
}

/// That a domain is not proven to be the partner's.
pub(crate) fn unproven(domain: &Domain) -> Error {
    Error::Conflict(text!("domain_unproven", root = domain.root_domain.as_str()))
}

async fn find(conn: &mut Conn, client: ClientId, id: VerificationId) -> Result<Verification, Error> {
    let found = verifications::find(conn, id).await?.filter(|verification| verification.client_id == client);
    found.ok_or(Error::NotFound("verification"))
}

/// One application with what it is about.
pub(crate) async fn with_items(conn: &mut Conn, found: Verification) -> Result<WithItems, Error> {
    with_items_of(conn, vec![found]).await?.pop().ok_or(Error::Internal("one application has one view"))
}

/// As many queries for many applications as for one.
pub(crate) async fn with_items_of(conn: &mut Conn, found: Vec<Verification>) -> Result<Vec<WithItems>, Error> {
    let ids: Vec<VerificationId> = found.iter().map(|verification| verification.id).collect();
    let mut items: BTreeMap<VerificationId, Vec<(Item, RootDomain)>> = BTreeMap::new();
    for (item, root) in verifications::items_of(conn, &ids).await? {
        items.entry(item.verification_id).or_default().push((item, root));
    }
    let about = |verification: Verification| WithItems {
        items: items.remove(&verification.id).unwrap_or_default(),
        verification,
    };
    Ok(found.into_iter().map(about).collect())
}

/// Tells everybody who owns the client, and its webhooks when `event` says what happened.
pub(crate) async fn tell_owners(
    change: &mut Change<'_>,
    view: &WithItems,
    (kind, subject, text): (&'static str, Text, Text),
) -> Result<(), Error> {
    let verification = &view.verification;
    for user in members::owners_at(change.conn, verification.client_id, change.now).await? {
        let (subject, text) = (subject.clone(), text.clone());
        change.notify(Notice { user, kind: kind.into(), object: Some(verification.id.to_string()), subject, text });
    }
    if kind == "verification.decided" {
        change.publish(verification.client_id, None, Event::VerificationDecided(told(view)));
    }
    Ok(())
}

/// What webhooks are told.
fn told(view: &WithItems) -> VerificationDecided {
    let item = |(item, _): &(Item, RootDomain)| DecidedItem {
        domain: item.domain_id,
        scope: item.scope.clone(),
        status: item.status,
        reason: item.reason.clone(),
    };
    let verification = &view.verification;
    VerificationDecided {
        verification: verification.id,
        status: view.state(),
        reason: verification.reason().map(|reason| reason.to_string()),
        expires_at: verification.expires_at,
        items: view.items.iter().map(item).collect(),
    }
}

impl WithItems {
    /// What has become of it.
    pub fn state(&self) -> VerificationState {
        VerificationState::of(self.verification.status, self.verification.revoked_at.is_some())
    }

    /// As its client and the staff see it.
    pub fn view(self) -> VerificationView {
        let status = self.state();
        let Self { verification, items } = self;
        let item = |(item, root_domain): (Item, RootDomain)| VerificationItem {
            domain: item.domain_id,
            root_domain,
            scope: item.scope,
            status: item.status,
            reason: item.reason,
        };
        VerificationView {
            id: verification.id,
            domains: items.iter().map(|(item, _)| item.domain_id).collect(),
            scopes: items.iter().map(|(item, _)| item.scope.clone()).collect(),
            notes: verification.notes(),
            status,
            version: verification.version,
            automatic: verification.automatic,
            items: items.into_iter().map(item).collect(),
            reason: verification.reason(),
            decided_at: verification.decided_at,
            expires_at: verification.expires_at,
        }
    }
}

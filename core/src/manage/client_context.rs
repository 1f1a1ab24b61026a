//! A client as one of its members opens it: who they are in it, and how it stands. Every page of a client begins with it.

use std::time::Duration;

use super::clients::{self, Viewer};
use super::entitlement::Rules;
use super::permit::{self, Caller};
use super::setup;
use crate::clock::Timestamp;
use crate::contract::client::{ClientStanding, ClientView};
use crate::contract::setup::SetupView;
use crate::error::Error;
use crate::gate::permission::{Membership, Permission};
use crate::gate::standing;
use crate::id::{ClientId, DomainId, MemberId};
use crate::model::client::ClientState;
use crate::model::permissions::Permissions;
use crate::state::Core;
use crate::store::tables::clients::{self as table, Client};
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::{client_users, deliveries, domains, members, roles, verifications};

/// How many other clients the switcher lists.
const OTHERS: i64 = 8;

/// A client, and the place of the person who opens it.
#[derive(Clone, Debug)]
pub struct ClientContext {
    /// The client.
    pub client: ClientView,
    /// The person's membership.
    pub member: Option<MemberId>,
    /// The name of the person's role.
    pub role: String,
    /// Its level, 0 to 100.
    pub level: u8,
    /// Whether it is the preset of owners.
    pub is_owner: bool,
    /// What it permits.
    pub permissions: Permissions,
    /// How the client stands.
    pub standing: Standing,
    /// The name that people go on seeing until the new one is reviewed.
    pub reviewed_name: Option<String>,
    /// Whether a verification is under review.
    pub is_under_review: bool,
    /// How far it is set up, until somebody has logged in.
    pub setup: Option<SetupView>,
    /// Whether logins have stopped, for want of a plan.
    pub logins_stopped: bool,
    /// How many of its messages to webhooks are parked, for whoever may read them.
    pub parked: i64,
    /// Its domains.
    pub domains: Vec<DomainMode>,
    /// Other clients that the person belongs to.
    pub others: Vec<(ClientId, String)>,
}

/// What of a domain says how the client stands.
#[derive(Clone, Debug)]
pub struct DomainMode {
    /// The domain.
    pub id: DomainId,
    /// Its root domain.
    pub root_domain: String,
    /// It is in use.
    pub active: bool,
    /// It is in test mode.
    pub test_mode: bool,
}

/// How a client stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It works, and can be changed.
    Live,
    /// No plan entitles it: what takes away can be done, and nothing else.
    ReadOnly {
        /// When the plan ended.
        ended_at: Option<Timestamp>,
        /// Until when logins go on.
        logins_until: Option<Timestamp>,
    },
    /// Nothing goes on, and nothing can be changed.
    Suspended {
        /// Since when.
        since: Option<Timestamp>,
        /// Why, as the staff say; nothing when it is its billing owner who is suspended.
        reason: Option<String>,
    },
}

impl Standing {
    /// The same as the API tells it.
    pub(super) fn told(self, all_in_test_mode: bool) -> ClientStanding {
        let nothing =
            ClientStanding { state: ClientState::Live, state_reason: None, state_since: None, logins_until: None };
        match self {
            Self::Live if all_in_test_mode => ClientStanding { state: ClientState::TestMode, ..nothing },
            Self::Live => nothing,
            Self::ReadOnly { ended_at, logins_until } => {
                ClientStanding { state: ClientState::ReadOnly, state_since: ended_at, logins_until, ..nothing }
            }
            Self::Suspended { since, reason } => {
                ClientStanding { state: ClientState::Suspended, state_since: since, state_reason: reason, ..nothing }
            }
        }
    }
}

/// What plans entitle to, and for how long logins go on afterwards.
pub(super) struct Plans {
    rules: Rules,
    grace: Duration,
}

impl Plans {
    /// Those of the configuration.
    pub(super) fn of(core: &Core) -> Self {
        Self { rules: Rules::of(&core.config), grace: core.config.plans.grace_days.duration() }
    }
}

impl ClientContext {
    /// Whether the person's role has this permission.
    pub const fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// The person's place, as it decides. That it grants anything was asked when the client was opened.
    pub(crate) const fn membership(&self) -> Membership {
        let (level, owner, permissions) = (self.level, self.is_owner, self.permissions);
        Membership { level, owner, permissions, active: true, expires_at: None }
    }

    /// Whether every active domain is in test mode, and there is one.
    pub fn is_in_test_mode(&self) -> bool {
        let mut active = self.domains.iter().filter(|domain| domain.active).peekable();
        active.peek().is_some() && active.all(|domain| domain.test_mode)
    }
}

/// Opens a client for somebody who belongs to it.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the caller is no member of it; the database's.
pub async fn open(core: &Core, caller: &Caller, id: ClientId) -> Result<ClientContext, Error> {
    let now = core.clock.now();
    let mut conn = core.db.read().await?;
    let access = permit::to_enter(&mut conn, caller, id, now).await?;
    let (client, membership) = (access.client, access.membership);
    let account = profiles::find(&mut conn, caller.user).await?.ok_or(Error::NotFound("account"))?;
    let member = members::of_person(&mut conn, id, Some(caller.user), &account.email_key).await?;
    let role = match &member {
        Some(member) => roles::find(&mut conn, id, member.role_id).await?.map(|role| role.name),
        None => None,
    };
    let payer = match client.billing_owner {
        Some(payer) if payer == caller.user => Some(account),
        Some(payer) => profiles::find(&mut conn, payer).await?,
        None => None,
    };
    let standing = standing_of(&Plans::of(core), &client, payer.as_ref(), now);
    let modes = domains::of_client(&mut conn, id).await?.into_iter().map(|domain| DomainMode {
        id: domain.id,
        root_domain: domain.root_domain.to_string(),
        active: domain.active,
        test_mode: domain.test_mode,
    });
    let parked = match membership.permissions.contains(Permission::WebhooksRead) {
        true => deliveries::parked(&mut conn, id).await?,
        false => 0,
    };
    let others = table::of_member(&mut conn, caller.user, now, None, OTHERS + 1).await?;
    let others = others.into_iter().filter(|other| other.id != id).map(|other| (other.id, other.name));
    let has_users = client_users::exist(&mut conn, id).await?;
    let is_under_review = verifications::pending(&mut conn, id).await?.is_some();
    let reviewed_name = client.reviewed_name.clone();
    let client = clients::view(&mut conn, &Viewer::of(core, caller), client).await?;
    drop(conn);
    let setup = if has_users { None } else { Some(setup::without_users(core, id).await?) };
    let logins_stopped = matches!(standing, Standing::ReadOnly { logins_until: Some(until), .. } if until <= now);
    Ok(ClientContext {
        member: member.map(|member| member.id),
        role: role.unwrap_or_default(),
        level: membership.level,
        is_owner: membership.owner,
        permissions: membership.permissions,
        standing,
        reviewed_name,
        is_under_review,
        setup,
        logins_stopped,
        parked,
        domains: modes.collect(),
        others: others.collect(),
        client,
    })
}

pub(super) fn standing_of(plans: &Plans, client: &Client, payer: Option<&Profile>, now: Timestamp) -> Standing {
    let payers = payer.and_then(|payer| payer.suspended_at);
    if standing::is_suspended(client.suspended_at, payers) {
        return Standing::Suspended { since: client.suspended_at.or(payers), reason: client.suspended_reason.clone() };
    }
    if payer.is_some_and(|payer| plans.rules.entitlements(payer, now).clients) {
        return Standing::Live;
    }
    let ended_at = payer.and_then(|payer| payer.plan_valid_until);
    Standing::ReadOnly { ended_at, logins_until: ended_at.map(|end| end.after(plans.grace)) }
}

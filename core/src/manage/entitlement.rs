//! What an account's plan entitles it to, and the other facts of the configuration that decide about changes.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::config::{self, Config};
use crate::gate::standing;
use crate::model::account::Plan;
use crate::store::tables::profiles::Profile;

/// What a plan entitles to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entitlements {
    /// May own clients.
    pub clients: bool,
    /// At most so many.
    pub max_clients: u32,
    /// May see statistics by domain and scope, of any time, and as CSV.
    pub advanced_stats: bool,
}

impl Entitlements {
    /// Whether somebody who owns so many clients may own one more.
    pub fn has_room(&self, owned: i64) -> bool {
        self.clients && owned < i64::from(self.max_clients)
    }
}

/// The part of the configuration that decides about changes.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The issuer: no fallback leads back to it.
    pub issuer: String,
    /// How long the approval of a verification lasts.
    pub approval: Duration,
    /// What the free plan entitles to.
    pub free: Entitlements,
    /// What the paid plan entitles to.
    pub paid: Entitlements,
}

impl Rules {
    /// Those of this configuration.
    pub fn of(config: &Config) -> Self {
        let entitlements = |plan: &config::Entitlements| Entitlements {
            clients: plan.clients,
            max_clients: plan.max_clients.get(),
            advanced_stats: plan.advanced_stats,
        };
        let (free, paid) = (entitlements(&config.plans.free), entitlements(&config.plans.paid));
        Self {
            issuer: config.server.issuer().to_owned(),
            approval: config.verifications.days.duration(),
            free,
            paid: Entitlements { clients: paid.clients || free.clients, ..paid },
        }
    }

    /// Whether this account had a plan that entitled it to clients, and no longer has it.
    pub fn has_lapsed(&self, account: &Profile, now: Timestamp) -> bool {
        !self.entitlements(account, now).clients && account.plan_valid_until.is_some_and(|end| end <= now)
    }

    /// What this account is entitled to now: a paid plan that has lapsed entitles to what the free one does.
    pub fn entitlements(&self, account: &Profile, now: Timestamp) -> Entitlements {
        match standing::plan_at(account.plan, account.plan_valid_until, now) {
            Plan::Paid => self.paid,
            Plan::Free => self.free,
        }
    }
}

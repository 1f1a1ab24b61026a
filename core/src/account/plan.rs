//! What a person's plan holds, and what hangs on it.

use crate::clock::Timestamp;
use crate::error::Error;
use crate::id::ClientId;
use crate::manage::entitlement::Rules;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask};
use crate::state::Core;
use crate::store::tables::{clients, profiles};

pub use crate::manage::entitlement::Entitlements;
pub use crate::model::account::Plan;

/// A person's plan.
#[derive(Clone, Debug)]
pub struct Holding {
    /// What the account pays for.
    pub plan: Plan,
    /// Until when; `None` is for good.
    pub valid_until: Option<Timestamp>,
    /// Whether it was paid for once and is no longer.
    pub has_lapsed: bool,
    /// What it entitles to now.
    pub entitlements: Entitlements,
    /// The clients that hang on it.
    pub clients: Vec<(ClientId, String)>,
}

impl Holding {
    /// Whether one more client can hang on it.
    pub fn has_room(&self) -> bool {
        i64::try_from(self.clients.len()).is_ok_and(|owned| self.entitlements.has_room(owned))
    }
}

/// The caller's.
///
/// # Errors
/// [`Error::NotFound`]; the database's.
pub async fn get(core: &Core, caller: &Caller) -> Result<Holding, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let mut reading = runner::read(core, caller, Ask::Person).await?;
    let account = profiles::find(&mut reading.conn, caller.user).await?.ok_or(Error::NotFound("account"))?;
    let owned = clients::ids_owned(&mut reading.conn, caller.user).await?;
    let owned = clients::find_all(&mut reading.conn, &owned).await?;
    Ok(Holding {
        plan: account.plan,
        valid_until: account.plan_valid_until,
        has_lapsed: rules.has_lapsed(&account, now),
        entitlements: rules.entitlements(&account, now),
        clients: owned.into_iter().map(|client| (client.id, client.name)).collect(),
    })
}

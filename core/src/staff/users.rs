//! Accounts: looked for, their plan set, suspended.

use serde_json::{Value, json};

use super::{because, reason};
use crate::contract::Patch;
use crate::contract::staff::{StaffUserView, UserDecision};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::UserId;
use crate::manage::change::{Change, Notice};
use crate::manage::fields::{Expected, same_moment, same_version, suspension};
use crate::manage::permit::{self, Caller};
use crate::manage::plans;
use crate::manage::runner::{self, Ask, Done};
use crate::model::account::Staff;
use crate::model::email::EmailAddress;
use crate::state::Core;
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::sessions;
use crate::text;

const READ: Ask = Ask::Staff(Staff::Admin, Permission::StaffRead);

/// Accounts, by number: at most `limit` of those after `after`. `wanted`: a `sub`, or how an address begins.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    wanted: Option<&str>,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<StaffUserView>, Error> {
    let mut reading = runner::read(core, caller, READ).await?;
    let wanted = wanted.map(str::trim).filter(|wanted| !wanted.is_empty());
    let found = if let Some(sub) = wanted.and_then(|wanted| wanted.parse::<UserId>().ok()) {
        let found = profiles::find(&mut reading.conn, sub).await?.filter(|_| after.is_none_or(|after| after < sub));
        found.into_iter().collect()
    } else {
        // A whole address is looked for as all its spellings are stored.
        let key = |wanted: &str| {
            EmailAddress::parse(wanted).map_or_else(|_| wanted.to_lowercase(), |address| address.key().to_owned())
        };
        profiles::search(&mut reading.conn, wanted.map(key).as_deref(), after, limit).await?
    };
    Ok(found.into_iter().map(view).collect())
}

/// One account.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, id: UserId) -> Result<StaffUserView, Error> {
    let mut reading = runner::read(core, caller, READ).await?;
    profiles::find(&mut reading.conn, id).await?.map(view).ok_or(Error::NotFound("account"))
}

/// Decides about an account. Suspending it ends its sessions; what clients hold of it is refused while it is suspended.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] with all bad fields, [`Error::StalePrecondition`], [`Error::Refused`]
/// `conflict_of_interest` for one's own account or one that a client of theirs rests on; those of [`permit`]; the
/// database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    id: UserId,
    patch: Patch<UserDecision>,
    expected: Expected,
) -> Result<Done<StaffUserView>, Error> {
    let (by, ask) = (caller.clone(), Ask::Staff(Staff::Admin, Permission::StaffUpdate));
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        profiles::hold(change.conn, id).await?;
        let old = profiles::find(change.conn, id).await?.ok_or(Error::NotFound("account"))?;
        permit::refuse_own_account(change.conn, &by, id).await?;
        same_version(expected, old.updated_at)?;
        let end_given = patch.names("plan_valid_until");
        let wanted = change.take(patch.apply(&decision(&old)))?;
        let reason = reason(change, wanted.reason.clone());
        change.sound()?;
        let new = decided(change, &old, &wanted, end_given);
        if new == old {
            return Ok(view(old));
        }
        profiles::update(change.conn, &new).await?;
        let suspended = new.suspended_at.is_some();
        if suspended && old.suspended_at.is_none() {
            sessions::delete_all_of_user(change.conn, id).await?;
        }
        change.updated(None, "user.decided", (id, &new.email_key), (facts(&old), because(facts(&new), &reason)));
        change.account_changed(id);
        if suspended != old.suspended_at.is_some() {
            change.notify(suspension_notice(id, suspended, &reason));
        }
        Ok(view(new))
    })
    .await
}

/// The account as it is to be.
fn decided(change: &Change<'_>, old: &Profile, wanted: &UserDecision, end_given: bool) -> Profile {
    let mut new = old.clone();
    new.plan = wanted.plan;
    new.plan_valid_until = same_moment(old.plan_valid_until, wanted.plan_valid_until);
    new.suspended_at = suspension(old.suspended_at, wanted.suspended, change.now);
    if new.plan != old.plan || new.plan_valid_until != old.plan_valid_until {
        plans::keep_lapse(old, &mut new, end_given, &change.rules, change.now);
    }
    if new != *old {
        new.updated_at = change.version_after(old.updated_at);
    }
    new
}

fn suspension_notice(user: UserId, suspended: bool, reason: &str) -> Notice {
    let (subject, text) = if suspended {
        (text!("notice_account_suspended-subject"), text!("notice_account_suspended", reason = reason))
    } else {
        (text!("notice_account_resumed-subject"), text!("notice_account_resumed", reason = reason))
    };
    Notice { user, kind: "user.suspension".into(), object: None, subject, text }
}

fn view(account: Profile) -> StaffUserView {
    StaffUserView {
        decision: decision(&account),
        sub: account.id,
        email: account.email,
        email_verified: account.email_verified,
        given_name: account.given_name,
        family_name: account.family_name,
        staff: account.staff,
        updated_at: account.updated_at,
    }
}

fn decision(account: &Profile) -> UserDecision {
    UserDecision {
        plan: account.plan,
        plan_valid_until: account.plan_valid_until,
        suspended: account.suspended_at.is_some(),
        reason: None,
    }
}

/// What is audited of an account that is decided about.
fn facts(account: &Profile) -> Value {
    json!(decision(account))
}

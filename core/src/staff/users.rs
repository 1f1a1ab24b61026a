//! Accounts: looked for, their plans set, suspended.

use serde_json::{Value, json};

use super::{because, reason};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::id::UserId;
use crate::manage::change::Notice;
use crate::manage::entitlement::Rules;
use crate::manage::fields::{Findings, read_time, same_version, suspension};
use crate::manage::permit::{self, Caller};
use crate::manage::plans;
use crate::model::account::{Plan, Staff};
use crate::model::email::EmailAddress;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::sessions;
use crate::text;

/// What of an account changes; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct UserFields {
    /// What it pays for.
    pub plan: Option<Plan>,
    /// Until when, RFC 3339; an empty text is for good.
    pub plan_valid_until: Option<String>,
    /// Whether it is suspended.
    pub suspended: Option<bool>,
    /// Why.
    pub reason: Option<String>,
}

/// Accounts, by number: at most `limit` of those after `after`. `wanted`: a `sub`, or how an address begins.
///
/// # Errors
/// Those of [`permit::to_read_as_staff`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    wanted: Option<&str>,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<Profile>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Admin).await?;
    let wanted = wanted.map(str::trim).filter(|wanted| !wanted.is_empty());
    if let Some(sub) = wanted.and_then(|wanted| wanted.parse::<UserId>().ok()) {
        let found = profiles::find(&mut conn, sub).await?.filter(|_| after.is_none_or(|after| after < sub));
        return Ok(found.into_iter().collect());
    }
    // A whole address is looked for as all its spellings are stored.
    let key = |wanted: &str| {
        EmailAddress::parse(wanted).map_or_else(|_| wanted.to_lowercase(), |address| address.key().to_owned())
    };
    Ok(profiles::search(&mut conn, wanted.map(key).as_deref(), after, limit).await?)
}

/// One account.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit::to_read_as_staff`]; the database's.
pub async fn get(core: &Core, caller: &Caller, id: UserId) -> Result<Profile, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Admin).await?;
    profiles::find(&mut conn, id).await?.ok_or(Error::NotFound("account"))
}

/// Changes an account. Suspending it ends its sessions; what clients hold of it is refused while it is suspended.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] with all bad fields, [`Error::StalePrecondition`], [`Error::Refused`]
/// `conflict_of_interest` for one's own account or one that a client of theirs rests on; those of [`permit::to_change_as_staff`]; the database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    id: UserId,
    fields: UserFields,
    expected: Option<Timestamp>,
) -> Result<Profile, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::to_change_as_staff(conn, &caller, Staff::Admin, &rules, now).await?;
            profiles::hold(change.conn, id).await?;
            let old = profiles::find(change.conn, id).await?.ok_or(Error::NotFound("account"))?;
            permit::refuse_own_account(change.conn, &caller, id).await?;
            same_version(expected, old.updated_at)?;
            let mut findings = Findings::default();
            let mut new = old.clone();
            let stands = old.plan_valid_until;
            findings.optional(
                &mut new.plan_valid_until,
                "plan_valid_until",
                fields.plan_valid_until.as_ref(),
                |text| {
                    let end = read_time(text)?;
                    Ok(stands.filter(|stands| stands.seconds() == end.seconds()).unwrap_or(end))
                },
            );
            let reason = reason(&mut findings, fields.reason.as_ref());
            findings.none()?;
            new.plan = fields.plan.unwrap_or(old.plan);
            new.suspended_at = suspension(old.suspended_at, fields.suspended, now);
            if new.plan != old.plan || new.plan_valid_until != old.plan_valid_until {
                plans::keep_lapse(&old, &mut new, fields.plan_valid_until.is_some(), &change.rules, now);
            }
            if new == old {
                return change.end(old).await;
            }
            new.updated_at = change.version_after(old.updated_at);
            profiles::update(change.conn, &new).await?;
            if new.suspended_at.is_some() && old.suspended_at.is_none() {
                sessions::delete_all_of_user(change.conn, id).await?;
            }
            let told = (facts(&old), because(facts(&new), &reason));
            change.updated(None, "user.decided", id, &new.email_key, told);
            change.account_changed(id);
            if new.suspended_at.is_some() != old.suspended_at.is_some() {
                change.notify(suspension_notice(id, new.suspended_at.is_some(), &reason));
            }
            change.end(new).await
        })
        .await?;
    Ok(changed.committed(core))
}

fn suspension_notice(user: UserId, suspended: bool, reason: &str) -> Notice {
    let (subject, text) = if suspended {
        (text!("notice_account_suspended-subject"), text!("notice_account_suspended", reason = reason))
    } else {
        (text!("notice_account_resumed-subject"), text!("notice_account_resumed", reason = reason))
    };
    Notice { user, kind: "user.suspension".into(), object: None, subject, text }
}

fn facts(account: &Profile) -> Value {
    json!({
        "plan": account.plan,
        "plan_valid_until": account.plan_valid_until,
        "suspended": account.suspended_at.is_some(),
    })
}

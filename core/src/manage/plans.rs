//! What an account pays for: set by the operator, the staff, or what the payment provider's adapter tells.

use std::net::IpAddr;
use std::time::Duration;

use super::change::{Actor, Change, Permit};
use super::entitlement::Rules;
use super::runner;
use crate::clock::Timestamp;
use crate::contract::plan::BillingMessage;
use crate::contract::{Findings, Input};
use crate::crypto::digest::sha256;
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::model::account::Plan;
use crate::state::Core;
use crate::store::tables::idempotency_keys::{self, KeptAnswer};
use crate::store::tables::profiles::{self, Profile};
use crate::text;

/// For how long a message is known that was taken: its repeats come within days.
const KNOWN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A message of the payment provider's adapter, whose signature was checked.
#[derive(Debug)]
pub struct Received {
    /// Its id: a repeat changes nothing.
    pub id: String,
    /// Where it comes from.
    pub from: IpAddr,
    /// What it says.
    pub message: Input<BillingMessage>,
}

/// Keeps the end of a plan that has lapsed: logins go on for a while from then, and saving the account again, as free, or
/// as paid until some other moment gone by, begins no second while. A plan that is taken away ends now. One that is given
/// back without an end (`end_given` is false) is for good: the end that stands is that of the plan before.
pub(crate) fn keep_lapse(old: &Profile, new: &mut Profile, end_given: bool, rules: &Rules, now: Timestamp) {
    if !end_given && (old.plan, new.plan) == (Plan::Free, Plan::Paid) {
        new.plan_valid_until = new.plan_valid_until.filter(|end| now < *end);
    }
    if rules.entitlements(new, now).clients {
        return;
    }
    let given = new.plan_valid_until.filter(|end| *end <= now);
    new.plan_valid_until = match (rules.entitlements(old, now).clients, old.plan_valid_until, new.plan) {
        (true, ..) => given.or(Some(now)),
        (false, Some(ended), _) => Some(given.map_or(ended, |given| given.min(ended))),
        (false, None, Plan::Paid) => given,
        (false, None, Plan::Free) => None,
    };
}

/// Sets the plan of the account that this says, as the operator.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] with all bad fields; the database's.
pub async fn set_as_operator(
    db: &Db,
    rules: &Rules,
    now: Timestamp,
    message: Input<BillingMessage>,
) -> Result<(), Error> {
    let message = read(message)?;
    let rules = rules.clone();
    let changed = db.change(async move |conn: &mut Conn| {
        let mut change = Change::begin(conn, Permit::of_operator(), rules, now);
        carry_out(&mut change, &message).await?;
        change.end(()).await
    });
    // A running server hears of it by itself: there is no snapshot here to drop.
    changed.await.map(|changed| changed.into_parts().0)
}

/// Takes a message, once.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::NotFound`] when there is no such account; the database's.
pub async fn take_message(core: &Core, Received { id, from, message }: Received) -> Result<(), Error> {
    let message = read(message)?;
    let key = sha256(format!("xwms billing message 1\n{id}").as_bytes()).to_vec();
    let actor = Actor::Service { name: "billing", address: from };
    runner::change_as(core, actor, async move |change: &mut Change<'_>| {
        let now = change.now;
        let taken = KeptAnswer {
            body_digest: key.clone(),
            key_digest: key,
            status: Some(204),
            answer: Some(String::new()),
            created_at: now,
            expires_at: now.after(KNOWN),
        };
        if idempotency_keys::take(change.conn, &taken).await? {
            carry_out(change, &message).await?;
        }
        Ok(())
    })
    .await
}

/// What a message says, when nothing is wrong with it.
fn read(message: Input<BillingMessage>) -> Result<BillingMessage, Error> {
    let mut findings = Findings::default();
    let message = message.take(&mut findings)?;
    if message.email.is_none() == message.sub.is_none() && !findings.name("email") && !findings.name("sub") {
        findings.add("email", text!("required-account"));
    }
    findings.none()?;
    Ok(message)
}

async fn carry_out(change: &mut Change<'_>, message: &BillingMessage) -> Result<(), Error> {
    let account = match (message.sub, &message.email) {
        (Some(sub), _) => profiles::find(change.conn, sub).await?,
        (None, Some(address)) => profiles::find_by_email(change.conn, address.key()).await?,
        (None, None) => None,
    };
    let account = account.ok_or(Error::NotFound("account"))?;
    set(change, account, message.plan, message.valid_until).await
}

/// Sets the plan of an account.
async fn set(change: &mut Change<'_>, old: Profile, plan: Plan, until: Option<Timestamp>) -> Result<(), Error> {
    profiles::hold(change.conn, old.id).await?;
    let old = profiles::find(change.conn, old.id).await?.ok_or(Error::NotFound("account"))?;
    let mut new = Profile { plan, plan_valid_until: until, ..old.clone() };
    keep_lapse(&old, &mut new, true, &change.rules, change.now);
    if change.updated(None, "user.plan_set", (new.id, &new.email_key), (facts(&old), facts(&new))) {
        new.updated_at = change.version_after(old.updated_at);
        profiles::update(change.conn, &new).await?;
        change.account_changed(new.id);
    }
    Ok(())
}

fn facts(account: &Profile) -> serde_json::Value {
    serde_json::json!({ "plan": account.plan, "plan_valid_until": account.plan_valid_until })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::id::UserId;
    use crate::model::email::EmailAddress;

    fn blank(email: &EmailAddress, now: Timestamp) -> Profile {
        Profile {
            id: UserId::generate(),
            email: email.address().to_owned(),
            email_key: email.key().to_owned(),
            email_verified: false,
            second_email: None,
            given_name: None,
            family_name: None,
            picture: None,
            locale: None,
            zoneinfo: None,
            birth_date: None,
            gender: None,
            country: None,
            phone_number: None,
            phone_number_verified: false,
            plan: Plan::Free,
            plan_valid_until: None,
            staff: None,
            suspended_at: None,
            updated_at: now,
        }
    }

    #[test]
    fn mg_14_the_end_of_a_lapsed_plan_stays_however_the_account_is_saved_again() {
        let rules = Rules::of(&Config::load(None, []).unwrap());
        let at = |day: i64| Timestamp::from_seconds(1_769_860_800 + day * 86_400);
        let now = at(0);
        let address = EmailAddress::parse("ada@example.test").unwrap();
        let account =
            |plan, until: Option<i64>| Profile { plan, plan_valid_until: until.map(at), ..blank(&address, now) };
        use Plan::{Free, Paid};
        // As it was, as it is given, and until when it then says.
        let rows = [
            ((Paid, None), (Free, None), Some(0)),
            ((Paid, Some(5)), (Free, None), Some(0)),
            ((Paid, Some(5)), (Free, Some(9)), Some(0)),
            ((Paid, None), (Paid, Some(-3)), Some(-3)),
            ((Paid, Some(-20)), (Free, None), Some(-20)),
            ((Paid, Some(-20)), (Paid, Some(-1)), Some(-20)),
            ((Paid, Some(-20)), (Paid, Some(-30)), Some(-30)),
            ((Free, Some(-20)), (Free, None), Some(-20)),
            ((Free, Some(-20)), (Paid, Some(0)), Some(-20)),
            ((Free, Some(-20)), (Paid, Some(30)), Some(30)),
            ((Free, Some(-20)), (Paid, None), None),
            ((Free, None), (Free, Some(9)), None),
            ((Free, None), (Free, None), None),
            ((Free, None), (Paid, Some(30)), Some(30)),
            ((Free, None), (Paid, Some(-2)), Some(-2)),
        ];
        for (old, given, until) in rows {
            let (before, mut after) = (account(old.0, old.1), account(given.0, given.1));
            keep_lapse(&before, &mut after, true, &rules, now);
            assert_eq!(after.plan_valid_until, until.map(at), "{old:?} {given:?}");
            let again = after.clone();
            let mut same = again.clone();
            keep_lapse(&again, &mut same, true, &rules, now.after(Duration::from_secs(86_400)));
            assert!(same.plan_valid_until <= after.plan_valid_until || until.is_some_and(|day| day > 0), "{old:?}");
        }
    }
    #[test]
    fn a_plan_that_is_given_back_without_an_end_is_for_good() {
        let rules = Rules::of(&Config::load(None, []).unwrap());
        let now = Timestamp::from_seconds(1_769_860_800);
        let (past, later) = (now.before(Duration::from_secs(60)), now.after(Duration::from_secs(60)));
        let address = EmailAddress::parse("ada@example.test").unwrap();
        // As it was, what it becomes with its end untouched, and until when it then says.
        let rows = [
            (Plan::Free, past, Plan::Paid, None),
            (Plan::Free, now, Plan::Paid, None),
            (Plan::Free, later, Plan::Paid, Some(later)),
            (Plan::Free, past, Plan::Free, Some(past)),
            (Plan::Paid, past, Plan::Paid, Some(past)),
            (Plan::Paid, past, Plan::Free, Some(past)),
        ];
        for (was, end, plan, until) in rows {
            let old = Profile { plan: was, plan_valid_until: Some(end), ..blank(&address, now) };
            let mut new = Profile { plan, ..old.clone() };
            keep_lapse(&old, &mut new, false, &rules, now);
            assert_eq!(new.plan_valid_until, until, "{was:?} {plan:?}");
        }
    }
}

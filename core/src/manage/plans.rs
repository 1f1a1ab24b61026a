//! What an account pays for: set by the operator, the staff, or what the payment provider's adapter tells.

use std::net::IpAddr;
use std::time::Duration;

use super::change::{Actor, Change, Permit};
use super::entitlement::Rules;
use super::fields::{Findings, read_time};
use crate::clock::Timestamp;
use crate::crypto::digest::sha256;
use crate::error::{Error, FieldIssue};
use crate::id::UserId;
use crate::model::account::Plan;
use crate::model::email::EmailAddress;
use crate::state::Core;
use crate::store::engine::db::{Conn, Db};
use crate::store::tables::idempotency_keys::{self, Row};
use crate::store::tables::profiles::{self, Profile};

/// For how long a message is known that was taken: its repeats come within days.
const KNOWN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What an account is to pay for.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// The plan.
    pub plan: Plan,
    /// Until when; `None` is for good.
    pub valid_until: Option<Timestamp>,
}

/// Whose plan a message is about.
#[derive(Clone, Debug, Default)]
pub struct Whose {
    /// The account's number.
    pub sub: Option<String>,
    /// Its address.
    pub email: Option<String>,
}

/// Keeps the end of a plan that has lapsed: logins go on for a while from then, and saving the account again, as free, or
/// as paid until some other moment gone by, begins no second while. A plan that is taken away ends now. One that is given
/// back without a word about its end (`end_given` is false) is for good: the end that stands is that of the plan before.
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

/// Sets the plan of the account of this address, as the operator. `until`: RFC 3339.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`]; the database's.
pub async fn set_as_operator(
    db: &Db,
    rules: &Rules,
    now: Timestamp,
    email: &str,
    plan: Plan,
    until: Option<&str>,
) -> Result<(), Error> {
    let mut findings = Findings::default();
    let address = findings.value("email", EmailAddress::parse(email));
    let valid_until = until.and_then(|text| findings.value("until", read_time(text)));
    findings.none()?;
    let address = address.ok_or(Error::Internal("an address is missing"))?;
    let rules = rules.clone();
    let changed = db.change(async move |conn: &mut Conn| {
        let mut change = Change::begin(conn, Permit::of_operator(), rules, now);
        let account = profiles::find_by_email(change.conn, address.key()).await?.ok_or(Error::NotFound("account"))?;
        set(&mut change, account, &NewPlan { plan, valid_until }).await?;
        change.end(()).await
    });
    // A running server hears of it by itself: there is no snapshot here to drop.
    changed.await.map(|changed| changed.into_parts().0)
}

/// Takes a message of the payment provider's adapter, whose signature was checked. `message`: its id, a repeat changes
/// nothing, and from where it comes.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::NotFound`] when there is no such account; the database's.
pub async fn take_message(
    core: &Core,
    (message, from): (&str, IpAddr),
    whose: Whose,
    plan: Option<Plan>,
    until: Option<String>,
) -> Result<(), Error> {
    let mut findings = Findings::default();
    let address = whose.email.as_deref().and_then(|text| findings.value("email", EmailAddress::parse(text)));
    let sub = whose.sub.as_deref().and_then(|text| {
        let wrong = FieldIssue::english("malformed", "give the sub of an account");
        findings.value("sub", text.parse::<UserId>().map_err(|_| wrong))
    });
    if whose.email.is_none() == whose.sub.is_none() {
        findings.add("email", "required", "say whose plan it is: by email or by sub, and not by both");
    }
    let valid_until =
        until.filter(|text| !text.is_empty()).and_then(|text| findings.value("valid_until", read_time(&text)));
    findings.none()?;
    let plan = plan.ok_or_else(|| Error::invalid("plan", "required", "give free or paid"))?;
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let key = sha256(format!("xwms billing message 1\n{message}").as_bytes()).to_vec();
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let actor = Actor::Service { name: "billing", address: from };
            let mut change = Change::begin(conn, Permit::of(actor), rules, now);
            let taken = Row {
                body_digest: key.clone(),
                key_digest: key,
                status: Some(204),
                answer: Some(String::new()),
                created_at: now,
                expires_at: now.after(KNOWN),
            };
            if idempotency_keys::take(change.conn, &taken).await? {
                let account = match (sub, &address) {
                    (Some(sub), _) => profiles::find(change.conn, sub).await?,
                    (None, Some(address)) => profiles::find_by_email(change.conn, address.key()).await?,
                    (None, None) => None,
                };
                set(&mut change, account.ok_or(Error::NotFound("account"))?, &NewPlan { plan, valid_until }).await?;
            }
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// Sets the plan of an account.
async fn set(change: &mut Change<'_>, old: Profile, wanted: &NewPlan) -> Result<(), Error> {
    profiles::hold(change.conn, old.id).await?;
    let old = profiles::find(change.conn, old.id).await?.ok_or(Error::NotFound("account"))?;
    let mut new = Profile { plan: wanted.plan, plan_valid_until: wanted.valid_until, ..old.clone() };
    keep_lapse(&old, &mut new, true, &change.rules, change.now);
    if change.updated(None, "user.plan_set", new.id, &new.email_key, (facts(&old), facts(&new))) {
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
    use crate::manage::accounts;

    #[test]
    fn mg_14_the_end_of_a_lapsed_plan_stays_however_the_account_is_saved_again() {
        let rules = Rules::of(&Config::load(None, []).unwrap());
        let at = |day: i64| Timestamp::from_seconds(1_769_860_800 + day * 86_400);
        let now = at(0);
        let address = EmailAddress::parse("ada@example.test").unwrap();
        let account = |plan, until: Option<i64>| Profile {
            plan,
            plan_valid_until: until.map(at),
            ..accounts::blank(&address, now)
        };
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
            let old = Profile { plan: was, plan_valid_until: Some(end), ..accounts::blank(&address, now) };
            let mut new = Profile { plan, ..old.clone() };
            keep_lapse(&old, &mut new, false, &rules, now);
            assert_eq!(new.plan_valid_until, until, "{was:?} {plan:?}");
        }
    }
}

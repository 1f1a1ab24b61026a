//! How accounts, clients, domains, applications and credentials stand: entitled, suspended, proven, approved, off for good.
//! Each is decided here alone, for whoever loads a snapshot, permits a change, decides about an application or writes a file.

use std::time::Duration;

use super::snapshot::Coverage;
use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId};
use crate::model::account::Plan;
use crate::model::domain::Ownership;
use crate::model::verification::{ItemStatus, VerificationStatus};

/// What plans entitle to, from the configuration: whether `free` and `paid` may own clients, and for how long logins go
/// on after a plan has lapsed. The paid plan entitles to no less than the free one.
#[derive(Clone, Copy, Debug)]
pub struct PlanRules {
    /// The free plan entitles to clients.
    pub free: bool,
    /// The paid plan does.
    pub paid: bool,
    /// Logins go on for so long afterwards.
    pub grace: Duration,
}

/// The plan that counts for an account now: a paid one that has lapsed counts as the free one.
pub fn plan_at(plan: Plan, valid_until: Option<Timestamp>, now: Timestamp) -> Plan {
    match plan {
        Plan::Paid if valid_until.is_none_or(|end| now < end) => Plan::Paid,
        Plan::Paid | Plan::Free => Plan::Free,
    }
}

/// From when on a plan entitles to clients no longer; `None` is never. Before that moment it does, as [`plan_at`] says.
pub fn entitled_until(plan: Plan, valid_until: Option<Timestamp>, rules: PlanRules) -> Option<Timestamp> {
    match plan {
        Plan::Paid | Plan::Free if rules.free => None,
        Plan::Paid if rules.paid => valid_until,
        // A plan that was taken away ended then.
        Plan::Paid | Plan::Free => Some(valid_until.unwrap_or(Timestamp::from_milliseconds(0))),
    }
}

/// Whether logins go on: the client is entitled, or was a short while ago.
pub fn lets_log_in(entitled_until: Option<Timestamp>, grace: Duration, now: Timestamp) -> bool {
    entitled_until.is_none_or(|end| now < end.after(grace))
}

/// Whether a client is suspended: it is itself, or its billing owner.
pub const fn is_suspended(client: Option<Timestamp>, billing_owner: Option<Timestamp>) -> bool {
    client.is_some() || billing_owner.is_some()
}

/// Whether a domain is proven to be its partner's.
pub const fn is_proven(ownership: Ownership) -> bool {
    match ownership {
        Ownership::Proven => true,
        Ownership::Unproven => false,
    }
}

/// Whether a credential is out of use for good, whatever its partner switches: it was reported as leaked then.
pub const fn stays_off(leaked_at: Option<Timestamp>) -> bool {
    leaked_at.is_some()
}

/// The end of a secret is near from so long before on.
const SOON: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Whether a secret that has not ended yet does so soon; then when.
pub fn ends_soon(expires_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    expires_at.filter(|end| now < *end && *end <= now.after(SOON))
}

/// One scope on one domain of an application that waits or was approved, and was not taken back.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Whose application it is.
    pub client: ClientId,
    /// The domain.
    pub domain: DomainId,
    /// The scope.
    pub scope: String,
    /// What was decided about the scope on the domain.
    pub item: ItemStatus,
    /// What became of the application.
    pub status: VerificationStatus,
    /// A change of name or logo has made the application, not the partner.
    pub automatic: bool,
    /// When the application was made.
    pub made: Timestamp,
    /// When its approval ends.
    pub until: Option<Timestamp>,
}

/// An approval can be renewed so long before its end.
const RENEWABLE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Whether an approval that ends then is near enough to its end to be renewed.
pub fn is_renewable(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|end| end <= now.after(RENEWABLE))
}

/// What is approved, each until when. What ends goes on while an application for the same, which the partner made before the
/// end, waits for its decision.
pub fn approved(applied: Vec<Applied>) -> Vec<(ClientId, Coverage)> {
    let (waiting, decided): (Vec<Applied>, Vec<Applied>) =
        applied.into_iter().partition(|it| it.status == VerificationStatus::Pending);
    let renews = |it: &Applied, end: Timestamp| {
        let same = |other: &Applied| other.domain == it.domain && other.scope == it.scope;
        let asked = |other: &Applied| !other.automatic && other.item != ItemStatus::Rejected && other.made < end;
        waiting.iter().any(|other| same(other) && asked(other))
    };
    let approved = decided.into_iter().filter(is_approved);
    let covered = approved.map(|it| {
        let until = it.until.filter(|end| !renews(&it, *end));
        (it.client, Coverage { domain: it.domain, scope: it.scope, until })
    });
    covered.collect()
}

fn is_approved(applied: &Applied) -> bool {
    applied.status == VerificationStatus::Approved && applied.item == ItemStatus::Approved
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_769_860_800);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn an_approval_is_renewed_in_its_last_90_days() {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        for (end, expected) in [
            (None, false),
            (Some(NOW.after(DAY * 91)), false),
            (Some(NOW.after(DAY * 90)), true),
            (Some(NOW.after(DAY)), true),
        ] {
            assert_eq!(is_renewable(end, NOW), expected, "{end:?}");
        }
    }

    #[test]
    fn a_plan_entitles_until_it_no_longer_counts() {
        for (free, paid) in [(false, true), (true, true)] {
            let rules = PlanRules { free, paid, grace: HOUR };
            for plan in [Plan::Free, Plan::Paid] {
                // Nobody has the free plan until some moment to come: what is given up ends at once.
                let to_come = Some(NOW.after(HOUR)).filter(|_| plan == Plan::Paid);
                for end in [None, Some(NOW.before(HOUR)), Some(NOW), to_come] {
                    let counts = match plan_at(plan, end, NOW) {
                        Plan::Free => free,
                        Plan::Paid => paid,
                    };
                    let entitled = entitled_until(plan, end, rules).is_none_or(|until| NOW < until);
                    assert_eq!(entitled, counts, "{rules:?} {plan:?} {end:?}");
                }
            }
        }
    }

    #[test]
    fn logins_go_on_for_the_grace_and_no_longer() {
        for (until, goes_on) in
            [(None, true), (Some(NOW.after(HOUR)), true), (Some(NOW), true), (Some(NOW.before(HOUR)), false)]
        {
            assert_eq!(lets_log_in(until, HOUR, NOW), goes_on, "{until:?}");
        }
    }

    #[test]
    fn a_client_is_suspended_with_its_billing_owner() {
        let at = Some(NOW);
        let rows = [(None, None, false), (at, None, true), (None, at, true), (at, at, true)];
        for (client, owner, suspended) in rows {
            assert_eq!(is_suspended(client, owner), suspended);
        }
    }

    fn applied(status: VerificationStatus, item: ItemStatus, until: Option<Timestamp>) -> Applied {
        Applied {
            client: ClientId::from_bytes([1; 16]),
            domain: DomainId::from_bytes([2; 16]),
            scope: "userinfo".to_owned(),
            item,
            status,
            automatic: false,
            made: NOW.before(HOUR),
            until,
        }
    }

    #[test]
    fn what_is_approved_ends_unless_its_renewal_waits() {
        let old = || applied(VerificationStatus::Approved, ItemStatus::Approved, Some(NOW));
        let waits = || applied(VerificationStatus::Pending, ItemStatus::Pending, None);
        type Row<'r> = (&'r str, Vec<Applied>, &'r [Option<Timestamp>]);
        let rows: [Row<'_>; 8] = [
            ("one that ends", vec![old()], &[Some(NOW)]),
            ("its renewal", vec![old(), waits()], &[None]),
            ("too late", vec![old(), Applied { made: NOW, ..waits() }], &[Some(NOW)]),
            ("of a new name", vec![old(), Applied { automatic: true, ..waits() }], &[Some(NOW)]),
            ("for another scope", vec![old(), Applied { scope: "phone".to_owned(), ..waits() }], &[Some(NOW)]),
            ("refused in part", vec![applied(VerificationStatus::Approved, ItemStatus::Rejected, None)], &[]),
            ("refused renewal", vec![old(), Applied { item: ItemStatus::Rejected, ..waits() }], &[Some(NOW)]),
            ("nothing decided", vec![waits()], &[]),
        ];
        for (what, rows, ends) in rows {
            let found: Vec<_> = approved(rows).into_iter().map(|(_, coverage)| coverage.until).collect();
            assert_eq!(found, ends, "{what}");
        }
    }
}

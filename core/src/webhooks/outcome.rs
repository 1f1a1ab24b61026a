//! What follows from a try: taken, tried again later, or given up.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::model::event::DeliveryStatus;
use crate::random;
use crate::store::tables::deliveries::Delivery;

/// Before the first retry; it doubles from one to the next.
const FIRST: Duration = Duration::from_secs(5);
/// The longest, also when an endpoint asks for more.
const LONGEST: Duration = Duration::from_secs(4 * 60 * 60);
/// How much a pause is shorter or longer by chance, so that what failed together does not come back together: in percent.
const SPREAD: u64 = 20;

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tried {
    /// When it began.
    pub(super) at: Timestamp,
    /// How long it took.
    pub(super) took: Duration,
    /// The status that was answered.
    pub(super) status: Option<u16>,
    /// Why it failed, where the status does not say.
    pub(super) cause: Option<&'static str>,
    /// How long the endpoint asks to be left alone.
    pub(super) wait: Option<Duration>,
}

impl Tried {
    /// Whether the message was taken.
    pub(super) fn is_taken(&self) -> bool {
        self.cause.is_none() && self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether the endpoint says that it is gone for good.
    pub(super) fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

/// The delivery as it stands after this try.
pub(super) fn after(delivery: &Delivery, tried: &Tried, now: Timestamp) -> Delivery {
    let tries = delivery.tries + 1;
    if tried.is_taken() {
        return Delivery { status: DeliveryStatus::Delivered, tries, ..delivery.clone() };
    }
    let failures = delivery.failures + 1;
    let pause = pause(failures, chance()).max(tried.wait.unwrap_or_default()).min(LONGEST);
    let next_try_at = now.after(pause);
    let given_up = tried.is_gone() || next_try_at > delivery.gives_up_at;
    let status = if given_up { DeliveryStatus::Parked } else { DeliveryStatus::Waiting };
    Delivery { status, next_try_at, tries, failures, ..delivery.clone() }
}

/// The pause after so many failures; `chance`: from 0 to 1,000.
fn pause(failures: i32, chance: u64) -> Duration {
    let doublings = u32::try_from(failures - 1).unwrap_or(0).min(16);
    let whole = (FIRST * 2_u32.pow(doublings)).min(LONGEST);
    let milliseconds = u64::try_from(whole.as_millis()).unwrap_or(u64::MAX);
    let permille = 1_000 - 10 * SPREAD + chance * 20 * SPREAD / 1_000;
    Duration::from_millis(milliseconds.saturating_mul(permille) / 1_000)
}

fn chance() -> u64 {
    u64::from(u32::from_be_bytes(random::bytes())) % 1_001
}

/// How long `Retry-After` asks to wait: a number of seconds, or a date (RFC 9110 §10.2.3).
pub(super) fn wait(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    Timestamp::parse_http_date(text.trim()).map(|at| at.since(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ClientId, DeliveryId, EventId, UrlId};
    use crate::model::event::EventType;

    const MADE: Timestamp = Timestamp::from_seconds(1_769_860_800);

    fn delivery() -> Delivery {
        Delivery {
            id: DeliveryId::from_bytes([1; 16]),
            outbox_id: EventId::from_bytes([1; 16]),
            url_id: UrlId::from_bytes([1; 16]),
            status: DeliveryStatus::Waiting,
            next_try_at: MADE,
            created_at: MADE,
            client_id: ClientId::from_bytes([1; 16]),
            event: EventType::Ping,
            tries: 0,
            failures: 0,
            gives_up_at: MADE.after(Duration::from_secs(86_400)),
        }
    }

    fn answered(status: u16) -> Tried {
        Tried { at: MADE, took: Duration::ZERO, status: Some(status), cause: None, wait: None }
    }

    #[test]
    fn a_pause_is_five_seconds_at_first_and_doubles_up_to_four_hours() {
        let rows = [(1, 4_000, 6_000), (2, 8_000, 12_000), (4, 32_000, 48_000), (99, 11_520_000, 17_280_000)];
        for (failures, least, most) in rows {
            let pauses = [pause(failures, 0), pause(failures, 500), pause(failures, 1_000)].map(|it| it.as_millis());
            assert_eq!(pauses, [least, u128::midpoint(least, most), most], "{failures}");
        }
    }

    #[test]
    fn what_fails_is_tried_for_a_day_and_then_parked() {
        let (mut at, mut now, mut tries) = (delivery(), MADE, 0);
        while at.status == DeliveryStatus::Waiting {
            at = after(&at, &answered(500), now);
            tries += 1;
            assert_eq!((at.tries, at.failures), (tries, tries));
            if at.status == DeliveryStatus::Waiting {
                assert!(at.next_try_at > now && at.next_try_at <= at.gives_up_at);
                now = at.next_try_at;
            }
        }
        assert_eq!(at.status, DeliveryStatus::Parked);
        let day = now.since(MADE).as_secs();
        assert!((15..20).contains(&tries) && (68_000..=86_400).contains(&day), "{tries} tries in {day} s");
    }

    #[test]
    fn what_an_answer_says_is_heeded() {
        for (status, becomes) in [
            (200, DeliveryStatus::Delivered),
            (204, DeliveryStatus::Delivered),
            (302, DeliveryStatus::Waiting),
            (404, DeliveryStatus::Waiting),
            (410, DeliveryStatus::Parked),
            (500, DeliveryStatus::Waiting),
        ] {
            assert_eq!(after(&delivery(), &answered(status), MADE).status, becomes, "{status}");
        }
        // A status that came with an answer that was too large is no success.
        let too_large = Tried { cause: Some("too_large"), ..answered(200) };
        assert_eq!(after(&delivery(), &too_large, MADE).status, DeliveryStatus::Waiting);

        let asked = |text| wait(text, MADE).map(|it| it.as_secs());
        assert_eq!((asked("120"), asked("soon"), asked("-1")), (Some(120), None, None));
        assert_eq!(asked("Sat, 31 Jan 2026 13:00:00 GMT"), Some(3_600));
        let busy = |seconds| Tried { wait: Some(Duration::from_secs(seconds)), ..answered(503) };
        for (asked, waits) in [(3_600, 3_600), (1_000_000, 14_400)] {
            let next = after(&delivery(), &busy(asked), MADE).next_try_at;
            assert_eq!(next.since(MADE).as_secs(), waits, "{asked}");
        }
        assert!(after(&delivery(), &busy(1), MADE).next_try_at.since(MADE) >= Duration::from_secs(4));
    }
}

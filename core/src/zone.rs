//! Time zones of people: how a moment reads in one, and which moment was meant there. The database of zones is part of the
//! program (IANA, by `jiff`).

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// A time zone of the IANA database.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

/// A moment as a clock and a calendar in a zone show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// The year.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: i8,
    /// The day of the month, 1 to 31.
    pub day: i8,
    /// `15:03`.
    pub clock: String,
    /// What the zone is called at that moment: `CET`, `UTC`, `+03`.
    pub zone: String,
}

/// Which end of a day is meant by a day alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayEnd {
    /// Its first second.
    First,
    /// Its last second.
    Last,
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone of this name; `None` when the database has none.
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    /// A person's: the one they have set, else UTC.
    pub fn of(zoneinfo: Option<&str>) -> Self {
        zoneinfo.and_then(Self::named).unwrap_or(Self::UTC)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// A moment as it reads here; `None` beyond the years that a calendar has.
    pub fn local(&self, at: Timestamp) -> Option<LocalTime> {
        let moment = jiff::Timestamp::from_millisecond(at.milliseconds()).ok()?;
        let local = self.0.to_datetime(moment);
        Some(LocalTime {
            year: local.year(),
            month: local.month(),
            day: local.day(),
            clock: format!("{:02}:{:02}", local.hour(), local.minute()),
            zone: self.0.to_offset_info(moment).abbreviation().to_owned(),
        })
    }

    /// The moment that a person means: RFC 3339, or here `YYYY-MM-DDTHH:MM` or `YYYY-MM-DD`. A time that a clock shows twice
    /// is the first of them; one that it leaves out is as much later (RFC 5545 §3.3.5).
    pub fn read(&self, text: &str, of_day: DayEnd) -> Option<Timestamp> {
        let shape: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
        let local = match (shape.as_str(), of_day) {
            ("0000-00-00", DayEnd::First) => text.parse::<Date>().ok()?.at(0, 0, 0, 0),
            ("0000-00-00", DayEnd::Last) => text.parse::<Date>().ok()?.at(23, 59, 59, 0),
            ("0000-00-00T00:00", _) => text.parse().ok()?,
            _ => return Timestamp::parse(text),
        };
        let moment = self.0.to_timestamp(local).ok()?;
        Some(Timestamp::from_milliseconds(moment.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_the_clocks_of_its_zone_show_it() {
        let at = |text| Timestamp::parse(text).unwrap();
        let rows = [
            ("UTC", "2026-11-24T15:03:09Z", (2026, 11, 24, "15:03", "UTC")),
            ("Europe/Amsterdam", "2026-11-24T15:03:09Z", (2026, 11, 24, "16:03", "CET")),
            ("Europe/Amsterdam", "2026-07-31T23:30:00Z", (2026, 8, 1, "01:30", "CEST")),
            ("America/New_York", "2027-01-01T02:00:00Z", (2026, 12, 31, "21:00", "EST")),
        ];
        for (zone, moment, (year, month, day, clock, name)) in rows {
            let expected = LocalTime { year, month, day, clock: clock.to_owned(), zone: name.to_owned() };
            assert_eq!(Zone::named(zone).unwrap().local(at(moment)), Some(expected), "{zone} {moment}");
        }
        assert!(Zone::named("Europe/Atlantis").is_none());
        assert_eq!(Zone::of(Some("Europe/Atlantis")).name(), "UTC");
    }

    #[test]
    fn what_is_typed_is_meant_in_the_zone_of_who_types() {
        let amsterdam = Zone::named("Europe/Amsterdam").unwrap();
        let rows = [
            ("2030-01-31", DayEnd::First, Some("2030-01-30T23:00:00Z")),
            ("2030-01-31", DayEnd::Last, Some("2030-01-31T22:59:59Z")),
            ("2030-07-31T12:00", DayEnd::Last, Some("2030-07-31T10:00:00Z")),
            // The clocks are turned back at 3:00, and forward at 2:00.
            ("2026-10-25T02:30", DayEnd::Last, Some("2026-10-25T00:30:00Z")),
            ("2026-03-29T02:30", DayEnd::Last, Some("2026-03-29T01:30:00Z")),
            ("2030-01-31T12:00:00-05:00", DayEnd::Last, Some("2030-01-31T17:00:00Z")),
            ("2030-02-31", DayEnd::Last, None),
            ("tomorrow", DayEnd::Last, None),
            ("", DayEnd::Last, None),
        ];
        for (typed, of_day, expected) in rows {
            let read = amsterdam.read(typed, of_day).map(|at| at.to_string());
            assert_eq!(read.as_deref(), expected, "{typed}");
        }
    }
}

//! Days of statistics, in UTC.

use std::fmt;

use time::{Date, Duration, Month, OffsetDateTime};

use crate::clock::Timestamp;

const SECONDS: i64 = 24 * 60 * 60;

/// A day in UTC, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The day of this moment.
    pub const fn of(time: Timestamp) -> Self {
        Self(time.seconds().div_euclid(SECONDS))
    }

    /// The day of this number, as it is stored.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// Its number, as it is stored.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// Its first moment.
    pub const fn begin(self) -> Timestamp {
        Timestamp::from_seconds(self.0.saturating_mul(SECONDS))
    }

    /// So many days later, or earlier.
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Reads `YYYY-MM-DD`; `None` for anything else, for a day that no calendar has, and for one before 1970.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
        let year = year.parse().ok().filter(|year| *year >= 1970)?;
        let date = Date::from_calendar_date(year, month, day.parse().ok()?).ok()?;
        Some(Self((date - OffsetDateTime::UNIX_EPOCH.date()).whole_days()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match OffsetDateTime::UNIX_EPOCH.date().checked_add(Duration::days(self.0.clamp(-700_000, 2_900_000))) {
            Some(date) => write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()),
            None => write!(f, "{}d", self.0),
        }
    }
}

impl serde::Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_and_read_in_one_way() {
        let day = Day::of(Timestamp::parse("2026-03-01T23:59:59Z").unwrap());
        assert_eq!((day.to_string().as_str(), Day::parse("2026-03-01")), ("2026-03-01", Some(day)));
        assert_eq!(day.plus(-1).to_string(), "2026-02-28");
        for text in
            ["", "2026-3-1", "2026-02-29", "2026-13-01", "2026-03-01T00:00:00Z", "+026-03-01", "2026-03-01-", "x"]
        {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}

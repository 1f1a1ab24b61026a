//! Numbers with a unit and a range in their type.

use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A whole number between `MIN` and `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Count<MIN, MAX> {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Count<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(InRange::<MIN, MAX>).map(Self)
    }
}

struct InRange<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Visitor<'_> for InRange<MIN, MAX> {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number between {MIN} and {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u32, E> {
        let in_range = u32::try_from(number).ok().filter(|number| (MIN..=MAX).contains(number));
        in_range.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }
}

/// Declares a length of time, counted in one unit.
macro_rules! length {
    ($(#[$doc:meta])* $name:ident, $seconds:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name<const MIN: u32, const MAX: u32>(Count<MIN, MAX>);

        impl<const MIN: u32, const MAX: u32> $name<MIN, MAX> {
            /// The time as a duration.
            pub const fn duration(self) -> Duration {
                Duration::from_secs(self.0.get() as u64 * $seconds)
            }
        }

        impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for $name<MIN, MAX> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Count::deserialize(deserializer).map(Self)
            }
        }
    };
}

length!(
    /// Seconds, between `MIN` and `MAX` of them.
    Seconds, 1);
length!(
    /// Minutes, between `MIN` and `MAX` of them.
    Minutes, 60);
length!(
    /// Hours, between `MIN` and `MAX` of them.
    Hours, 3600);
length!(
    /// Days, between `MIN` and `MAX` of them.
    Days, 86_400);

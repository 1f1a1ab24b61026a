//! What an account says about its person, in the forms of OpenID Connect Core §5.1.

use time::{Date, Month};

use crate::error::FieldIssue;
use crate::text;
use crate::zone::Zone;

/// A text of one form, which stays as it is written.
macro_rules! profile_text {
    ($(#[$doc:meta])* $name:ident, $wrong:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        pub struct $name(String);

        impl $name {
            /// Reads it.
            ///
            /// # Errors
            /// `malformed`.
            pub fn parse(text: &str) -> Result<Self, FieldIssue> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) { Ok(Self(text.to_owned())) } else { Err(text!($wrong)) }
            }

            /// One that was parsed before it was stored.
            pub(crate) const fn stored(text: String) -> Self {
                Self(text)
            }

            /// The text, owned.
            pub fn into_string(self) -> String {
                self.0
            }
        }
    };
}

profile_text!(
    /// A birth date, `YYYY-MM-DD`.
    BirthDate,
    "malformed-date",
    |text| read_date(text).is_some()
);
profile_text!(
    /// A country, ISO 3166-1 alpha-2.
    Country,
    "malformed-country",
    |text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
);
profile_text!(
    /// A language tag (BCP 47): letters, digits and hyphens.
    Locale,
    "malformed-locale",
    is_locale
);
profile_text!(
    /// The name of a time zone of the IANA database.
    Zoneinfo,
    "malformed-zoneinfo",
    |text| Zone::named(text).is_some()
);
profile_text!(
    /// A telephone number, E.164: `+` and up to 15 digits.
    PhoneNumber,
    "malformed-phone",
    |text| {
        let digits = text.strip_prefix('+').unwrap_or_default();
        (7..=15).contains(&digits.len()) && digits.chars().all(is_digit) && !digits.starts_with('0')
    }
);

fn is_locale(text: &str) -> bool {
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let language = text.split('-').next().unwrap_or_default();
    text.len() <= 35 && language.len() >= 2 && text.split('-').all(subtag) && !language.starts_with(is_digit)
}

fn read_date(text: &str) -> Option<Date> {
    let form = text
        .bytes()
        .enumerate()
        .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    if text.len() != 10 || !form {
        return None;
    }
    let month = Month::try_from(text[5..7].parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(text[..4].parse().ok()?, month, text[8..].parse().ok()?).ok()
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_one_form() {
        type Parse = fn(&str) -> Result<String, FieldIssue>;
        let rows: [(Parse, &str, &[&str]); 5] = [
            (
                |text| BirthDate::parse(text).map(BirthDate::into_string),
                "1815-12-10",
                &["1815-13-10", "10.12.1815", "1815-12-10T00:00:00Z", ""],
            ),
            (|text| Country::parse(text).map(Country::into_string), "GB", &["gb", "GBR", "", "G1"]),
            (|text| Locale::parse(text).map(Locale::into_string), "en-GB", &["e", "en_GB", "en--GB", "12-GB", "en GB"]),
            (
                |text| Zoneinfo::parse(text).map(Zoneinfo::into_string),
                "America/Argentina/Buenos_Aires",
                &["", "Europe//London", "/etc", "a b"],
            ),
            (
                |text| PhoneNumber::parse(text).map(PhoneNumber::into_string),
                "+442071234567",
                &["442071234567", "+0441234567", "+44 20 71", "+1", "+1234567890123456"],
            ),
        ];
        for (parse, good, bad) in rows {
            assert_eq!(parse(good).unwrap(), good);
            for text in bad {
                assert_eq!(parse(text).unwrap_err().code(), "malformed", "{text}");
            }
        }
    }
}

//! What an account says about its person, in the forms of OpenID Connect Core §5.1.

use time::{Date, Month};

use crate::error::FieldIssue;
use crate::text;

/// Reads a birth date, `YYYY-MM-DD`.
///
/// # Errors
/// `malformed`.
pub fn parse_birth_date(text: &str) -> Result<String, FieldIssue> {
    match read_date(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(text!("malformed-date")),
    }
}

/// Reads a country, ISO 3166-1 alpha-2.
///
/// # Errors
/// `malformed`.
pub fn parse_country(text: &str) -> Result<String, FieldIssue> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(text.to_owned());
    }
    Err(text!("malformed-country"))
}

/// Reads a language tag (BCP 47): letters, digits and hyphens.
///
/// # Errors
/// `malformed`.
pub fn parse_locale(text: &str) -> Result<String, FieldIssue> {
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let language = text.split('-').next().unwrap_or_default();
    if text.len() <= 35 && language.len() >= 2 && text.split('-').all(subtag) && !language.starts_with(is_digit) {
        return Ok(text.to_owned());
    }
    Err(text!("malformed-locale"))
}

/// Reads the name of a time zone of the IANA database.
///
/// # Errors
/// `malformed`.
pub fn parse_zoneinfo(text: &str) -> Result<String, FieldIssue> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+');
    if text.len() <= 64 && text.split('/').all(|part| !part.is_empty() && part.bytes().all(allowed)) {
        return Ok(text.to_owned());
    }
    Err(text!("malformed-zoneinfo"))
}

/// Reads a telephone number, E.164: `+` and up to 15 digits.
///
/// # Errors
/// `malformed`.
pub fn parse_phone_number(text: &str) -> Result<String, FieldIssue> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    if (7..=15).contains(&digits.len()) && digits.chars().all(is_digit) && !digits.starts_with('0') {
        return Ok(text.to_owned());
    }
    Err(text!("malformed-phone"))
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
            (parse_birth_date, "1815-12-10", &["1815-13-10", "10.12.1815", "1815-12-10T00:00:00Z", ""]),
            (parse_country, "GB", &["gb", "GBR", "", "G1"]),
            (parse_locale, "en-GB", &["e", "en_GB", "en--GB", "12-GB", "en GB"]),
            (parse_zoneinfo, "America/Argentina/Buenos_Aires", &["", "Europe//London", "/etc", "a b"]),
            (
                parse_phone_number,
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

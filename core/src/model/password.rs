//! Which passwords an account may choose (NIST SP 800-63B §3.1.1.2). No rule about kinds of characters: length, and not
//! one of those tried first.

use crate::error::FieldIssue;
use crate::secret::Secret;
use crate::text;

/// The fewest characters of a new password.
pub const MIN_CHARACTERS: usize = 8;
/// The longest password that is looked at, new or presented, in bytes.
pub const MAX_BYTES: usize = 1024;

/// The passwords people choose most, and the words they make them of: lower case, one a line, in order.
const COMMON: &str = include_str!("common_passwords.txt");
/// How much at the two ends of a common word makes it no better: `Sunshine2024!`, `123password`.
const MAX_DECORATION: usize = 6;
/// All-digit passwords up to here are dates, telephone numbers and rows of keys.
const MAX_DIGITS: usize = 10;

/// Checks the length of a password that is presented or chosen. Nothing else is asked of one that is presented, and
/// nothing is changed: spaces, NUL and every Unicode form count as typed.
///
/// # Errors
/// `too_long`.
pub fn check_length(password: &Secret<String>) -> Result<(), FieldIssue> {
    if password.expose().len() > MAX_BYTES {
        return Err(text!("too_long-password"));
    }
    Ok(())
}

/// Checks a password that somebody wants to have from now on. `about`: what a guesser knows of them, such as address and
/// names.
///
/// # Errors
/// `too_short`, `too_long`, `common`, or `context` when it is little more than the words in `about` or `xwms`.
pub fn check_new(password: &Secret<String>, about: &[&str]) -> Result<(), FieldIssue> {
    check_length(password)?;
    let password = password.expose();
    if password.chars().count() < MIN_CHARACTERS {
        return Err(text!("too_short-password"));
    }
    let lower = password.to_lowercase();
    if is_common(&lower) {
        return Err(text!("common"));
    }
    let rest = without_context(&lower, about);
    if rest != lower && (letters(&rest) < 3 || is_common(&rest)) {
        return Err(text!("context"));
    }
    Ok(())
}

fn is_common(lower: &str) -> bool {
    let digits = lower.bytes().all(|byte| byte.is_ascii_digit());
    if digits && lower.len() <= MAX_DIGITS {
        return true;
    }
    // `1` is written for `i` and for `l`.
    let spellings = |text: &str| [text.to_owned(), plain(text, 'i'), plain(text, 'l')];
    let whole_and_core = spellings(lower).into_iter().chain(spellings(undecorated(lower)));
    whole_and_core.into_iter().any(|text| listed(&text) || is_repetition(&text))
}

fn listed(word: &str) -> bool {
    COMMON.lines().any(|line| line == word)
}

/// The text with the usual stand-ins for letters undone: `p@ssw0rd`.
fn plain(text: &str, one: char) -> String {
    let letter = |character| match character {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => one,
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// The word between what is no letter, when that is short; else the text.
fn undecorated(text: &str) -> &str {
    let word = text.trim_matches(|character: char| !character.is_alphabetic());
    if text.chars().count() - word.chars().count() <= MAX_DECORATION { word } else { text }
}

/// Whether it is a short or common piece, over and over: `aaaaaaaa`, `abcabcabc`, `passwordpassword`.
fn is_repetition(text: &str) -> bool {
    let characters = text.chars().collect::<Vec<_>>();
    let repeats = |length: usize| characters.iter().zip(characters.iter().skip(length)).all(|(a, b)| a == b);
    (1..=characters.len() / 2).filter(|&length| repeats(length)).any(|length| {
        let piece = characters.iter().take(length).collect::<String>();
        length <= 4 || listed(&piece) || listed(undecorated(&piece))
    })
}

/// The text less every word in `about`, and less `xwms`; the longest words go first.
fn without_context(lower: &str, about: &[&str]) -> String {
    let about = about.iter().map(|text| text.to_lowercase()).collect::<Vec<_>>();
    let parts = about.iter().flat_map(|text| text.split(|character: char| !character.is_alphanumeric()));
    let mut words = about.iter().map(String::as_str).chain(parts).chain(["xwms"]).collect::<Vec<_>>();
    words.retain(|word| word.chars().count() >= 3);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.iter().fold(lower.to_owned(), |rest, word| rest.replace(word, ""))
}

fn letters(text: &str) -> usize {
    text.chars().filter(|character| character.is_alphabetic()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ADA: [&str; 3] = ["ada.lovelace@engines.example", "Ada", "Lovelace"];

    fn code(password: &str) -> String {
        check_new(&Secret::new(password.to_owned()), &ADA)
            .map_or_else(|issue| issue.code().to_owned(), |()| "fine".to_owned())
    }

    #[test]
    fn a_long_or_unusual_password_is_fine_as_typed() {
        for password in [
            "correct horse battery staple",
            "zx9!Kq#2",
            "  eight  sp ",
            "Note G, 1843: Bernoulli",
            "ノートG千八百四十三",
            "nul\0in the middle",
            "k\u{301}olibri u\u{308}ber dem Fluss",
            "ada and the difference engine",
            "Babbage-1791-difference",
        ] {
            assert_eq!(code(password), "fine", "{password:?}");
        }
        assert_eq!(code(&"long wide ".repeat(102)), "fine");
    }

    #[test]
    fn each_bad_password_gets_its_reason() {
        let long = "x y z ".repeat(171);
        let megabyte = "x".repeat(1 << 20);
        for (password, reason) in [
            ("", "too_short"),
            ("zx9!Kq#", "too_short"),
            ("éééé", "too_short"),
            (long.as_str(), "too_long"),
            (&megabyte, "too_long"),
            ("password", "common"),
            ("Password1", "common"),
            ("P@ssw0rd123!", "common"),
            ("passw0rd", "common"),
            ("sunshine2024", "common"),
            ("iloveyou!!", "common"),
            ("1qaz2wsx", "common"),
            ("qwertyuiop", "common"),
            ("QWERTY123456", "common"),
            ("trustno1", "common"),
            ("letmein1", "common"),
            ("12345678", "common"),
            ("19871225", "common"),
            ("0171234567", "common"),
            ("aaaaaaaa", "common"),
            ("abcabcabc", "common"),
            ("passwordpassword", "common"),
            ("xwmsxwms", "common"),
            ("xwms-password", "context"),
            ("XWMS-2024!", "context"),
            ("Lovelace1815", "context"),
            ("ada.lovelace@engines.example", "context"),
            ("ada-password", "context"),
            ("engines1843", "context"),
        ] {
            assert_eq!(code(password), reason, "{:.40}", password);
        }
    }

    #[test]
    fn the_list_is_in_order_and_says_nothing_twice() {
        let words = COMMON.lines().collect::<Vec<_>>();
        assert!(words.len() > 1000);
        assert!(words.is_sorted_by(|a, b| a < b));
        assert!(words.iter().all(|word| word.len() >= 3 && *word == word.to_lowercase()));
    }

    proptest! {
        #[test]
        fn any_text_is_judged(password in ".{0,40}", about in ".{0,12}") {
            let fine = check_new(&Secret::new(password.clone()), &[&about]).is_ok();
            prop_assert!(!fine || password.chars().count() >= MIN_CHARACTERS);
        }
    }
}

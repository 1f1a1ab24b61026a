//! Scopes: names, sets of names, tiers (SPEC §2.9).

use std::collections::BTreeSet;
use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

use super::text::LongText;
use super::{stored_text, text_enum};
use crate::error::FieldIssue;
use crate::text;

/// Sign-in: `sub`, and an ID token.
pub const OPENID: &str = "openid";
/// Names, picture, locale.
pub const PROFILE: &str = "profile";
/// The main address and whether it is verified.
pub const EMAIL: &str = "email";
/// Refresh tokens.
pub const OFFLINE_ACCESS: &str = "offline_access";
/// The sign-in providers a person has linked.
pub const PROVIDERS: &str = "providers";
/// Birth date, gender, second email, country, social profiles.
pub const USERINFO: &str = "userinfo";
/// A person's addresses: view, add, change, delete.
pub const USERADDRESSES: &str = "useraddresses";
/// The `address` claim of OpenID Connect.
pub const ADDRESS: &str = "address";
/// The `phone_number` claims of OpenID Connect.
pub const PHONE: &str = "phone";

/// The longest text that [`ScopeSet::parse`] reads, in bytes.
const MAX_BYTES: usize = 4096;
/// The most names that [`ScopeSet::parse`] reads.
const MAX_NAMES: usize = 100;

text_enum! {
    /// What a scope takes to be granted, beyond activation and consent (SPEC §2.3).
    Tier {
        /// Nothing more.
        Open = "open",
        /// A verification, an accepted access request, or test mode.
        Verified = "verified",
    }
}

/// The longest name of a scope, in bytes.
const MAX_NAME: usize = 64;

/// The name of a scope in the catalog: 1 to 64 lower-case letters, digits, and `-_.:`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ScopeName(String);

impl ScopeName {
    /// Reads a name.
    ///
    /// # Errors
    /// `required`, `too_long`, or `character`.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.:-".contains(&byte);
        match text.len() {
            0 => Err(text!("required")),
            length if length > MAX_NAME => Err(text!("too_long", max = MAX_NAME)),
            _ if !text.bytes().all(fits) => Err(text!("character-scope")),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that was parsed before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

/// What data a scope opens, in at most 500 characters; nothing is said when it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Opens(String);

impl Opens {
    /// Reads it; spaces around it are dropped.
    ///
    /// # Errors
    /// `too_long` or `character`.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        LongText::<500>::parse(text).map(|text| Self(text.into_string()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A text that was parsed before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

/// A set of scope names. Its text is the names in order, joined by a space.
// It is kept as that text: sets are small, and the database and most answers want the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct ScopeSet(String);

/// A text that is no set of scopes (RFC 6749 §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidScope;

impl ScopeSet {
    /// Reads names separated by spaces; a name twice counts once, no name at all is the empty set.
    ///
    /// # Errors
    /// If a name has a character other than those of RFC 6749 §3.3, or there are more than 100 names or 4,096 bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        if text.len() > MAX_BYTES {
            return Err(InvalidScope);
        }
        let names = names(text).collect::<BTreeSet<_>>();
        if names.len() > MAX_NAMES || !names.iter().all(|name| is_name(name)) {
            return Err(InvalidScope);
        }
        Ok(Self::join(&names))
    }

    /// Its text, as in a `scope` parameter.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        names(&self.0)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this name is in the set.
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|known| known == name)
    }

    /// Adds a name. A text that cannot name a scope is left out: it grants nothing.
    pub fn insert(&mut self, name: &str) {
        if is_name(name) {
            *self = self.iter().chain([name]).collect();
        }
    }

    /// The names that are in either.
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// The names that are in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.iter().filter(|name| other.contains(name)).collect()
    }

    /// The names that are here and not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        self.iter().filter(|name| !other.contains(name)).collect()
    }

    /// Whether every name here is in `other` too.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|name| other.contains(name))
    }

    fn join(names: &BTreeSet<&str>) -> Self {
        let mut text = String::with_capacity(names.iter().map(|name| name.len() + 1).sum());
        for name in names {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(name);
        }
        Self(text)
    }

    // Without the limits of what a request may ask: a catalog may have grown.
    fn from_stored(text: String) -> Result<Self, InvalidScope> {
        let names = names(&text).collect::<BTreeSet<_>>();
        if names.iter().all(|name| is_name(name)) { Ok(Self::join(&names)) } else { Err(InvalidScope) }
    }
}

stored_text!(ScopeSet);

impl<'de> serde::Deserialize<'de> for ScopeSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<'a> FromIterator<&'a str> for ScopeSet {
    /// Texts that cannot name a scope are left out: they grant nothing.
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        Self::join(&texts.into_iter().filter(|text| is_name(text)).collect())
    }
}

impl FromIterator<String> for ScopeSet {
    /// Texts that cannot name a scope are left out: they grant nothing.
    fn from_iter<I: IntoIterator<Item = String>>(texts: I) -> Self {
        let texts = texts.into_iter().collect::<Vec<_>>();
        texts.iter().map(String::as_str).collect()
    }
}

impl fmt::Display for InvalidScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("scope takes up to 100 names of printable ASCII without quotes or backslashes, separated by spaces")
    }
}

impl std::error::Error for InvalidScope {}

/// Whether a text can name a scope: one or more of %x21 / %x23-5B / %x5D-7E (RFC 6749 §3.3).
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(text: &str) -> ScopeSet {
        ScopeSet::parse(text).unwrap()
    }

    #[test]
    fn names_are_sorted_and_folded() {
        assert_eq!(set("profile  openid profile ").to_string(), "openid profile");
        assert_eq!(set(""), ScopeSet::default());
        assert_eq!(set("openid profile").len(), 2);
        assert!(!set("openid_x").contains(OPENID), "a name is compared whole");
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        let many = (0..101).map(|n| format!("s{n} ")).collect::<String>();
        let long = "a".repeat(4097);
        for text in ["open\"id", "open\\id", "open\tid", "openid\nprofile", "ünder", "a\u{7f}", &many, &long] {
            assert_eq!(ScopeSet::parse(text), Err(InvalidScope), "{text:?}");
        }
        assert!(ScopeSet::parse(&many[..many.len() - 5]).is_ok());
    }

    #[test]
    fn sets_work_as_sets() {
        let (asked, active) = (set("openid email phone"), set("email openid profile"));
        assert_eq!(asked.union(&active), set("email openid phone profile"));
        assert_eq!(asked.intersection(&active), set("email openid"));
        assert_eq!(asked.difference(&active), set("phone"));
        assert!(asked.intersection(&active).is_subset(&active) && !asked.is_subset(&active));
    }

    #[test]
    fn a_text_that_names_no_scope_adds_nothing() {
        let mut scope = ["openid", "two words", ""].into_iter().collect::<ScopeSet>();
        scope.insert("email address");
        scope.insert(EMAIL);
        assert_eq!(scope, set("email openid"));
    }

    proptest! {
        #[test]
        fn a_set_is_read_back_as_it_was_written(names in proptest::collection::vec("[!#-\\[\\]-~]{1,20}", 0..40)) {
            let written = names.iter().map(String::as_str).collect::<ScopeSet>();
            prop_assert!(names.iter().all(|name| written.contains(name)));
            prop_assert_eq!(ScopeSet::parse(&written.to_string()), Ok(written.clone()));
            prop_assert_eq!(ScopeSet::from_stored(written.to_string()), Ok(written.clone()));
            let json = serde_json::to_string(&written).unwrap();
            prop_assert_eq!(serde_json::from_str::<ScopeSet>(&json).unwrap(), written);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            if let Ok(scope) = ScopeSet::parse(&text) {
                prop_assert_eq!(ScopeSet::parse(scope.as_str()), Ok(scope.clone()));
            }
        }
    }
}

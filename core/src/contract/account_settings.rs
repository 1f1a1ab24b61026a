//! What a person says about themselves.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::optional;
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::model::label::Label;
use crate::model::profile;

/// What a person can set of their account by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct AccountSettings {
    /// Given name.
    #[schemars(example = &"Ada")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub given_name: Option<Label>,
    /// Family name.
    #[schemars(example = &"Lovelace")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub family_name: Option<Label>,
    /// When they were born.
    #[schemars(length(max = 10), example = &"1815-12-10")]
    #[deserr(default, try_from(Option<String>) = read_birth_date -> FieldIssue)]
    pub birth_date: Option<String>,
    /// Gender, in their words.
    #[schemars(example = &"female")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub gender: Option<Label>,
    /// Country, ISO 3166-1 alpha-2.
    #[schemars(length(max = 2), example = &"GB")]
    #[deserr(default, try_from(Option<String>) = read_country -> FieldIssue)]
    pub country: Option<String>,
    /// Telephone number, E.164.
    #[schemars(length(max = 16), example = &"+442071234567")]
    #[deserr(default, try_from(Option<String>) = read_phone_number -> FieldIssue)]
    pub phone_number: Option<String>,
    /// The language to speak to the person, as a tag (BCP 47); without one it is the browser's.
    #[schemars(length(max = 35), example = &"en-GB")]
    #[deserr(default, try_from(Option<String>) = read_locale -> FieldIssue)]
    pub locale: Option<String>,
    /// Their time zone, by its name in the IANA database.
    #[schemars(length(max = 64), example = &"Europe/London")]
    #[deserr(default, try_from(Option<String>) = read_zoneinfo -> FieldIssue)]
    pub zoneinfo: Option<String>,
}

/// An account as its person sees it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub struct AccountView {
    /// The main address.
    #[schemars(length(max = 254), example = &"ada@example.test")]
    pub email: String,
    /// Whether it is verified.
    pub email_verified: bool,
    /// What the person has set.
    #[serde(flatten)]
    pub settings: AccountSettings,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for AccountView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

/// Reads what an empty text takes away.
fn unless_empty(
    text: Option<String>,
    read: fn(&str) -> Result<String, FieldIssue>,
) -> Result<Option<String>, FieldIssue> {
    text.filter(|text| !text.is_empty()).map(|text| read(&text)).transpose()
}

fn read_birth_date(text: Option<String>) -> Result<Option<String>, FieldIssue> {
    unless_empty(text, profile::parse_birth_date)
}

fn read_country(text: Option<String>) -> Result<Option<String>, FieldIssue> {
    unless_empty(text, profile::parse_country)
}

fn read_phone_number(text: Option<String>) -> Result<Option<String>, FieldIssue> {
    unless_empty(text, profile::parse_phone_number)
}

fn read_locale(text: Option<String>) -> Result<Option<String>, FieldIssue> {
    unless_empty(text, profile::parse_locale)
}

fn read_zoneinfo(text: Option<String>) -> Result<Option<String>, FieldIssue> {
    unless_empty(text, profile::parse_zoneinfo)
}

//! What a person says about themselves.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::optional;
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::model::label::Label;
use crate::model::profile::{BirthDate, Country, Locale, PhoneNumber, Zoneinfo};

/// What a person can set of their account by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct ProfileSettings {
    /// Given name.
    #[schemars(example = &"Ada")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub given_name: Option<Label>,
    /// Family name.
    #[schemars(example = &"Lovelace")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub family_name: Option<Label>,
    /// When they were born.
    #[schemars(example = &"1815-12-10")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub birth_date: Option<BirthDate>,
    /// Gender, in their words.
    #[schemars(example = &"female")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub gender: Option<Label>,
    /// Country, ISO 3166-1 alpha-2.
    #[schemars(example = &"GB")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub country: Option<Country>,
    /// Telephone number, E.164.
    #[schemars(example = &"+442071234567")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub phone_number: Option<PhoneNumber>,
    /// The language to speak to the person, as a tag (BCP 47); without one it is the browser's.
    #[schemars(example = &"en-GB")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub locale: Option<Locale>,
    /// Their time zone, by its name in the IANA database.
    #[schemars(example = &"Europe/London")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub zoneinfo: Option<Zoneinfo>,
}

/// An account as its person sees it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Profile")]
pub struct ProfileView {
    /// The main address.
    #[schemars(length(max = 254), example = &"ada@example.test")]
    pub email: String,
    /// Whether it is verified.
    pub email_verified: bool,
    /// What the person has set.
    #[serde(flatten)]
    pub settings: ProfileSettings,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for ProfileView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

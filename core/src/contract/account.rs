//! An account, as an operator sets it up: in a provisioning file, and by the command line.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{hidden, optional};
use super::{Findings, New};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::model::account::{Plan, Staff};
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::profile::{BirthDate, Country, Locale, PhoneNumber, Zoneinfo};
use crate::model::url::Link;
use crate::secret::Secret;

/// What is said of an account when it is made.
#[derive(Clone, Debug, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct AccountOnce {
    /// Its main address, by which it is found.
    #[schemars(example = &"ada@example.test")]
    pub email: EmailAddress,
    /// Its password; one is made up when it is left out.
    #[serde(skip_serializing)]
    #[schemars(with = "Option<String>", length(max = 1024))]
    #[deserr(default, try_from(Option<String>) = hidden::<1024> -> FieldIssue)]
    pub password: Option<Secret<String>>,
}

/// What can be set of an account, by the names of the claims of OpenID Connect Core §5.1.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
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
    /// Whether the main address is verified.
    #[schemars(default, example = true)]
    #[deserr(default)]
    pub email_verified: bool,
    /// A further address.
    #[schemars(example = &"countess@example.test")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub second_email: Option<EmailAddress>,
    /// Where a picture is.
    #[schemars(example = &"https://engines.example/ada.png")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub picture: Option<Link>,
    /// Language, as a tag.
    #[schemars(example = &"en-GB")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub locale: Option<Locale>,
    /// Time zone.
    #[schemars(example = &"Europe/London")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub zoneinfo: Option<Zoneinfo>,
    /// The day of birth.
    #[schemars(example = &"1815-12-10")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub birth_date: Option<BirthDate>,
    /// Gender, in the person's words.
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
    /// Whether that is verified.
    #[schemars(default, example = false)]
    #[deserr(default)]
    pub phone_number_verified: bool,
    /// What the account pays for.
    #[schemars(default = "free", example = &"paid")]
    #[deserr(default = free())]
    pub plan: Plan,
    /// Until when; for good when left out.
    #[schemars(example = &"2030-01-31T12:00:00Z")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub plan_valid_until: Option<Timestamp>,
    /// What the person is on the staff.
    #[schemars(example = &"reviewer")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub staff: Option<Staff>,
    /// Whether it is suspended.
    #[schemars(default, example = false)]
    #[deserr(default)]
    pub suspended: bool,
}

/// An account to make.
pub type NewAccount = New<AccountOnce, AccountSettings>;

const fn free() -> Plan {
    Plan::Free
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::Input;

    #[test]
    fn every_error_of_an_account_is_told_at_once() {
        let sent = json!({
            "email": "ada", "password": "x".repeat(1025), "given_name": "x".repeat(121), "family_name": "",
            "email_verified": 1, "locale": "en_GB", "staff": "king", "plan": "gold", "nickname": "A",
        });
        let told = Input::<NewAccount>::read(sent.as_object().unwrap().clone()).take(&mut Findings::default());
        let Err(crate::error::Error::Invalid(errors)) = told else { panic!("{told:?}") };
        let mut errors: Vec<String> = errors.iter().map(|error| format!("{} {}", error.field, error.code())).collect();
        errors.sort();
        let expected = [
            "email malformed",
            "email_verified not_a_boolean",
            "given_name too_long",
            "locale malformed",
            "nickname unknown_field",
            "password too_long",
            "plan unknown_value",
            "staff unknown_value",
        ];
        assert_eq!(errors, expected);
    }
}

//! An account, as an operator sets it up: in a provisioning file, and by the command line.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use schemars::JsonSchema;
use serde::Serialize;

use super::input::read_both;
use super::profile::ProfileSettings;
use super::value::{hidden, optional};
use super::{Findings, New};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::model::account::{Plan, Staff};
use crate::model::email::EmailAddress;
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

/// What can be set of an account: what its person says of themselves, and what others decide about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountSettings {
    /// What the person says.
    #[serde(flatten)]
    pub profile: ProfileSettings,
    /// What others decide.
    #[serde(flatten)]
    pub standing: AccountStanding,
}

impl Deserr<Findings> for AccountSettings {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef<'_>) -> Result<Self, Findings> {
        read_both(value, location).map(|(profile, standing)| Self { profile, standing })
    }
}

/// What is set of an account by others than its person, by the names of the claims of OpenID Connect Core §5.1.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct AccountStanding {
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
    /// Whether the telephone number is verified.
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

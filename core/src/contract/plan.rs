//! What the payment provider's adapter tells of an account.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::Findings;
use super::value::optional;
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::UserId;
use crate::model::account::Plan;
use crate::model::email::EmailAddress;

/// What an account pays for.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct BillingMessage {
    /// Whose plan it is, by address, or
    #[schemars(default, with = "EmailAddress", example = &"ada@example.test")]
    #[deserr(default, from(EmailAddress) = Some)]
    pub email: Option<EmailAddress>,
    /// by number.
    #[schemars(default, with = "UserId", example = &"1000000000000")]
    #[deserr(default, from(UserId) = Some)]
    pub sub: Option<UserId>,
    /// What the account pays for.
    #[schemars(example = &"paid")]
    pub plan: Plan,
    /// Until when; without one it is for good.
    #[schemars(example = &"2030-01-31T12:00:00Z")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub valid_until: Option<Timestamp>,
}

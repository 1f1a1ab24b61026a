//! Somebody who has logged in through a client.

use schemars::JsonSchema;
use serde::Serialize;

use super::View;
use crate::clock::Timestamp;
use crate::id::{DomainId, Subject};

/// A user of a client.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub struct UserView {
    /// As you know them: the `sub` of tokens.
    #[schemars(example = &"1234567890123")]
    pub sub: Subject,
    /// Their name, when they share it with you now.
    #[schemars(length(max = 241), example = &"Ada Lovelace")]
    pub name: Option<String>,
    /// Their address, when they share it with you now.
    #[schemars(length(max = 254), example = &"ada@example.test")]
    pub email: Option<String>,
    /// When they first logged in.
    #[schemars(example = &"2026-01-31T12:00:00Z")]
    pub first_login: Timestamp,
    /// When they last did.
    #[schemars(example = &"2026-01-31T12:00:00Z")]
    pub last_login: Timestamp,
    /// How often.
    #[schemars(range(min = 1), example = 7)]
    pub logins: i64,
    /// Through which domains.
    #[schemars(example = ["domain_01jd3v8m1efb9rkyq9wzvw2x4a"])]
    pub domains: Vec<DomainId>,
    /// What they share now; nothing after they have ended it.
    #[schemars(example = ["openid", "profile"])]
    pub scopes: Vec<String>,
}

impl View for UserView {}

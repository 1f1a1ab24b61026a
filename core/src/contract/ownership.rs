//! The proof that a domain is its partner's.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Findings, View};
use crate::clock::Timestamp;
use crate::model::domain::Ownership;

/// What may be found in one of the two places.
const FOUND: [&str; 16] = [
    "ok",
    "not_found",
    "mismatch",
    "status_refused",
    "url_malformed",
    "scheme_refused",
    "port_refused",
    "address_refused",
    "host_unknown",
    "dns_failed",
    "unreachable",
    "tls",
    "timeout",
    "redirect_refused",
    "too_large",
    "bad_answer",
];

/// A check is asked for without saying more.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct OwnershipCheck {}

/// What to publish, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Ownership")]
pub struct OwnershipView {
    /// Whether the domain is proven to be yours. It lapses when the token is missed three times, a day apart.
    #[schemars(example = &"proven")]
    pub ownership: Ownership,
    /// What to publish, in one of the two places: this text and nothing else.
    #[schemars(length(max = 43), example = &"3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    pub token: String,
    /// The DNS name at which a TXT record may carry it.
    #[schemars(length(max = 270), example = &"_xwms-challenge.engines.example")]
    pub txt_name: String,
    /// What was found there.
    #[schemars(extend("enum" = FOUND), example = &"ok")]
    pub txt_result: &'static str,
    /// The address at which a file may carry it. No redirect is followed.
    #[schemars(length(max = 300), example = &"https://engines.example/.well-known/xwms-challenge")]
    pub url: String,
    /// What was found there.
    #[schemars(extend("enum" = FOUND), example = &"not_found")]
    pub url_result: &'static str,
    /// When it was looked for.
    #[schemars(example = &"2026-01-31T12:00:00Z")]
    pub checked_at: Timestamp,
}

impl View for OwnershipView {}

//! An application to become a Verified Partner.

use std::collections::BTreeSet;

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{in_english, optional, some};
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::{DomainId, VerificationId};
use crate::model::root_domain::RootDomain;
use crate::model::text::LongText;
use crate::model::verification::{ItemStatus, VerificationState};
use crate::text::Text;

/// Domains of one application at the most.
pub(crate) const MAX_DOMAINS: usize = 100;

/// What a partner says for an application.
pub type Notes = LongText<4096>;

/// What an application is for. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct NewVerification {
    /// The domains, by id; their ownership is proven.
    #[schemars(length(min = 1, max = MAX_DOMAINS), example = ["domain_01jd3v8m1efb9rkyq9wzvw2x4a"])]
    #[deserr(try_from(Option<Vec<DomainId>>) = some -> FieldIssue)]
    pub domains: Vec<DomainId>,
    /// The scopes, wanted on each of them.
    #[schemars(length(min = 1), example = ["userinfo"])]
    #[deserr(try_from(Option<Vec<String>>) = some -> FieldIssue)]
    pub scopes: Vec<String>,
    /// What you say for it.
    #[schemars(example = &"We print birthday cards.")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub notes: Option<Notes>,
}

/// What of an application an operator's file sets beside its domains and scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct VerificationSettings {
    /// What the partner says for it.
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub notes: Option<Notes>,
    /// When the approval ends.
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub expires_at: Option<Timestamp>,
}

/// An application as its client sees it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Verification")]
pub struct VerificationView {
    /// Its id.
    #[schemars(example = &"verification_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: VerificationId,
    /// The domains.
    #[schemars(example = ["domain_01jd3v8m1efb9rkyq9wzvw2x4a"])]
    pub domains: BTreeSet<DomainId>,
    /// The scopes, on each of them.
    #[schemars(example = ["userinfo"])]
    pub scopes: BTreeSet<String>,
    /// What the partner says for it.
    #[serde(serialize_with = "in_english")]
    #[schemars(with = "Option<String>", length(max = 4096), example = &"We print birthday cards.")]
    pub notes: Option<Text>,
    /// What became of it.
    #[schemars(example = &"pending")]
    pub status: VerificationState,
    /// Counts its changes.
    #[schemars(range(min = 1), example = 1)]
    pub version: i32,
    /// A change of name or logo has made it, not the partner; one of the partner's own takes its place.
    #[schemars(example = false)]
    pub automatic: bool,
    /// What is decided about each scope on each domain.
    #[schemars(example = [""; 0])]
    pub items: Vec<VerificationItem>,
    /// Why it was taken back.
    #[serde(serialize_with = "in_english")]
    #[schemars(with = "Option<String>", length(max = 500), example = ())]
    pub reason: Option<Text>,
    /// When it was decided.
    #[schemars(example = ())]
    pub decided_at: Option<Timestamp>,
    /// When the approval ends.
    #[schemars(example = &"2030-01-31T12:00:00Z")]
    pub expires_at: Option<Timestamp>,
}

impl View for VerificationView {}

/// What is decided about one scope on one domain.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VerificationItem {
    /// The domain.
    #[schemars(example = &"domain_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub domain: DomainId,
    /// Its root domain.
    #[schemars(with = "String", length(max = 253), example = &"engines.example")]
    pub root_domain: RootDomain,
    /// The scope.
    #[schemars(length(max = 64), example = &"userinfo")]
    pub scope: String,
    /// What was decided.
    #[schemars(example = &"approved")]
    pub status: ItemStatus,
    /// Why.
    #[schemars(length(max = 500), example = &"Your privacy page says what it is for.")]
    pub reason: Option<String>,
}

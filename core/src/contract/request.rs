//! A request of a client to one person.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::member::Person;
use super::value::{list, optional};
use super::{Findings, New, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::{DomainId, RequestId};
use crate::model::request::{RequestKind, RequestState};
use crate::model::text::LongText;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct RequestSubject {
    /// More scopes, or to be a tester.
    #[schemars(example = &"access")]
    pub kind: RequestKind,
    /// The domain to test; all when left out.
    #[schemars(example = ())]
    #[deserr(default)]
    pub domain: Option<DomainId>,
    /// What is asked for: activated scopes.
    #[schemars(default, example = ["userinfo"])]
    #[deserr(default, from(Option<Vec<String>>) = list)]
    pub scopes: Vec<String>,
}

/// What is said beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct RequestTerms {
    /// Why, for the person.
    #[schemars(example = &"To print your birthday.")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub reason: Option<LongText<500>>,
    /// When it ends, answered or not.
    #[schemars(example = &"2030-01-31T12:00:00Z")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub expires_at: Option<Timestamp>,
}

/// A request to make.
pub type NewRequest = New<Person, New<RequestSubject, RequestTerms>>;

/// A request as members see it. It names its person as the client did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Request")]
pub struct RequestView {
    /// Its id.
    #[schemars(example = &"request_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: RequestId,
    /// What was sent.
    #[serde(flatten)]
    pub sent: NewRequest,
    /// What became of it.
    #[schemars(example = &"pending")]
    pub status: RequestState,
}

impl View for RequestView {}

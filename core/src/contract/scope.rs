//! A scope of the catalog.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::Whole;
use super::{Findings, New, View};
use crate::clock::Timestamp;
use crate::model::label::Label;
use crate::model::reason::Reason;
use crate::model::scope::{Opens, ScopeName, Tier};
use crate::model::text::LongText;

/// Where a scope may stand in the catalog.
pub type Position = Whole<0, 100_000>;

/// What is said of a scope when it is added.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct ScopeOnce {
    /// Its name on the wire. It never changes.
    #[schemars(example = &"birthday")]
    pub name: ScopeName,
}

/// What can be set of a scope.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct ScopeSettings {
    /// What it is, in a few words.
    #[schemars(example = &"Birthday")]
    pub title: Label,
    /// What people are asked.
    #[schemars(example = &"See on which day you were born.")]
    pub description: LongText<500>,
    /// What data it opens.
    #[schemars(default, example = &"birth_date")]
    #[deserr(default)]
    pub opens: Opens,
    /// Whether it is reserved for verified partners, which a new one is.
    #[schemars(default = "reserved", example = &"verified")]
    #[deserr(default = reserved())]
    pub tier: Tier,
    /// Where it stands in the catalog; behind all others when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default, with = "Position", example = 10)]
    #[deserr(default, from(Position) = Some)]
    pub position: Option<Position>,
    /// Why; it is audited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default, with = "Reason", extend("writeOnly" = true), example = &"Partners ask for it.")]
    #[deserr(default, from(Reason) = Some)]
    pub reason: Option<Reason>,
}

/// A scope to add.
pub type NewScope = New<ScopeOnce, ScopeSettings>;

/// A scope as the staff see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StaffScope")]
pub struct ScopeView {
    /// Its name on the wire.
    #[schemars(example = &"birthday")]
    pub name: ScopeName,
    /// What is set of it.
    #[serde(flatten)]
    pub settings: ScopeSettings,
    /// Its version. The catalog keeps no times, so it is made of what the scope says.
    #[serde(skip)]
    pub version: Timestamp,
}

impl View for ScopeView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.version)
    }
}

const fn reserved() -> Tier {
    Tier::Verified
}

//! A role in a client's organisation.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{Whole, optional, yes};
use super::{Findings, New, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::RoleId;
use crate::model::label::Label;
use crate::model::permission_set::{RolePermission, in_order};
use crate::model::role::RoleKey;
use crate::model::text::LongText;

/// How high a role stands: owners at the top.
pub type Level = Whole<0, 100>;

/// What is said of a role when it is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct RoleOnce {
    /// Unique in the client; made of the name when left out. It never changes.
    #[schemars(example = &"night-shift")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub key: Option<RoleKey>,
}

/// What can be set of a role.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct RoleSettings {
    /// What people call it.
    #[schemars(example = &"Night shift")]
    pub name: Label,
    /// What it is for.
    #[schemars(example = &"Rotates secrets at night.")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub description: Option<LongText<4096>>,
    /// What it permits; nothing that whoever sets it does not hold.
    #[schemars(default, example = ["secrets:read", "secrets:create"])]
    #[deserr(default, from(Option<Vec<RolePermission>>) = in_order)]
    pub permissions: Vec<RolePermission>,
    /// Its group, made on first use: it orders and filters, and grants nothing.
    #[schemars(example = &"Operations")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub group: Option<Label>,
    /// Whoever has it manages what has a lower one. 0 unless given.
    #[schemars(default = "lowest", example = 20)]
    #[deserr(default = lowest())]
    pub level: Level,
    /// When it grants nothing more.
    #[schemars(example = &"2030-01-31T12:00:00Z")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub expires_at: Option<Timestamp>,
    /// Whether it grants anything.
    #[schemars(default = "yes", example = true)]
    #[deserr(default = yes())]
    pub active: bool,
}

/// A role to make.
pub type NewRole = New<RoleOnce, RoleSettings>;

/// A role as members see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Role")]
pub struct RoleView {
    /// Its id.
    #[schemars(example = &"role_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: RoleId,
    /// Unique in the client. It never changes.
    #[schemars(example = &"night-shift")]
    pub key: RoleKey,
    /// What is set of it.
    #[serde(flatten)]
    pub settings: RoleSettings,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for RoleView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

const fn lowest() -> Level {
    Level::of(0)
}

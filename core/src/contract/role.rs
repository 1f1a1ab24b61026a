//! A role in a client's organisation.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::optional;
use super::{Findings, New, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::RoleId;
use crate::model::label::Label;
use crate::model::permission_set::{RolePermission, in_order};
use crate::model::role::{Level, RoleKey};
use crate::model::text::LongText;

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
    #[schemars(default, example = 20)]
    #[deserr(default)]
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

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::contract::{Input, Patch};
    use crate::error::Error;

    fn members(object: Value) -> Map<String, Value> {
        object.as_object().unwrap().clone()
    }

    fn take<T>(input: Input<T>) -> Result<T, Error> {
        let mut findings = Findings::default();
        let taken = input.take(&mut findings)?;
        findings.none().map(|()| taken)
    }

    #[test]
    fn all_that_is_wrong_is_told_whichever_half_it_belongs_to() {
        let bad = json!({ "key": "X Y", "name": "", "level": 101, "permissions": ["moon:read"], "nonsense": 1 });
        let Err(Error::Invalid(errors)) = take(Input::<NewRole>::read(members(bad))) else { panic!() };
        let mut told: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code())).collect();
        told.sort_unstable();
        let expected = [
            ("key", "malformed"),
            ("level", "range"),
            ("name", "too_short"),
            ("nonsense", "unknown_field"),
            ("permissions[0]", "unknown_permission"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_left_out_has_its_default_and_stays_in_a_patch() {
        let new = json!({ "name": "Night shift", "permissions": ["urls:read", "client:read", "urls:read"] });
        let made = take(Input::<NewRole>::read(members(new))).unwrap();
        assert!(made.once.key.is_none() && made.settings.active && made.settings.level == Level::default());
        assert_eq!(json!(made.settings.permissions), json!(["client:read", "urls:read"]));
        let patch = Patch::<RoleSettings>::new(members(json!({ "level": 20 })));
        let patched = take(patch.apply(&made.settings)).unwrap();
        assert_eq!(patched, RoleSettings { level: Level::parse(20).unwrap(), ..made.settings });
        for (body, field) in [(json!({ "key": "x" }), "key"), (json!({ "name": null }), "name")] {
            let patch = Patch::<RoleSettings>::new(members(body));
            let Err(Error::Invalid(errors)) = take(patch.apply(&patched)) else { panic!("{field}") };
            assert_eq!(errors[0].field, field);
        }
    }
}

//! A scope that a client has activated.

use std::borrow::Cow;

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::value::list;
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::model::scope::Tier;

/// Which scope is to be activated, or which scopes, all in one change.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct NewClientScope {
    /// Its name in requests.
    #[schemars(length(max = 120), example = &"profile")]
    #[deserr(default)]
    pub name: Option<String>,
    /// In its place the names of several: all of them are activated, or none.
    #[schemars(default, example = ["profile", "email"])]
    #[deserr(default, from(Option<Vec<String>>) = list)]
    pub names: Vec<String>,
    /// Whether a login that names no scope asks for it. Unless it is said: for an open one yes, for a reserved one no.
    #[schemars(example = true)]
    #[deserr(default)]
    pub at_login: Option<bool>,
}

/// Which scopes are to be activated, all in one change.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct NewClientScopes {
    /// Their names in requests.
    #[schemars(default, example = ["profile", "email"])]
    #[deserr(default, from(Option<Vec<String>>) = list)]
    pub name: Vec<String>,
}

/// What can be set of a scope that a client has activated.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct ClientScopeSettings {
    /// Whether a login that names no scope asks for it.
    #[schemars(example = true)]
    pub at_login: bool,
}

/// A scope as files and bodies name it among those of a client: by its name alone, or with what is set of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeUse {
    /// Its name in requests.
    pub name: String,
    /// Whether a login that names no scope asks for it; `None` leaves that as it is.
    pub at_login: Option<bool>,
}

impl ScopeUse {
    /// A scope by its name alone.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), at_login: None }
    }
}

/// A scope with what is set of it.
#[derive(Deserr, Serialize)]
#[deserr(error = Findings, deny_unknown_fields)]
struct FullScopeUse {
    /// Its name in requests.
    name: String,
    /// Whether a login that names no scope asks for it.
    #[deserr(default)]
    at_login: Option<bool>,
}

impl Deserr<Findings> for ScopeUse {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef<'_>) -> Result<Self, Findings> {
        if let Value::Map(_) = value {
            let FullScopeUse { name, at_login } = FullScopeUse::deserialize_from_value(value, location)?;
            return Ok(Self { name, at_login });
        }
        <String as Deserr<Findings>>::deserialize_from_value(value, location).map(Self::named)
    }
}

impl Serialize for ScopeUse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.at_login.is_none() {
            return self.name.serialize(serializer);
        }
        FullScopeUse { name: self.name.clone(), at_login: self.at_login }.serialize(serializer)
    }
}

impl JsonSchema for ScopeUse {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ScopeUse".into()
    }

    /// Programs set the rest at the scope itself, so the name alone is told.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": 120 })
    }
}

/// A scope that a client has activated, as its members see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ClientScope")]
pub struct ActivatedScopeView {
    /// What the catalog says of it.
    #[serde(flatten)]
    pub scope: ClientScopeView,
    /// What is set of it.
    #[serde(flatten)]
    pub settings: ClientScopeSettings,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for ActivatedScopeView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

/// What was activated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "ActivatedScopes")]
pub enum ActivatedView {
    /// The one that was named.
    One(ActivatedScopeView),
    /// All that were named.
    Several {
        /// In the order of the catalog.
        data: Vec<ActivatedScopeView>,
    },
}

impl View for ActivatedView {
    fn version(&self) -> Option<Timestamp> {
        match self {
            Self::One(scope) => scope.version(),
            Self::Several { .. } => None,
        }
    }
}

/// A scope of the catalog as partners see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Scope")]
pub struct ClientScopeView {
    /// Its name in requests.
    #[schemars(length(max = 120), example = &"profile")]
    pub name: String,
    /// What it is, in a few words.
    #[schemars(length(max = 120), example = &"Name and picture")]
    pub title: String,
    /// What people read on the consent page.
    #[schemars(length(max = 500), example = &"See your name, picture, language and time zone.")]
    pub description: String,
    /// Open to all, or reserved for verified partners.
    #[schemars(example = &"open")]
    pub tier: Tier,
    /// Which data it opens.
    #[schemars(length(max = 500), example = &"name given_name family_name picture")]
    pub opens: String,
}

impl View for ClientScopeView {}

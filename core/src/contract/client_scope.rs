//! A scope that a client has activated.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::list;
use super::{Findings, View};
use crate::model::scope::Tier;

/// Which scope is to be activated.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct NewClientScope {
    /// Its name in requests.
    #[schemars(length(max = 120), example = &"profile")]
    pub name: String,
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

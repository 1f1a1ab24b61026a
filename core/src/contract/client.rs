//! A client, as its team sets it up.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{list, optional};
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::ClientId;
use crate::model::client::{SigningAlg, SubjectType};
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::text::LongText;
use crate::model::url::Link;

/// What can be set of a client.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct ClientSettings {
    /// What people read on the consent page.
    #[schemars(example = &"Analytical Engines")]
    pub name: Label,
    /// What it is for, as its team and the staff read it. People who log in never see it.
    #[schemars(example = &"Login for the web shop")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub description: Option<LongText<500>>,
    /// Where people reach you.
    #[schemars(example = &"help@engines.example")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub contact_email: Option<EmailAddress>,
    /// Your homepage.
    #[schemars(example = &"https://engines.example/")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub homepage_url: Option<Link>,
    /// Your privacy page.
    #[schemars(example = &"https://engines.example/privacy")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub privacy_url: Option<Link>,
    /// Your terms.
    #[schemars(example = &"https://engines.example/terms")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub terms_url: Option<Link>,
    /// Whether you see the number of a person that all see, or one of your own. Fixed after the first login.
    #[schemars(default, example = &"public")]
    #[deserr(default)]
    pub subject_type: SubjectType,
    /// What ID tokens are signed with.
    #[schemars(default, example = &"RS256")]
    #[deserr(default)]
    pub id_token_alg: SigningAlg,
    /// The activated scopes.
    #[schemars(default, example = ["openid", "profile"])]
    #[deserr(default, from(Option<Vec<String>>) = list)]
    pub scopes: Vec<String>,
}

/// A client as its members see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Client")]
pub struct ClientView {
    /// Its id.
    #[schemars(example = &"client_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: ClientId,
    /// The address of its billing owner.
    #[schemars(length(max = 254), example = &"ada@example.test")]
    pub owner: String,
    /// What is set of it.
    #[serde(flatten)]
    pub settings: ClientSettings,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for ClientView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

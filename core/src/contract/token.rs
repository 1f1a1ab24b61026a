//! A token for the management API: of a client, or of an account.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{optional, some, told_once};
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::gate::permission::Permission;
use crate::id::TokenId;
use crate::model::label::Label;
use crate::secret::Secret;

/// What a token is to be. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct NewToken {
    /// What you call it.
    #[schemars(default = "label", example = &"Deployment")]
    #[deserr(default = label())]
    pub label: Label,
    /// What it permits, as far as its maker may at the moment of use.
    #[schemars(example = ["domains:read"])]
    #[deserr(try_from(Option<Vec<Permission>>) = some -> FieldIssue)]
    pub permissions: Vec<Permission>,
    /// When it ends.
    #[schemars(example = &"2030-01-31T12:00:00Z")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub expires_at: Option<Timestamp>,
}

/// A token as its client's members, or its account, see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Token")]
pub struct TokenView {
    /// Its id.
    #[schemars(example = &"token_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: TokenId,
    /// What it was made to be.
    #[serde(flatten)]
    pub made: NewToken,
    /// Its last four characters.
    #[schemars(length(max = 4), example = &"zt4Q")]
    pub hint: String,
    /// When it was last used.
    #[schemars(example = &"2026-01-31T12:00:00Z")]
    pub last_used_at: Option<Timestamp>,
    /// The token; in the answer that made it only.
    #[serde(serialize_with = "told_once", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(max = 100), example = &"xwms_pat_…")]
    pub value: Option<Secret<String>>,
}

impl View for TokenView {}

fn label() -> Label {
    Label::stored("API token".to_owned())
}

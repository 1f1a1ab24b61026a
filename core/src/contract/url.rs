//! A callback, webhook or logout URL of a domain.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::told_once;
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::id::UrlId;
use crate::model::url::{SiteUrl, UrlKind};
use crate::secret::Secret;

/// What can be set of a URL.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct UrlSettings {
    /// What it is for: where a login ends, where events are sent, where a logout ends.
    #[schemars(extend("x-set-once" = true), example = &"callback")]
    pub kind: UrlKind,
    /// On the root domain or below it. It is compared byte for byte.
    #[schemars(example = &"https://app.engines.example/callback")]
    pub url: SiteUrl,
    /// Whether it is in use.
    #[schemars(default = "yes", example = true)]
    #[deserr(default = yes())]
    pub active: bool,
}

/// A URL as the members of its client see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Url")]
pub struct UrlView {
    /// Its id.
    #[schemars(example = &"url_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: UrlId,
    /// What is set of it.
    #[serde(flatten)]
    pub settings: UrlSettings,
    /// What is sent to a webhook is signed with it; in the answer that made it only.
    #[serde(serialize_with = "told_once", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(max = 60))]
    pub value: Option<Secret<String>>,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for UrlView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

const fn yes() -> bool {
    true
}

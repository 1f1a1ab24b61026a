//! A callback, webhook, logout or API URL of a domain.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{told_once, yes};
use super::{Findings, New, View};
use crate::clock::Timestamp;
use crate::id::UrlId;
use crate::model::url::{SiteUrl, UrlKind};
use crate::secret::Secret;

/// What is said of a URL when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct UrlOnce {
    /// What it is for: where a login ends, where events are sent, where a logout ends, where a
    /// resource server is that takes access tokens.
    #[schemars(example = &"callback")]
    pub kind: UrlKind,
}

/// What can be set of a URL.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct UrlSettings {
    /// On the root domain or below it. It is compared byte for byte.
    #[schemars(example = &"https://app.engines.example/callback")]
    pub url: SiteUrl,
    /// Whether it is in use.
    #[schemars(default = "yes", example = true)]
    #[deserr(default = yes())]
    pub active: bool,
}

/// A URL to make.
pub type NewUrl = New<UrlOnce, UrlSettings>;

/// A URL as the members of its client see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Url")]
pub struct UrlView {
    /// Its id.
    #[schemars(example = &"url_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: UrlId,
    /// What was said of it once, and what is set of it.
    #[serde(flatten)]
    pub settings: NewUrl,
    /// What is sent to a webhook is signed with it; in the answer that made it only.
    #[serde(serialize_with = "told_once", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(max = 60))]
    pub value: Option<Secret<String>>,
    /// The last four characters of what is sent to a webhook is signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4), example = &"mZ8=")]
    pub hint: Option<String>,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for UrlView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{Input, Patch};
    use crate::error::Error;

    fn members(object: Value) -> serde_json::Map<String, Value> {
        object.as_object().unwrap().clone()
    }

    #[test]
    fn a_url_is_made_of_all_its_members_and_told_all_that_is_wrong() {
        let object = json!({ "kind": "logout", "url": "https://engines.example/" });
        let made = Input::<NewUrl>::read(members(object.clone())).good().unwrap();
        let shown = json!({ "kind": "logout", "url": "https://engines.example/", "active": true });
        assert_eq!(json!(made), shown);

        let bad = json!({ "kind": "other", "active": 1, "value": "whsec_x" });
        let told = Input::<NewUrl>::read(members(bad)).take(&mut Findings::default());
        let Err(Error::Invalid(errors)) = told else { panic!("{told:?}") };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["kind", "active", "value", "url"]);
    }

    #[test]
    fn the_kind_of_a_url_stays() {
        let stands = UrlSettings { url: SiteUrl::stored("https://engines.example/".to_owned()), active: true };
        let mut findings = Findings::default();
        let patch = Patch::<UrlSettings>::new(members(json!({ "kind": "logout", "active": false })));
        let wanted = patch.apply(&stands).take(&mut findings).unwrap();
        assert_eq!(wanted, UrlSettings { active: false, ..stands });
        let errors = findings.into_errors();
        assert_eq!((errors.len(), errors[0].field.as_str(), errors[0].code()), (1, "kind", "unknown_field"));
    }
}

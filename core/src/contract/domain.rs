//! A domain of a client, as its team sets it up.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{distinct, optional, yes};
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::DomainId;
use crate::model::domain::Ownership;
use crate::model::fallback::FallbackResponse;
use crate::model::label::Label;
use crate::model::root_domain::RootDomain;
use crate::model::server_ip::{MAX_SERVER_IPS, ServerIp};
use crate::model::url::SiteUrl;
use crate::text;

/// What can be set of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct DomainSettings {
    /// The site's name. It never changes.
    #[schemars(example = &"engines.example")]
    pub root_domain: RootDomain,
    /// From where your servers call: addresses and networks. An empty list means from anywhere.
    #[schemars(default, length(max = MAX_SERVER_IPS), example = ["192.0.2.7", "2001:db8::/32"])]
    #[deserr(default, try_from(Option<Vec<ServerIp>>) = distinct_ips -> FieldIssue)]
    pub server_ips: Vec<ServerIp>,
    /// What you call it.
    #[schemars(example = &"Shop")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub internal_name: Option<Label>,
    /// Where a login goes that fails before its callback is known.
    #[schemars(example = &"https://engines.example/sorry")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub fallback_uri: Option<SiteUrl>,
    /// What the error page shows as your words: plain text.
    #[schemars(example = &"Call us.")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub fallback_response: Option<FallbackResponse>,
    /// Whether logins may start.
    #[schemars(default = "yes", example = true)]
    #[deserr(default = yes())]
    pub allow_login: bool,
    /// Whether your servers may call by themselves.
    #[schemars(default, example = false)]
    #[deserr(default)]
    pub allow_api: bool,
    /// Whether it is in use.
    #[schemars(default = "yes", example = true)]
    #[deserr(default = yes())]
    pub active: bool,
    /// Whether it is the one meant when none is named. The first domain of a client is, and one always is.
    #[schemars(default, example = true)]
    #[deserr(default)]
    pub primary: bool,
    /// For development: http and loopback URLs, any address, members and testers only. Needs `domains:test`.
    #[schemars(default, example = false)]
    #[deserr(default)]
    pub test_mode: bool,
}

/// A domain as the members of its client see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Domain")]
pub struct DomainView {
    /// Its id.
    #[schemars(example = &"domain_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: DomainId,
    /// What is set of it.
    #[serde(flatten)]
    pub settings: DomainSettings,
    /// Whether you have shown that the site is yours.
    #[schemars(example = &"unproven")]
    pub ownership: Ownership,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for DomainView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

fn distinct_ips(list: Option<Vec<ServerIp>>) -> Result<Vec<ServerIp>, FieldIssue> {
    let list = list.unwrap_or_default();
    if list.len() > MAX_SERVER_IPS {
        Err(text!("too_many-server_ips", max = MAX_SERVER_IPS))
    } else {
        Ok(distinct(list))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{Input, Patch};

    fn members(object: Value) -> serde_json::Map<String, Value> {
        object.as_object().unwrap().clone()
    }

    #[test]
    fn a_domain_has_its_defaults_and_each_server_ip_once() {
        let ips = ["192.0.2.7", "2001:db8::1/32", "192.0.2.7/32"];
        let mut findings = Findings::default();
        let read =
            Input::<DomainSettings>::read(members(json!({ "root_domain": "Engines.Example.", "server_ips": ips })));
        assert_eq!(
            json!(read.take(&mut findings).unwrap()),
            json!({
                "root_domain": "engines.example", "server_ips": ["192.0.2.7", "2001:db8::/32"], "internal_name": null,
                "fallback_uri": null, "fallback_response": null, "allow_login": true, "allow_api": false, "active": true,
                "primary": false, "test_mode": false,
            })
        );
        assert!(findings.is_empty());
    }

    #[test]
    fn a_root_domain_stays_also_when_the_suffix_list_forbids_it_by_now() {
        let stands = Input::<DomainSettings>::read(members(json!({ "root_domain": "github.io" }))).good().unwrap();
        assert!(stands.root_domain.check(true).is_err());
        let changed = Patch::new(members(json!({ "active": false }))).apply(&stands).good().unwrap();
        assert_eq!(changed, DomainSettings { active: false, ..stands });
    }

    #[test]
    fn a_list_of_other_things_is_wrong_once() {
        let bad = members(json!({ "root_domain": "engines.example", "server_ips": [1, 2], "active": "yes" }));
        let mut findings = Findings::default();
        Input::<DomainSettings>::read(bad).take(&mut findings).unwrap();
        let told: Vec<_> = findings.into_errors().iter().map(|e| format!("{} {}", e.field, e.code())).collect();
        assert_eq!(told, ["active not_a_boolean", "server_ips not_a_list"]);
    }
}

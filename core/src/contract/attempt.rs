//! Refused attempts, and the check of an integration.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{at_most, hidden};
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::{AttemptId, DomainId};
use crate::secret::Secret;

/// A refused attempt, as its client's members see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Attempt")]
pub struct AttemptView {
    /// Its id.
    #[schemars(example = &"attempt_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: AttemptId,
    /// Why it was refused.
    #[schemars(length(max = 100), example = &"redirect_uri_unknown")]
    pub reason: String,
    /// What is seen of a secret that can be none: `white_space` around it, a wrong `checksum`, or another `form`.
    #[schemars(length(max = 20), example = ())]
    pub detail: Option<String>,
    /// The domain, where one is known.
    #[schemars(example = ())]
    pub domain: Option<DomainId>,
    /// What the person was shown.
    #[schemars(length(max = 12), example = &"k3v5n2qz7m4a")]
    pub reference: String,
    /// When.
    #[schemars(example = &"2026-01-31T12:00:00Z")]
    pub at: Timestamp,
    /// Where it came from.
    #[schemars(length(max = 50), example = &"192.0.2.1")]
    pub address: Option<String>,
    /// The redirect URI that was sent, without its query.
    #[schemars(length(max = 1024), example = &"https://app.engines.example/cb")]
    pub redirect_uri: Option<String>,
    /// The scopes that were asked for, where any were.
    #[schemars(example = ["openid", "profile"])]
    pub scopes: Option<Vec<String>>,
    /// What to change.
    #[schemars(length(max = 400), example = &"Switch the URL on.")]
    pub fix: Option<String>,
}

/// What a partner asks about; what is left out is not asked.
#[derive(Debug, Default, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct CheckQuestion {
    /// Where a login's answer shall go.
    #[schemars(length(max = 2048), example = &"https://app.engines.example/cb")]
    #[deserr(default, try_from(Option<String>) = at_most::<2048> -> FieldIssue)]
    pub redirect_uri: Option<String>,
    /// OAuth's parameter.
    #[schemars(length(max = 100), example = &"code")]
    #[deserr(default, try_from(Option<String>) = at_most::<100> -> FieldIssue)]
    pub response_type: Option<String>,
    /// PKCE's challenge.
    #[schemars(length(max = 200), example = &"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    #[deserr(default, try_from(Option<String>) = at_most::<200> -> FieldIssue)]
    pub code_challenge: Option<String>,
    /// How it was made.
    #[schemars(length(max = 20), example = &"S256")]
    #[deserr(default, try_from(Option<String>) = at_most::<20> -> FieldIssue)]
    pub code_challenge_method: Option<String>,
    /// OpenID Connect's nonce.
    #[schemars(length(max = 2048), example = &"n-0S6_WzA2Mj")]
    #[deserr(default, try_from(Option<String>) = at_most::<2048> -> FieldIssue)]
    pub nonce: Option<String>,
    /// Scopes, joined by a space.
    #[schemars(length(max = 2048), example = &"openid profile")]
    #[deserr(default, try_from(Option<String>) = at_most::<2048> -> FieldIssue)]
    pub scope: Option<String>,
    /// The address of a resource server that tokens shall be for.
    #[schemars(length(max = 2048), example = &"https://api.engines.example/")]
    #[deserr(default, try_from(Option<String>) = at_most::<2048> -> FieldIssue)]
    pub resource: Option<String>,
    /// A client secret. It is not kept.
    #[serde(skip_serializing)]
    #[schemars(with = "Option<String>", length(max = 200), example = &"xwms_sk_…")]
    #[deserr(default, try_from(Option<String>) = hidden::<200> -> FieldIssue)]
    pub secret: Option<Secret<String>>,
    /// A domain: its id, root domain or a host.
    #[schemars(length(max = 300), example = &"engines.example")]
    #[deserr(default, try_from(Option<String>) = at_most::<300> -> FieldIssue)]
    pub domain: Option<String>,
    /// The address of a server that calls.
    #[schemars(length(max = 50), example = &"192.0.2.1")]
    #[deserr(default, try_from(Option<String>) = at_most::<50> -> FieldIssue)]
    pub ip: Option<String>,
}

/// What the rules say.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Check")]
pub struct CheckView {
    /// Every rule, in the order they are asked.
    #[schemars(example = [""; 0])]
    pub rules: Vec<CheckedRule>,
}

impl View for CheckView {}

/// What one rule says.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CheckedRule {
    /// The rule's name.
    #[schemars(length(max = 100), example = &"redirect_uri")]
    pub rule: &'static str,
    /// Whether it is kept.
    #[schemars(example = false)]
    pub pass: bool,
    /// Why it is broken.
    #[schemars(length(max = 100), example = &"redirect_uri_inactive")]
    pub reason: Option<&'static str>,
    /// What to change.
    #[schemars(length(max = 400), example = &"Switch the URL on.")]
    pub fix: Option<String>,
}

//! What the staff see and decide.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{Whole, optional};
use super::verification::VerificationView;
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::{ClientId, DomainId, UserId};
use crate::model::account::{Plan, Staff};
use crate::model::client::SigningAlg;
use crate::model::reason::Reason;
use crate::model::text::LongText;
use crate::model::verification::Verdict;

/// What is decided about an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct UserDecision {
    /// What it pays for.
    #[schemars(example = &"paid")]
    pub plan: Plan,
    /// Until when.
    #[schemars(example = &"2030-01-31T12:00:00Z")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub plan_valid_until: Option<Timestamp>,
    /// Whether it is suspended.
    #[schemars(example = false)]
    pub suspended: bool,
    /// Why; it is audited. It can't be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Reason", extend("writeOnly" = true), example = &"Unpaid since May.")]
    #[deserr(default, from(Reason) = Some)]
    pub reason: Option<Reason>,
}

/// An account as the staff see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StaffUser")]
pub struct StaffUserView {
    /// Its number.
    #[schemars(with = "String", length(max = 16), example = &"1000000000000")]
    pub sub: UserId,
    /// Its main address.
    #[schemars(length(max = 254), example = &"ada@example.test")]
    pub email: String,
    /// Whether that is verified.
    #[schemars(example = true)]
    pub email_verified: bool,
    /// Given name.
    #[schemars(length(max = 120), example = &"Ada")]
    pub given_name: Option<String>,
    /// Family name.
    #[schemars(length(max = 120), example = &"Lovelace")]
    pub family_name: Option<String>,
    /// What is decided about it.
    #[serde(flatten)]
    pub decision: UserDecision,
    /// What the person is on the staff.
    #[schemars(example = ())]
    pub staff: Option<Staff>,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for StaffUserView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

/// What is decided about a client.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct ClientDecision {
    /// Whether it is suspended.
    #[schemars(example = false)]
    pub suspended: bool,
    /// Why; it is audited. It can't be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Reason", extend("writeOnly" = true), example = &"Unpaid since May.")]
    #[deserr(default, from(Reason) = Some)]
    pub reason: Option<Reason>,
}

/// A client as the staff see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StaffClient")]
pub struct StaffClientView {
    /// Its id.
    #[schemars(example = &"client_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: ClientId,
    /// Its name.
    #[schemars(length(max = 120), example = &"Analytical Engines")]
    pub name: String,
    /// Its name until the new one is reviewed.
    #[schemars(length(max = 120), example = ())]
    pub reviewed_name: Option<String>,
    /// The address of its billing owner.
    #[schemars(length(max = 254), example = &"ada@example.test")]
    pub owner: String,
    /// What it is for.
    #[schemars(example = &"Login for the web shop")]
    pub description: Option<LongText<500>>,
    /// Where people reach it.
    #[schemars(length(max = 254), example = &"help@engines.example")]
    pub contact_email: Option<String>,
    /// Its homepage.
    #[schemars(length(max = 2048), example = &"https://engines.example/")]
    pub homepage_url: Option<String>,
    /// What is decided about it.
    #[serde(flatten)]
    pub decision: ClientDecision,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for StaffClientView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

/// An application as the staff see it, with the client that people are shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StaffVerification")]
pub struct StaffVerificationView {
    /// Whose it is.
    #[schemars(example = &"client_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub client: ClientId,
    /// The address of its billing owner.
    #[schemars(length(max = 254), example = &"ada@example.test")]
    pub owner: String,
    /// An approval of it is in force: this is a renewal, or more of the same.
    #[schemars(example = false)]
    pub verified: bool,
    /// The name to be reviewed.
    #[schemars(length(max = 120), example = &"Analytical Engines")]
    pub client_name: String,
    /// The name that is shown until then.
    #[schemars(length(max = 120), example = ())]
    pub reviewed_name: Option<String>,
    /// The logo to be reviewed.
    #[schemars(length(max = 2048), example = &"https://id.example/images/ba78….png")]
    pub logo_url: Option<String>,
    /// The name that people are shown now.
    #[schemars(length(max = 120), example = &"Analytical Engines")]
    pub shown_name: String,
    /// The logo that people are shown now.
    #[schemars(length(max = 2048), example = ())]
    pub shown_logo_url: Option<String>,
    /// Its homepage.
    #[schemars(length(max = 2048), example = &"https://engines.example/")]
    pub homepage_url: Option<String>,
    /// Its privacy page.
    #[schemars(length(max = 2048), example = &"https://engines.example/privacy")]
    pub privacy_url: Option<String>,
    /// Its terms.
    #[schemars(length(max = 2048), example = &"https://engines.example/terms")]
    pub terms_url: Option<String>,
    /// Where people reach it.
    #[schemars(length(max = 254), example = &"help@engines.example")]
    pub contact_email: Option<String>,
    /// The application itself.
    #[serde(flatten)]
    pub verification: VerificationView,
}

impl View for StaffVerificationView {}

/// What is decided about an application, as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[schemars(rename = "VerificationDecision")]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct Decision {
    /// That which was read.
    #[schemars(example = 1)]
    pub version: Whole<1, 2_147_483_647>,
    /// Each scope on each domain, once.
    #[schemars(extend("examples" = [[
        { "domain": "domain_01jd3v8m1efb9rkyq9wzvw2x4a", "scope": "userinfo", "decision": "approve" }
    ]]))]
    pub items: Vec<ItemDecision>,
}

/// What is decided about one scope on one domain.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[schemars(rename = "VerificationItemDecision")]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct ItemDecision {
    /// The domain.
    #[schemars(example = &"domain_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub domain: DomainId,
    /// The scope.
    #[schemars(with = "LongText<64>", example = &"userinfo")]
    pub scope: String,
    /// What is decided.
    #[schemars(example = &"approve")]
    pub decision: Verdict,
    /// Why, for the partner; a rejection has one.
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub reason: Option<Reason>,
}

/// How an approval is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[schemars(rename = "VerificationRevocation")]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct Revocation {
    /// Why; it is audited.
    #[schemars(example = &"Unpaid since May.")]
    pub reason: Reason,
}

/// How the signing keys are rotated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct KeyRotation {
    /// The new keys sign at once: for a key that may have leaked.
    #[schemars(default, example = false)]
    #[deserr(default)]
    pub now: bool,
    /// Why; it is audited.
    #[schemars(example = &"An operator has left.")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub reason: Option<Reason>,
}

/// A signing key, without its private part.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SigningKey")]
pub struct KeyView {
    /// Its name.
    #[schemars(length(max = 64), example = &"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]
    pub kid: String,
    /// What it signs with.
    #[schemars(example = &"ES256")]
    pub alg: SigningAlg,
    /// Where it stands in its life.
    #[schemars(extend("enum" = ["next", "current", "retired"]), example = &"current")]
    pub state: &'static str,
    /// Since when it is published.
    #[schemars(example = &"2026-01-31T12:00:00Z")]
    pub published_at: Timestamp,
    /// When it signs, or is to.
    #[schemars(example = &"2026-02-01T12:00:00Z")]
    pub signs_from: Option<Timestamp>,
    /// When it ceased to.
    #[schemars(example = ())]
    pub retired_at: Option<Timestamp>,
    /// The public key, as it is published.
    #[schemars(schema_with = "any_object", extend("examples" = [{ "kty": "EC" }]))]
    pub public_jwk: Option<serde_json::Value>,
}

fn any_object(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": ["object", "null"] })
}

//! A client, as its team sets it up.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::client_scope::ScopeUse;
use super::value::{list, optional};
use super::{Findings, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::gate::permission::Permission;
use crate::id::{ClientId, RoleId};
use crate::model::client::{ClientState, ClientType, IdTokenClaims, Pkce, SigningAlg, SubjectType};
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
    /// What ID tokens say of a person: the claims of `profile` and `email`, or who it is and no more.
    #[schemars(default, example = &"full")]
    #[deserr(default)]
    pub id_token_claims: IdTokenClaims,
    /// Whether it can keep a secret: software in people's browsers and on their devices can't. Fixed after the first login.
    #[serde(rename = "type")]
    #[schemars(default, example = &"confidential")]
    #[deserr(rename = "type", default)]
    pub client_type: ClientType,
    /// What binds a code to the login that asked for it: PKCE, or, where a login sends no challenge, the nonce of OpenID
    /// Connect.
    #[schemars(default, example = &"required")]
    #[deserr(default)]
    pub pkce: Pkce,
    /// The activated scopes.
    #[schemars(default, example = ["openid", "profile"])]
    #[deserr(default, from(Option<Vec<ScopeUse>>) = list)]
    pub scopes: Vec<ScopeUse>,
}

impl ClientSettings {
    /// Whether a scope of this name is activated.
    pub fn has_scope(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.name == name)
    }
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
    /// How it stands.
    #[serde(flatten)]
    pub standing: ClientStanding,
    /// Your own place in its organisation.
    pub access: ClientAccess,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

/// How a client stands, since when, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClientStanding {
    /// How it stands: it works, it does so for members and testers only, its plan has ended, or it was suspended.
    #[schemars(example = &"live")]
    pub state: ClientState,
    /// Why it was suspended, as the XWMS team says.
    #[schemars(length(max = 500))]
    pub state_reason: Option<String>,
    /// Since when it is read-only or suspended.
    pub state_since: Option<Timestamp>,
    /// Until when logins go on while it is read-only.
    pub logins_until: Option<Timestamp>,
}

/// A person's place in a client's organisation, narrowed to what their token permits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClientAccess {
    /// Their role.
    #[schemars(example = &"role_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub role: Option<RoleId>,
    /// Its level.
    #[schemars(range(min = 0, max = 100), example = 80)]
    pub level: u8,
    /// What it permits.
    #[schemars(example = ["client:read"])]
    pub permissions: Vec<Permission>,
}

impl View for ClientView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

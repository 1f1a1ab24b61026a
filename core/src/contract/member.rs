//! A membership in a client's organisation.

use deserr::Deserr;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::optional;
use super::{Findings, New, View};
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::{MemberId, RoleId, Subject};
use crate::model::email::EmailAddress;
use crate::model::member::MemberStatus;

/// Who is meant: by address, or as the client knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct Person {
    /// By address. Instead of it, `sub`.
    #[schemars(example = &"ada@example.test")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub email: Option<EmailAddress>,
    /// As you know them: one of your users, who need not share an address with you.
    #[schemars(example = ())]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub sub: Option<Subject>,
}

/// What can be set of a membership.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct MemberSettings {
    /// Their role.
    #[schemars(example = &"role_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub role: RoleId,
    /// When it grants nothing more.
    #[schemars(example = &"2030-01-31T12:00:00Z")]
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub expires_at: Option<Timestamp>,
}

/// An invitation to make.
pub type NewMember = New<Person, MemberSettings>;

/// What a provisioning file says of a member, beside their address and the key of their role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct ProvisionedMember {
    /// When it grants nothing more.
    #[deserr(default, try_from(Option<String>) = optional -> FieldIssue)]
    pub expires_at: Option<Timestamp>,
    /// How far it has come: without it, a new member is active when the address has an account.
    #[deserr(default)]
    pub status: Option<MemberStatus>,
}

/// A membership as the organisation sees it. Whether an address has an account shows only once its person has accepted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Member")]
pub struct MemberView {
    /// Its id.
    #[schemars(example = &"member_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub id: MemberId,
    /// Their name, once they have accepted and where they have given one.
    #[schemars(length(max = 241), example = &"Ada Lovelace")]
    pub name: Option<String>,
    /// Their address; null while somebody who was invited by their `sub` has not accepted.
    #[schemars(length(max = 254), example = &"ada@example.test")]
    pub email: Option<String>,
    /// As you know them, when they have logged in or joined.
    #[schemars(example = ())]
    pub sub: Option<Subject>,
    /// What is set of it.
    #[serde(flatten)]
    pub settings: MemberSettings,
    /// Whether they have accepted. An invitation grants nothing.
    #[schemars(example = &"invited")]
    pub status: MemberStatus,
    /// When it last changed.
    #[serde(skip)]
    pub updated_at: Timestamp,
}

impl View for MemberView {
    fn version(&self) -> Option<Timestamp> {
        Some(self.updated_at)
    }
}

/// Somebody who could be invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Candidate {
    /// As you know them; null for others.
    #[schemars(example = &"1234567890123")]
    pub sub: Option<Subject>,
    /// Their name, when they share it.
    #[schemars(length(max = 241), example = &"Ada Lovelace")]
    pub name: Option<String>,
    /// Their address, when they share it or it was typed.
    #[schemars(length(max = 254), example = &"ada@example.test")]
    pub email: Option<String>,
}

/// Who is to have the bill of a client.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, Serialize, JsonSchema)]
#[deserr(error = Findings, deny_unknown_fields)]
pub struct BillingOwner {
    /// An owner who has accepted and whose membership has no end.
    #[schemars(example = &"member_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub member: MemberId,
}

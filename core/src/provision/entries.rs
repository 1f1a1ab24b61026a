//! What a provisioning file holds once it is read: its entries, each with the path it stands at.

use std::collections::BTreeSet;

use crate::contract::Patch;
use crate::contract::account::AccountSettings;
use crate::contract::client::ClientSettings;
use crate::contract::domain::DomainSettings;
use crate::contract::member::ProvisionedMember;
use crate::contract::request::RequestTerms;
use crate::contract::role::RoleSettings;
use crate::contract::scope::ScopeSettings;
use crate::contract::secret::SecretSettings;
use crate::contract::url::NewUrl;
use crate::contract::verification::VerificationSettings;
use crate::id::ClientId;
use crate::model::domain::Ownership;
use crate::model::email::EmailAddress;
use crate::model::request::RequestKind;
use crate::model::role::RoleKey;
use crate::model::root_domain::RootDomain;
use crate::model::scope::ScopeName;
use crate::model::verification::VerificationStatus;
use crate::secret::Secret;

/// A file whose every value is good by itself.
#[derive(Debug)]
pub(super) struct File {
    pub(super) scopes: Vec<ScopeEntry>,
    pub(super) users: Vec<UserEntry>,
    pub(super) clients: Vec<ClientEntry>,
}

/// A scope of the catalog.
#[derive(Debug)]
pub(super) struct ScopeEntry {
    pub(super) path: String,
    pub(super) name: ScopeName,
    pub(super) fields: Patch<ScopeSettings>,
}

#[derive(Debug)]
pub(super) struct UserEntry {
    pub(super) path: String,
    pub(super) email: EmailAddress,
    pub(super) password: Option<Secret<String>>,
    pub(super) fields: Patch<AccountSettings>,
}

/// A list that is `None` is left as it is.
#[derive(Debug)]
pub(super) struct ClientEntry {
    pub(super) path: String,
    pub(super) id: Option<ClientId>,
    pub(super) owner: Option<EmailAddress>,
    pub(super) suspended: Option<bool>,
    pub(super) fields: Patch<ClientSettings>,
    pub(super) secrets: Option<Vec<SecretEntry>>,
    pub(super) domains: Option<Vec<DomainEntry>>,
    pub(super) roles: Option<Vec<RoleEntry>>,
    pub(super) members: Option<Vec<MemberEntry>>,
    pub(super) requests: Option<Vec<RequestEntry>>,
    pub(super) verifications: Option<Vec<VerificationEntry>>,
}

#[derive(Debug)]
pub(super) struct SecretEntry {
    pub(super) path: String,
    pub(super) label: String,
    pub(super) value: Option<Secret<String>>,
    pub(super) fields: Patch<SecretSettings>,
}

#[derive(Debug)]
pub(super) struct DomainEntry {
    pub(super) path: String,
    pub(super) root: RootDomain,
    pub(super) ownership: Option<Ownership>,
    /// Labels of the secrets that may be used for it.
    pub(super) secrets: Option<Vec<String>>,
    pub(super) urls: Option<Vec<UrlEntry>>,
    pub(super) fields: Patch<DomainSettings>,
}

#[derive(Debug)]
pub(super) struct UrlEntry {
    pub(super) path: String,
    pub(super) new: NewUrl,
    /// Whether it is in use, where the file says so.
    pub(super) active: Option<bool>,
}

#[derive(Debug)]
pub(super) struct RoleEntry {
    pub(super) path: String,
    pub(super) key: RoleKey,
    pub(super) settings: Patch<RoleSettings>,
}

#[derive(Debug)]
pub(super) struct MemberEntry {
    pub(super) path: String,
    pub(super) email: EmailAddress,
    pub(super) role: String,
    pub(super) settings: Patch<ProvisionedMember>,
}

#[derive(Debug)]
pub(super) struct RequestEntry {
    pub(super) path: String,
    pub(super) kind: RequestKind,
    pub(super) email: EmailAddress,
    pub(super) domain: Option<RootDomain>,
    pub(super) scopes: Vec<String>,
    /// The person's answer is given for them.
    pub(super) accepted: bool,
    pub(super) terms: Patch<RequestTerms>,
}

#[derive(Debug)]
pub(super) struct VerificationEntry {
    pub(super) path: String,
    pub(super) domains: BTreeSet<RootDomain>,
    pub(super) scopes: BTreeSet<String>,
    /// Pending or approved; left to the staff when the file does not say.
    pub(super) state: Option<VerificationStatus>,
    pub(super) fields: Patch<VerificationSettings>,
}

//! The sections of the pages: where each is, what it is called, and who may open it.

use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::text;
use xwms_core::text::Text;

/// A section of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientSection {
    Overview,
    Domains,
    Scopes,
    Secrets,
    Users,
    Webhooks,
    Attempts,
    Check,
    Quickstart,
    Verifications,
    Members,
    Roles,
    Tokens,
    Audit,
    Settings,
}

impl ClientSection {
    /// Those of the integration.
    pub(crate) const INTEGRATIONS: &'static [Self] = &[
        Self::Domains,
        Self::Scopes,
        Self::Secrets,
        Self::Users,
        Self::Webhooks,
        Self::Attempts,
        Self::Check,
        Self::Quickstart,
    ];
    /// Those of the organisation.
    pub(crate) const ORGANISATION: &'static [Self] =
        &[Self::Verifications, Self::Members, Self::Roles, Self::Tokens, Self::Audit, Self::Settings];

    const fn word(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Domains => "/domains",
            Self::Scopes => "/scopes",
            Self::Secrets => "/secrets",
            Self::Users => "/users",
            Self::Webhooks => "/webhooks",
            Self::Attempts => "/attempts",
            Self::Check => "/check",
            Self::Quickstart => "/quickstart",
            Self::Verifications => "/verifications",
            Self::Members => "/members",
            Self::Roles => "/roles",
            Self::Tokens => "/tokens",
            Self::Audit => "/audit",
            Self::Settings => "/settings",
        }
    }

    /// The one that a path below a client belongs to.
    pub(crate) fn of_path(path: &str) -> Self {
        let word = path.split('/').nth(3).unwrap_or_default();
        let named = |section: &&Self| section.word().strip_prefix('/') == Some(word);
        // Requests and statistics are parts of the users.
        let users = matches!(word, "requests" | "stats" | "stats.csv").then_some(Self::Users);
        let audit = (word == "audit.jsonl").then_some(Self::Audit);
        let mut all = Self::INTEGRATIONS.iter().chain(Self::ORGANISATION);
        all.find(named).copied().or(users).or(audit).unwrap_or(Self::Overview)
    }

    /// Where it is in a client.
    pub(crate) fn href(self, client: ClientId) -> String {
        format!("/clients/{client}{}", self.word())
    }

    /// What it is called.
    pub(crate) fn name(self) -> Text {
        match self {
            Self::Overview => text!("section_overview"),
            Self::Domains => text!("section_domains"),
            Self::Scopes => text!("section_scopes"),
            Self::Secrets => text!("section_secrets"),
            Self::Users => text!("section_users"),
            Self::Webhooks => text!("section_webhooks"),
            Self::Attempts => text!("section_attempts"),
            Self::Check => text!("section_check"),
            Self::Quickstart => text!("section_quickstart"),
            Self::Verifications => text!("section_verifications"),
            Self::Members => text!("section_members"),
            Self::Roles => text!("section_roles"),
            Self::Tokens => text!("section_tokens"),
            Self::Audit => text!("section_audit"),
            Self::Settings => text!("section_settings"),
        }
    }

    /// What a member needs to open it.
    pub(crate) const fn permission(self) -> Permission {
        match self {
            Self::Overview | Self::Quickstart | Self::Settings => Permission::ClientRead,
            Self::Domains => Permission::DomainsRead,
            Self::Scopes => Permission::ScopesRead,
            Self::Secrets => Permission::SecretsRead,
            Self::Users => Permission::UsersRead,
            Self::Webhooks => Permission::WebhooksRead,
            Self::Attempts | Self::Check => Permission::AttemptsRead,
            Self::Verifications => Permission::VerificationsRead,
            Self::Members => Permission::MembersRead,
            Self::Roles => Permission::RolesRead,
            Self::Tokens => Permission::TokensRead,
            Self::Audit => Permission::AuditRead,
        }
    }
}

/// A section of a person's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountSection {
    Dashboard,
    General,
    Security,
    Sessions,
    Apps,
    Requests,
    Notifications,
    Tokens,
    Plan,
}

impl AccountSection {
    /// All, in their order.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Dashboard,
        Self::General,
        Self::Security,
        Self::Sessions,
        Self::Apps,
        Self::Requests,
        Self::Notifications,
        Self::Tokens,
        Self::Plan,
    ];

    /// Where it is.
    pub(crate) const fn href(self) -> &'static str {
        match self {
            Self::Dashboard => "/account",
            Self::General => "/account/general",
            Self::Security => "/account/security",
            Self::Sessions => "/account/sessions",
            Self::Apps => "/account/apps",
            Self::Requests => "/account/requests",
            Self::Notifications => "/account/notifications",
            Self::Tokens => "/account/tokens",
            Self::Plan => "/account/plan",
        }
    }

    /// What it is called.
    pub(crate) fn name(self) -> Text {
        match self {
            Self::Dashboard => text!("section_account-dashboard"),
            Self::General => text!("section_account-general"),
            Self::Security => text!("section_account-security"),
            Self::Sessions => text!("section_account-sessions"),
            Self::Apps => text!("page_apps-title"),
            Self::Requests => text!("page_requests-title"),
            Self::Notifications => text!("page_notifications-title"),
            Self::Tokens => text!("section_account-tokens"),
            Self::Plan => text!("section_account-plan"),
        }
    }
}

/// A section of the staff's desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StaffSection {
    Verifications,
    Users,
    Clients,
    Scopes,
    Keys,
    Audit,
}

impl StaffSection {
    /// All, in their order.
    pub(crate) const ALL: &'static [Self] =
        &[Self::Verifications, Self::Users, Self::Clients, Self::Scopes, Self::Keys, Self::Audit];

    /// The one that a path of the desk belongs to.
    pub(crate) fn of_path(path: &str) -> Self {
        let word = path.split('/').nth(2).unwrap_or_default();
        let word = if word == "audit.jsonl" { "audit" } else { word };
        let named = |section: &&Self| section.href().rsplit('/').next() == Some(word);
        Self::ALL.iter().find(named).copied().unwrap_or(Self::Verifications)
    }

    /// Whether reviewers open it too, and not admins alone.
    pub(crate) fn is_for_reviewers(self) -> bool {
        self == Self::Verifications
    }

    /// Where it is.
    pub(crate) const fn href(self) -> &'static str {
        match self {
            Self::Verifications => "/staff/verifications",
            Self::Users => "/staff/users",
            Self::Clients => "/staff/clients",
            Self::Scopes => "/staff/scopes",
            Self::Keys => "/staff/keys",
            Self::Audit => "/staff/audit",
        }
    }

    /// What it is called.
    pub(crate) fn name(self) -> Text {
        match self {
            Self::Verifications => text!("section_staff-verifications"),
            Self::Users => text!("section_staff-users"),
            Self::Clients => text!("section_staff-clients"),
            Self::Scopes => text!("section_staff-scopes"),
            Self::Keys => text!("section_staff-keys"),
            Self::Audit => text!("section_audit"),
        }
    }
}

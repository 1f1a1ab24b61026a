//! What is measured: the operations, the floor each is compared with, and the goal.

use crate::platform::Database;

/// An operation of an authorization server, or of its management API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Operation {
    /// A token for the client itself
    ClientCredentials,
    /// A code and its tokens, for a person who is signed in and has consented; ID token with ES256
    CodeFlow,
    /// The same with an ID token with RS256
    CodeFlowRs256,
    /// A refresh token for the next one, with an access and an ID token
    Refresh,
    /// Userinfo for access tokens that were never shown before
    UserinfoFirst,
    /// Userinfo for access tokens shown before
    UserinfoAgain,
    /// Introspection of access tokens that were never shown before
    IntrospectFirst,
    /// Introspection of access tokens shown before
    IntrospectAgain,
    /// The public keys
    Jwks,
    /// The discovery document
    Discovery,
    /// The secrets of a client, listed over the management API
    ListSecrets,
    /// One of them
    ReadSecret,
    /// The domains of a client, listed over the management API
    ListDomains,
    /// One of them
    ReadDomain,
    /// A secret made and deleted again, over the management API
    MakeSecret,
    /// A domain made and deleted again, over the management API
    MakeDomain,
}

impl Operation {
    /// In the order in which they are measured: those that give access tokens before those that take them.
    pub(crate) const ALL: [Self; 16] = [
        Self::CodeFlow,
        Self::Refresh,
        Self::UserinfoFirst,
        Self::UserinfoAgain,
        Self::IntrospectFirst,
        Self::IntrospectAgain,
        Self::CodeFlowRs256,
        Self::ClientCredentials,
        Self::Jwks,
        Self::Discovery,
        Self::ListSecrets,
        Self::ReadSecret,
        Self::ListDomains,
        Self::ReadDomain,
        Self::MakeSecret,
        Self::MakeDomain,
    ];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client credentials",
            Self::CodeFlow => "code flow, ES256",
            Self::CodeFlowRs256 => "code flow, RS256",
            Self::Refresh => "refresh",
            Self::UserinfoFirst => "userinfo, first seen",
            Self::UserinfoAgain => "userinfo, again",
            Self::IntrospectFirst => "introspection, first seen",
            Self::IntrospectAgain => "introspection, again",
            Self::Jwks => "JWKS",
            Self::Discovery => "discovery",
            Self::ListSecrets => "list secrets",
            Self::ReadSecret => "read secret",
            Self::ListDomains => "list domains",
            Self::ReadDomain => "read domain",
            Self::MakeSecret => "make and delete secret",
            Self::MakeDomain => "make and delete domain",
        }
    }

    /// The floor's name in `docs/benchmark.md`.
    pub(crate) const fn floor(self) -> &'static str {
        match self {
            Self::ClientCredentials => "S",
            Self::CodeFlow | Self::CodeFlowRs256 => "D",
            Self::Refresh => "Dr",
            Self::UserinfoFirst | Self::UserinfoAgain => "R",
            Self::IntrospectFirst | Self::IntrospectAgain => "R+Basic",
            Self::Jwks | Self::Discovery => "F",
            Self::ListSecrets
            | Self::ReadSecret
            | Self::ListDomains
            | Self::ReadDomain
            | Self::MakeSecret
            | Self::MakeDomain => "M",
        }
    }

    /// The least ratio to the floor that is wanted.
    pub(crate) const fn goal(self, database: Database) -> Option<f64> {
        match (self, database) {
            (Self::ClientCredentials, _) => Some(0.90),
            (Self::CodeFlow, Database::Sqlite) | (Self::Refresh, Database::Postgres) => Some(0.50),
            (Self::CodeFlow, Database::Postgres) => Some(0.45),
            (Self::CodeFlowRs256 | Self::MakeSecret | Self::MakeDomain, _) => None,
            (Self::Refresh, Database::Sqlite) => Some(0.60),
            (Self::UserinfoFirst | Self::IntrospectFirst | Self::Jwks | Self::Discovery, _) => Some(0.85),
            (Self::UserinfoAgain | Self::IntrospectAgain, _) => Some(1.30),
            (Self::ListSecrets | Self::ReadSecret | Self::ListDomains | Self::ReadDomain, _) => Some(0.60),
        }
    }

    /// Whether it is answered after a commit.
    pub(crate) const fn writes(self) -> bool {
        matches!(self, Self::CodeFlow | Self::CodeFlowRs256 | Self::Refresh | Self::MakeSecret | Self::MakeDomain)
    }

    /// Whether it is one of the management API.
    pub(crate) const fn manages(self) -> bool {
        matches!(
            self,
            Self::ListSecrets
                | Self::ReadSecret
                | Self::ListDomains
                | Self::ReadDomain
                | Self::MakeSecret
                | Self::MakeDomain
        )
    }

    /// Whether it shows an access token.
    pub(crate) const fn shows_a_token(self) -> bool {
        matches!(self, Self::UserinfoFirst | Self::UserinfoAgain | Self::IntrospectFirst | Self::IntrospectAgain)
    }

    /// Whether each access token may be shown once only.
    pub(crate) const fn uses_up_tokens(self) -> bool {
        matches!(self, Self::UserinfoFirst | Self::IntrospectFirst)
    }

    /// The same work without regard to what was shown before, for servers that remember nothing.
    pub(crate) const fn without_memory(self) -> Self {
        match self {
            Self::UserinfoFirst => Self::UserinfoAgain,
            Self::IntrospectFirst => Self::IntrospectAgain,
            other => other,
        }
    }
}
